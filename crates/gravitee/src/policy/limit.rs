//! What the limits have in common: whose requests count together, where counts stand, what is said.

use super::{Does, Engine, List, Place, When};
use crate::expression;
use crate::lower::Lowering;
use crate::part::Part;
use model::answer::Keyed;
use model::policy::{
    Amount, CounterStore, LimitBy, LimitFact, LimitPart, Measured, Policy, RateHeaders, RateLimit, RedisStore, TimeUnit,
};

/// What tells one limit from the others.
pub(super) struct Kind {
    /// The field of its configuration that holds the figures.
    pub(super) figures: &'static str,
    /// What keys of its counts end with.
    pub(super) short: &'static str,
    /// What its failures' keys begin with.
    pub(super) key: &'static str,
    /// How it is called in failures.
    pub(super) name: &'static str,
    /// What a refusal says.
    pub(super) refusal: &'static str,
    /// Requests are spread over the time.
    pub(super) spread: bool,
}

/// A window's length as a limit reads it.
pub(super) struct Time {
    pub(super) time: Amount,
    pub(super) unit: TimeUnit,
}

/// What a limit tells answers and later steps.
pub(super) struct Tells {
    pub(super) parameters: Vec<(&'static str, LimitFact)>,
    pub(super) attributes: Vec<(&'static str, LimitFact)>,
    pub(super) headers: RateHeaders,
}

/// No field is sent.
pub(super) fn silent() -> RateHeaders {
    RateHeaders {
        limit: None,
        remaining: None,
        reset: None,
        moment: true,
        retry_after: false,
        ..RateHeaders::default()
    }
}

/// The limit on the request's side, and what tells clients of it on the response's.
pub(super) fn lower(place: &Place<'_>, kind: &Kind, time: Time, tells: Tells, at: &mut Lowering<'_>) -> Does {
    if place.list == List::Response {
        return Vec::new();
    }
    let figures = place.config.part(kind.figures);
    let named = |facts: Vec<(&str, LimitFact)>| facts.into_iter().map(|(name, fact)| (name.to_owned(), fact)).collect();
    let limit = match figures.count("limit").filter(|limit| *limit > 0) {
        Some(limit) => Amount::Fixed(limit),
        None => evaluated(&figures, "dynamicLimit", at).unwrap_or(Amount::Fixed(0)),
    };
    let measured = Measured {
        limit,
        time: time.time,
        unit: time.unit,
        spread: kind.spread,
        refusal: Keyed::new(429, format!("{}_TOO_MANY_REQUESTS", kind.key), kind.refusal),
        broken: Keyed { message: None, ..Keyed::new(500, format!("{}_SERVER_ERROR", kind.key), "") },
        away: Keyed::new(
            429,
            format!("{}_BLOCK_ON_INTERNAL_ERROR", kind.key),
            format!("{} blocked the query due to internal error", kind.name),
        ),
        parameters: named(tells.parameters),
        attributes: named(tells.attributes),
    };
    let (scope, by) = together(place, &figures, kind, at);
    let limit = RateLimit {
        scope,
        by,
        store: store(place, at),
        headers: if place.config.flag("addHeaders") { tells.headers } else { silent() },
        measured: Some(Box::new(measured)),
        ..RateLimit::default()
    };
    let policy = Policy::RateLimit(Box::new(limit));
    let mut does = vec![(When::Turn, policy)];
    if place.config.flag("addHeaders") {
        does.push((When::Answer, does[0].1.clone()));
    }
    does
}

/// A text whose value is a number.
pub(super) fn evaluated(figures: &Part<'_>, field: &str, at: &mut Lowering<'_>) -> Option<Amount> {
    figures.filled(field)?;
    expression::field(figures, field, at.notes).map(Amount::Evaluated)
}

/// A number above 0.
pub(super) fn fixed(figures: &Part<'_>, field: &str) -> Option<Amount> {
    figures.count(field).filter(|number| *number > 0).map(Amount::Fixed)
}

/// Whose requests count together: those of one subscription of a plan; where there are no plans, those of a client of an
/// authorization server, or of the API. The older engine counts for each flow's path.
fn together(place: &Place<'_>, figures: &Part<'_>, kind: &Kind, at: &mut Lowering<'_>) -> (String, LimitBy) {
    let key = figures.filled("key").and_then(|_| expression::field(figures, "key", at.notes)).map(LimitPart::Text);
    if figures.flag("useKeyOnly")
        && let Some(key) = key
    {
        return (format!("gravitee/limit/{}", kind.short), LimitBy::Evaluated(vec![key]));
    }
    let attribute = |name: &str| format!("gravitee.attribute.{name}");
    let mut parts = match place.home.planned {
        true => {
            vec![LimitPart::Attribute(attribute("plan")), LimitPart::AttributeOrAddress(attribute("user-id"))]
        }
        false => vec![LimitPart::Attribute("oauth.client_id".to_owned())],
    };
    parts.extend(key);
    let flow = match place.engine {
        Engine::V3 => format!(":{}", place.home.flow),
        Engine::V4 => String::new(),
    };
    (format!("gravitee/limit/{}/{}{flow}", place.home.api, kind.short), LimitBy::Evaluated(parts))
}

/// Where counts stand, as the settings say; the older engine lets pass while that is away.
fn store(place: &Place<'_>, at: &Lowering<'_>) -> CounterStore {
    let blocks = place.config.word("errorStrategy") == Some("BLOCK_ON_INTERNAL_ERROR") && place.engine == Engine::V4;
    match &at.settings.counters {
        CounterStore::Local => CounterStore::Local,
        CounterStore::Redis(redis) => {
            CounterStore::Redis(Box::new(RedisStore { pass_without: !blocks, ..(**redis).clone() }))
        }
    }
}

//! Plans: the ways in, in the order in which they are asked, and who may take each.

use super::api::{Api, has_tag};
use super::{Lowering, key, resource};
use crate::expression;
use crate::part::Part;
use crate::policy::{api_key, jwt, oauth2};
use crate::read::{Version, check, inner};
use crate::settings::ClientAuth;
use dialect::Faith;
use dialect::tree::Tree;
use model::answer::Keyed;
use model::policy::{Entrance, FirstOf, Policy, Way};
use model::text::Text;
use model::world::Constant;

/// The attribute with the id of the plan that was taken.
pub(super) const ATTRIBUTE: &str = "gravitee.attribute.plan";

/// What an API asks of its clients.
#[derive(Default)]
pub(super) struct Security<'a> {
    /// The plans that are open for use.
    pub(super) plans: Vec<Plan<'a>>,
    /// What lets in; `None`: everybody is in.
    pub(super) policy: Option<Policy>,
}

/// A plan.
pub(super) struct Plan<'a> {
    pub(super) part: Part<'a>,
    pub(super) id: String,
    kind: &'static str,
}

/// What the plans of an API ask for.
pub(super) fn security<'a>(api: &Api<'a>, at: &mut Lowering<'_>) -> Security<'a> {
    if api.bare {
        at.notes.on(Faith::Approximate, &api.part, "it has no plans: everybody may use it");
        return Security::default();
    }
    let mut plans: Vec<Plan<'a>> = api.plans.iter().filter_map(|part| open(api, part, at)).collect();
    plans.sort_by_key(|plan| order(plan.kind));
    let ways = plans.iter().filter_map(|plan| way(api, plan, at)).collect::<Vec<_>>();
    if plans.is_empty() {
        at.notes.on(Faith::Exact, &api.part, "no plan of it is published: every request gets 401");
    }
    let undecided = Keyed::new(503, "GATEWAY_PLAN_RESOLUTION_FAILURE", "Temporarily Unavailable");
    let nobody = Keyed::new(401, "GATEWAY_PLAN_UNRESOLVABLE", "Unauthorized");
    Security { plans, policy: Some(Policy::FirstOf(Box::new(FirstOf { ways, nobody, undecided }))) }
}

/// A plan that is open for use on this gateway.
fn open<'a>(api: &Api<'a>, part: &Part<'a>, at: &mut Lowering<'_>) -> Option<Plan<'a>> {
    if !matches!(part.word("status"), Some("PUBLISHED" | "DEPRECATED")) {
        return None;
    }
    let tags = part.texts("tags");
    if !tags.is_empty() && !has_tag(&at.settings.tags, &tags) {
        return None;
    }
    let kind = match api.version {
        Version::V2 => part.word("security"),
        Version::V4 if part.word("mode") == Some("push") => return None,
        Version::V4 => part.part("security").word("type"),
    };
    let id = part.filled("id").or_else(|| part.filled("name")).unwrap_or_default().to_owned();
    Some(Plan { part: part.clone(), id, kind: kind.unwrap_or("KEY_LESS") })
}

/// In which order plans are asked.
fn order(kind: &str) -> u16 {
    match kind {
        "MTLS" => 0,
        "JWT" => 10,
        "OAUTH2" => 20,
        "API_KEY" => 500,
        _ => 1000,
    }
}

/// How one gets in by a plan; `None`: nobody does.
fn way(api: &Api<'_>, plan: &Plan<'_>, at: &mut Lowering<'_>) -> Option<Way> {
    let text = configuration(api, plan, at);
    let of = |record| match &text {
        Some((tree, path)) => Part::new(record, tree, plan.part.document, path),
        None => holder(api, plan).seen_as(record),
    };
    let (entrance, subscriptions) = match plan.kind {
        "KEY_LESS" => (Entrance::Open, Vec::new()),
        "API_KEY" => {
            let config = of(&api_key::CONFIG);
            check(&config, at.notes);
            let entrance = api_key::entrance(&config, at.settings);
            (Entrance::Key(entrance), at.book.keys(&api.id, &plan.id))
        }
        "JWT" => {
            let config = of(&jwt::CONFIG);
            check(&config, at.notes);
            match jwt::entrance(&config, at.settings) {
                Ok(entrance) => (Entrance::Token(Box::new(entrance)), at.book.clients(&api.id, &plan.id)),
                Err(cannot) => return shut(&config, &cannot, at),
            }
        }
        "OAUTH2" => {
            let config = of(&oauth2::CONFIG);
            check(&config, at.notes);
            let proof = resource::proof(&config, api, at);
            match proof.and_then(|proof| oauth2::entrance(&config, proof)) {
                Ok(entrance) => (Entrance::Token(Box::new(entrance)), at.book.clients(&api.id, &plan.id)),
                Err(cannot) => return shut(&config, &cannot, at),
            }
        }
        "MTLS" => {
            if !at.settings.secured || at.settings.client_auth == ClientAuth::None {
                let text = "clients are not asked for certificates (http.ssl.clientAuth): nobody gets in by this plan";
                at.notes.on(Faith::Exact, &plan.part, text);
            }
            (Entrance::Certificate, at.book.certificates(&api.id, &plan.id))
        }
        kind => {
            let text = format!("plans of the kind {kind} are not understood: nobody gets in by this one");
            at.notes.on(Faith::Unsupported, &plan.part, text);
            return None;
        }
    };
    if subscriptions.is_empty() && !matches!(entrance, Entrance::Open) {
        let text = "no subscription of this plan is known: nobody gets in by it; write subscriptions.json beside the \
                    definitions";
        at.notes.on(Faith::Exact, &plan.part, text);
    }
    Some(Way { id: plan.id.clone(), entrance, rule: rule(plan, at), attributes: attributes(plan), subscriptions })
}

/// Nobody gets in by a plan that cannot be had.
fn shut(config: &Part<'_>, cannot: &jwt::Cannot, at: &mut Lowering<'_>) -> Option<Way> {
    let text = format!("{}; nobody gets in by this plan", cannot.text);
    at.notes.say(Faith::Unsupported, config, cannot.field, text);
    None
}

/// In the older engine a rule was written without braces.
fn rule(plan: &Plan<'_>, at: &mut Lowering<'_>) -> Option<Text> {
    match plan.part.filled("selectionRule").filter(|rule| rule.starts_with('#')) {
        Some(rule) => Some(Text::Expression(format!("{{{rule}}}"))),
        None => expression::field(&plan.part, "selectionRule", at.notes),
    }
}

fn attributes(plan: &Plan<'_>) -> Vec<(String, Constant)> {
    let mut attributes = vec![(ATTRIBUTE.to_owned(), Constant::text(&plan.id))];
    if plan.kind == "KEY_LESS" {
        attributes.push((key::APPLICATION.to_owned(), Constant::text("1")));
    }
    attributes
}

/// Where the configuration of a plan stands.
fn holder<'a>(api: &Api<'_>, plan: &Plan<'a>) -> Part<'a> {
    match api.version {
        Version::V2 => plan.part.part("securityDefinition"),
        Version::V4 => plan.part.part("security").part("configuration"),
    }
}

/// The configuration of a plan, where it is a text in the definition.
fn configuration(api: &Api<'_>, plan: &Plan<'_>, at: &mut Lowering<'_>) -> Option<(Tree, String)> {
    let holder = holder(api, plan);
    let text = holder.short().filter(|text| !text.trim().is_empty())?;
    let spot = holder.spot();
    let tree = inner(text, &spot, at.notes.of(plan.part.document)?)?;
    Some((tree, spot.path))
}

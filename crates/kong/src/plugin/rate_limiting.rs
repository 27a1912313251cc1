//! `rate-limiting`: so many requests in a second, minute, hour, day, month or year.

use super::{Parts, Steps, words};
use crate::entity::Entity;
use crate::lower::Lowering;
use crate::part::Part;
use crate::schema::{
    Check, Object, Record, Rule, Shorthand, Step, Violation, at, boolean, integer, nested, number, string, text,
};
use dialect::Faith;
use model::chain::Phase;
use model::policy::{Case, CounterStore, LimitBy, Period, Policy, RateHeaders, RateLimit, RedisStore, Span, Window};
use model::secret::Secret;
use model::tls::ClientTls;
use serde_json::Value;
use std::time::Duration;

/// Periods from short to long.
pub(crate) const PERIODS: [&str; 6] = ["second", "minute", "hour", "day", "month", "year"];

const ALL: &[&str] = &["config.second", "config.minute", "config.hour", "config.day", "config.month", "config.year"];

pub(super) fn parts() -> Parts {
    let mut fields: Vec<_> = PERIODS.into_iter().map(|name| number(name).rule(Rule::Above(0))).collect();
    let by: &[&str] = &["consumer", "credential", "ip", "service", "header", "path", "consumer-group"];
    fields.extend([
        string("limit_by").default("consumer").optional().one_of(by),
        string("header_name").rule(Rule::Text(text::header_name)),
        string("path").rule(Rule::Text(text::path)),
        string("policy").default("local").optional().one_of(&["local", "cluster", "redis"]),
        boolean("fault_tolerant").default(true),
        nested("redis", redis()),
        boolean("hide_client_headers").default(false),
        number("error_code").default(429).optional(),
        string("error_message").default("API rate limit exceeded").optional(),
        number("sync_rate").default(-1).ignored("every request is counted at once"),
    ]);
    let mut parts =
        Parts::new(fields).check(Check::AtLeastOneOf(ALL)).check(Check::Custom(order)).check(Check::Custom(needed));
    parts.config.shorthands = flat();
    parts
}

fn redis() -> Record {
    Record::new(vec![
        string("host").rule(Rule::Text(text::host)),
        integer("port").default(6379).optional().between(0, 65_535),
        number("timeout").default(2000).optional(),
        string("username").referenceable(),
        string("password").secret(),
        integer("database").default(0).optional(),
        boolean("ssl").default(false).optional(),
        boolean("ssl_verify").default(false).optional(),
        string("server_name"),
    ])
}

/// Names from before `redis` was a record.
fn flat() -> Vec<Shorthand> {
    macro_rules! moved {
        ($($old:literal $new:literal),*) => {
            vec![$(Shorthand { name: $old, expand: |value| Ok(vec![($new, value.clone())]) }),*]
        };
    }
    moved!(
        "redis_host" "redis.host", "redis_port" "redis.port", "redis_timeout" "redis.timeout",
        "redis_username" "redis.username", "redis_password" "redis.password", "redis_database" "redis.database",
        "redis_ssl" "redis.ssl", "redis_ssl_verify" "redis.ssl_verify", "redis_server_name" "redis.server_name"
    )
}

/// A longer period does not allow less than a shorter one.
fn order(plugin: &Object) -> Vec<Violation> {
    let limit = |at_: &&str| at(plugin, &format!("config.{at_}")).and_then(Value::as_f64);
    for (number, short) in PERIODS.iter().enumerate() {
        let Some(less) = limit(short) else { continue };
        for long in &PERIODS[number + 1..] {
            if let Some(more) = limit(long).filter(|more| *more < less) {
                let text =
                    format!("The limit for {long}({more:.1}) cannot be lower than the limit for {short}({less:.1})");
                return vec![Violation::entity(text).below(Step::Name("config".to_owned()))];
            }
        }
    }
    Vec::new()
}

/// What some values need beside them.
fn needed(plugin: &Object) -> Vec<Violation> {
    let text = |path: &str| at(plugin, path).and_then(Value::as_str);
    let cases = [
        ("config.policy", "redis", "config.redis.host"),
        ("config.limit_by", "header", "config.header_name"),
        ("config.limit_by", "path", "config.path"),
    ];
    let mut found = Vec::new();
    for (field, value, other) in cases {
        if text(field) == Some(value) && text(other).is_none() {
            found.push(Violation::entity(format!("failed conditional validation given value of field '{field}'")));
            let steps = other.split('.').map(|step| Step::Name(step.to_owned())).collect();
            found.push(Violation { path: steps, text: "required field missing".to_owned() });
        }
    }
    found
}

/// Stands where a plugin is bound to no route or service.
const NOBODY: &str = "00000000-0000-0000-0000-000000000000";

pub(super) fn lower(entity: &Entity, at: &mut Lowering<'_>) -> Steps {
    let part = Part::of(&entity.object).part("config");
    if part.text("policy") == Some("cluster") {
        let text = "requests are counted by this gateway alone, as with the policy local";
        at.say(Faith::Approximate, entity, "config.policy", text);
    }
    // nodes of Kong that share a Redis with this gateway count under the same names
    let place = ["route", "service"].map(|name| entity.reference(name).unwrap_or(NOBODY));
    let status = part.count("error_code").and_then(|status| u16::try_from(status).ok()).unwrap_or(429);
    let message = part.text("error_message").unwrap_or("API rate limit exceeded");
    let policy = RateLimit {
        scope: format!("ratelimit:{}", place.join(":")),
        windows: windows(part),
        by: by(part),
        store: store(part),
        headers: headers(part.flag("hide_client_headers")),
        refusals: words::by_accept([(Case::TooMany, status, message)]),
        ..RateLimit::default()
    };
    let policy = Policy::RateLimit(Box::new(policy));
    vec![(Phase::Access, policy.clone()), (Phase::Response, policy)]
}

fn windows(part: Part<'_>) -> Vec<Window> {
    let periods = [Period::Second, Period::Minute, Period::Hour, Period::Day, Period::Month, Period::Year];
    let window = |(name, period): (&str, Period)| {
        let limit = part.number(name)?.ceil() as u64;
        Some(Window { span: Span::Calendar(period), limit })
    };
    PERIODS.into_iter().zip(periods).filter_map(window).collect()
}

fn by(part: Part<'_>) -> LimitBy {
    match part.text("limit_by") {
        Some("credential") => LimitBy::Credential,
        Some("ip") => LimitBy::Address,
        Some("service") => LimitBy::Service,
        Some("header") => LimitBy::Header(part.text("header_name").unwrap_or_default().to_ascii_lowercase()),
        Some("path") => LimitBy::Path(part.owned("path").unwrap_or_default()),
        _ => LimitBy::Consumer,
    }
}

fn store(part: Part<'_>) -> CounterStore {
    let redis = part.part("redis");
    let Some(host) = redis.owned("host").filter(|_| part.text("policy") == Some("redis")) else {
        return CounterStore::Local;
    };
    let tls =
        ClientTls { verify: redis.flag("ssl_verify"), server_name: redis.owned("server_name"), ..ClientTls::default() };
    CounterStore::Redis(Box::new(RedisStore {
        host,
        port: redis.count("port").and_then(|port| u16::try_from(port).ok()).unwrap_or(6379),
        username: redis.owned("username"),
        password: redis.text("password").filter(|text| !text.is_empty()).map(Secret::new),
        database: redis.count("database").and_then(|number| u32::try_from(number).ok()).unwrap_or_default(),
        tls: redis.flag("ssl").then_some(tls),
        timeout: Duration::from_millis(redis.count("timeout").unwrap_or(2000)),
        pass_without: part.flag("fault_tolerant"),
    }))
}

fn headers(hidden: bool) -> RateHeaders {
    let name = |text: &str| (!hidden).then(|| text.to_owned());
    RateHeaders {
        window_limit: name("X-RateLimit-Limit-"),
        window_remaining: name("X-RateLimit-Remaining-"),
        limit: name("RateLimit-Limit"),
        remaining: name("RateLimit-Remaining"),
        reset: name("RateLimit-Reset"),
        retry_after: !hidden,
        ..RateHeaders::default()
    }
}

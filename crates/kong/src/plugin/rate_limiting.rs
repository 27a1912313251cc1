//! `rate-limiting`: so many requests in a second, minute, hour, day, month or year.

use super::{Parts, Steps};
use crate::entity::Entity;
use crate::lower::Lowering;
use crate::schema::{
    Check, Object, Record, Rule, Shorthand, Step, Violation, at, boolean, integer, nested, number, string, text,
};
use serde_json::Value;

/// Periods from short to long.
pub(crate) const PERIODS: [&str; 6] = ["second", "minute", "hour", "day", "month", "year"];

const ALL: &[&str] = &["config.second", "config.minute", "config.hour", "config.day", "config.month", "config.year"];

pub(super) fn parts() -> Parts {
    let counted = "requests are counted by this gateway alone, as with the policy local";
    let mut fields: Vec<_> = PERIODS.into_iter().map(|name| number(name).rule(Rule::Above(0))).collect();
    let by: &[&str] = &["consumer", "credential", "ip", "service", "header", "path", "consumer-group"];
    fields.extend([
        string("limit_by").default("consumer").optional().one_of(by),
        string("header_name").rule(Rule::Text(text::header_name)),
        string("path").rule(Rule::Text(text::path)),
        string("policy").default("local").optional().one_of(&["local", "cluster", "redis"]).approximate(counted),
        boolean("fault_tolerant").default(true).ignored(counted),
        nested("redis", redis()),
        boolean("hide_client_headers").default(false),
        number("error_code").default(429).optional(),
        string("error_message").default("API rate limit exceeded").optional(),
        number("sync_rate").default(-1).ignored(counted),
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

pub(super) fn lower(entity: &Entity, at: &mut Lowering<'_>) -> Steps {
    super::not_there(entity, at, true)
}

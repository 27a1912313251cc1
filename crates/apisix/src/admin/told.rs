//! What the Admin API tells about itself: plugins and schemas.

use super::reply::{Answer, Problem, Reply};
use super::{Admin, Asked, Rules, body};
use crate::entity::Kind;
use crate::plugin::{Plugin, Side};
use http::{Method, StatusCode};
use serde_json::{Map, Value, json};

/// `/plugins…`.
pub(super) fn plugins(rules: &Rules, asked: &Asked<'_>, rest: &str) -> Answer {
    if rest == "reload" {
        let said = format!("please use PUT method to reload the plugins, {} method is not allowed.", asked.method());
        return match *asked.method() {
            Method::PUT => Ok(Reply::text(StatusCode::OK, "text/plain; charset=utf-8", "done\n")),
            _ => Err(Problem::error(StatusCode::METHOD_NOT_ALLOWED, said)),
        };
    }
    if *asked.method() != Method::GET {
        return Err(Problem::nothing());
    }
    let stream = match asked.argument("subsystem") {
        None | Some("http") => false,
        Some("stream") => true,
        Some(other) => return Err(Problem::wrong(format!("unsupported subsystem: {other}"))),
    };
    match rest {
        "list" if stream => Ok(Reply::ok(json!([]))),
        "list" => Ok(Reply::ok(json!(there(rules).map(Plugin::name).collect::<Vec<_>>()))),
        "" if asked.argument("all") == Some("true") => {
            let all = if stream { Map::new() } else { there(rules).map(described).collect() };
            Ok(Reply::ok(Value::Object(all)))
        }
        name if stream => Err(no_plugin(name)),
        name => plugin(rules, asked, name),
    }
}

/// The plugins that are there and enabled, highest priority first.
fn there(rules: &Rules) -> impl Iterator<Item = Plugin> {
    Plugin::ALL.iter().copied().filter(|plugin| Admin::knows(rules, plugin.name()))
}

fn described(plugin: Plugin) -> (String, Value) {
    let mut about = json!({
        "version": 0.1,
        "priority": plugin.priority(),
        "schema": plugin.schema(Side::Route).shown(),
    });
    if plugin.authenticates() {
        about["type"] = json!("auth");
        about["consumer_schema"] = plugin.schema(Side::Consumer).shown();
    }
    if let Some(metadata) = plugin.metadata() {
        about["metadata_schema"] = metadata.shown();
    }
    (plugin.name().to_owned(), about)
}

fn plugin(rules: &Rules, asked: &Asked<'_>, name: &str) -> Answer {
    let plugin = there(rules).find(|plugin| plugin.name() == name).ok_or_else(|| no_plugin(name))?;
    let none = || Problem::wrong("not found schema");
    match asked.argument("schema_type") {
        Some("consumer") if !plugin.authenticates() => Err(none()),
        Some("consumer") => Ok(Reply::ok(plugin.schema(Side::Consumer).shown())),
        Some("metadata") => plugin.metadata().map(|schema| Reply::ok(schema.shown())).ok_or_else(none),
        _ => Ok(Reply::ok(plugin.schema(Side::Route).shown())),
    }
}

fn no_plugin(_: &str) -> Problem {
    Problem::error(StatusCode::NOT_FOUND, "plugin not found in subsystem http")
}

/// `/schema…`.
pub(super) fn schema(rules: &Rules, asked: &Asked<'_>, rest: &str) -> Answer {
    match (asked.method(), rest.split_once('/')) {
        (&Method::GET, Some(("plugins", name))) => plugin(rules, asked, name),
        (&Method::GET, None) => match Kind::ALL.iter().find(|kind| kind.singular() == rest) {
            Some(kind) => Ok(Reply::ok(kind.schema().shown())),
            None => plugin(rules, asked, rest),
        },
        (&Method::POST, Some(("validate", kind))) => validate(asked, kind),
        _ => Err(Problem::nothing()),
    }
}

/// `/schema/validate/KIND`: by the schema alone.
fn validate(asked: &Asked<'_>, kind: &str) -> Answer {
    let kind = Kind::ALL.iter().find(|known| known.name() == kind || known.singular() == kind);
    let kind = kind.ok_or_else(|| Problem::unsupported("validate"))?;
    let value = body::read(asked.request.body())?.ok_or_else(|| Problem::wrong("missing configurations"))?;
    kind.schema().check(&value).map_err(Problem::wrong)?;
    Ok(Reply::empty(StatusCode::OK))
}

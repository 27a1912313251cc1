//! `/schemas`: what entities consist of, as data, and whether something is one.

use super::Admin;
use super::arguments::Arguments;
use super::problem::Problem;
use super::reply::{Answer, Reply};
use crate::entity::{Collection, Flavor};
use crate::plugin::Plugin;
use crate::schema::{Check, Field, Kind, Record, Rule};
use dialect::admin::Desk;
use http::StatusCode;
use serde_json::{Map, Value, json};

impl Admin {
    /// `/schemas/NAME/validate`.
    pub(super) async fn validate(&self, name: &str, arguments: Arguments, desk: &Desk) -> Answer {
        let collection = Collection::named(name).ok_or_else(|| no_entity(name))?;
        let book = self.book(desk).await?;
        self.pen(&book).valid(collection, arguments)?;
        Ok(Reply::ok(json!({"message": "schema validation successful"})))
    }
}

/// `/schemas/NAME`.
pub(super) fn entity(name: &str, flavor: Flavor) -> Answer {
    let collection = Collection::named(name).ok_or_else(|| no_entity(name))?;
    let mut body = of_record(&collection.record(flavor));
    body["name"] = json!(collection.name());
    body["primary_key"] = json!(["id"]);
    if let Some(key) = collection.endpoint_key() {
        body["endpoint_key"] = json!(key);
    }
    Ok(Reply::ok(body))
}

/// `/schemas/plugins/NAME`.
pub(super) fn plugin(name: &str) -> Answer {
    let plugin =
        Plugin::named(name).ok_or_else(|| Problem::Said(StatusCode::NOT_FOUND, format!("No plugin named '{name}'")))?;
    Ok(Reply::ok(of_record(&plugin.record())))
}

fn no_entity(name: &str) -> Problem {
    Problem::Said(StatusCode::NOT_FOUND, format!("No entity named '{name}'"))
}

fn of_record(record: &Record) -> Value {
    let fields = record.fields.iter().filter(|field| !field.removed);
    let fields: Vec<Value> = fields.map(|field| json!({ field.name: of_field(field) })).collect();
    let mut body = json!({ "fields": fields });
    let checks: Vec<Value> = record.checks.iter().filter_map(of_check).collect();
    if !checks.is_empty() {
        body["entity_checks"] = Value::Array(checks);
    }
    body
}

fn of_field(field: &Field) -> Value {
    let mut about = Map::new();
    let mut set = |name: &str, value: Value| drop(about.insert(name.to_owned(), value));
    match &field.kind {
        Kind::String => set("type", json!("string")),
        Kind::Number => set("type", json!("number")),
        Kind::Integer => set("type", json!("integer")),
        Kind::Boolean => set("type", json!("boolean")),
        Kind::Any => set("type", json!("any")),
        Kind::Array(element) | Kind::Set(element) => {
            set("type", json!(if matches!(field.kind, Kind::Set(_)) { "set" } else { "array" }));
            set("elements", of_field(element));
        }
        Kind::Map(value) => {
            set("type", json!("map"));
            set("keys", json!({"type": "string"}));
            set("values", of_field(value));
        }
        Kind::Record(record) => {
            set("type", json!("record"));
            for (name, value) in of_record(record).as_object().into_iter().flatten() {
                set(name, value.clone());
            }
        }
        Kind::Foreign(collection) => {
            set("type", json!("foreign"));
            set("reference", json!(collection));
        }
    }
    if let Some(default) = &field.default {
        set("default", default.clone());
    }
    let flags = [
        ("required", field.required),
        ("unique", field.unique),
        ("referenceable", field.referenceable),
        ("encrypted", field.secret),
    ];
    flags.into_iter().filter(|(_, is)| *is).for_each(|(name, _)| set(name, json!(true)));
    for rule in &field.rules {
        match rule {
            Rule::OneOf(values) => set("one_of", json!(values)),
            Rule::OneOfNumbers(values) => set("one_of", json!(values)),
            Rule::Between(least, most) => set("between", json!([least, most])),
            Rule::Above(bound) => set("gt", json!(bound)),
            Rule::AtLeast(count) => set("len_min", json!(count)),
            Rule::StartsWith(start) => set("starts_with", json!(start)),
            Rule::Text(_) | Rule::Value(_) => {}
        }
    }
    Value::Object(about)
}

fn of_check(check: &Check) -> Option<Value> {
    Some(match check {
        Check::AllOrNone(names) => json!({"mutually_required": names}),
        Check::AtLeastOneOf(names) => json!({"at_least_one_of": names}),
        Check::OnlyOneOf(names) => json!({"only_one_of": names}),
        Check::AtMostOneOf(names) => json!({"mutually_exclusive": names}),
        Check::Custom(_) => return None,
    })
}

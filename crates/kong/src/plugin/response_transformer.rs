//! `response-transformer`: changes of responses.

use super::{Parts, Steps};
use crate::entity::Entity;
use crate::lower::Lowering;
use crate::part::Part;
use crate::schema::{Field, Record, Rule, array, nested, string, text};
use model::chain::Phase;
use model::policy::{JsonChanges, JsonScalar, Policy, RequestText, ResponseTransform, TextChanges};
use serde_json::json;

pub(super) fn parts() -> Parts {
    Parts::new(vec![
        edits("remove", string(""), string("")),
        edits("rename", pairs(), pairs()),
        edits("replace", pairs(), pairs()),
        edits("add", pairs(), pairs()),
        edits("append", pairs(), pairs()),
    ])
}

fn pairs() -> Field {
    string("").rule(Rule::Text(text::pair))
}

fn edits(name: &'static str, headers: Field, members: Field) -> Field {
    let mut fields = vec![array("json", members).default(json!([]))];
    if matches!(name, "replace" | "add" | "append") {
        let kinds: &[&str] = &["boolean", "number", "string"];
        fields.push(array("json_types", string("").one_of(kinds)).default(json!([])));
    }
    fields.push(array("headers", headers).default(json!([])));
    nested(name, Record::new(fields))
}

pub(super) fn lower(entity: &Entity, _: &mut Lowering<'_>) -> Steps {
    let part = Part::of(&entity.object).part("config");
    let policy = ResponseTransform { headers: headers(part), json: members(part) };
    vec![(Phase::Response, Policy::ResponseTransform(Box::new(policy)))]
}

fn pair(text: &str) -> Option<(String, String)> {
    text.split_once(':').map(|(name, value)| (name.to_owned(), value.to_owned()))
}

fn headers(part: Part<'_>) -> TextChanges {
    let list = |action: &str| part.texts(&format!("{action}.headers"));
    let values = |action: &str| {
        list(action)
            .iter()
            .filter_map(|text| pair(text))
            .map(|(name, value)| (name, RequestText::plain(value)))
            .collect()
    };
    TextChanges {
        remove: list("remove"),
        rename: list("rename").iter().filter_map(|text| pair(text)).collect(),
        replace: values("replace"),
        add: values("add"),
        append: values("append"),
    }
}

fn members(part: Part<'_>) -> JsonChanges {
    let list = |action: &str| part.texts(&format!("{action}.json"));
    let values = |action: &str| {
        let kinds = part.texts(&format!("{action}.json_types"));
        let typed =
            |(at, (name, value)): (usize, (String, String))| (name, scalar(kinds.get(at).map(String::as_str), value));
        list(action).iter().filter_map(|text| pair(text)).enumerate().map(typed).collect()
    };
    JsonChanges {
        remove: list("remove"),
        rename: list("rename").iter().filter_map(|text| pair(text)).collect(),
        replace: values("replace"),
        add: values("add"),
        append: values("append"),
    }
}

fn scalar(kind: Option<&str>, value: String) -> JsonScalar {
    match kind {
        Some("number") if value.parse::<f64>().is_ok() => JsonScalar::Number(value),
        Some("boolean") => JsonScalar::Boolean(value == "true"),
        _ => JsonScalar::Text(value),
    }
}

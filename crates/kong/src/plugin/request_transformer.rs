//! `request-transformer`: changes of requests.

use super::{Parts, Steps};
use crate::entity::Entity;
use crate::lower::Lowering;
use crate::part::Part;
use crate::schema::{Field, Record, Rule, array, nested, string, text};
use dialect::Faith;
use model::chain::Phase;
use model::policy::{Policy, RequestText, RequestTransform, TextChanges};
use serde_json::json;

pub(super) fn parts() -> Parts {
    Parts::new(vec![
        string("http_method").rule(Rule::Text(text::method)),
        edits("remove", || string(""), false),
        edits("rename", pairs, false),
        edits("replace", pairs, true),
        edits("add", pairs, false),
        edits("append", pairs, false),
    ])
}

fn pairs() -> Field {
    string("").rule(Rule::Text(text::pair))
}

fn edits(name: &'static str, element: fn() -> Field, with_uri: bool) -> Field {
    let list = |name| array(name, element()).default(json!([]));
    let mut fields = vec![list("body"), list("headers"), list("querystring")];
    if with_uri {
        fields.push(string("uri"));
    }
    nested(name, Record::new(fields))
}

pub(super) fn lower(entity: &Entity, at: &mut Lowering<'_>) -> Steps {
    let part = Part::of(&entity.object).part("config");
    let mut wrong = Vec::new();
    let policy = RequestTransform {
        path: part.text("replace.uri").and_then(|text| read("config.replace.uri", text, &mut wrong)),
        method: part.text("http_method").map(str::to_ascii_uppercase),
        headers: changes(part, "headers", &mut wrong),
        body: changes(part, "body", &mut wrong),
        query: changes(part, "querystring", &mut wrong),
    };
    for (field, why) in wrong {
        at.say(Faith::Unsupported, entity, &field, format!("this change is not made: {why}"));
    }
    vec![(Phase::Access, Policy::RequestTransform(Box::new(policy)))]
}

type Wrong = Vec<(String, String)>;

fn changes(part: Part<'_>, what: &str, wrong: &mut Wrong) -> TextChanges {
    let list = |action: &str| part.texts(&format!("{action}.{what}"));
    let pair = |text: &String| text.split_once(':').map(|(name, value)| (name.to_owned(), value.to_owned()));
    let mut values = |action: &str| -> Vec<(String, RequestText)> {
        let mut read_all = Vec::new();
        for (at, (name, value)) in list(action).iter().filter_map(pair).enumerate() {
            let field = format!("config.{action}.{what}.{}", at + 1);
            read_all.extend(read(&field, &value, wrong).map(|text| (name, text)));
        }
        read_all
    };
    let (replace, add, append) = (values("replace"), values("add"), values("append"));
    TextChanges {
        remove: list("remove"),
        rename: list("rename").iter().filter_map(pair).collect(),
        replace,
        add,
        append,
    }
}

/// A text with `$(…)` in it.
fn read(field: &str, text: &str, wrong: &mut Wrong) -> Option<RequestText> {
    match RequestText::parse(text) {
        Ok(text) => Some(text),
        Err(error) => {
            wrong.push((field.to_owned(), error.to_string()));
            None
        }
    }
}

//! `validate`: what header and body of a request must look like.

use super::Around;
use super::refusals::{self, Refusals};
use crate::decode::{At, Either, Json, Size, Text, entity, said};
use crate::lower::{Lowering, file};
use crate::write::{Pen, escaped, text, unless};
use dialect::Faith;
use expr::schema::Judge;
use model::policy::{self, Case, Policy};
use serde_json::Value;

entity! {
    /// What requests must look like, as JSON schemas: the name of a file, or the schema itself.
    Validate {
        /// Of the header: an object of names, in any case, with texts or lists of texts.
        header: Option<Either<Text, At<Json>>>,
        /// Of the body: JSON, or a form as an object.
        body: Option<Either<Text, At<Json>>>,
        /// A body that may be judged has at most so many bytes; the listener's limit without it.
        largest_body: Option<At<Size>>,
        /// Whether those behind see the JSON that was judged, written anew; true without it.
        rewrites_json: Option<At<bool>>,
        /// What a refusal says: `invalid`.
        refusals: Option<Refusals>,
    }
}

const CASES: &[Case] = &[Case::Invalid];

pub(crate) fn lower(written: &At<Validate>, _: &Around<'_>, at: &mut Lowering<'_>) -> Option<Policy> {
    if written.header.is_none() && written.body.is_none() {
        at.incomplete(&written.spot, "this judges nothing; write a schema in \"header\" or in \"body\"");
    }
    Some(Policy::Validate(Box::new(policy::Validate {
        header: written.header.as_ref().map(|one| schema(one, at)),
        body: written.body.as_ref().map(|one| schema(one, at)),
        largest_body: written.largest_body.as_ref().map(|size| size.0),
        rewrites_json: said(&written.rewrites_json, true),
        refusals: refusals::lower(&written.refusals, CASES, at),
    })))
}

fn schema(written: &Either<Text, At<Json>>, at: &mut Lowering<'_>) -> String {
    let (text, spot) = match written {
        Either::Second(json) => (json.0.to_string(), &json.spot),
        Either::First(text) if is_json(text) => (text.value.clone(), &text.spot),
        Either::First(name) => match file::text(name, at) {
            Some(text) => (text.to_owned(), &name.spot),
            None => {
                let message =
                    "this is neither JSON nor a file that can be read; a file is looked for beside this document";
                at.invalid(&name.spot, message);
                return String::new();
            }
        },
    };
    match serde_json::from_str::<Value>(&text) {
        Err(_) => at.invalid(spot, "the schema is no JSON"),
        Ok(json) => {
            if Judge::read(&json).is_err() {
                at.invalid(spot, "a pattern of the schema is no regular expression");
            }
            let unknown = Judge::unknown(&json);
            if !unknown.is_empty() {
                at.findings.say(Faith::Unsupported, spot, format!("not judged of this schema: {}", unknown.join(", ")));
            }
        }
    }
    text
}

/// Whether a text is a schema rather than the name of a file.
pub(crate) fn is_json(text: &str) -> bool {
    text.trim_start().starts_with('{') || matches!(text.trim(), "true" | "false")
}

pub(crate) fn write(one: &policy::Validate, pen: &mut Pen<'_>) -> Validate {
    Validate {
        header: one.header.as_deref().map(|schema| write_schema(schema, pen)),
        body: one.body.as_deref().map(|schema| write_schema(schema, pen)),
        largest_body: one.largest_body.map(|bytes| At::new(Size(bytes))),
        rewrites_json: unless(one.rewrites_json, &true),
        refusals: refusals::write(&one.refusals),
    }
}

/// As a map, where that is read as the same text again.
fn write_schema(schema: &str, pen: &mut Pen<'_>) -> Either<Text, At<Json>> {
    let json = serde_json::from_str::<Value>(schema).ok().filter(|json| json.is_object() && stays(json));
    match json.map(|json| (json.to_string(), json)) {
        Some((again, json)) if again == schema => Either::Second(At::new(Json(escaped(json)))),
        _ => {
            if !is_json(schema) {
                pen.left_out.insert("schemas that are no JSON");
            }
            Either::First(text(schema))
        }
    }
}

/// Whether all of its numbers are written in one way only.
fn stays(json: &Value) -> bool {
    match json {
        Value::Null | Value::Bool(_) | Value::String(_) => true,
        Value::Number(number) => number.is_i64(),
        Value::Array(items) => items.iter().all(stays),
        Value::Object(members) => members.values().all(stays),
    }
}

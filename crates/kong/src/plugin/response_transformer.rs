//! `response-transformer`: changes of responses.

use super::{Parts, Steps};
use crate::entity::Entity;
use crate::lower::Lowering;
use crate::schema::{Field, Record, Rule, array, nested, string, text};
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

pub(super) fn lower(entity: &Entity, at: &mut Lowering<'_>) -> Steps {
    super::not_there(entity, at, false)
}

//! `request-transformer`: changes of requests.

use super::{Parts, Steps};
use crate::entity::Entity;
use crate::lower::Lowering;
use crate::schema::{Field, Record, Rule, array, nested, string, text};
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
    super::not_there(entity, at, false)
}

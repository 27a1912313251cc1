//! `response-transform`: changes of a response.

use super::Around;
use super::changes::{self, Changes, JsonChanges, Kind};
use crate::decode::entity;
use crate::lower::Lowering;
use model::policy::{self, Policy};

entity! {
    /// Changes of a response. Texts stand for themselves.
    ResponseTransform {
        /// Header fields.
        headers: Option<Changes>,
        /// Members of a JSON object in the body. Another body stays as it is.
        json: Option<JsonChanges>,
    }
}

pub(crate) fn lower(written: &ResponseTransform, _: &Around<'_>, at: &mut Lowering<'_>) -> Option<Policy> {
    Some(Policy::ResponseTransform(Box::new(policy::ResponseTransform {
        headers: changes::lower(&written.headers, Kind::ResponseHeader, at),
        json: changes::lower_json(&written.json, at),
    })))
}

pub(crate) fn write(one: &policy::ResponseTransform) -> ResponseTransform {
    ResponseTransform {
        headers: changes::write(&one.headers, Kind::ResponseHeader),
        json: changes::write_json(&one.json),
    }
}

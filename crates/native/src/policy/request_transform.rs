//! `request-transform`: changes of a request.

use super::Around;
use super::changes::{self, Changes, Kind};
use super::request_text::{self, Holds, Pieces};
use crate::decode::{Text, entity};
use crate::lower::{Lowering, matching};
use crate::write::text;
use model::policy::{self, Policy};

entity! {
    /// Changes of a request, in this order. Values may have parts of the request in them: `$(headers.NAME)`,
    /// `$(query_params.NAME)`, `$(uri_captures.NAME)`, quoted texts, and `or` between them.
    RequestTransform {
        /// The path that those behind see, instead of the route's.
        path: Option<Pieces>,
        /// The method.
        method: Option<Text>,
        /// Header fields.
        headers: Option<Changes>,
        /// Members of a JSON object, fields of a form or multipart body. A body of another kind stays as it is.
        body: Option<Changes>,
        /// Query parameters.
        query: Option<Changes>,
    }
}

pub(crate) fn lower(written: &RequestTransform, _: &Around<'_>, at: &mut Lowering<'_>) -> Option<Policy> {
    Some(Policy::RequestTransform(Box::new(policy::RequestTransform {
        path: written.path.as_ref().map(|text| request_text::lower(text, Holds::Parts, at)),
        method: written.method.as_ref().map(|text| matching::method(text, &text.spot, at)),
        headers: changes::lower(&written.headers, Kind::RequestHeader, at),
        body: changes::lower(&written.body, Kind::RequestName, at),
        query: changes::lower(&written.query, Kind::RequestName, at),
    })))
}

pub(crate) fn write(one: &policy::RequestTransform) -> RequestTransform {
    RequestTransform {
        path: one.path.as_ref().map(|path| request_text::write(path, Holds::Parts)),
        method: one.method.as_deref().map(text),
        headers: changes::write(&one.headers, Kind::RequestHeader),
        body: changes::write(&one.body, Kind::RequestName),
        query: changes::write(&one.query, Kind::RequestName),
    }
}

//! `compose`: answers with texts with expressions, in the endpoint's place.

use super::Around;
use crate::decode::{Pairs, entity};
use crate::entity::expression::{Expression, Failure};
use crate::lower::{Lowering, expression as lower_text, header};
use crate::write::{Pen, expression as write_text};
use model::policy::{self, Policy};
use model::text::Text;

entity! {
    /// An answer in the endpoint's place: later policies of the request still run.
    Compose {
        /// The status; 200 without it.
        status: Option<Expression>,
        /// Header fields; one that cannot be evaluated is left out.
        headers: Option<Pairs<Expression>>,
        /// The body. Without a `content-type` it is given one by how it begins: JSON, XML or plain text.
        body: Option<Expression>,
        /// What a body that cannot be evaluated is.
        failure: Option<Failure>,
    }
}

fn usual() -> Text {
    Text::Expression("200".to_owned())
}

pub(crate) fn lower(written: &Compose, _: &Around<'_>, at: &mut Lowering<'_>) -> Option<Policy> {
    for (name, _) in written.headers.iter().flat_map(|pairs| &pairs.0) {
        header::name(name, &name.spot, at);
    }
    Some(Policy::Compose(Box::new(policy::Compose {
        status: written.status.as_ref().map_or_else(usual, |text| lower_text::text(text, at)),
        headers: lower_text::texts(&written.headers, at),
        body: written.body.as_ref().map(|text| lower_text::text(text, at)),
        failure: written.failure.as_ref().map_or(lower_text::FAILURE, |one| lower_text::failure(one, at)),
    })))
}

pub(crate) fn write(one: &policy::Compose, pen: &mut Pen<'_>) -> Compose {
    Compose {
        status: (one.status != usual()).then(|| write_text::expression(&one.status, pen)),
        headers: write_text::texts(&one.headers, pen),
        body: one.body.as_ref().map(|text| write_text::expression(text, pen)),
        failure: write_text::unusual(&one.failure),
    }
}

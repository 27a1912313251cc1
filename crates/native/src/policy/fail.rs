//! `fail`: fails the request.

use super::Around;
use crate::decode::Given;
use crate::entity::expression::Failure;
use crate::lower::{Lowering, expression as lower_text};
use crate::write::expression as write_text;
use model::answer::Keyed;
use model::policy::Policy;

pub(crate) fn lower(written: &Given<Failure>, _: &Around<'_>, at: &mut Lowering<'_>) -> Option<Policy> {
    Some(Policy::Fail(lower_text::failure(&written.0, at)))
}

pub(crate) fn write(one: &Keyed) -> Failure {
    write_text::failure(one)
}

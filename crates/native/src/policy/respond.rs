//! `respond`: a fixed answer.

use super::Around;
use crate::decode::{At, Either};
use crate::entity::answer::Answer;
use crate::lower::{Lowering, answer};
use crate::write::answer as pen;
use model::policy::Policy;

type Respond = Either<At<u16>, Answer>;

pub(crate) fn lower(written: &Respond, _: &Around<'_>, at: &mut Lowering<'_>) -> Option<Policy> {
    Some(Policy::Respond(answer::respond(written, at)))
}

pub(crate) fn write(one: &model::answer::Answer) -> Respond {
    pen::respond(one)
}

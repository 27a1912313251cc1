//! `call`: calls a function. What may be said of a call stands in `entity/aws.rs`.

use super::Around;
use crate::decode::At;
use crate::entity::aws::Call;
use crate::lower::{self, Lowering};
use crate::write::{self, Pen};
use model::call;
use model::policy::Policy;

pub(crate) fn lower(written: &At<Call>, around: &Around<'_>, at: &mut Lowering<'_>) -> Option<Policy> {
    lower::aws::call(written, around.holder.params, at).map(|call| Policy::Call(Box::new(call)))
}

pub(crate) fn write(one: &call::Call, around: &Around<'_>, pen: &mut Pen<'_>) -> At<Call> {
    At::new(write::aws::call(one, around.holder.params, pen))
}

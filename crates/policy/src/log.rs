//! Policies that tell others what happened, after the last byte.

pub(crate) mod count;
mod figures;
pub(crate) mod keep;
pub(crate) mod queue;
mod record;
mod shape;
pub(crate) mod sink;
pub(crate) mod step;

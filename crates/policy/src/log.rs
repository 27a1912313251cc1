//! Policies that tell others what happened, after the last byte.

pub(crate) mod count;
mod figures;
pub(crate) mod http;
pub(crate) mod queue;
pub(crate) mod record;

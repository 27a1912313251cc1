//! Policies that bound what a client may send, and how often.

pub(crate) mod counter;
pub(crate) mod counters;
pub(crate) mod rate;
pub(crate) mod request_size;

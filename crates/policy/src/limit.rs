//! Policies that bound what a client may send, and how often.

pub(crate) mod breaker;
pub(crate) mod by;
pub(crate) mod concurrency;
pub(crate) mod counter;
pub(crate) mod counters;
pub(crate) mod pace;
mod pause;
pub(crate) mod rate;
pub(crate) mod request_size;

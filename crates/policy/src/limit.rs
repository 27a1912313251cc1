//! Policies that bound what a client may send, and how often.

pub(crate) mod request_size;

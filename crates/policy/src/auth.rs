//! Policies that make the client known.

pub(crate) mod key_auth;

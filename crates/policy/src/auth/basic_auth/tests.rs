//! Cases of `basic_auth`.

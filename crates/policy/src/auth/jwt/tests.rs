//! Cases of `jwt`.

//! Expressions: parsed once, evaluated many times, asking their world through one trait that never waits.
//!
//! Not built yet: there is a door and no room behind it. Conditions of the native language are
//! `model::predicate` values and need no expression.

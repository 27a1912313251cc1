//! Which paths clients may ask for, with which methods.

use crate::answer::Keyed;
use serde::Serialize;

/// A request must fit an allowing rule, where there are any, and no denying one. Its path is compared as a whole, and below
/// what the route matched.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct PathRules {
    /// Rules that allow.
    pub allow: Vec<PathMethods>,
    /// Rules that deny.
    pub deny: Vec<PathMethods>,
    /// Escapes are decoded and dots and slashes resolved before paths are compared.
    pub normalized: Option<Slashes>,
    /// What is said of a path that is not allowed.
    pub no_path: Keyed,
    /// What is said where a path would be allowed with another method.
    pub no_method: Keyed,
}

/// What becomes of escaped slashes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub enum Slashes {
    /// They stay escaped.
    Kept,
    /// They are slashes.
    Decoded,
}

/// Paths with methods.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct PathMethods {
    /// `?` is a character, `*` are characters of a segment, `**` segments; `None`: every path.
    pub path: Option<String>,
    /// One of these, in upper case; an empty list and `None` are every method.
    pub methods: Option<Vec<String>>,
}

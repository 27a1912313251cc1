//! The scope that some policies have: it says where they run, for the older engine alone.

use super::{Engine, List, Place, When};

/// The words.
pub(super) const SCOPES: &[&str] = &["REQUEST", "RESPONSE", "REQUEST_CONTENT", "RESPONSE_CONTENT"];

/// When a step runs; `None`: it does nothing where it stands. The newer engine asks the list alone.
pub(super) fn when(place: &Place<'_>) -> Option<When> {
    if place.engine == Engine::V4 {
        return Some(When::Turn);
    }
    match (place.config.word("scope").unwrap_or("REQUEST"), place.list) {
        ("REQUEST", List::Request) | ("RESPONSE", List::Response) => Some(When::Turn),
        ("REQUEST_CONTENT", List::Request) | ("RESPONSE_CONTENT", List::Response) => Some(When::Content),
        _ => None,
    }
}

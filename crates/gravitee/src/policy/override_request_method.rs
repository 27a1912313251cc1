//! `policy-override-request-method`: the method that those behind see.

use super::{Does, List, Place, When};
use crate::lower::Lowering;
use crate::schema::{Record, word};
use model::policy::{PathSource, Policy, Rewrite};

/// The fields of its configuration.
pub(super) static CONFIG: Record =
    Record { name: "policy-override-request-method", fields: &[word("method", METHODS).default("GET")] };

/// Methods that may be named.
pub(super) const METHODS: &[&str] = &["GET", "POST", "PUT", "DELETE", "PATCH", "HEAD", "CONNECT", "OPTIONS", "TRACE"];

pub(super) fn lower(place: &Place<'_>, _: &mut Lowering<'_>) -> Does {
    if place.list == List::Response {
        return Vec::new();
    }
    let method = place.config.word("method").map(str::to_owned);
    let policy = Rewrite { path: PathSource::Received, method, ..Rewrite::default() };
    vec![(When::Turn, Policy::Rewrite(Box::new(policy)))]
}

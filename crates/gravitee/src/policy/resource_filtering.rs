//! `resource-filtering`: which paths clients may ask for, with which methods.

use super::override_request_method::METHODS;
use super::{Does, List, Place, When};
use crate::lower::Lowering;
use crate::part::Part;
use crate::schema::{Kind, Record, flag, list, text};
use model::answer::Keyed;
use model::policy::{PathMethods, PathRules, Policy, Slashes};

/// The fields of its configuration.
pub(super) static CONFIG: Record = Record {
    name: "resource-filtering",
    fields: &[
        list("whitelist", &Kind::Record(&RULE)),
        list("blacklist", &Kind::Record(&RULE)),
        flag("normalizeRequestPath"),
        flag("decodeEncodedSlash"),
    ],
};

static RULE: Record =
    Record { name: "resource-filtering rule", fields: &[text("pattern"), list("methods", &Kind::Word(METHODS))] };

pub(super) fn lower(place: &Place<'_>, _: &mut Lowering<'_>) -> Does {
    if place.list == List::Response {
        return Vec::new();
    }
    let config = &place.config;
    let rules = |field: &str| config.parts(field).iter().map(rule).collect();
    let normalized = config.flag("normalizeRequestPath").then(|| match config.flag("decodeEncodedSlash") {
        true => Slashes::Decoded,
        false => Slashes::Kept,
    });
    let no_method = "Method not allowed while accessing this resource";
    let policy = PathRules {
        allow: rules("whitelist"),
        deny: rules("blacklist"),
        normalized,
        no_path: Keyed::new(403, "RESOURCE_FILTERING_FORBIDDEN", "You're not allowed to access this resource"),
        no_method: Keyed::new(405, "RESOURCE_FILTERING_METHOD_NOT_ALLOWED", no_method),
    };
    vec![(When::Turn, Policy::PathRules(Box::new(policy)))]
}

fn rule(part: &Part<'_>) -> PathMethods {
    let methods = part.texts("methods").iter().map(|method| method.to_ascii_uppercase()).collect();
    PathMethods { path: part.owned("pattern"), methods: part.has("methods").then_some(methods) }
}

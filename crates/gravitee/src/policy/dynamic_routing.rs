//! `dynamic-routing`: requests led elsewhere by their path.

use super::{Does, List, Place, When};
use crate::expression;
use crate::lower::{Lowering, key};
use crate::schema::{Kind, Record, flag, list, text};
use model::answer::Keyed;
use model::policy::{LeadByPath, LeadRule, Policy};

/// The fields of its configuration.
pub(super) static CONFIG: Record = Record { name: "dynamic-routing", fields: &[list("rules", &Kind::Record(&RULE))] };

static RULE: Record = Record {
    name: "dynamic-routing rule",
    fields: &[
        text("pattern"),
        text("url"),
        flag("useRawPath").accepted("what is captured stays as the client wrote it in any case"),
    ],
};

pub(super) fn lower(place: &Place<'_>, at: &mut Lowering<'_>) -> Does {
    if place.list == List::Response {
        return Vec::new();
    }
    at.leads = true;
    let rules = place.config.parts("rules");
    let rule = |part: &crate::part::Part<'_>| {
        let regex = expression::field(part, "pattern", at.notes)?;
        Some(LeadRule { regex, target: expression::field(part, "url", at.notes)? })
    };
    let without_key = |status, text: &str| Keyed { status, key: None, message: Some(text.to_owned()) };
    let policy = LeadByPath {
        rules: rules.iter().filter_map(rule).collect(),
        attribute: key::ENDPOINT.to_owned(),
        no_rule: without_key(400, "No routing rule is matching path"),
        no_regex: without_key(500, "Invalid pattern syntax"),
    };
    vec![(When::Turn, Policy::LeadByPath(Box::new(policy)))]
}

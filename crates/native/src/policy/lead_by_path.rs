//! `lead-by-path`: requests are led to another endpoint, group or URL by their path.

use super::Around;
use crate::decode::{At, OneOrMany, Text, entity};
use crate::entity::expression::{Expression, Failure};
use crate::lower::endpoints::TARGET;
use crate::lower::{Lowering, expression as lower_text};
use crate::write::{Pen, expression as write_text, text};
use model::policy::{self, Policy};

entity! {
    /// The first rule that fits the whole path, decoded and below what the route matched, says where a request is led.
    LeadByPath {
        /// The rules, in order; without any no request is led.
        rules: Option<OneOrMany<At<LeadRule>>>,
        /// The attribute that says where to: the `target` of the route's `endpoints`; `endpoint` without it.
        attribute: Option<Text>,
        /// What is said where no rule fits; status 404 without it.
        no_rule: Option<Failure>,
        /// What is said where an expression cannot be read; status 500 without it.
        no_regex: Option<Failure>,
    }
}

entity! {
    /// Where paths lead.
    LeadRule {
        /// A regular expression; it may hold expressions.
        path: Expression,
        /// Where to: a URL, or `NAME:` of an endpoint or group and a path. It may hold expressions, which know what the
        /// regular expression captured as `group` and `groupName`.
        to: Expression,
    }
}

const NO_RULE: (u16, &str) = (404, "this path leads nowhere");
const NO_REGEX: (u16, &str) = (500, "a rule cannot be read");

pub(crate) fn lower(written: &LeadByPath, _: &Around<'_>, at: &mut Lowering<'_>) -> Option<Policy> {
    let mut rules = Vec::new();
    for rule in written.rules.iter().flat_map(|all| all.all()) {
        let (regex, target) = (lower_text::text(&rule.path, at), lower_text::text(&rule.to, at));
        rules.push(policy::LeadRule { regex, target });
    }
    Some(Policy::LeadByPath(Box::new(policy::LeadByPath {
        rules,
        attribute: written.attribute.as_ref().map_or_else(|| TARGET.to_owned(), |name| name.value.clone()),
        no_rule: lower_text::failure_or(&written.no_rule, NO_RULE, at),
        no_regex: lower_text::failure_or(&written.no_regex, NO_REGEX, at),
    })))
}

pub(crate) fn write(one: &policy::LeadByPath, pen: &mut Pen<'_>) -> LeadByPath {
    let mut rule = |rule: &policy::LeadRule| {
        let (path, to) = (write_text::expression(&rule.regex, pen), write_text::expression(&rule.target, pen));
        At::new(LeadRule { path, to })
    };
    let rules: Vec<_> = one.rules.iter().map(&mut rule).collect();
    LeadByPath {
        rules: (!rules.is_empty()).then(|| rules.into()),
        attribute: (one.attribute != TARGET).then(|| text(&one.attribute)),
        no_rule: write_text::unlike(&one.no_rule, NO_RULE),
        no_regex: write_text::unlike(&one.no_regex, NO_REGEX),
    }
}

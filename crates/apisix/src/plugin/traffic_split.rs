//! `traffic-split`: requests divided among upstreams by weight.

use super::{Parts, Steps, conditions};
use crate::entity::{Kind, Part};
use crate::lower::At;
use dialect::Faith;
use model::chain::Phase;
use model::policy::{Policy, Split, SplitRule, SplitWay};
use serde_json::json;

/// The attribute that says which upstream takes a request.
pub(crate) const ATTRIBUTE: &str = "upstream";

pub(super) fn parts() -> Parts {
    let upstream = Kind::Upstreams.schema().written().clone();
    let vars = json!({"type": "array", "items": {"type": "object", "properties": {"vars": {"type": "array"}}}});
    let ways = json!({"type": "array", "minItems": 1, "maxItems": 20, "default": [{"weight": 1}],
    "items": {"type": "object", "properties": {
        "upstream_id": {"oneOf": [
            {"type": "string", "minLength": 1, "maxLength": 64, "pattern": "^[a-zA-Z0-9-_.]+$"},
            {"type": "integer", "minimum": 1},
        ]},
        "upstream": upstream,
        "weight": {"type": "integer", "minimum": 0, "default": 1},
    }}});
    Parts::new(json!({
        "type": "object",
        "properties": {"rules": {"type": "array", "items": {"type": "object",
            "properties": {"match": vars, "weighted_upstreams": ways}}}},
    }))
    .check(check)
}

fn check(conf: Part<'_>) -> Result<(), String> {
    let matches = conf.items("rules").iter().flat_map(|rule| Part::of_value(Some(rule)).items("match"));
    for one in matches {
        conditions::written(Part::of_value(Some(one)).items("vars"))
            .map_err(|error| format!("failed to validate the 'vars' expression: {error}"))?;
    }
    Ok(())
}

/// Upstreams belong to routes: elsewhere there is nobody to lead to.
pub(super) fn lower(conf: Part<'_>, at: &mut At<'_>) -> Steps {
    if !["routes/", "services/", "plugin_configs/"].iter().any(|kind| at.counter.starts_with(kind)) {
        let message = "it divides requests at routes, services and plugin configs alone: here it does nothing";
        at.say(Faith::Unsupported, "rules", message);
        return Vec::new();
    }
    let rules = conf.items("rules").iter().enumerate().map(|(number, rule)| {
        let rule = Part::of_value(Some(rule));
        let vars = rule.items("match").iter().map(|one| Part::of_value(Some(one)).items("vars"));
        let when = vars.filter_map(|vars| conditions::written(vars).ok());
        // an empty list of tests takes every request
        let when = if rule.items("match").is_empty() { Vec::new() } else { when.collect() };
        SplitRule { when, ways: ways_of(rule, number).into_iter().map(|way| way.way).collect() }
    });
    let split = Split { attribute: ATTRIBUTE.to_owned(), rules: rules.collect() };
    vec![(Phase::Access, Policy::Split(Box::new(split)))]
}

/// Where a part of the requests goes.
pub(crate) struct Way<'a> {
    way: SplitWay,
    /// The upstream that it names, or its own; neither: that of the route.
    pub(crate) named: Option<String>,
    pub(crate) own: Part<'a>,
}

impl Way<'_> {
    /// The name by which requests are led there; `None`: to the route's own.
    pub(crate) fn name(&self) -> Option<&str> {
        self.way.value.as_deref()
    }
}

/// All ways of a configuration.
pub(crate) fn ways(conf: Part<'_>) -> Vec<Way<'_>> {
    let rules = conf.items("rules").iter().enumerate();
    rules.flat_map(|(number, rule)| ways_of(Part::of_value(Some(rule)), number)).collect()
}

fn ways_of(rule: Part<'_>, rule_number: usize) -> Vec<Way<'_>> {
    let written = rule.items("weighted_upstreams");
    if written.is_empty() {
        let way = SplitWay { weight: 1, value: None };
        return vec![Way { way, named: None, own: Part::of_value(None) }];
    }
    let of = |(number, item)| {
        let item = Part::of_value(Some(item));
        let (named, own) = (item.id("upstream_id"), item.part("upstream"));
        let value = match &named {
            Some(id) => Some(format!("upstream {id}")),
            None if own.is_there() => Some(format!("rule {rule_number} way {number}")),
            None => None,
        };
        let weight = item.count("weight").and_then(|weight| u32::try_from(weight).ok()).unwrap_or(1);
        Way { way: SplitWay { weight, value }, named, own }
    };
    written.iter().enumerate().map(of).collect()
}

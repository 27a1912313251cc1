//! `split`: requests divided by weight.

use super::Around;
use crate::decode::{At, Json, Text, entity, said};
use crate::lower::{Lowering, expression as lower_text};
use crate::write::{Pen, expression as write_text, text, unless};
use model::policy::{self, Policy, SplitRule, SplitWay};

entity! {
    /// Sets an attribute of the exchange to one of several values, by weight. Later steps may ask for it.
    Split {
        /// The attribute.
        attribute: Text,
        /// The first rule that takes a request divides it.
        rules: Vec<Rule>,
    }
}

entity! {
    /// How some requests are divided.
    Rule {
        /// Conditions on variables, as lists, of which one must be true; all requests without it.
        when: Option<Vec<At<Vec<Json>>>>,
        /// The values, in turn by their weights.
        ways: Vec<Way>,
    }
}

entity! {
    /// One value.
    Way {
        /// Its share; 1 without it.
        weight: Option<At<u32>>,
        /// What the attribute is; it is not set without it.
        value: Option<Text>,
    }
}

pub(crate) fn lower(written: &At<Split>, _: &Around<'_>, at: &mut Lowering<'_>) -> Option<Policy> {
    let way = |way: &Way| SplitWay {
        weight: said(&way.weight, 1),
        value: way.value.as_ref().map(|value| value.value.clone()),
    };
    let rules = written.rules.iter().map(|rule| SplitRule {
        when: rule.when.iter().flatten().filter_map(|vars| lower_text::vars(vars, at)).collect(),
        ways: rule.ways.iter().map(way).collect(),
    });
    let rules = rules.collect();
    Some(Policy::Split(Box::new(policy::Split { attribute: written.attribute.value.clone(), rules })))
}

pub(crate) fn write(one: &policy::Split, pen: &mut Pen<'_>) -> Split {
    let way = |way: &SplitWay| Way { weight: unless(way.weight, &1), value: way.value.as_deref().map(text) };
    let rules = one.rules.iter().map(|rule| Rule {
        when: (!rule.when.is_empty()).then(|| rule.when.iter().map(|vars| write_text::vars(vars, pen)).collect()),
        ways: rule.ways.iter().map(way).collect(),
    });
    let rules = rules.collect();
    Split { attribute: text(&one.attribute), rules }
}

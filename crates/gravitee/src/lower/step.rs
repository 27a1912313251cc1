//! From the steps of a list to steps of a chain.

use super::Lowering;
use crate::expression::condition;
use crate::part::Part;
use crate::policy::{self, Engine, Home, List, Place, Policy, When};
use crate::read::check;
use dialect::Faith;
use model::chain::{Phase, Step, StepRank};
use model::id::Slot;
use model::predicate::{Condition, Predicate};

/// Where the steps of a list stand.
pub(super) struct Stand<'a> {
    pub(super) engine: Engine,
    pub(super) home: Home<'a>,
    /// What tells their slots from those of flows that are written at the same place elsewhere.
    pub(super) around: &'a str,
    /// The place of the first of them.
    pub(super) order: i64,
    /// What must be true for each of them.
    pub(super) conditions: &'a [Condition],
}

/// In the older engine the steps that have the body run behind all others.
const CONTENT: i64 = 100_000_000;

/// The steps of a list.
pub(super) fn steps(parts: &[Part<'_>], list: List, stand: &Stand<'_>, at: &mut Lowering<'_>) -> Vec<Step> {
    let on = parts.iter().filter(|part| part.flag("enabled")).enumerate();
    on.flat_map(|(number, part)| one(part, list, stand, number as i64, at)).collect()
}

fn one(part: &Part<'_>, list: List, stand: &Stand<'_>, number: i64, at: &mut Lowering<'_>) -> Vec<Step> {
    let Some(name) = part.filled("policy") else {
        at.notes.on(Faith::Invalid, part, "a step names its policy");
        return Vec::new();
    };
    let does = match Policy::named(name) {
        Some(policy) => {
            let config = part.part("configuration").seen_as(policy.config());
            check(&config, at.notes);
            policy.lower(&Place { engine: stand.engine, list, config, home: stand.home }, at)
        }
        None => absent(part, name, at),
    };
    let mut conditions = stand.conditions.to_vec();
    conditions.extend(condition(part, "condition", at.notes));
    let predicate = (!conditions.is_empty()).then(|| Predicate { conditions, ..Predicate::default() });
    let step = |(when, policy): (When, model::policy::Policy)| Step {
        slot: Slot::new(format!("{name} at {}{}", stand.around, part.spot().path)),
        rank: rank(list, when, stand.order + number),
        precedence: 0,
        // what the request's side left decides on the other side
        predicate: predicate.clone().filter(|_| when != When::Answer),
        policy,
    };
    does.into_iter().map(step).collect()
}

fn rank(list: List, when: When, order: i64) -> StepRank {
    let phase = match list {
        List::Request => Phase::Access,
        List::Response => Phase::Response,
    };
    match when {
        When::Turn => StepRank { phase, order },
        When::Content => StepRank { phase, order: order + CONTENT },
        When::Answer => StepRank { phase: Phase::Response, order: order - CONTENT },
    }
}

/// A policy that is not there: one that guards shuts what it would have guarded.
fn absent(part: &Part<'_>, name: &str, at: &mut Lowering<'_>) -> policy::Does {
    let known = policy::absent(name);
    let guards = known.is_none_or(|policy| policy.guards);
    let loss = known.map_or("nobody here knows what it does, and it may guard", |policy| policy.loss);
    if !guards || at.allow_missing.iter().any(|one| one == name) {
        at.notes.say(Faith::Unsupported, part, "policy", format!("the policy {name} is not there: {loss}"));
        return Vec::new();
    }
    let text = format!(
        "the policy {name} is not there: {loss}. What it would have guarded answers 503; `--allow-missing {name}` opens it"
    );
    at.notes.say(Faith::Unsupported, part, "policy", text);
    vec![(When::Turn, model::policy::Policy::Missing { name: name.to_owned() })]
}

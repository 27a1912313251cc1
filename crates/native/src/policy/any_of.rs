//! `any-of`: several policies of which one is enough.

use super::refusals::{self, Refusals};
use super::{Around, KEYS, Step, named};
use crate::decode::{At, Either, entity};
use crate::lower::Lowering;
use crate::write::Pen;
use model::chain;
use model::policy::{self, Case, Policy};

entity! {
    /// Policies of which one is enough, and what is said where none lets in.
    AnyOf {
        /// The policies, asked in their order; those that do not let in leave the request as it was.
        policies: Vec<At<Step>>,
        /// What a refusal says: `unknown`.
        refusals: Option<Refusals>,
    }
}

/// The policies alone, or more.
pub type Written = Either<Vec<At<Step>>, AnyOf>;

pub(crate) fn lower(written: &Written, around: &Around<'_>, at: &mut Lowering<'_>) -> Option<Policy> {
    let (steps, refusals) = match written {
        Either::First(steps) => (steps, &None),
        Either::Second(written) => (&written.policies, &written.refusals),
    };
    let mut policies = Vec::new();
    for step in steps {
        if named(step).len() != 1 {
            at.incomplete(&step.spot, format!("an entry of any-of is one of {}", KEYS.join(", ")));
            continue;
        }
        let places = [step.when.is_some(), step.phase.is_some(), step.order.is_some(), step.slot.is_some()];
        if places.contains(&true) || step.precedence.is_some() {
            at.invalid(&step.spot, "when, phase, order, precedence and slot are said of any-of as a whole");
        }
        policies.extend(super::lower(step, around, at));
    }
    let refusals = refusals::lower(refusals, &[Case::Unknown], at);
    Some(Policy::AnyOf(Box::new(policy::AnyOf { policies, refusals })))
}

pub(crate) fn write(one: &policy::AnyOf, phase: chain::Phase, around: &Around<'_>, pen: &mut Pen<'_>) -> Written {
    let entry = |policy: &Policy| At::new(super::write(policy, phase, around, pen));
    let policies: Vec<_> = one.policies.iter().map(entry).collect();
    match refusals::write(&one.refusals) {
        None => Either::First(policies),
        refusals => Either::Second(AnyOf { policies, refusals }),
    }
}

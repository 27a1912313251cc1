//! Lists of policies: what each does, and where it stands.

use super::place::{Holder, Places};
use super::{Lowering, matching};
use crate::decode::At;
use crate::policy::{self, Around, Step};
use model::chain::{self, StepRank};
use model::id::Slot;
use model::predicate::Predicate;

/// The steps of a list.
pub(super) fn steps(
    list: &[At<Step>],
    holder: Holder<'_>,
    places: &mut Places,
    at: &mut Lowering<'_>,
) -> Vec<chain::Step> {
    let mut steps = Vec::new();
    for written in list {
        let named = policy::named(written);
        let [(key, phases)] = named.as_slice() else {
            at.incomplete(&written.spot, format!("an entry of policies is one of {}", policy::KEYS.join(", ")));
            continue;
        };
        let name = written.missing.as_ref().map_or(*key, |name| name.as_str());
        let (order, usual) = places.next(name);
        let slot = written.slot.as_ref().map_or(usual.as_str(), |slot| slot.as_str());
        let Some(meaning) = policy::lower(written, &Around { holder, slot }, at) else { continue };
        let order = written.order.as_ref().map_or(order, |order| order.value);
        let predicate = written.when.as_ref().map(|when| condition(when, at));
        let said = written.phase.as_ref().map(|words| words.all().iter().map(|word| word.value.into()).collect());
        for phase in said.unwrap_or_else(|| phases.to_vec()) {
            steps.push(chain::Step {
                slot: Slot::new(slot),
                rank: StepRank { phase, order },
                precedence: written.precedence.as_ref().map_or(holder.precedence, |number| number.value),
                predicate: predicate.clone(),
                policy: meaning.clone(),
            });
        }
    }
    steps
}

/// A condition of a step or a group: a match without an order among others.
pub(super) fn condition(when: &At<crate::entity::matching::Match>, at: &mut Lowering<'_>) -> Predicate {
    if when.priority.is_some() || when.rank.is_some() {
        at.invalid(&when.spot, "priority and rank order routes; a condition has neither");
    }
    matching::predicate(when, at)
}

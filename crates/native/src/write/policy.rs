//! Lists of policies: what each does, and where it stands.

use super::{Pen, matching, text, unless};
use crate::decode::{At, OneOrMany};
use crate::lower::place::{Holder, Places};
use crate::policy::{self, Around, Step};
use model::chain::{self, Phase};
use model::policy::Policy;

/// Steps as a list of policies. Steps that differ in their phase alone, side by side, are the sides of one entry.
pub(super) fn steps(
    steps: &[chain::Step],
    holder: Holder<'_>,
    places: &mut Places,
    pen: &mut Pen<'_>,
) -> Vec<At<Step>> {
    let mut written = Vec::new();
    let mut rest = steps;
    while let Some((step, mut after)) = rest.split_first() {
        let mut phases = vec![step.rank.phase];
        while let Some((next, further)) = after.split_first()
            && are_sides(step, next, &phases)
        {
            phases.push(next.rank.phase);
            after = further;
        }
        rest = after;
        let mut entry = policy::write(&step.policy, step.rank.phase, &Around { holder, slot: step.slot.as_str() }, pen);
        let (name, usual) = name(&entry);
        let (order, slot) = places.next(&name);
        if phases != usual {
            entry.phase =
                Some(OneOrMany::from(phases.into_iter().map(|phase| At::new(phase.into())).collect::<Vec<_>>()));
        }
        entry.when = step.predicate.as_ref().map(|predicate| matching::condition_of(predicate, pen));
        entry.order = unless(step.rank.order, &order);
        entry.precedence = unless(step.precedence, &holder.precedence);
        entry.slot = (step.slot.as_str() != slot).then(|| text(step.slot.as_str()));
        written.push(At::new(entry));
    }
    written
}

/// Whether two steps are sides of one policy.
fn are_sides(one: &chain::Step, next: &chain::Step, phases: &[Phase]) -> bool {
    let is_side = |step: &chain::Step| matches!(step.rank.phase, Phase::Response | Phase::Log);
    // Header changes are called after the side on which they stand.
    let same_word = !matches!(innermost(&one.policy), Policy::Headers(_)) || is_side(one) == is_side(next);
    let mut same = next.clone();
    same.rank.phase = one.rank.phase;
    same_word && !phases.contains(&next.rank.phase) && same == *one
}

fn innermost(policy: &Policy) -> &Policy {
    match policy {
        Policy::Refusing(one) => innermost(&one.policy),
        one => one,
    }
}

/// The name of an entry's policy, and the phases in which it runs if it does not say.
fn name(entry: &Step) -> (String, &'static [Phase]) {
    let named = policy::named(entry);
    let (key, phases) = named.first().copied().unwrap_or(("", &[]));
    (entry.missing.as_ref().map_or(key, |name| name.as_str()).to_owned(), phases)
}

//! Conditions of groups: asked once, when the first of their steps is reached, and remembered for the other side.

use crate::exchange::Exchange;
use crate::predicate::ReadyPredicate;

/// Whether the steps of this group run; a step without such a group does.
pub(super) fn holds(groups: &[ReadyPredicate], group: Option<u16>, exchange: &mut Exchange) -> bool {
    let Some(group) = group else { return true };
    let asked = &exchange.progress.groups;
    if let Some((_, said)) = asked.iter().find(|(asked, _)| *asked == group) {
        return *said;
    }
    let said = groups[usize::from(group)].holds(exchange);
    exchange.progress.groups.push((group, said));
    said
}

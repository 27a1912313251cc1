//! Conditions of groups: asked once, when the first of their steps is reached, and remembered for the other side.

use crate::exchange::Exchange;
use crate::failure::Failure;
use crate::predicate::ReadyPredicate;
use crate::text::Asks;
use model::chain::GroupSet;

/// A group that has a condition, or stands in a set.
pub(crate) struct ReadyGroup {
    pub(crate) predicate: Option<ReadyPredicate>,
    pub(crate) set: Option<GroupSet>,
}

impl ReadyGroup {
    /// Whether its variables ask for the request's body.
    pub(super) fn asks_body(&self) -> bool {
        self.predicate.as_ref().is_some_and(ReadyPredicate::asks_body)
    }
}

/// Whether the steps of this group run; a step without such a group does.
pub(super) fn holds(groups: &[ReadyGroup], group: Option<u16>, exchange: &mut Exchange) -> Result<bool, Box<Failure>> {
    let Some(group) = group else { return Ok(true) };
    if let Some(said) = remembered(group, exchange) {
        return Ok(said);
    }
    let at = usize::from(group);
    let said = !taken(groups, at, exchange)? && fulfilled(&groups[at], exchange)?;
    exchange.progress.groups.push((group, said));
    Ok(said)
}

/// Which bodies this group's condition will ask for, now that it is asked.
pub(super) fn asks(groups: &[ReadyGroup], group: Option<u16>, exchange: &Exchange) -> Asks {
    let Some(group) = group.filter(|group| remembered(*group, exchange).is_none()) else { return Asks::default() };
    groups[usize::from(group)].predicate.as_ref().map_or(Asks::default(), |predicate| predicate.asks(exchange))
}

fn remembered(group: u16, exchange: &Exchange) -> Option<bool> {
    let asked = &exchange.progress.groups;
    asked.iter().find(|(asked, _)| *asked == group).map(|(_, said)| *said)
}

/// Whether an earlier group of its set stands in its place.
fn taken(groups: &[ReadyGroup], at: usize, exchange: &mut Exchange) -> Result<bool, Box<Failure>> {
    let Some(GroupSet { number, otherwise: true }) = groups[at].set else { return Ok(false) };
    for (earlier, group) in groups[..at].iter().enumerate() {
        let same = group.set.is_some_and(|set| set.number == number);
        if same && holds(groups, u16::try_from(earlier).ok(), exchange)? {
            return Ok(true);
        }
    }
    Ok(false)
}

fn fulfilled(group: &ReadyGroup, exchange: &Exchange) -> Result<bool, Box<Failure>> {
    group.predicate.as_ref().map_or(Ok(true), |predicate| predicate.holds(exchange))
}

//! Where the steps of a list stand when they do not say: by their position, each under a slot of its own.

use model::chain::{Phase, StepRank, Who};
use model::predicate::Predicate;
use std::collections::BTreeMap;

/// Precedence of the global list.
pub(crate) const GLOBAL: u8 = 0;
/// Precedence of a route's own policies.
pub(crate) const ROUTE: u8 = 10;
/// Precedence of a group's policies.
const GROUP: u8 = 20;
/// Precedence of a consumer's policies.
const CONSUMER: u8 = 30;

/// Where the call of `function` or `url` stands: last of the access phase, with room behind it.
pub(crate) const CALL: StepRank = StepRank { phase: Phase::Access, order: 1_000_000 };

/// What holds a list of policies.
#[derive(Clone, Copy)]
pub(crate) struct Holder<'a> {
    /// Its id: what a policy counts if it does not say counts together for this.
    pub(crate) id: &'a str,
    /// The precedence of policies that say none.
    pub(crate) precedence: u8,
    /// Matches whose path parameters calls may name; `None`: they are not known.
    pub(crate) params: Option<&'a [&'a Predicate]>,
}

impl<'a> Holder<'a> {
    /// A table.
    pub(crate) fn table(id: &'a str) -> Self {
        Self { id, precedence: GLOBAL, params: None }
    }

    /// A route with these matches.
    pub(crate) fn route(id: &'a str, params: &'a [&'a Predicate]) -> Self {
        Self { id, precedence: ROUTE, params: Some(params) }
    }

    /// A consumer or a group.
    pub(crate) fn client(who: &'a Who) -> Self {
        let (id, precedence) = match who {
            Who::Consumer(id) => (id.as_str(), CONSUMER),
            Who::Group(id) => (id.as_str(), GROUP),
        };
        Self { id, precedence, params: None }
    }
}

/// Gives out places along a list.
#[derive(Default)]
pub(crate) struct Places {
    order: i64,
    slots: BTreeMap<String, u32>,
}

impl Places {
    /// The next place: its order, and the slot for a policy of this name. A second policy of a name in one list is
    /// meant to run beside the first, not instead of it, so its slot gets a number.
    pub(crate) fn next(&mut self, name: &str) -> (i64, String) {
        self.order += 10;
        let count = self.slots.entry(name.to_owned()).or_insert(0);
        *count += 1;
        (self.order, if *count == 1 { name.to_owned() } else { format!("{name}#{count}") })
    }
}

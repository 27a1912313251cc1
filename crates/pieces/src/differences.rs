//! What differs between two versions of a list in order of key, found without a look at the pieces that both share.

use crate::{Keyed, Pieces};
use std::cmp::Ordering;
use std::sync::Arc;

/// What stood by a key, and what stands there now. Both may be there, and may even be equal.
#[derive(Debug, PartialEq, Eq)]
pub struct Difference<'a, T> {
    /// In the older version.
    pub before: Option<&'a T>,
    /// In the newer one.
    pub now: Option<&'a T>,
}

/// The differences of two versions, in order of key.
pub struct Differences<'a, T> {
    before: Walk<'a, T>,
    now: Walk<'a, T>,
}

impl<T: Keyed> Pieces<T> {
    /// What became of an older version on the way to this one. Things may be told of that are equal in both.
    pub fn differences<'a>(&'a self, before: &'a Self) -> Differences<'a, T> {
        Differences { before: Walk::of(before), now: Walk::of(self) }
    }
}

impl<'a, T: Keyed> Iterator for Differences<'a, T> {
    type Item = Difference<'a, T>;

    fn next(&mut self) -> Option<Difference<'a, T>> {
        while let (Some(before), Some(now)) = (self.before.piece(), self.now.piece()) {
            if !Arc::ptr_eq(before, now) {
                break;
            }
            self.before.skip();
            self.now.skip();
        }
        let order = match (self.before.thing(), self.now.thing()) {
            (None, None) => return None,
            (Some(_), None) => Ordering::Less,
            (None, Some(_)) => Ordering::Greater,
            (Some(before), Some(now)) => before.key().cmp(now.key()),
        };
        let before = if order.is_le() { self.before.step() } else { None };
        let now = if order.is_ge() { self.now.step() } else { None };
        Some(Difference { before, now })
    }
}

/// A position in a list.
struct Walk<'a, T> {
    pieces: &'a [Arc<Vec<T>>],
    within: usize,
}

impl<'a, T> Walk<'a, T> {
    fn of(list: &'a Pieces<T>) -> Self {
        Self { pieces: &list.shape.pieces, within: 0 }
    }

    /// The piece that begins here.
    fn piece(&self) -> Option<&'a Arc<Vec<T>>> {
        self.pieces.first().filter(|_| self.within == 0)
    }

    fn skip(&mut self) {
        (self.pieces, self.within) = (&self.pieces[1..], 0);
    }

    fn thing(&self) -> Option<&'a T> {
        self.pieces.first()?.get(self.within)
    }

    fn step(&mut self) -> Option<&'a T> {
        let thing = self.thing()?;
        self.within += 1;
        if self.pieces.first().is_some_and(|piece| piece.len() == self.within) {
            self.skip();
        }
        Some(thing)
    }
}

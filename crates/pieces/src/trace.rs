//! What a list was, without holding what was in it; and lists that are made of others, thing by thing.

use crate::Pieces;
use std::collections::HashMap;
use std::ops::Range;
use std::sync::{Arc, Weak};

/// What a list was: its pieces are recognized, the things in them are not kept.
pub struct Trace<T> {
    pieces: Vec<Weak<Vec<T>>>,
    ends: Vec<usize>,
}

/// A stretch of a list: one piece of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Stretch {
    /// Positions in the list.
    pub here: Range<usize>,
    /// The positions that they had in the traced one, where it had this very piece.
    pub there: Option<Range<usize>>,
}

impl<T> Pieces<T> {
    /// What the list is now.
    pub fn trace(&self) -> Trace<T> {
        Trace { pieces: self.shape.pieces.iter().map(Arc::downgrade).collect(), ends: self.shape.ends.clone() }
    }

    /// The pieces of the list, and where each of them stood before.
    pub fn stretches(&self, before: &Trace<T>) -> Vec<Stretch> {
        let known = before.known();
        let stretch = |(at, piece): (usize, &Arc<Vec<T>>)| {
            let here = self.shape.begin(at)..self.shape.ends[at];
            Stretch { here, there: known.get(&Arc::as_ptr(piece)).map(|at| before.range(*at)) }
        };
        self.shape.pieces.iter().enumerate().map(stretch).collect()
    }

    /// A list that has something for each thing of this one. `before` is an older one with the trace of the list that it
    /// was made of: pieces that both have are taken over as they are if `stays` says so of all things in them. What has to
    /// be made is told what was made of the same thing before, where its piece was there.
    pub fn again<U, E>(
        &self,
        before: Option<(&Trace<T>, &Pieces<U>)>,
        mut stays: impl FnMut(&T, &U) -> bool,
        mut make: impl FnMut(&T, Option<&U>) -> Result<U, E>,
    ) -> Result<Pieces<U>, E> {
        let known = before.map(|(trace, _)| trace.known()).unwrap_or_default();
        let mut pieces = Vec::with_capacity(self.shape.pieces.len());
        for piece in &self.shape.pieces {
            let made = known.get(&Arc::as_ptr(piece)).zip(before).map(|(at, (_, made))| &made.shape.pieces[*at]);
            pieces.push(match made {
                Some(made) if piece.iter().zip(made.iter()).all(|(thing, made)| stays(thing, made)) => made.clone(),
                Some(made) => {
                    let pairs = piece.iter().zip(made.iter());
                    Arc::new(pairs.map(|(thing, made)| make(thing, Some(made))).collect::<Result<_, E>>()?)
                }
                None => Arc::new(piece.iter().map(|thing| make(thing, None)).collect::<Result<_, E>>()?),
            });
        }
        Ok(Pieces::of(pieces))
    }
}

impl<T> Trace<T> {
    /// The numbers of its pieces. None of them can stand for another: a piece that is traced keeps its address.
    fn known(&self) -> HashMap<*const Vec<T>, usize> {
        self.pieces.iter().enumerate().map(|(at, piece)| (piece.as_ptr(), at)).collect()
    }

    fn range(&self, piece: usize) -> Range<usize> {
        piece.checked_sub(1).map_or(0, |before| self.ends[before])..self.ends[piece]
    }
}

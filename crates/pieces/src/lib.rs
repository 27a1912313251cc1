//! Long lists that exist in many versions: a copy costs nothing, and a change copies one piece.
//!
//! A list is cut into pieces of some hundred things. Versions share the pieces that no change has touched, so that two
//! of them are told apart, or made anew from one another, by looking at what differs alone: [`Pieces::differences`] for
//! lists in order of key, [`Pieces::again`] for a list that is made of another one, thing by thing.

mod differences;
mod iter;
mod keyed;
#[cfg(test)]
mod tests;
mod trace;

pub use differences::{Difference, Differences};
pub use iter::Iter;
pub use keyed::Keyed;
pub use trace::{Stretch, Trace};

use serde::{Serialize, Serializer};
use std::fmt;
use std::ops::{Index, IndexMut};
use std::sync::Arc;

/// A list in pieces.
pub struct Pieces<T> {
    shape: Arc<Shape<T>>,
}

/// No piece is empty.
struct Shape<T> {
    pieces: Vec<Arc<Vec<T>>>,
    /// For each piece the number of things up to its end.
    ends: Vec<usize>,
}

/// As many things stand in one piece at most.
const MOST: usize = 256;

impl<T> Pieces<T> {
    /// An empty list.
    pub fn new() -> Self {
        Self::default()
    }

    /// How many things there are.
    pub fn len(&self) -> usize {
        self.shape.ends.last().copied().unwrap_or(0)
    }

    /// Whether there is nothing.
    pub fn is_empty(&self) -> bool {
        self.shape.pieces.is_empty()
    }

    /// The thing at this position.
    pub fn get(&self, at: usize) -> Option<&T> {
        let (piece, within) = self.shape.place(at);
        self.shape.pieces.get(piece)?.get(within)
    }

    /// The last thing.
    pub fn last(&self) -> Option<&T> {
        self.shape.pieces.last()?.last()
    }

    /// All things, in order.
    pub fn iter(&self) -> Iter<'_, T> {
        self.iter_from(0)
    }

    /// Those from a position on.
    pub fn iter_from(&self, at: usize) -> Iter<'_, T> {
        let (piece, within) = self.shape.place(at);
        Iter::new(&self.shape.pieces, piece, within, self.len().saturating_sub(at))
    }

    /// Whether this is the same version, not only an equal one.
    pub fn is(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.shape, &other.shape)
    }

    fn of(pieces: Vec<Arc<Vec<T>>>) -> Self {
        let mut shape = Shape { ends: Vec::with_capacity(pieces.len()), pieces };
        let mut end = 0;
        shape.ends.extend(shape.pieces.iter().map(|piece| {
            end += piece.len();
            end
        }));
        Self { shape: Arc::new(shape) }
    }
}

impl<T> Shape<T> {
    /// The piece of a position, and the position in it; behind the end both lead nowhere.
    fn place(&self, at: usize) -> (usize, usize) {
        let piece = self.ends.partition_point(|end| *end <= at);
        (piece, at - self.begin(piece))
    }

    fn begin(&self, piece: usize) -> usize {
        piece.checked_sub(1).map_or(0, |before| self.ends[before])
    }
}

impl<T: Clone> Pieces<T> {
    /// Puts a thing at this position, before what stands there now.
    ///
    /// # Panics
    ///
    /// When there is no such position.
    pub fn insert(&mut self, at: usize, thing: T) {
        assert!(at <= self.len(), "a position of the list, or its end");
        let shape = Arc::make_mut(&mut self.shape);
        let (mut piece, mut within) = shape.place(at);
        if within == 0 && piece > 0 && (piece == shape.pieces.len() || shape.pieces[piece - 1].len() < MOST) {
            piece -= 1; // the end of the one before
            within = shape.pieces[piece].len();
        }
        match shape.pieces.get(piece).map(|piece| piece.len()) {
            None => shape.pieces.push(Arc::new(vec![thing])),
            Some(MOST) if within == MOST => {
                shape.pieces.insert(piece + 1, Arc::new(vec![thing])); // what only grows at its end keeps full pieces
            }
            Some(MOST) => {
                let upper = Arc::make_mut(&mut shape.pieces[piece]).split_off(MOST / 2);
                shape.pieces.insert(piece + 1, Arc::new(upper));
                let (piece, within) = if within > MOST / 2 { (piece + 1, within - MOST / 2) } else { (piece, within) };
                Arc::make_mut(&mut shape.pieces[piece]).insert(within, thing);
            }
            Some(_) => Arc::make_mut(&mut shape.pieces[piece]).insert(within, thing),
        }
        shape.count();
    }

    /// Puts a thing at the end.
    pub fn push(&mut self, thing: T) {
        self.insert(self.len(), thing);
    }

    /// Takes the thing at this position out.
    ///
    /// # Panics
    ///
    /// When there is no such position.
    pub fn remove(&mut self, at: usize) -> T {
        let shape = Arc::make_mut(&mut self.shape);
        let (piece, within) = shape.place(at);
        let gone = Arc::make_mut(&mut shape.pieces[piece]).remove(within);
        let left = shape.pieces[piece].len();
        let room = |other: usize| shape.pieces.get(other).is_some_and(|other| other.len() + left <= MOST / 2);
        if left == 0 {
            shape.pieces.remove(piece);
        } else if room(piece + 1) {
            let next = shape.pieces.remove(piece + 1);
            Arc::make_mut(&mut shape.pieces[piece]).extend(next.iter().cloned());
        }
        shape.count();
        gone
    }

    /// The thing at this position, to be changed.
    pub fn get_mut(&mut self, at: usize) -> Option<&mut T> {
        let (piece, within) = self.shape.place(at);
        if piece == self.shape.pieces.len() {
            return None;
        }
        Arc::make_mut(&mut Arc::make_mut(&mut self.shape).pieces[piece]).get_mut(within)
    }

    /// All things, to be changed: no piece is shared afterwards.
    pub fn iter_mut(&mut self) -> impl Iterator<Item = &mut T> {
        Arc::make_mut(&mut self.shape).pieces.iter_mut().flat_map(|piece| Arc::make_mut(piece).iter_mut())
    }
}

impl<T> Shape<T> {
    fn count(&mut self) {
        let mut end = 0;
        self.ends.clear();
        self.ends.extend(self.pieces.iter().map(|piece| {
            end += piece.len();
            end
        }));
    }
}

impl<T> Clone for Pieces<T> {
    fn clone(&self) -> Self {
        Self { shape: self.shape.clone() }
    }
}

impl<T> Clone for Shape<T> {
    fn clone(&self) -> Self {
        Self { pieces: self.pieces.clone(), ends: self.ends.clone() }
    }
}

impl<T> Default for Pieces<T> {
    fn default() -> Self {
        Self { shape: Arc::new(Shape { pieces: Vec::new(), ends: Vec::new() }) }
    }
}

impl<T: PartialEq> PartialEq for Pieces<T> {
    fn eq(&self, other: &Self) -> bool {
        self.is(other) || self.len() == other.len() && self.iter().eq(other)
    }
}

impl<T: Eq> Eq for Pieces<T> {}

impl<T: fmt::Debug> fmt::Debug for Pieces<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self).finish()
    }
}

impl<T: Serialize> Serialize for Pieces<T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_seq(self)
    }
}

impl<T> Index<usize> for Pieces<T> {
    type Output = T;

    fn index(&self, at: usize) -> &T {
        self.get(at).expect("a position of the list")
    }
}

impl<T: Clone> IndexMut<usize> for Pieces<T> {
    fn index_mut(&mut self, at: usize) -> &mut T {
        self.get_mut(at).expect("a position of the list")
    }
}

impl<T> FromIterator<T> for Pieces<T> {
    fn from_iter<I: IntoIterator<Item = T>>(things: I) -> Self {
        let mut things = things.into_iter();
        let pieces = std::iter::from_fn(|| {
            let piece: Vec<T> = things.by_ref().take(MOST).collect();
            (!piece.is_empty()).then(|| Arc::new(piece))
        });
        Self::of(pieces.collect())
    }
}

impl<T> From<Vec<T>> for Pieces<T> {
    fn from(things: Vec<T>) -> Self {
        things.into_iter().collect()
    }
}

impl<T: Clone> Extend<T> for Pieces<T> {
    fn extend<I: IntoIterator<Item = T>>(&mut self, things: I) {
        things.into_iter().for_each(|thing| self.push(thing));
    }
}

impl<'a, T> IntoIterator for &'a Pieces<T> {
    type Item = &'a T;
    type IntoIter = Iter<'a, T>;

    fn into_iter(self) -> Iter<'a, T> {
        self.iter()
    }
}

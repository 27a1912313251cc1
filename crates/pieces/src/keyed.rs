//! Lists in order of key, each key once: they are searched, and changed by key.

use crate::{Iter, Pieces};
use std::sync::Arc;

/// What stands in a list by its key.
pub trait Keyed {
    /// The key.
    type Key: Ord + ?Sized;

    /// Its own.
    fn key(&self) -> &Self::Key;
}

impl<K: Ord, V> Keyed for (K, V) {
    type Key = K;

    fn key(&self) -> &K {
        &self.0
    }
}

impl<T: Keyed> Pieces<T> {
    /// The position of a key, or the one it would have.
    pub fn search(&self, key: &T::Key) -> Result<usize, usize> {
        let behind = self.shape.pieces.partition_point(|piece| piece.first().is_some_and(|first| first.key() <= key));
        let Some(piece) = behind.checked_sub(1) else { return Err(0) };
        let begin = self.shape.begin(piece);
        let within = self.shape.pieces[piece].binary_search_by(|thing| thing.key().cmp(key));
        within.map(|at| begin + at).map_err(|at| begin + at)
    }

    /// What stands by this key.
    pub fn find(&self, key: &T::Key) -> Option<&T> {
        self.get(self.search(key).ok()?)
    }

    /// Whether something stands by this key.
    pub fn has(&self, key: &T::Key) -> bool {
        self.search(key).is_ok()
    }

    /// Everything from a key on.
    pub fn from_key(&self, key: &T::Key) -> Iter<'_, T> {
        let (Ok(at) | Err(at)) = self.search(key);
        self.iter_from(at)
    }

    /// Puts things in order; of those with equal keys the first stays.
    pub fn ordered(things: impl IntoIterator<Item = T>) -> Self {
        let mut things: Vec<T> = things.into_iter().collect();
        if !things.is_sorted_by(|one, next| one.key() < next.key()) {
            things.sort_by(|one, other| one.key().cmp(other.key())); // stable
            things.dedup_by(|next, one| next.key() == one.key());
        }
        things.into()
    }
}

impl<T: Keyed + Clone> Pieces<T> {
    /// Puts a thing in its place, and hands back what stood there by its key.
    pub fn put(&mut self, thing: T) -> Option<T> {
        match self.search(thing.key()) {
            Ok(at) => Some(std::mem::replace(&mut self[at], thing)),
            Err(at) => {
                self.insert(at, thing);
                None
            }
        }
    }

    /// Takes out what stands by this key.
    pub fn take(&mut self, key: &T::Key) -> Option<T> {
        let at = self.search(key).ok()?;
        Some(self.remove(at))
    }

    /// Leaves only what is wanted.
    pub fn retain(&mut self, wanted: impl Fn(&T) -> bool) {
        let shape = Arc::make_mut(&mut self.shape);
        for piece in &mut shape.pieces {
            if !piece.iter().all(&wanted) {
                Arc::make_mut(piece).retain(&wanted);
            }
        }
        shape.pieces.retain(|piece| !piece.is_empty());
        shape.count();
    }
}

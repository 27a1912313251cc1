//! From one thing to the next, across pieces.

use std::sync::Arc;

/// The things of a list from a position on.
pub struct Iter<'a, T> {
    pieces: std::slice::Iter<'a, Arc<Vec<T>>>,
    piece: std::slice::Iter<'a, T>,
    left: usize,
}

impl<'a, T> Iter<'a, T> {
    pub(super) fn new(pieces: &'a [Arc<Vec<T>>], piece: usize, within: usize, left: usize) -> Self {
        let mut pieces = pieces[piece..].iter();
        let piece = pieces.next().map_or(&[][..], |piece| &piece[within..]).iter();
        Self { pieces, piece, left }
    }
}

impl<'a, T> Iterator for Iter<'a, T> {
    type Item = &'a T;

    fn next(&mut self) -> Option<&'a T> {
        loop {
            if let Some(thing) = self.piece.next() {
                self.left -= 1;
                return Some(thing);
            }
            self.piece = self.pieces.next()?.iter();
        }
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        (self.left, Some(self.left))
    }
}

impl<T> ExactSizeIterator for Iter<'_, T> {}

impl<T> Clone for Iter<'_, T> {
    fn clone(&self) -> Self {
        Self { pieces: self.pieces.clone(), piece: self.piece.clone(), left: self.left }
    }
}

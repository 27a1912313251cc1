//! Handles by name, held weakly and bounded in number.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, Weak};

/// As many names have series of their own; the rest share one. It keeps memory and output in bounds when a
/// configuration has very many routes.
pub(super) const MOST: usize = 10_000;

/// Fewer names are not worth a sweep.
const FEW: usize = 64;

/// The name of those that share.
pub(super) const OTHER: &str = "other";

/// Handles that are in use somewhere.
#[derive(Debug)]
pub(super) struct Handles<T> {
    known: Mutex<Known<T>>,
}

#[derive(Debug)]
struct Known<T> {
    by_name: BTreeMap<Box<str>, Weak<T>>,
    /// Names that are no longer in use are looked for when as many more have been asked for.
    until_sweep: usize,
}

impl<T: Default> Handles<T> {
    /// The handle of this name: the one in use, or a new one.
    pub(super) fn of(&self, name: &str) -> Arc<T> {
        let mut known = self.locked();
        if let Some(handle) = known.by_name.get(name).and_then(Weak::upgrade) {
            return handle;
        }
        known.sweep();
        let name = if known.by_name.len() < MOST { name } else { OTHER };
        if let Some(handle) = known.by_name.get(name).and_then(Weak::upgrade) {
            return handle;
        }
        let handle = Arc::default();
        known.by_name.insert(name.into(), Arc::downgrade(&handle));
        handle
    }

    /// Handles in use, by name.
    pub(super) fn in_use(&self) -> Vec<(Box<str>, Arc<T>)> {
        let known = self.locked();
        known.by_name.iter().filter_map(|(name, handle)| Some((name.clone(), handle.upgrade()?))).collect()
    }

    #[cfg(test)]
    pub(super) fn len(&self) -> usize {
        self.locked().by_name.len()
    }

    fn locked(&self) -> MutexGuard<'_, Known<T>> {
        self.known.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl<T> Known<T> {
    /// Forgets names out of use, once for about as many new names as there are: each pays for looking at one.
    fn sweep(&mut self) {
        if self.until_sweep > 0 {
            self.until_sweep -= 1;
            return;
        }
        self.by_name.retain(|_, handle| handle.strong_count() > 0);
        self.until_sweep = self.by_name.len().max(FEW);
    }
}

impl<T> Default for Handles<T> {
    fn default() -> Self {
        Self { known: Mutex::new(Known { by_name: BTreeMap::new(), until_sweep: FEW }) }
    }
}

//! Counters in use, found again by what they count: a reload loses no count.

use super::counter::Counter;
use super::counter::local::LocalCounter;
use model::policy::{RateLimit, Window};
use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError, Weak};

/// Counters that some snapshot uses; cloning shares them.
#[derive(Clone, Default)]
pub struct Counters(Arc<Mutex<HashMap<Name, Weak<LocalCounter>>>>);

/// What counts together.
type Name = (String, Vec<Window>);

impl Counters {
    /// The counter of this scope and these windows.
    pub(crate) fn local(&self, data: &RateLimit) -> Arc<dyn Counter> {
        let mut counters = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let name = (data.scope.clone(), data.windows.clone());
        if let Some(counter) = counters.get(&name).and_then(Weak::upgrade) {
            return counter;
        }
        counters.retain(|_, counter| counter.strong_count() > 0);
        let counter = Arc::new(LocalCounter::new(data.windows.clone()));
        counters.insert(name, Arc::downgrade(&counter));
        counter
    }
}

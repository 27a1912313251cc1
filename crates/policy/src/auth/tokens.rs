//! Servers that know of tokens, found again by what is configured of them: a reload forgets neither keys nor answers.

use super::introspection::Introspection;
use super::key_set::KeySet;
use crate::server::ServerError;
use model::policy::{Introspection as IntrospectionData, KeySet as KeySetData};
use std::collections::HashMap;
use std::hash::Hash;
use std::sync::{Arc, Mutex, PoisonError, Weak};

/// Servers that some snapshot uses; cloning shares them.
#[derive(Clone, Default)]
pub struct Tokens(Arc<Mutex<Kept>>);

#[derive(Default)]
struct Kept {
    key_sets: HashMap<KeySetData, Weak<KeySet>>,
    introspections: HashMap<IntrospectionData, Weak<Introspection>>,
}

impl Tokens {
    /// The keys of this server.
    pub(crate) fn key_set(&self, data: &KeySetData) -> Result<Arc<KeySet>, ServerError> {
        let mut kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        found(&mut kept.key_sets, data, KeySet::new)
    }

    /// This server.
    pub(crate) fn introspection(&self, data: &IntrospectionData) -> Result<Arc<Introspection>, ServerError> {
        let mut kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        found(&mut kept.introspections, data, Introspection::new)
    }
}

/// The one that is in use, or a new one. Those that nobody uses go.
fn found<D: Clone + Eq + Hash, T>(
    all: &mut HashMap<D, Weak<T>>,
    data: &D,
    make: impl FnOnce(&D) -> Result<T, ServerError>,
) -> Result<Arc<T>, ServerError> {
    if let Some(known) = all.get(data).and_then(Weak::upgrade) {
        return Ok(known);
    }
    all.retain(|_, one| one.strong_count() > 0);
    let new = Arc::new(make(data)?);
    all.insert(data.clone(), Arc::downgrade(&new));
    Ok(new)
}

//! The http upstreams of a gateway by their ids, shared with the gateways before and after.

use crate::endpoint::Upstream;
use crate::id::UpstreamId;
use pieces::Pieces;
use serde::{Serialize, Serializer};
use std::collections::BTreeMap;
use std::fmt;
use std::sync::Arc;

/// Upstreams by id, in order of id.
#[derive(Clone, Default, PartialEq)]
pub struct Upstreams(Pieces<(UpstreamId, Arc<Upstream>)>);

impl Upstreams {
    /// How many there are.
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The upstream of this id.
    pub fn get(&self, id: &UpstreamId) -> Option<&Upstream> {
        self.0.find(id).map(|(_, upstream)| upstream.as_ref())
    }

    /// All of them, in order of id.
    pub fn iter(&self) -> impl Iterator<Item = (&UpstreamId, &Upstream)> {
        self.0.iter().map(|(id, upstream)| (id, upstream.as_ref()))
    }

    /// Their ids, in order.
    pub fn keys(&self) -> impl Iterator<Item = &UpstreamId> {
        self.0.iter().map(|(id, _)| id)
    }

    /// Puts one in its place.
    pub fn insert(&mut self, id: UpstreamId, upstream: impl Into<Arc<Upstream>>) {
        self.0.put((id, upstream.into()));
    }

    /// Takes one out.
    pub fn remove(&mut self, id: &UpstreamId) {
        self.0.take(id);
    }

    /// Adds those of another gateway, whose ids are others.
    pub fn join(&mut self, others: Self) {
        if self.is_empty() {
            *self = others;
        } else {
            others.0.iter().for_each(|one| drop(self.0.put(one.clone())));
        }
    }

    /// The list as it stands.
    pub fn list(&self) -> &Pieces<(UpstreamId, Arc<Upstream>)> {
        &self.0
    }
}

impl<U: Into<Arc<Upstream>>> FromIterator<(UpstreamId, U)> for Upstreams {
    fn from_iter<I: IntoIterator<Item = (UpstreamId, U)>>(upstreams: I) -> Self {
        Self(Pieces::ordered(upstreams.into_iter().map(|(id, upstream)| (id, upstream.into()))))
    }
}

impl From<BTreeMap<UpstreamId, Upstream>> for Upstreams {
    fn from(upstreams: BTreeMap<UpstreamId, Upstream>) -> Self {
        upstreams.into_iter().collect()
    }
}

impl<const N: usize> From<[(UpstreamId, Upstream); N]> for Upstreams {
    fn from(upstreams: [(UpstreamId, Upstream); N]) -> Self {
        upstreams.into_iter().collect()
    }
}

impl fmt::Debug for Upstreams {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_map().entries(self.iter()).finish()
    }
}

impl Serialize for Upstreams {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_map(self.iter())
    }
}

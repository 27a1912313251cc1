//! The nodes of upstreams, as a scrape may tell of them. Somebody else keeps them; here they are asked for.

use std::fmt;
use std::sync::{PoisonError, RwLock};

/// One node.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NodeFigures {
    /// The id of its upstream.
    pub upstream: String,
    /// `host:port`.
    pub node: String,
    /// Whether it may be asked.
    pub well: bool,
}

/// Tells all nodes.
pub type Nodes = Box<dyn Fn() -> Vec<NodeFigures> + Send + Sync>;

/// Who is asked.
#[derive(Default)]
pub(super) struct Watched(RwLock<Option<Nodes>>);

impl Watched {
    pub(super) fn set(&self, nodes: Nodes) {
        *self.0.write().unwrap_or_else(PoisonError::into_inner) = Some(nodes);
    }

    pub(super) fn figures(&self) -> Vec<NodeFigures> {
        self.0.read().unwrap_or_else(PoisonError::into_inner).as_ref().map_or_else(Vec::new, |all| all())
    }
}

impl fmt::Debug for Watched {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Watched")
    }
}

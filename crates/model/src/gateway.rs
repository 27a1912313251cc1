//! The whole gateway: what one or several sources mean, together.

mod upstreams;

pub use upstreams::Upstreams;

use crate::consumer::Consumer;
use crate::listener::Listener;
use crate::table::Table;
use serde::Serialize;
use std::sync::Arc;

/// Everything that traffic needs to know.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct Gateway {
    /// Where clients connect. Each names its tables.
    pub listeners: Vec<Listener>,
    /// Routes with what surrounds them, one table for each source.
    pub tables: Vec<Table>,
    /// Http upstreams, shared by the routes that name them.
    pub upstreams: Upstreams,
    /// Known clients with their credentials.
    pub consumers: Vec<Arc<Consumer>>,
}

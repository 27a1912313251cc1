//! A client the gateway knows.

use crate::id::{ConsumerId, GroupId};
use crate::secret::Secret;
use serde::Serialize;

/// A known client with its credentials.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Consumer {
    /// Its id, with the source's origin.
    pub id: ConsumerId,
    /// The name shown to functions and upstreams.
    pub name: String,
    /// The groups it belongs to, in order.
    pub groups: Vec<GroupId>,
    /// What proves that it is who it says.
    pub credentials: Vec<Credential>,
}

/// One proof of identity.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub enum Credential {
    /// A key in a header or query parameter.
    Key(Secret),
}

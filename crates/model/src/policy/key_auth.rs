//! A key that names the client.

use crate::id::ConsumerId;
use serde::Serialize;

/// Where the key is looked for, and what follows.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct KeyAuth {
    /// Header names, lower case, in order.
    pub headers: Vec<String>,
    /// Query parameter names, in order, after the headers.
    pub query: Vec<String>,
    /// Whether the key is taken off before anyone behind sees it.
    pub hide: bool,
    /// Who a client without a valid key is; `None` refuses it.
    pub anonymous: Option<ConsumerId>,
}

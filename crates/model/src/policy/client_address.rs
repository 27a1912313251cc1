//! The client's address, as the request tells it.

use crate::variable::Variable;
use ipnet::IpNet;
use serde::Serialize;

/// Takes what a request tells for the client's address. Who may tell what he likes may be whoever he likes: see
/// [`ClientAddress::trusted`].
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct ClientAddress {
    /// Where the address stands, with or without a port. What is no address changes nothing.
    pub source: Variable,
    /// Of several with commas between them the last.
    pub last: bool,
    /// Only clients of these addresses are believed; `None`: all are.
    pub trusted: Option<Vec<IpNet>>,
}

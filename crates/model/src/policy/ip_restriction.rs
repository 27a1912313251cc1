//! Addresses that may, or may not.

use super::Refusals;
use ipnet::IpNet;
use serde::Serialize;

/// From where clients may come. Who is denied stays denied, also where it is allowed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct IpRestriction {
    /// Only these networks may; empty: all.
    pub allow: Vec<IpNet>,
    /// These networks may not.
    pub deny: Vec<IpNet>,
    /// What a refusal says.
    pub refusals: Refusals,
}

//! Addresses that may, or may not, in lists that are evaluated for each request.

use crate::answer::Keyed;
use crate::text::Text;
use serde::Serialize;

/// From where requests may come. Who is denied stays denied, also where it is allowed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct CheckAddresses {
    /// Only these may: addresses and networks, several in one text with commas between them. Where there is none, all
    /// may.
    pub allow: Vec<Text>,
    /// These may not. One that is neither address nor network lets nobody pass.
    pub deny: Vec<Text>,
    /// Whose addresses are judged.
    pub of: AddressOf,
    /// The first and the last address of a network of the older protocol belong to it.
    pub edges: bool,
    /// What a refusal is; `{}` in its message stands for the addresses.
    pub refusal: Keyed,
}

/// Whose addresses are judged: one of several is enough to be denied, or to be allowed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub enum AddressOf {
    /// The client's.
    Client,
    /// All in `X-Forwarded-For`; without it nobody may.
    Forwarded,
    /// Those in this text, with commas between them.
    Text(Text),
}

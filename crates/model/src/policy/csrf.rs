//! A sign that a request was made by a page which can read the gateway's cookies.

use super::Refusals;
use crate::secret::Secret;
use serde::Serialize;
use std::time::Duration;

/// Gives every response a signed token as a cookie, and refuses requests that may change something and do not show the
/// same token in a header field too. Refuses in [`super::Case::Absent`] where the field is missing, in
/// [`super::Case::Anonymous`] where the cookie is, in [`super::Case::Several`] where the two differ, and in
/// [`super::Case::Signature`] where the token is over or somebody else's.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Csrf {
    /// Name of the cookie and of the field.
    pub name: String,
    /// What tokens are signed with.
    pub key: Secret,
    /// How long a token is good; `None`: without end.
    pub lasting: Option<Duration>,
    /// What a refusal says.
    pub refusals: Refusals,
}

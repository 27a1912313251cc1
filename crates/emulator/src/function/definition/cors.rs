//! CORS of a function URL, as `function.yaml` and templates have it. Data only.

use super::span::Span;
use serde::{Deserialize, Deserializer};
use std::time::Duration;

/// Which pages of other sites may call a function URL. `*` stands for all.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Cors {
    /// `https://example.com`.
    pub allow_origins: Vec<String>,
    /// Methods.
    pub allow_methods: Vec<String>,
    /// Header fields that a page may send.
    pub allow_headers: Vec<String>,
    /// Header fields that a page may read.
    pub expose_headers: Vec<String>,
    /// Whether a page may send cookies.
    pub allow_credentials: bool,
    /// How long a browser need not ask again.
    #[serde(deserialize_with = "span")]
    pub max_age: Option<Duration>,
}

fn span<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Duration>, D::Error> {
    Ok(Option::<Span>::deserialize(deserializer)?.map(|span| span.0))
}

//! Cross-origin resource sharing, as the Fetch standard defines it.

use serde::Serialize;
use std::time::Duration;

/// Who may call from another origin, and how.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Cors {
    /// Origins that may.
    pub origins: Origins,
    /// Methods that may be used, upper case; empty allows the one asked for.
    pub methods: Vec<String>,
    /// Request headers that may be sent; empty allows those asked for.
    pub headers: Vec<String>,
    /// Response headers that a page may read.
    pub exposed: Vec<String>,
    /// Whether cookies and authorization may be sent.
    pub credentials: bool,
    /// How long a browser may keep a preflight's answer.
    pub max_age: Option<Duration>,
}

/// Origins that may.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub enum Origins {
    /// All of them.
    Any,
    /// These, compared as text: `https://app.example.com`.
    List(Vec<String>),
}

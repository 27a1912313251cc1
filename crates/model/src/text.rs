//! Texts with expressions in them, as written: `{#request.headers['X-Tenant'][0]}`.
//!
//! Whoever runs them reads each once. A text that cannot be read is no reason to refuse a configuration: who wants its
//! value fails, as it would in a world that has none.

use crate::secret::Secret;
use serde::Serialize;

/// A text of the configuration.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize)]
pub enum Text {
    /// These characters, whatever stands in them.
    Plain(String),
    /// A text that may hold expressions (`expr::el`).
    Expression(String),
    /// As `Expression`; what it holds may be secret.
    Secret(Secret),
}

impl Text {
    /// What is written.
    pub fn source(&self) -> &str {
        match self {
            Self::Plain(text) | Self::Expression(text) => text,
            Self::Secret(text) => text.expose(),
        }
    }
}

/// A setting that is evaluated for each request.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, Serialize)]
pub struct Setting {
    /// What it is; `None`: not set.
    pub text: Option<Text>,
    /// The attribute that stands before the text, where the exchange has one of this name. A text in it is evaluated.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub attribute: Option<String>,
    /// Where its value is null, it is what is written.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub or_written: bool,
}

impl Setting {
    /// A text that no attribute stands before.
    pub fn of(text: Text) -> Self {
        Self { text: Some(text), ..Self::default() }
    }
}

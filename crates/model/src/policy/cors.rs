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
    /// Whether pages of the public web may call a private network, when they ask.
    pub private_network: bool,
    /// Preflights are not answered here: they go on, and nothing is added to what they get.
    pub preflight_on: bool,
    /// Origins whose pages may measure how long responses take.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub timing: Option<Origins>,
    /// Where the originals differ.
    pub manner: CorsManner,
}

/// Origins that may.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub enum Origins {
    /// All of them.
    Any,
    /// These, compared as text: `https://app.example.com`.
    List(Vec<String>),
    /// These as text, and what these regular expressions match as a whole.
    Matching {
        /// Texts.
        texts: Vec<String>,
        /// Regular expressions.
        patterns: Vec<String>,
    },
}

/// Ways to say it in which the originals differ; a browser understands all of them.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct CorsManner {
    /// The status of an answer to a preflight.
    pub preflight_status: u16,
    /// A sole configured origin is named on every response, whoever asks; and no `Vary` is needed.
    pub names_sole_origin: bool,
    /// An origin that may not still learns methods, headers and credentials.
    pub tells_strangers: bool,
    /// With credentials and any origin, `*` is said to a request that names no origin.
    pub star_without_origin: bool,
    /// A request without origin gets nothing.
    pub needs_origin: bool,
    /// Lists are written without blanks.
    pub dense: bool,
    /// Every `OPTIONS` is a preflight, and methods, headers and age are told with every response.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub everywhere: bool,
    /// What an upstream says to an origin that may not is left as it is.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub keeps: bool,
}

impl Default for CorsManner {
    fn default() -> Self {
        Self {
            preflight_status: 204,
            names_sole_origin: false,
            tells_strangers: false,
            star_without_origin: false,
            needs_origin: false,
            dense: false,
            everywhere: false,
            keeps: false,
        }
    }
}

impl Default for Cors {
    fn default() -> Self {
        Self {
            origins: Origins::Any,
            methods: Vec::new(),
            headers: Vec::new(),
            exposed: Vec::new(),
            credentials: false,
            max_age: None,
            private_network: false,
            preflight_on: false,
            timing: None,
            manner: CorsManner::default(),
        }
    }
}

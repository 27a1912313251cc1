//! Bodies of responses, encoded for clients that accept it.

use serde::Serialize;

/// Encodes responses that are not encoded yet.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Compress {
    /// The encodings; of several that a client likes equally the first is taken.
    pub encodings: Vec<Encoding>,
    /// Only bodies of these media types, in lower case; `None`: any, where one is told.
    pub types: Option<Vec<String>>,
    /// Only bodies that are at least this long, in bytes, where the length is known.
    pub least: u64,
    /// Clients of HTTP/1.0 too.
    pub http_1_0: bool,
    /// What is encoded says so to caches, by `Vary`.
    pub vary: bool,
}

/// How a body is encoded.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub enum Encoding {
    /// `gzip`
    Gzip {
        /// From 1, fast, to 9, small.
        level: u8,
    },
    /// `br`
    Brotli {
        /// From 0, fast, to 11, small.
        quality: u8,
        /// The window: two to this power, in bytes, from 10 to 24.
        window: u8,
        /// A block: two to this power, in bytes, from 16 to 24; 0: as the quality has it.
        block: u8,
        /// What bodies are made of.
        mode: BrotliMode,
    },
}

/// What bodies are made of.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum BrotliMode {
    /// Anything.
    #[default]
    Any,
    /// Text.
    Text,
    /// Fonts.
    Font,
}

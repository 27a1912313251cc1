//! `function.yaml` as written, before anything is made of it.

use super::{Place, RuntimeClient, Url, faults, problem, span::Span};
use crate::settings::Declared;
use serde::Deserialize;
use std::collections::BTreeMap;
use std::fmt;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

/// Every key may be left out.
#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(super) struct Written {
    pub(super) runtime: Option<String>,
    pub(super) handler: Option<String>,
    pub(super) runtime_client: RuntimeClient,
    /// Megabytes.
    pub(super) memory: Option<u32>,
    /// Seconds; parts of one are fine.
    pub(super) timeout: Option<Span>,
    pub(super) environment: BTreeMap<String, Scalar>,
    pub(super) concurrency: Option<usize>,
    pub(super) warm: Option<usize>,
    pub(super) url: Option<Url>,
    /// Alias to version; `live: 3` needs no quotes.
    pub(super) aliases: BTreeMap<String, Scalar>,
    pub(super) versions: Vec<Scalar>,
    pub(super) retries: Option<u8>,
    pub(super) max_event_age: Option<Span>,
    pub(super) destinations: Destinations,
    pub(super) faults: Option<faults::Written>,
}

#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(super) struct Destinations {
    pub(super) on_success: Option<PathBuf>,
    pub(super) on_failure: Option<PathBuf>,
}

/// A value of the environment: `PORT: 80` needs no quotes.
#[derive(Debug, Deserialize)]
#[serde(untagged)]
pub(super) enum Scalar {
    Bool(bool),
    Integer(i64),
    Float(f64),
    Text(String),
}

impl fmt::Display for Scalar {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Bool(value) => value.fmt(f),
            Self::Integer(value) => value.fmt(f),
            Self::Float(value) => value.fmt(f),
            Self::Text(value) => value.fmt(f),
        }
    }
}

impl Written {
    pub(super) fn read(folder: &Path) -> Result<Self, String> {
        let text = match fs::read_to_string(folder.join("function.yaml")) {
            Ok(text) => text,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Self::default()),
            Err(error) => return Err(problem(&Place::Folder(folder), error)),
        };
        // An empty document is nothing written, not a wrong type.
        if text.lines().all(|line| line.trim().is_empty() || line.trim_start().starts_with('#')) {
            return Ok(Self::default());
        }
        serde_saphyr::from_str(&text).map_err(|error| problem(&Place::Folder(folder), error))
    }
    /// What is not written, as it is declared elsewhere.
    pub(super) fn or(mut self, declared: &Declared) -> Self {
        let Declared { name: _, folder: _, runtime, handler, memory_mb, timeout, environment, .. } = declared.clone();
        self.runtime = self.runtime.or(runtime);
        self.handler = self.handler.or(handler);
        self.memory = self.memory.or(memory_mb);
        self.timeout = self.timeout.or(timeout.map(Span));
        self.concurrency = self.concurrency.or(declared.concurrency);
        self.warm = self.warm.or(declared.warm);
        self.url = self.url.or(declared.url.clone());
        self.retries = self.retries.or(declared.retries);
        self.max_event_age = self.max_event_age.or(declared.max_event_age.map(Span));
        for (name, value) in environment {
            self.environment.entry(name).or_insert(Scalar::Text(value));
        }
        for (name, version) in declared.aliases.clone() {
            self.aliases.entry(name).or_insert(Scalar::Text(version));
        }
        self
    }
}

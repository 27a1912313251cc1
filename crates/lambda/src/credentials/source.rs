//! What a source of keys is, what it finds, and how it says that it has none.

use super::Keys;
use std::borrow::Cow;
use std::future::Future;
use std::path::PathBuf;
use std::pin::Pin;
use std::sync::Arc;
use std::time::{Duration, SystemTime};

/// Where keys come from.
pub(crate) trait CredentialSource: Send + Sync + 'static {
    /// The word for it in logs and reports: `container`.
    fn name(&self) -> &'static str;

    /// Fetches keys. May take long; whoever asks keeps what it is given.
    fn fetch(&self) -> Fetching<'_>;
}

/// Keys on their way.
pub(crate) type Fetching<'a> = Pin<Box<dyn Future<Output = Result<Found, NoKeys>> + Send + 'a>>;

/// Keys, and what is known of them.
#[derive(Clone, Debug)]
pub(crate) struct Found {
    pub(crate) keys: Keys,
    /// The source that had them.
    pub(crate) provider: &'static str,
    /// Which variables, file, URL or role they are from.
    pub(crate) origin: String,
    /// The time by the clock of whoever gave them.
    pub(crate) clock: Option<SystemTime>,
    /// When keys without an end are looked up again.
    pub(crate) again: Again,
    /// The sources before it, and why they had none.
    pub(crate) passed: Vec<NoKeys>,
}

/// When keys without an end are looked up again.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Again {
    /// They stay as they are.
    Never,
    /// After this time, and when one of the files changes.
    After(Duration, Vec<PathBuf>),
}

impl Found {
    pub(crate) fn new(keys: Keys, provider: &'static str, origin: impl Into<String>) -> Self {
        Self { keys, provider, origin: origin.into(), clock: None, again: Again::Never, passed: Vec::new() }
    }
}

/// Why a source has no keys. The text says what was tried; it has no secret.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{provider}: {what}{}", advice(.remedy))]
pub struct NoKeys {
    /// The source: `container`.
    pub provider: &'static str,
    /// There is nothing of the kind here, as opposed to something that does not work.
    pub absent: bool,
    /// What is wrong, with the variable, file or URL.
    pub what: Arc<str>,
    /// What helps; empty where nothing is wrong.
    pub remedy: Cow<'static, str>,
}

fn advice(remedy: &str) -> String {
    if remedy.is_empty() { String::new() } else { format!("; {remedy}") }
}

impl NoKeys {
    /// There is nothing of the kind here.
    pub(crate) fn absent(provider: &'static str, what: impl Into<Arc<str>>) -> Self {
        Self { provider, absent: true, what: what.into(), remedy: "".into() }
    }

    /// There is something, and it does not work.
    pub(crate) fn broken(
        provider: &'static str,
        what: impl Into<Arc<str>>,
        remedy: impl Into<Cow<'static, str>>,
    ) -> Self {
        Self { provider, absent: false, what: what.into(), remedy: remedy.into() }
    }
}

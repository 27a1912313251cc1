//! How a folder is run: by what lies in it, or as its `function.yaml` says.

mod cors;
mod faults;
mod span;
mod written;

use crate::settings::Declared;
pub use cors::Cors;
pub(crate) use faults::{FaultError, Faults, Reason};
use serde::Deserialize;
use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::time::Duration;
use written::Written;

/// AWS's default, and what it allows.
const MEMORY_MB: u32 = 128;
const MAX_MEMORY_MB: u32 = 10_240;
/// AWS's default and limit.
const TIMEOUT: Duration = Duration::from_secs(3);
const MAX_TIMEOUT: Duration = Duration::from_secs(900);
/// Instances at once. AWS allows 1000 an account; a laptop has less to give.
const CONCURRENCY: usize = 10;
const MAX_CONCURRENCY: usize = 1000;
/// How often AWS tries an event again, and how old it may grow meanwhile.
const RETRIES: u8 = 2;
const MIN_EVENT_AGE: Duration = Duration::from_secs(60);
const MAX_EVENT_AGE: Duration = Duration::from_secs(6 * 3600);

/// How a function is run.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Definition {
    pub(crate) runtime: Runtime,
    pub(crate) handler: String,
    pub(crate) client: RuntimeClient,
    pub(crate) memory_mb: u32,
    pub(crate) timeout: Duration,
    pub(crate) environment: Vec<(String, String)>,
    pub(crate) concurrency: usize,
    /// Instances that are started before anyone calls, where the definition says how many.
    pub(crate) warm: Option<usize>,
    /// Its function URL, where the definition says something about it.
    pub(crate) url: Option<Url>,
    /// Alias to version.
    pub(crate) aliases: BTreeMap<String, String>,
    /// The versions it pretends to have beside `$LATEST`; they all run the same files.
    pub(crate) versions: BTreeSet<String>,
    pub(crate) event: EventSettings,
    pub(crate) faults: Faults,
}

/// What runs it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Runtime {
    Python,
    Node,
    Provided,
}

/// Who speaks to the Runtime API.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum RuntimeClient {
    /// The bootstrap that is part of this program.
    #[default]
    Embedded,
    /// AWS's own package, installed in the function's folder.
    Official,
}

/// A function URL.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Url {
    /// Who may call it.
    pub auth: AuthType,
    /// Whether answers may flow.
    #[serde(default)]
    pub mode: InvokeMode,
    /// Which pages of other sites may call it; without, the function answers for itself.
    #[serde(default)]
    pub cors: Option<Cors>,
}

/// `AuthType` of a function URL.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
pub enum AuthType {
    /// Everyone.
    #[serde(rename = "NONE")]
    None,
    /// Whoever signs.
    #[serde(rename = "AWS_IAM")]
    AwsIam,
}

/// `InvokeMode` of a function URL.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
pub enum InvokeMode {
    /// Answers are held whole.
    #[default]
    #[serde(rename = "BUFFERED")]
    Buffered,
    /// Answers flow.
    #[serde(rename = "RESPONSE_STREAM")]
    ResponseStream,
}

/// What becomes of events nobody waits for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct EventSettings {
    /// Tries after the first.
    pub(crate) retries: u8,
    pub(crate) max_age: Duration,
    /// Files that a record of each finished event is added to.
    pub(crate) on_success: Option<PathBuf>,
    pub(crate) on_failure: Option<PathBuf>,
}

impl EventSettings {
    /// The files that records are added to.
    pub(crate) fn files(&self) -> Vec<&Path> {
        [&self.on_success, &self.on_failure].into_iter().filter_map(|file| file.as_deref()).collect()
    }
}

impl Definition {
    /// Reads a function's folder, and what is declared of it elsewhere; the error is for people and names the place.
    pub(crate) fn read(folder: &Path, declared: Option<&Declared>) -> Result<Self, String> {
        let written = Written::read(folder)?;
        match declared {
            Some(declared) => Self::make(&Place::Declared(declared, folder), written.or(declared)),
            None => Self::make(&Place::Folder(folder), written),
        }
    }

    fn make(place: &Place<'_>, written: Written) -> Result<Self, String> {
        let runtime = runtime(place, written.runtime.as_deref())?;
        let handler = written.handler.clone().unwrap_or_else(|| runtime.handler().to_owned());
        let concurrency = within(place, "concurrency", written.concurrency, CONCURRENCY, MAX_CONCURRENCY)?;
        Ok(Self {
            runtime,
            handler,
            client: client(place, runtime, written.runtime_client)?,
            memory_mb: within(place, "memory", written.memory, MEMORY_MB, MAX_MEMORY_MB)?,
            timeout: timeout(place, written.timeout.map_or(TIMEOUT, |timeout| timeout.0))?,
            concurrency,
            warm: warm(place, written.warm, concurrency)?,
            event: event(place, &written)?,
            url: written.url,
            environment: written.environment.into_iter().map(|(name, value)| (name, value.to_string())).collect(),
            aliases: written.aliases.into_iter().map(|(name, version)| (name, version.to_string())).collect(),
            versions: written.versions.into_iter().map(|version| version.to_string()).collect(),
            faults: faults(place, written.faults)?,
        })
    }
}

impl Runtime {
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Python => "python",
            Self::Node => "node",
            Self::Provided => "provided",
        }
    }

    /// AWS's names are taken too; which version runs is what is installed here.
    fn read(name: &str) -> Option<Self> {
        let versioned = |prefix| name.strip_prefix(prefix).is_some_and(|rest: &str| rest.starts_with(char::is_numeric));
        match name {
            "python" => Some(Self::Python),
            "node" => Some(Self::Node),
            "provided" => Some(Self::Provided),
            _ if versioned("python") => Some(Self::Python),
            _ if versioned("nodejs") => Some(Self::Node),
            _ if name.starts_with("provided.al") => Some(Self::Provided),
            _ => None,
        }
    }

    fn handler(self) -> &'static str {
        match self {
            Self::Python => "lambda_function.lambda_handler",
            Self::Node => "index.handler",
            Self::Provided => "bootstrap",
        }
    }
}

/// What `written` names, else what the folder holds.
fn runtime(place: &Place<'_>, written: Option<&str>) -> Result<Runtime, String> {
    match written {
        Some(name) => Runtime::read(name)
            .ok_or_else(|| problem(place, format_args!("runtime {name:?} is none of python, node and provided"))),
        None => find(place.folder()).map(|(runtime, _)| runtime).ok_or_else(|| {
            let files = "lambda_function.py, index.mjs, index.js, index.cjs and an executable bootstrap";
            format!("{} holds none of {files}", place.folder().display())
        }),
    }
}

fn find(folder: &Path) -> Option<(Runtime, &'static str)> {
    let candidates = [
        (Runtime::Python, "lambda_function.py"),
        (Runtime::Node, "index.mjs"),
        (Runtime::Node, "index.js"),
        (Runtime::Node, "index.cjs"),
        (Runtime::Provided, "bootstrap"),
    ];
    candidates.into_iter().find(|(runtime, name)| match runtime {
        Runtime::Provided => is_executable(&folder.join(name)),
        Runtime::Python | Runtime::Node => folder.join(name).is_file(),
    })
}

fn is_executable(file: &Path) -> bool {
    fs::metadata(file).is_ok_and(|metadata| metadata.is_file() && metadata.permissions().mode() & 0o111 != 0)
}

fn within<T>(place: &Place<'_>, key: &str, written: Option<T>, default: T, most: T) -> Result<T, String>
where
    T: PartialOrd + From<u8> + fmt::Display,
{
    let value = written.unwrap_or(default);
    if value >= T::from(1) && value <= most {
        return Ok(value);
    }
    Err(problem(place, format_args!("{key} must be between 1 and {most}, not {value}")))
}

fn timeout(place: &Place<'_>, timeout: Duration) -> Result<Duration, String> {
    if !timeout.is_zero() && timeout <= MAX_TIMEOUT {
        return Ok(timeout);
    }
    let (most, seconds) = (MAX_TIMEOUT.as_secs(), timeout.as_secs_f64());
    Err(problem(place, format_args!("timeout must be more than 0 and at most {most} seconds, not {seconds}")))
}

fn warm(place: &Place<'_>, warm: Option<usize>, concurrency: usize) -> Result<Option<usize>, String> {
    match warm {
        Some(warm) if warm > concurrency => {
            Err(problem(place, format_args!("warm ({warm}) must be at most the concurrency ({concurrency})")))
        }
        warm => Ok(warm),
    }
}

fn client(place: &Place<'_>, runtime: Runtime, client: RuntimeClient) -> Result<RuntimeClient, String> {
    if runtime == Runtime::Provided && client == RuntimeClient::Official {
        return Err(problem(place, "runtime_client: official is for python and node; a bootstrap brings its own"));
    }
    Ok(client)
}

/// Files of destinations are meant from the function's folder.
fn event(place: &Place<'_>, written: &Written) -> Result<EventSettings, String> {
    let retries = written.retries.unwrap_or(RETRIES);
    if retries > RETRIES {
        return Err(problem(place, format_args!("retries must be between 0 and {RETRIES}, not {retries}")));
    }
    let max_age = written.max_event_age.map_or(MAX_EVENT_AGE, |age| age.0);
    if !(MIN_EVENT_AGE..=MAX_EVENT_AGE).contains(&max_age) {
        let seconds = max_age.as_secs_f64();
        return Err(problem(place, format_args!("max_event_age must be between 60s and 6h, not {seconds} seconds")));
    }
    let file = |path: &Option<PathBuf>| path.as_ref().map(|path| place.folder().join(path));
    let (on_success, on_failure) = (file(&written.destinations.on_success), file(&written.destinations.on_failure));
    Ok(EventSettings { retries, max_age, on_success, on_failure })
}

fn faults(place: &Place<'_>, written: Option<faults::Written>) -> Result<Faults, String> {
    written.map_or_else(|| Ok(Faults::default()), faults::Written::mean).map_err(|error| problem(place, error))
}

fn problem(place: &Place<'_>, what: impl fmt::Display) -> String {
    format!("{place}: {what}")
}

/// Where a definition comes from, for people.
enum Place<'a> {
    Folder(&'a Path),
    Declared(&'a Declared, &'a Path),
}

impl Place<'_> {
    fn folder(&self) -> &Path {
        match self {
            Self::Folder(folder) | Self::Declared(_, folder) => folder,
        }
    }
}

impl fmt::Display for Place<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Folder(folder) => folder.join("function.yaml").display().fmt(f),
            Self::Declared(declared, _) => write!(f, "function {}", declared.name),
        }
    }
}

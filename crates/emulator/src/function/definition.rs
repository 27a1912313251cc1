//! How a folder is run: by what lies in it, or as its `function.yaml` says.

use serde::Deserialize;
use std::collections::BTreeMap;
use std::fmt;
use std::fs;
use std::io;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::time::Duration;

/// AWS's default, and what it allows.
const MEMORY_MB: u32 = 128;
const MAX_MEMORY_MB: u32 = 10_240;
/// AWS's defaults and limit, in seconds.
const TIMEOUT: f64 = 3.0;
const MAX_TIMEOUT: f64 = 900.0;
/// Instances at once. AWS allows 1000 an account; a laptop has less to give.
const CONCURRENCY: usize = 10;
const MAX_CONCURRENCY: usize = 1000;

/// How a function is run.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Definition {
    pub(crate) runtime: Runtime,
    pub(crate) handler: String,
    pub(crate) memory_mb: u32,
    pub(crate) timeout: Duration,
    pub(crate) environment: Vec<(String, String)>,
    pub(crate) concurrency: usize,
}

/// What runs it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Runtime {
    Python,
    Node,
    Provided,
}

impl Definition {
    /// Reads a function's folder; the error is for people and names the file.
    pub(crate) fn read(folder: &Path) -> Result<Self, String> {
        let written = Written::read(folder)?;
        let found = find(folder);
        let runtime = match written.runtime.as_deref() {
            Some(name) => Runtime::read(name).ok_or_else(|| {
                problem(folder, format_args!("runtime {name:?} is none of python, node and provided"))
            })?,
            None => found.map(|(runtime, _)| runtime).ok_or_else(|| {
                let files = "lambda_function.py, index.mjs, index.js, index.cjs and an executable bootstrap";
                format!("{} holds none of {files}", folder.display())
            })?,
        };
        let handler = written.handler.unwrap_or_else(|| runtime.handler().to_owned());
        Ok(Self {
            runtime,
            handler,
            memory_mb: within(folder, "memory", written.memory, MEMORY_MB, MAX_MEMORY_MB)?,
            timeout: timeout(folder, written.timeout.unwrap_or(TIMEOUT))?,
            environment: written.environment.into_iter().map(|(name, value)| (name, value.to_string())).collect(),
            concurrency: within(folder, "concurrency", written.concurrency, CONCURRENCY, MAX_CONCURRENCY)?,
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

/// `function.yaml` as written. Every key may be left out.
#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
struct Written {
    runtime: Option<String>,
    handler: Option<String>,
    /// Megabytes.
    memory: Option<u32>,
    /// Seconds; parts of one are fine.
    timeout: Option<f64>,
    environment: BTreeMap<String, Scalar>,
    concurrency: Option<usize>,
}

/// A value of the environment: `PORT: 80` needs no quotes.
#[derive(Deserialize)]
#[serde(untagged)]
enum Scalar {
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
    fn read(folder: &Path) -> Result<Self, String> {
        let text = match fs::read_to_string(folder.join("function.yaml")) {
            Ok(text) => text,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Self::default()),
            Err(error) => return Err(problem(folder, error)),
        };
        // An empty document is nothing written, not a wrong type.
        if text.lines().all(|line| line.trim().is_empty() || line.trim_start().starts_with('#')) {
            return Ok(Self::default());
        }
        serde_saphyr::from_str(&text).map_err(|error| problem(folder, error))
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

fn within<T>(folder: &Path, key: &str, written: Option<T>, default: T, most: T) -> Result<T, String>
where
    T: PartialOrd + From<u8> + fmt::Display,
{
    let value = written.unwrap_or(default);
    if value >= T::from(1) && value <= most {
        return Ok(value);
    }
    Err(problem(folder, format_args!("{key} must be between 1 and {most}, not {value}")))
}

fn timeout(folder: &Path, seconds: f64) -> Result<Duration, String> {
    if seconds > 0.0 && seconds <= MAX_TIMEOUT {
        return Ok(Duration::from_secs_f64(seconds));
    }
    Err(problem(folder, format_args!("timeout must be more than 0 and at most {MAX_TIMEOUT} seconds, not {seconds}")))
}

fn problem(folder: &Path, what: impl fmt::Display) -> String {
    format!("{}: {what}", folder.join("function.yaml").display())
}

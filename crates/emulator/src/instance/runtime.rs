//! Which program runs a function: an interpreter with the embedded bootstrap or with AWS's own client, or `bootstrap`.

use super::environment::Environment;
use crate::function::{Definition, Runtime, RuntimeClient};
use std::ffi::{OsStr, OsString};
use std::io;
use std::path::{Path, PathBuf};

const PYTHON: &str = include_str!("../bootstrap/bootstrap.py");
const NODE: &str = concat!(
    include_str!("../bootstrap/node/api.cjs"),
    include_str!("../bootstrap/node/stream.cjs"),
    include_str!("../bootstrap/node/handler.cjs")
);
/// Where a function keeps an interpreter with packages of its own.
const VENVS: [&str; 2] = [".venv/bin/python3", "venv/bin/python3"];
/// Where a function keeps packages only.
const PACKAGES: [&str; 2] = ["python", "site-packages"];
const NODE_CLIENTS: [&str; 2] =
    ["node_modules/aws-lambda-ric/bin/index.mjs", "node_modules/aws-lambda-ric/bin/index.js"];

/// A program, its arguments, and what it reads from standard input.
pub(super) struct Program {
    pub(super) file: PathBuf,
    pub(super) args: Vec<OsString>,
    pub(super) source: Option<&'static str>,
}

/// The program of a function. Asked before it is started, since a guard could only fail later and say less.
pub(super) fn program(folder: &Path, definition: &Definition, environment: &mut Environment) -> io::Result<Program> {
    let embedded = |file, source| Program { file, args: vec!["-".into()], source: Some(source) };
    Ok(match (definition.runtime, definition.client) {
        (Runtime::Provided, _) => Program { file: folder.join("bootstrap"), args: Vec::new(), source: None },
        (Runtime::Python, RuntimeClient::Embedded) => embedded(python(folder, environment)?, PYTHON),
        (Runtime::Node, RuntimeClient::Embedded) => embedded(find("node", environment)?, NODE),
        (Runtime::Python, RuntimeClient::Official) => {
            let file = python(folder, environment)?;
            environment.push(("PYTHONPATH".into(), packages(folder)?));
            Program { file, args: vec!["-m".into(), "awslambdaric".into(), (&definition.handler).into()], source: None }
        }
        (Runtime::Node, RuntimeClient::Official) => {
            let client = NODE_CLIENTS.iter().map(|file| folder.join(file)).find(|file| file.is_file());
            let absent = "runtime_client: official needs aws-lambda-ric in the function's node_modules";
            let client = client.ok_or_else(|| io::Error::new(io::ErrorKind::NotFound, absent))?;
            let args = vec![client.into(), (&definition.handler).into()];
            Program { file: find("node", environment)?, args, source: None }
        }
    })
}

/// The interpreter of the function's own environment of packages, else the installed one.
fn python(folder: &Path, environment: &Environment) -> io::Result<PathBuf> {
    let own = VENVS.iter().map(|file| folder.join(file)).find(|file| file.is_file());
    own.map_or_else(|| find("python3", environment), Ok)
}

/// The function's folders as Python's search path.
fn packages(folder: &Path) -> io::Result<OsString> {
    let folders = std::iter::once(folder.to_owned()).chain(PACKAGES.iter().map(|name| folder.join(name)));
    std::env::join_paths(folders).map_err(io::Error::other)
}

/// Finds a program as a shell would.
fn find(program: &str, environment: &Environment) -> io::Result<PathBuf> {
    let path = environment.iter().rev().find(|(name, _)| name == "PATH").map(|(_, path)| path.as_os_str());
    let found = std::env::split_paths(path.unwrap_or(OsStr::new("/usr/local/bin:/usr/bin:/bin")))
        .map(|folder| folder.join(program))
        .find(|file| Path::is_file(file));
    found.ok_or_else(|| io::Error::new(io::ErrorKind::NotFound, format!("{program} is not installed")))
}

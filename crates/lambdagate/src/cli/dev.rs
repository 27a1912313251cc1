//! `lambdagate dev`: serves sources with a local Lambda; nothing of AWS is needed.

use super::options::{LogFormat, Serving};
use crate::address::address;
use crate::assemble::{Adjustments, Assembler, Draft};
use crate::exit::{Exit, Refusal};
use crate::local::{Board, Emulation, LocalAccount, Premises, Wanted, distinct, keys};
use crate::serve::{Greeting, Manner, serve};
use crate::source::{Language, Source};
use clap::builder::FalseyValueParser;
use clap::{Args, ValueHint};
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use telemetry::access::Sink;

const MORE: &str = "\
The local Lambda has AWS's Invoke API. It takes calls signed with AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY \
of the environment, else with the key pair local and local; every route that calls a function by name uses them. \
Static keys of the sources and those of --local-keys are taken too.

A function is a folder in functions/ with lambda_function.py, index.mjs (.js, .cjs) or an executable bootstrap; \
a function.yaml beside it may say otherwise. An AWS SAM template declares functions too. Changed code is in force at \
the next call.

Colours: on a terminal, unless NO_COLOR is set.

Examples:
  lambdagate dev
  lambdagate dev examples/native/hello --listen :8080
  lambdagate dev gateway.yaml --functions ~/src/functions
  lambdagate dev template.yaml --warm
  lambdagate invoke hello --local
  lambdagate logs hello -f";

/// Serve with a local Lambda: every call by function name goes to code on this machine
#[derive(Args, Debug)]
#[command(after_help = MORE)]
pub(crate) struct Dev {
    #[command(flatten)]
    serving: Serving,

    /// Folder that holds one folder for each function [default: functions/ beside the source]
    #[arg(long, value_name = "DIR", value_hint = ValueHint::DirPath)]
    #[arg(env = "LAMBDAGATE_FUNCTIONS", hide_env_values = true, help_heading = "Local Lambda")]
    functions: Option<PathBuf>,

    /// Where the local Lambda listens; port 0 takes any free one
    #[arg(long = "lambda", value_name = "ADDR:PORT", value_parser = address, default_value = "127.0.0.1:9001")]
    #[arg(env = "LAMBDAGATE_LAMBDA", hide_env_values = true, help_heading = "Local Lambda")]
    emulator: SocketAddr,

    /// Further keys that the local Lambda takes: a file with an access key and its secret key on each line
    #[arg(long = "local-keys", value_name = "FILE", value_hint = ValueHint::FilePath)]
    #[arg(env = "LAMBDAGATE_LOCAL_KEYS", hide_env_values = true, help_heading = "Local Lambda")]
    keys: Option<PathBuf>,

    /// The local Lambda takes every call, signed or not
    #[arg(long = "lambda-no-auth", value_parser = FalseyValueParser::new())]
    #[arg(env = "LAMBDAGATE_LAMBDA_NO_AUTH", hide_env_values = true, help_heading = "Local Lambda")]
    unchecked: bool,

    /// Start so many instances of each function before anyone calls; 1 without N
    #[arg(long, value_name = "N", num_args = 0..=1, require_equals = true, default_missing_value = "1", default_value_t = 0)]
    #[arg(hide_default_value = true, env = "LAMBDAGATE_WARM", hide_env_values = true, help_heading = "Local Lambda")]
    warm: usize,
}

impl Dev {
    pub(super) fn run(self) -> anyhow::Result<Exit> {
        self.serving.start_log();
        let overrides = self.serving.listening.replaced.overrides()?;
        let sources = self.serving.keeping.sources()?;
        let folders = folders(self.functions.as_deref(), &sources)?;
        sources.iter().try_for_each(|source| is_there(source, &folders))?;
        let board = Arc::new(Board::new(self.serving.log_format.format()));
        let local = Emulation::start(self.wanted(&sources, &folders, board.clone())?)?;
        let adjustments = Adjustments { overrides, local: Some(LocalAccount::at(local.address)) };
        let folders = folders.into_iter().filter(|folder| folder.is_dir() || local.functions.is_empty()).collect();
        let manner = self.manner(adjustments, &local, folders, board);
        let exit = super::runtime()?.block_on(serve(&self.serving, manner));
        local.stop();
        exit
    }

    /// The local Lambda that the command line and the sources ask for.
    fn wanted(&self, sources: &[Source], folders: &[PathBuf], board: Arc<Board>) -> anyhow::Result<Wanted> {
        let draft = first_look(sources)?;
        let mut taken = self.keys.as_deref().map(keys::read).transpose()?.unwrap_or_default();
        keys::of_sources(&draft.gateway).into_iter().for_each(|pair| keys::add(&mut taken, pair));
        Ok(Wanted {
            listen: self.emulator,
            folders: folders.to_vec(),
            functions: draft.functions,
            keys: taken,
            api_keys: keys::api_keys(&draft.gateway),
            checked: !self.unchecked,
            warm: self.warm,
            report: Arc::new(move |call| board.report(call)),
        })
    }

    /// People are greeted and see a line for each call; a machine that reads the log gets the whole of it.
    fn manner(&self, adjustments: Adjustments, local: &Emulation, folders: Vec<PathBuf>, board: Arc<Board>) -> Manner {
        let taking = board.clone();
        let declare = local.declare.clone();
        let told = Box::new(move |draft: &Draft| {
            taking.take(&draft.gateway);
            declare.functions(&draft.functions);
        });
        let (emulator, functions) = (local.address, local.functions.clone());
        match self.serving.log_format {
            LogFormat::Text => {
                let greeting: Greeting = Box::new(move |gateway| {
                    board.greet(&Premises { gateway, emulator, folders: &folders, functions: &functions });
                });
                Manner { access: Sink::Off, adjustments, told, greeting: Some(greeting) }
            }
            LogFormat::Json => {
                tracing::info!(address = %emulator, functions = functions.len(), "local lambda");
                Manner { access: Sink::Stdout, adjustments, told, greeting: None }
            }
        }
    }
}

/// What the sources say before anything is started. What is wrong with them is told when they are served.
fn first_look(sources: &[Source]) -> anyhow::Result<Draft> {
    let assembler = Assembler::open(sources, Adjustments::default())?;
    super::runtime()?.block_on(async {
        assembler.read().await?;
        Ok(assembler.assemble(&assembler.stored().await?)?)
    })
}

/// The folders that functions are looked for in.
fn folders(asked: Option<&Path>, sources: &[Source]) -> Result<Vec<PathBuf>, Refusal> {
    if let Some(folder) = asked {
        if !folder.is_dir() {
            let what = format!("--functions {}: there is no such folder", folder.display());
            return Err(Refusal::new(what, "it holds one folder for each function"));
        }
        return Ok(vec![folder.to_owned()]);
    }
    Ok(distinct(sources.iter().map(|source| beside(&source.path))))
}

/// `functions/` in the folder, or beside the file.
fn beside(source: &Path) -> PathBuf {
    let folder = if source.is_dir() { Some(source) } else { source.parent() };
    folder.unwrap_or(Path::new("")).join("functions")
}

/// Functions without a configuration: says what to write.
fn is_there(source: &Source, folders: &[PathBuf]) -> Result<(), Refusal> {
    if source.kept.is_some() && source.path.as_os_str().is_empty() {
        return Ok(()); // what is kept may begin empty
    }
    let dialect = source.dialect();
    let Err(error) = dialect.read(&source.path) else { return Ok(()) };
    let functions: Vec<String> = folders.iter().flat_map(|folder| names(folder)).collect();
    match source.language {
        Language::Native if !functions.is_empty() => {
            Err(Refusal::new(error.to_string(), beginning(source, &functions)))
        }
        _ => Err(Refusal::new(error.to_string(), "")),
    }
}

/// Names of the folders in a folder, sorted.
fn names(folder: &Path) -> Vec<String> {
    let entries = std::fs::read_dir(folder).into_iter().flatten().flatten();
    let folders = entries.filter(|entry| entry.path().is_dir());
    let mut names: Vec<String> = folders.filter_map(|entry| entry.file_name().into_string().ok()).collect();
    names.retain(|name| !name.starts_with('.'));
    names.sort();
    names
}

/// A first configuration for these functions.
fn beginning(source: &Source, functions: &[String]) -> String {
    let file = if source.path.is_dir() { source.path.join("lambdagate.yaml") } else { source.path.clone() };
    let head =
        format!("to serve the functions that are there, write {}:\n\nlisten: 127.0.0.1:8000\nroutes:", file.display());
    let route = |name: &String| format!("\n  - match: {{ path: /{name} }}\n    function: {name}");
    head + &functions.iter().map(route).collect::<String>()
}

#[cfg(test)]
mod tests {
    use super::*;
    use dialect::Dialect;

    #[test]
    fn functions_lie_beside_the_source() {
        for (source, expected) in
            [("a/gateway.yaml", "a/functions"), ("gateway.yaml", "functions"), (".", "./functions")]
        {
            assert_eq!(beside(Path::new(source)), Path::new(expected), "{source}");
        }
    }

    #[test]
    fn functions_without_a_configuration_get_one_proposed() {
        let source = Source::new(Language::Native, "site.yaml".into());
        let text = beginning(&source, &["a".into(), "b".into()]);
        let (_, proposed) = text.split_once("\n\n").unwrap();
        let bytes = bytes::Bytes::from(proposed.to_owned());
        let revision = store::Revision(1);
        let document =
            store::Document { key: "a.yaml".into(), bytes, created: revision, modified: revision, expires: None };
        let dialect = native::Native;
        let lowered = dialect.lower(&[document].into(), &std::collections::BTreeMap::new());
        assert_eq!((lowered.findings, lowered.gateway.tables[0].routes.len()), (vec![], 2), "{proposed}");
    }
}

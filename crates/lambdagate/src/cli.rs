//! The command line: one table, from which help, completions and the manual page come.

mod check;
mod completions;
mod dev;
mod explain;
mod expr;
mod guard;
mod invoke;
mod logs;
mod man;
pub(crate) mod options;
mod run;
#[cfg(test)]
mod tests;
mod translate;

use crate::exit::Exit;
use clap::{Parser, Subcommand};
use std::process::ExitCode;

const ABOUT: &str = "An HTTP gateway for AWS Lambda.

It takes HTTP requests, turns them into the events that functions expect, calls the functions with signed requests, and \
turns their replies into responses. What is routed where stands in a file, lambdagate.yaml:

  listen: 127.0.0.1:8000
  routes:
    - match: { path: /hello }
      function: hello";

const MORE: &str = "\
Examples:
  lambdagate dev                    serve this folder with a local Lambda, without AWS
  lambdagate check gateway.yaml     read a configuration and say what is wrong with it
  lambdagate run gateway.yaml       serve it with functions in AWS
  lambdagate invoke hello --local   call a function of the local Lambda once
  lambdagate explain gateway.yaml   say as whom functions are called, why so, and whether that is allowed
  lambdagate logs hello -f          follow what a local function prints

Exit codes:
  0  all is well
  1  findings change behaviour (check, or --strict); a function that was invoked failed; a
     call would not be made (explain)
  2  a source cannot be read, or nothing is served

Environment:
  LAMBDAGATE_*                  the flags of run and dev: LAMBDAGATE_LISTEN is --listen
  LAMBDAGATE_LOG, RUST_LOG      levels of the log, such as debug or info,proxy=trace
  AWS_REGION, AWS_PROFILE, ...  as for every tool of AWS

Each command has a --help of its own.";

/// The whole command line.
#[derive(Debug, Parser)]
#[command(name = "lambdagate", version, about = "An HTTP gateway for AWS Lambda", long_about = ABOUT, after_help = MORE)]
#[command(max_term_width = 100, disable_help_subcommand = true, arg_required_else_help = true)]
pub(crate) struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    Run(run::Run),
    Check(check::Check),
    Dev(dev::Dev),
    Invoke(invoke::Invoke),
    Explain(explain::Explain),
    Logs(logs::Logs),
    Expr(expr::Expr),
    Translate(translate::Translate),
    Completions(completions::Completions),
    Man(man::Man),
    Guard(guard::Guard),
}

/// Reads the command line and does what it says.
pub(crate) fn main() -> ExitCode {
    match Cli::parse().command.run() {
        Ok(exit) => exit.into(),
        Err(error) => {
            eprintln!("error: {error}");
            Exit::NotServed.into()
        }
    }
}

impl Command {
    fn run(self) -> anyhow::Result<Exit> {
        match self {
            Self::Run(command) => command.run(),
            Self::Check(command) => command.run(),
            Self::Dev(command) => command.run(),
            Self::Invoke(command) => command.run(),
            Self::Explain(command) => command.run(),
            Self::Logs(command) => command.run(),
            Self::Expr(command) => command.run(),
            Self::Translate(command) => command.run(),
            Self::Completions(command) => command.run(),
            Self::Man(command) => command.run(),
            Self::Guard(command) => command.run(),
        }
    }
}

/// A runtime on this thread, for everything that is not traffic.
fn runtime() -> std::io::Result<tokio::runtime::Runtime> {
    tokio::runtime::Builder::new_current_thread().enable_all().build()
}

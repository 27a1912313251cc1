//! `cargo xtask`: the chores of the project, each one command.

mod bench;

use anyhow::{Result, bail};
use std::process::ExitCode;

const HELP: &str = "\
Chores of the project.

  cargo xtask test [--strict] [-- ARG…]   makes what the tests need, runs every test, then the documents
                                          --strict: a scenario that was left out is a failure
                                          ARG…: handed to the test runner, for instance a test's name
  cargo xtask docs [FILE…]                runs the marked blocks of README.md and docs/, and compares what they print
  cargo xtask tidy                        the import table and the house rules
  cargo xtask bench [--seconds N] [--rounds N]
                                          what a request costs, next to nginx
  cargo xtask bench rotation [--seconds N] [--rounds N]
                                          what clients notice of credentials that rotate every second
  cargo xtask bench local [--seconds N] [--rounds N]
                                          calls per second of the local Lambda, next to cargo-lambda
  cargo xtask bench expr                  what the evaluation of an expression costs
  cargo xtask help                        this text
";

fn main() -> ExitCode {
    let mut args = std::env::args().skip(1);
    let chore = args.next().unwrap_or_else(|| "help".to_owned());
    match run(&chore, &args.collect::<Vec<_>>()) {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(error) => {
            eprintln!("xtask: {error:#}");
            ExitCode::from(2)
        }
    }
}

/// Does the chore; tells whether all was well.
fn run(chore: &str, args: &[String]) -> Result<bool> {
    let house = xtask::house::House::find();
    match chore {
        "test" => xtask::test::run(&house, &xtask::test::Wish::read(args)?),
        "bench" => bench::run(&house, args).map(|()| true),
        "docs" => xtask::docs::run(&house, args),
        "tidy" => xtask::tidy::run(&house),
        "help" | "--help" | "-h" => {
            print!("{HELP}");
            Ok(true)
        }
        other => bail!("there is no chore `{other}`; `cargo xtask help` lists them"),
    }
}

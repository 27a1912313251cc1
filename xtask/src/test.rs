//! Every test in one command: makes what they need, runs them all, and names what had to be left out.
//!
//! A scenario that needs a tool asks the environment:
//!
//! - `LAMBDAGATE_TEST_PYTHON`: the Python of the tests' own virtual environment; not set when it could not be made.
//! - `LAMBDAGATE_TEST_NPM`: a folder whose `node_modules` has the packages of `xtask/npm`; not set when there is none.
//! - `LAMBDAGATE_TEST_RUST_FUNCTION`: the executable of `examples/lambda/hello-rust`; not set when it does not build.
//! - `LAMBDAGATE_TEST_MISSING`: what is not there, with commas: `curl`, `openssl`, `etcd`, `node`, `python3`, `boto3` (with
//!   everything else of `xtask/requirements.txt`), `js-sdk`, `rust-function`.
//! - `LAMBDAGATE_TEST_LEFT_OUT`: a file. A scenario that cannot run appends the line `NAME (needs X)` and returns.

pub mod need;

use crate::house::House;
use anyhow::{Context, Result, bail};
use need::Needs;
use std::path::Path;
use std::process::Command;

/// What the caller wants.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Wish {
    /// A scenario left out is a failure.
    pub strict: bool,
    /// For the test runner. With any, only the runner runs.
    pub runner: Vec<String>,
}

impl Wish {
    /// Reads the command line.
    pub fn read(args: &[String]) -> Result<Self> {
        let mut wish = Self::default();
        let mut args = args.iter();
        while let Some(arg) = args.next() {
            match arg.as_str() {
                "--strict" => wish.strict = true,
                "--" => wish.runner = args.by_ref().cloned().collect(),
                other => bail!(
                    "`cargo xtask test` does not know `{other}`; what is meant for the test runner stands after `--`"
                ),
            }
        }
        Ok(wish)
    }
}

/// Runs the tests and tells whether all went well.
pub fn run(house: &House, wish: &Wish) -> Result<bool> {
    let needs = Needs::make(house)?;
    for missing in &needs.missing {
        eprintln!("missing: {} ({})", missing.name, missing.why);
    }
    let left_out = house.target.join("left-out.txt");
    std::fs::write(&left_out, "").with_context(|| format!("cannot write {}", left_out.display()))?;

    let narrow = !wish.runner.is_empty();
    // The runner comes after the doc tests, so that its summary is not buried under theirs.
    let doc_tests =
        narrow || run_step(house, &needs, &left_out, "doc tests", &["test", "--workspace", "--doc", "--quiet"], &[])?;
    let tests = run_step(house, &needs, &left_out, "tests", runner(house), &wish.runner)?;
    let docs = narrow || crate::docs::run(house, &[])?;
    let complete = report(&needs, &std::fs::read_to_string(&left_out)?);
    for (name, passed) in [("doc tests", doc_tests), ("tests", tests), ("documents", docs)] {
        if !passed {
            eprintln!("failed: {name}");
        }
    }
    Ok(doc_tests && tests && docs && (complete || !wish.strict))
}

/// The arguments for cargo that run the tests: nextest's where it is installed.
fn runner(house: &House) -> &'static [&'static str] {
    let nextest = Command::new("cargo").args(["nextest", "--version"]).current_dir(&house.root).output();
    if nextest.is_ok_and(|output| output.status.success()) {
        &["nextest", "run", "--workspace", "--no-fail-fast", "--config-file", "xtask/nextest.toml"]
    } else {
        &["test", "--workspace", "--lib", "--bins", "--tests", "--no-fail-fast"]
    }
}

fn run_step(house: &House, needs: &Needs, left_out: &Path, name: &str, args: &[&str], more: &[String]) -> Result<bool> {
    eprintln!("== {name}: cargo {}", args.join(" "));
    let missing: Vec<&str> = needs.missing.iter().map(|missing| missing.name).collect();
    let mut command = Command::new("cargo");
    command.args(args).args(more).current_dir(&house.root);
    command.env("LAMBDAGATE_TEST_MISSING", missing.join(",")).env("LAMBDAGATE_TEST_LEFT_OUT", left_out);
    for (name, made) in needs.variables() {
        match made {
            Some(path) => command.env(name, path),
            None => command.env_remove(name),
        };
    }
    Ok(command.status().context("cargo could not be started")?.success())
}

/// Says what was left out, and whether it was nothing.
fn report(needs: &Needs, left_out: &str) -> bool {
    let mut scenarios: Vec<&str> = left_out.lines().filter(|line| !line.trim().is_empty()).collect();
    scenarios.sort_unstable();
    scenarios.dedup();
    for missing in &needs.missing {
        println!("missing: {} ({})", missing.name, missing.why);
    }
    for scenario in &scenarios {
        println!("left out: {scenario}");
    }
    let complete = scenarios.is_empty() && needs.missing.is_empty();
    if complete {
        println!("nothing was left out");
    }
    complete
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_runners_arguments_stand_after_two_dashes() {
        let read = |args: &[&str]| Wish::read(&args.iter().map(|arg| (*arg).to_owned()).collect::<Vec<_>>()).ok();
        assert_eq!(read(&[]), Some(Wish::default()));
        assert_eq!(read(&["--strict"]), Some(Wish { strict: true, runner: vec![] }));
        assert_eq!(read(&["--", "--strict"]), Some(Wish { strict: false, runner: vec!["--strict".to_owned()] }));
        assert_eq!(read(&["--strikt"]), None);
    }

    #[test]
    fn a_scenario_left_out_makes_the_run_incomplete() {
        let complete = Needs::default();
        assert!(report(&complete, ""));
        assert!(!report(&complete, "http2_client (needs curl)\n"));
        let missing = need::Missing { name: "curl", why: "not installed".to_owned() };
        assert!(!report(&Needs { missing: vec![missing], ..Needs::default() }, ""));
    }
}

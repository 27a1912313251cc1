//! What the tests need besides Rust: found, made, or named as missing.

mod npm;
mod rust;
mod venv;

use crate::house::House;
use anyhow::{Context, Result};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use venv::Venv;

const TESTS: Venv = Venv { folder: "venv", requirements: "requirements.txt", packages: "boto3" };
const CARGO_LAMBDA: Venv = Venv { folder: "cargo-lambda", requirements: "cargo-lambda.txt", packages: "cargo-lambda" };
const OLDEST_NODE: (u32, u32) = (20, 0);

/// What is there for the tests.
#[derive(Debug, Default)]
pub struct Needs {
    /// The Python of the tests' own virtual environment, with everything of `xtask/requirements.txt`.
    pub python: Option<PathBuf>,
    /// The folder that holds the `node_modules` of `xtask/npm`.
    pub npm: Option<PathBuf>,
    /// The executable of `examples/lambda/hello-rust`.
    pub rust_function: Option<PathBuf>,
    /// What is not there.
    pub missing: Vec<Missing>,
}

/// Something that is not there.
#[derive(Debug)]
pub struct Missing {
    /// As scenarios ask for it.
    pub name: &'static str,
    /// Why it is not there, or what to do.
    pub why: String,
}

/// A tool that Debian has a package for.
struct Tool {
    name: &'static str,
    package: &'static str,
    present: fn() -> bool,
    remedy: &'static str,
}

const TOOLS: &[Tool] = &[
    Tool { name: "curl", package: "curl", present: has_curl, remedy: "install curl with HTTP/2" },
    Tool { name: "openssl", package: "openssl", present: has_openssl, remedy: "install openssl" },
    Tool { name: "etcd", package: "etcd-server", present: has_etcd, remedy: "install etcd 3.4 or newer" },
    Tool { name: "redis-server", package: "redis-server", present: has_redis, remedy: "install Redis 6 or newer" },
    Tool { name: "node", package: "nodejs", present: has_node, remedy: "install Node.js 20 or newer" },
];

impl Needs {
    /// Looks for everything, installs what it may, and makes what is the tests' own below the target folder.
    pub fn make(house: &House) -> Result<Self> {
        std::fs::create_dir_all(&house.target).with_context(|| format!("cannot make {}", house.target.display()))?;
        let mut debian = Debian::find();
        let mut missing = Vec::new();
        for tool in TOOLS.iter().filter(|tool| !(tool.present)()) {
            let why = debian.install(&[tool.package]).err();
            if !(tool.present)() {
                missing.push(Missing { name: tool.name, why: why.unwrap_or_else(|| tool.remedy.to_owned()) });
            }
        }
        let mut made = |made: Result<PathBuf, Missing>| made.map_err(|lack| missing.push(lack)).ok();
        let python = made(venv::make(house, &mut debian, &TESTS));
        let npm = made(npm::make(house, &mut debian));
        let rust_function = made(rust::make(house));
        Ok(Self { python, npm, rust_function, missing })
    }

    /// What the scenarios look for in their environment.
    pub fn variables(&self) -> [(&'static str, Option<&Path>); 3] {
        [
            ("LAMBDAGATE_TEST_PYTHON", self.python.as_deref()),
            ("LAMBDAGATE_TEST_NPM", self.npm.as_deref()),
            ("LAMBDAGATE_TEST_RUST_FUNCTION", self.rust_function.as_deref()),
        ]
    }
}

/// What the benchmark of the local Lambda compares with: `cargo-lambda`, and a Python with botocore.
pub fn of_the_local_bench(house: &House) -> Result<[PathBuf; 2], Missing> {
    let mut debian = Debian::find();
    let peer = venv::make(house, &mut debian, &CARGO_LAMBDA)?;
    Ok([peer.with_file_name("cargo-lambda"), venv::make(house, &mut debian, &TESTS)?])
}

/// Debian's packages, where this user may install them.
struct Debian {
    may: Result<(), String>,
    lists_are_fresh: bool,
}

impl Debian {
    fn find() -> Self {
        let may = if output("apt-get", &["--version"]).is_none() {
            Err("not installed, and there is no apt-get to install it with".to_owned())
        } else if !rustix::process::geteuid().is_root() {
            Err("not installed, and only root may install it".to_owned())
        } else {
            Ok(())
        };
        Self { may, lists_are_fresh: false }
    }

    fn install(&mut self, packages: &[&str]) -> Result<(), String> {
        self.may.clone().map_err(|why| format!("{why}; the Debian package is: {}", packages.join(" ")))?;
        if !self.lists_are_fresh {
            apt(&["update"])?;
            self.lists_are_fresh = true;
        }
        apt(&[&["install", "--yes", "--no-install-recommends"], packages].concat())
    }
}

fn apt(args: &[&str]) -> Result<(), String> {
    eprintln!("== apt-get {}", args.join(" "));
    let status = Command::new("apt-get")
        .args(args)
        .env("DEBIAN_FRONTEND", "noninteractive")
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .status();
    let done = status.is_ok_and(|status| status.success());
    if done { Ok(()) } else { Err(format!("`apt-get {}` failed", args.join(" "))) }
}

fn has_curl() -> bool {
    let features = |text: &str| text.lines().any(|line| line.starts_with("Features:") && line.contains(" HTTP2"));
    output("curl", &["--version"]).is_some_and(|text| features(&text))
}

fn has_openssl() -> bool {
    output("openssl", &["version"]).is_some()
}

fn has_etcd() -> bool {
    output("etcd", &["--version"]).is_some()
}

fn has_redis() -> bool {
    output("redis-server", &["--version"]).is_some()
}

fn has_node() -> bool {
    output("node", &["--version"]).and_then(|text| version(&text)) >= Some(OLDEST_NODE)
}

/// The first two numbers in the text: `(3, 11)` of `Python 3.11.7`.
fn version(text: &str) -> Option<(u32, u32)> {
    let mut numbers = text.split(|c: char| !c.is_ascii_digit()).filter_map(|part| part.parse().ok());
    Some((numbers.next()?, numbers.next()?))
}

fn output(program: &str, args: &[&str]) -> Option<String> {
    let output = Command::new(program).args(args).stdin(Stdio::null()).stderr(Stdio::null()).output().ok()?;
    output.status.success().then(|| String::from_utf8_lossy(&output.stdout).into_owned())
}

fn succeeds(program: &Path, args: &[&str]) -> bool {
    Command::new(program)
        .args(args)
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .status()
        .is_ok_and(|status| status.success())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_are_read_as_tools_print_them() {
        let cases = [
            ("Python 3.11.7", Some((3, 11))),
            ("v20.20.2\n", Some((20, 20))),
            ("v9.1", Some((9, 1))),
            ("none", None),
            ("", None),
        ];
        for (text, expected) in cases {
            assert_eq!(version(text), expected, "for {text:?}");
        }
        assert!(version("v9.1") < Some(OLDEST_NODE));
    }
}

//! What a scenario needs beside the project: when it is not there, the scenario is named as left out, not passed over.

use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::Command;

/// Whether all of `tools` are there. When not, `name` is added to the list of scenarios left out.
pub(crate) fn needs(name: &str, tools: &[&str]) -> bool {
    let missing: Vec<&str> = tools.iter().copied().filter(|tool| !is_there(tool)).collect();
    if missing.is_empty() {
        return true;
    }
    let line = format!("{name} (needs {})", missing.join(", "));
    eprintln!("left out: {line}");
    if let Some(file) = std::env::var_os("LAMBDAGATE_TEST_LEFT_OUT") {
        let mut file = std::fs::OpenOptions::new().append(true).create(true).open(file).unwrap();
        writeln!(file, "{line}").unwrap();
    }
    false
}

fn is_there(tool: &str) -> bool {
    let missing = std::env::var("LAMBDAGATE_TEST_MISSING").unwrap_or_default();
    if missing.split(',').any(|name| name == tool) {
        return false;
    }
    match tool {
        "boto3" | "awslambdaric" => python().is_some(),
        "awscli" => aws_cli().is_some_and(|file| file.is_file()),
        "js-sdk" => node_modules().is_some(),
        "rust-function" => rust_function().is_some(),
        "aio-kong" => python().is_some_and(|python| {
            Command::new(python).args(["-c", "import kong.client"]).output().is_ok_and(|output| output.status.success())
        }),
        "moto" => python().is_some_and(|python| {
            Command::new(python).args(["-c", "import moto.server"]).output().is_ok_and(|output| output.status.success())
        }),
        program => Command::new(program).arg("--version").output().is_ok_and(|output| output.status.success()),
    }
}

/// The Python of the tests' own environment, with boto3.
pub(crate) fn python() -> Option<String> {
    std::env::var("LAMBDAGATE_TEST_PYTHON").ok()
}

/// `aws` of the tests' own environment.
pub(crate) fn aws_cli() -> Option<PathBuf> {
    Some(Path::new(&python()?).with_file_name("aws"))
}

/// The folder below which Node finds the JavaScript SDK.
pub(crate) fn node_modules() -> Option<String> {
    std::env::var("LAMBDAGATE_TEST_NPM").ok()
}

/// The executable of the example function in Rust.
pub(crate) fn rust_function() -> Option<String> {
    std::env::var("LAMBDAGATE_TEST_RUST_FUNCTION").ok()
}

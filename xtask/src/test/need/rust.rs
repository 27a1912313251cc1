//! The example function in Rust, built below the target folder: a workspace of its own, with dependencies of its own.

use super::Missing;
use crate::house::House;
use std::path::PathBuf;
use std::process::{Command, Stdio};

/// Builds `examples/lambda/hello-rust`; what is up to date is kept by cargo.
pub(super) fn make(house: &House) -> Result<PathBuf, Missing> {
    let lacks = |why: &str| Missing { name: "rust-function", why: why.to_owned() };
    let (manifest, target) =
        (house.root.join("examples/lambda/hello-rust/Cargo.toml"), house.target.join("hello-rust"));
    let mut cargo = Command::new("cargo");
    cargo.args(["build", "--locked", "--quiet"]).arg("--manifest-path").arg(manifest);
    cargo.arg("--target-dir").arg(&target).current_dir(&house.root).stdin(Stdio::null());
    match cargo.status() {
        Ok(status) if status.success() => Ok(target.join("debug/hello-rust")),
        Ok(_) => {
            Err(lacks("cargo could not build examples/lambda/hello-rust; its dependencies have to be fetched once"))
        }
        Err(_) => Err(lacks("cargo could not be started")),
    }
}

//! Packages of Node.js, below the target folder: the JavaScript SDK that the tests call with.

use super::{Debian, Missing, has_node, output};
use crate::house::House;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

const FILES: [&str; 2] = ["package.json", "package-lock.json"];

/// A folder with the packages of `xtask/npm`; one that is up to date is kept. Scenarios run Node in it.
pub(super) fn make(house: &House, debian: &mut Debian) -> Result<PathBuf, Missing> {
    let lacks = |why: String| Missing { name: "js-sdk", why };
    if !has_node() {
        return Err(lacks("needs Node.js".to_owned()));
    }
    let (source, folder) = (house.root.join("xtask/npm"), house.target.join("npm"));
    // npm writes its own list last: what broke off half-way is made again.
    if folder.join("node_modules/.package-lock.json").is_file() && is_same(&source, &folder) {
        return Ok(folder);
    }
    if output("npm", &["--version"]).is_none() {
        debian.install(&["npm"]).map_err(&lacks)?;
    }
    eprintln!("== making {}", folder.display());
    fs::create_dir_all(&folder).map_err(|error| lacks(error.to_string()))?;
    for file in FILES {
        fs::copy(source.join(file), folder.join(file)).map_err(|error| lacks(format!("{file}: {error}")))?;
    }
    let mut npm = Command::new("npm");
    npm.args(["ci", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error"]).current_dir(&folder);
    let done = npm.stdin(Stdio::null()).stdout(Stdio::null()).status().is_ok_and(|status| status.success());
    if done { Ok(folder) } else { Err(lacks(format!("npm could not install {}", source.display()))) }
}

fn is_same(source: &Path, folder: &Path) -> bool {
    FILES.iter().all(|file| match (fs::read(source.join(file)), fs::read(folder.join(file))) {
        (Ok(wanted), Ok(made)) => wanted == made,
        _ => false,
    })
}

//! Virtual environments of Python below the target folder.

use super::{Debian, Missing, output, succeeds, version};
use crate::house::House;
use std::path::{Path, PathBuf};

const OLDEST: (u32, u32) = (3, 11);

/// An environment, and what is in it.
pub(super) struct Venv {
    /// Below the target folder.
    pub(super) folder: &'static str,
    /// Below `xtask`.
    pub(super) requirements: &'static str,
    /// What is missing when pip cannot install that.
    pub(super) packages: &'static str,
}

/// Makes an environment and says which Python is its own; one that is up to date is kept.
pub(super) fn make(house: &House, debian: &mut Debian, venv: &Venv) -> Result<PathBuf, Missing> {
    let lacks_python = |why: &str| Missing { name: "python3", why: why.to_owned() };
    if python().is_none() {
        debian.install(&["python3", "python3-venv"]).map_err(|why| lacks_python(&why))?;
    }
    let python = python().ok_or_else(|| lacks_python("none of 3.11 or newer was found"))?;
    let requirements = house.root.join("xtask").join(venv.requirements);
    let wanted = std::fs::read_to_string(&requirements).map_err(|error| lacks_python(&error.to_string()))?;
    let folder = house.target.join(venv.folder);
    let (own_python, stamp) = (folder.join("bin/python"), folder.join("requirements.txt"));
    if succeeds(&own_python, &["--version"]) && std::fs::read_to_string(&stamp).is_ok_and(|made| made == wanted) {
        return Ok(own_python);
    }
    eprintln!("== making {}", folder.display());
    let path = folder.to_string_lossy();
    let make = || succeeds(Path::new(python), &["-m", "venv", "--clear", &path]);
    if !make() {
        debian.install(&["python3-venv"]).map_err(|why| lacks_python(&why))?;
        if !make() {
            return Err(lacks_python("its `venv` module does not work"));
        }
    }
    let list = requirements.to_string_lossy();
    if !succeeds(&own_python, &["-m", "pip", "install", "--quiet", "--disable-pip-version-check", "-r", &list]) {
        return Err(Missing { name: venv.packages, why: format!("pip could not install {list}") });
    }
    std::fs::write(&stamp, wanted).map_err(|error| lacks_python(&error.to_string()))?;
    Ok(own_python)
}

fn python() -> Option<&'static str> {
    ["python3", "python3.14", "python3.13", "python3.12", "python3.11"]
        .into_iter()
        .find(|name| output(name, &["--version"]).and_then(|text| version(&text)) >= Some(OLDEST))
}

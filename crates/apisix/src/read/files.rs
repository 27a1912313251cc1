//! From the file system: a folder such as `conf/`, or one file of it.

use dialect::{ReadError, Source};
use std::path::{Path, PathBuf};

/// What a document that was read from a file is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum FileKind {
    /// `config.yaml`.
    Settings,
    /// `config-default.yaml`: what `config.yaml` stands over.
    Defaults,
    /// `apisix.yaml`: objects, ended by `#END`.
    Yaml,
    /// `apisix.json`: objects.
    Json,
}

/// The files of a folder, in the order in which they are read.
const NAMES: [&str; 4] = ["config-default.yaml", "config.yaml", "apisix.yaml", "apisix.json"];

/// What a document's key says it is; nothing for objects that are kept one by one.
pub(crate) fn file_kind(key: &str) -> Option<FileKind> {
    let name = key.rsplit('/').next().unwrap_or(key);
    match (name, name.rsplit_once('.').map(|(_, end)| end)) {
        ("config-default.yaml", _) => Some(FileKind::Defaults),
        (name, Some("yaml" | "yml")) if name.starts_with("config") => Some(FileKind::Settings),
        (_, Some("yaml" | "yml")) => Some(FileKind::Yaml),
        (_, Some("json")) => Some(FileKind::Json),
        _ => None,
    }
}

/// Reads a folder that has any of the files, itself or in its `conf/`, or one file.
pub fn files(path: &Path) -> Result<Vec<Source>, ReadError> {
    if !path.is_dir() {
        return Ok(vec![source(path)?]);
    }
    let folders = [path.to_owned(), path.join("conf")];
    let of = |folder: &PathBuf| -> Vec<PathBuf> {
        NAMES.iter().map(|name| folder.join(name)).filter(|file| file.is_file()).collect()
    };
    let found = folders.iter().map(of).find(|files| !files.is_empty()).unwrap_or_default();
    if found.is_empty() {
        return Err(ReadError::Nothing {
            path: path.display().to_string(),
            remedy: "no config.yaml and no apisix.yaml here; name the folder conf/ of Apache APISIX".to_owned(),
        });
    }
    found.iter().map(|file| source(file)).collect()
}

fn source(path: &Path) -> Result<Source, ReadError> {
    let key = path.to_string_lossy().into_owned();
    match std::fs::read(path) {
        Ok(bytes) => Ok(Source { key, bytes }),
        Err(cause) => Err(ReadError::Io { path: key, cause }),
    }
}

//! From the file system: a declarative file, a `kong.conf` with what it names, or a folder with either.

use crate::settings;
use dialect::resolve::{Environment, ProcessEnvironment};
use dialect::{ReadError, Source};
use std::path::{Path, PathBuf};

/// What a folder's declarative file is called; the first that is there is taken.
const NAMES: [&str; 5] = ["kong.yml", "kong.yaml", "kong.json", "kong/kong.yml", "kong/kong.yaml"];

/// Names of a folder's settings.
const SETTINGS: [&str; 2] = ["kong.conf", "etc/kong/kong.conf"];

/// Whether a document holds settings rather than entities.
pub fn is_settings(key: &str) -> bool {
    Path::new(key).extension().is_some_and(|end| end == "conf")
}

/// Reads a file or folder: settings first, then the declarative file that was given or is named by the settings, then
/// the templates of error bodies they name.
/// Where there `must` be a declarative file, one that is not there is an error.
pub fn files(path: &Path, must: bool) -> Result<Vec<Source>, ReadError> {
    let (conf, declarative) = find(path)?;
    let mut sources = Vec::new();
    let mut told = settings::Lines::default();
    if let Some(conf) = conf {
        let source = source(&conf)?;
        told = settings::Lines::read(&String::from_utf8_lossy(&source.bytes));
        sources.push(source);
    }
    let variable = |name: &str| ProcessEnvironment.variable(name).filter(|value| !value.is_empty());
    let named = variable("KONG_DECLARATIVE_CONFIG").or_else(|| told.value("declarative_config"));
    let in_text = variable("KONG_DECLARATIVE_CONFIG_STRING").or_else(|| told.value("declarative_config_string"));
    match declarative.or_else(|| named.map(|named| beside(path, &named))) {
        Some(file) => sources.push(source(&file)?),
        None if in_text.is_some() || !must => {}
        None => return Err(nothing(path)),
    }
    for name in settings::TEMPLATES.into_iter().chain(settings::CERTIFICATES) {
        if let Some(file) = variable(&settings::variable(name)).or_else(|| told.value(name)) {
            sources.extend(source(&beside(path, &file)));
        }
    }
    Ok(sources)
}

/// Settings and declarative file of what was given.
fn find(path: &Path) -> Result<(Option<PathBuf>, Option<PathBuf>), ReadError> {
    if !path.is_dir() {
        return Ok(match is_settings(&path.to_string_lossy()) {
            true => (Some(path.to_owned()), None),
            false => (None, Some(path.to_owned())),
        });
    }
    let first = |names: &[&str]| names.iter().map(|name| path.join(name)).find(|file| file.is_file());
    let (conf, declarative) = (first(&SETTINGS), first(&NAMES));
    if conf.is_none() && declarative.is_none() {
        return Err(nothing(path));
    }
    Ok((conf, declarative))
}

/// A file that settings name: as it is, or beside them where it is not there.
fn beside(path: &Path, file: &str) -> PathBuf {
    let folder = if path.is_dir() { path } else { path.parent().unwrap_or(Path::new("")) };
    let (given, own) = (PathBuf::from(file), folder.join(file));
    let moved = folder.join(given.file_name().unwrap_or_default());
    [own, moved].into_iter().find(|file| file.is_file()).unwrap_or(given)
}

fn nothing(path: &Path) -> ReadError {
    ReadError::Nothing {
        path: path.display().to_string(),
        remedy: format!(
            "no {} here and none named by a kong.conf; write one (`deck dump` and `kong config db_export` do), or name \
             another file",
            NAMES[..3].join(", ")
        ),
    }
}

fn source(path: &Path) -> Result<Source, ReadError> {
    let key = path.to_string_lossy().into_owned();
    match std::fs::read(path) {
        Ok(bytes) => Ok(Source { key, bytes }),
        Err(cause) => Err(ReadError::Io { path: key, cause }),
    }
}

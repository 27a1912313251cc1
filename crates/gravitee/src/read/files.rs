//! From the file system: a definition, a folder of them, or the home of a gateway with `config/gravitee.yml` and `apis/`.

use super::stores::named;
use crate::settings::{CERTIFICATES, Lines};
use dialect::findings::Findings;
use dialect::resolve::ProcessEnvironment;
use dialect::{ReadError, Source};
use std::path::{Path, PathBuf};

/// Where a home has its settings.
const SETTINGS: [&str; 3] = ["config/gravitee.yml", "config/gravitee.yaml", "gravitee.yml"];

/// Where a home has its definitions, where settings name no other folder.
const APIS: &str = "apis";

/// Whether a document holds settings rather than definitions.
pub fn is_settings(key: &str) -> bool {
    Path::new(key).extension().is_some_and(|end| end == "yml" || end == "yaml")
}

/// Reads a file or folder: settings first, then definitions in the order of their names.
pub fn files(path: &Path) -> Result<Vec<Source>, ReadError> {
    if !path.is_dir() {
        return match is_settings(&path.to_string_lossy()) {
            true => home(path.parent().and_then(Path::parent).unwrap_or(Path::new("")), Some(path.to_owned())),
            false => Ok(with_stores(vec![source(path)?])),
        };
    }
    let settings = SETTINGS.iter().map(|name| path.join(name)).find(|file| file.is_file());
    if settings.is_some() || path.join(APIS).is_dir() {
        return home(path, settings);
    }
    let found = folder(path)?;
    if found.is_empty() { Err(nothing(path)) } else { Ok(with_stores(found)) }
}

/// Definitions, with the files that they name.
fn with_stores(mut definitions: Vec<Source>) -> Vec<Source> {
    let stores = named(&definitions);
    definitions.extend(stores);
    definitions
}

fn home(path: &Path, settings: Option<PathBuf>) -> Result<Vec<Source>, ReadError> {
    let mut sources = Vec::new();
    let mut apis = path.join(APIS);
    if let Some(file) = settings {
        let settings = source(&file)?;
        let lines = lines(&settings);
        if let Some(named) = lines.told(&ProcessEnvironment, "services.sync.local.path") {
            apis = placed(path, &named.value);
        }
        let named = CERTIFICATES.iter().filter_map(|name| lines.told(&ProcessEnvironment, name));
        let files: Vec<Source> = named.filter_map(|told| source(&placed(path, &told.value)).ok()).collect();
        sources.push(settings);
        sources.extend(files);
    }
    // an empty folder is one whose last definition was taken away: nothing is served any more
    let definitions = if apis.is_dir() { folder(&apis)? } else { return Err(nothing(path)) };
    sources.extend(with_stores(definitions));
    Ok(sources)
}

fn lines(settings: &Source) -> Lines {
    Lines::read(&String::from_utf8_lossy(&settings.bytes), &mut Findings::new(&settings.key))
}

/// A file or folder that settings name: `${gravitee.home}` is the home.
fn placed(home: &Path, named: &str) -> PathBuf {
    let named = named.replace("${gravitee.home}", &home.to_string_lossy());
    let given = PathBuf::from(&named);
    if given.exists() { given } else { home.join(named) }
}

/// The definitions of a folder.
fn folder(path: &Path) -> Result<Vec<Source>, ReadError> {
    let entries = std::fs::read_dir(path).map_err(|cause| unreadable(path, cause))?;
    let mut files = Vec::new();
    for entry in entries {
        let file = entry.map_err(|cause| unreadable(path, cause))?.path();
        let hidden = file.file_name().is_some_and(|name| name.to_string_lossy().starts_with('.'));
        if !hidden && file.is_file() && file.extension().is_some_and(|end| end.eq_ignore_ascii_case("json")) {
            files.push(file);
        }
    }
    files.sort();
    files.iter().map(|file| source(file)).collect()
}

fn nothing(path: &Path) -> ReadError {
    ReadError::Nothing {
        path: path.display().to_string(),
        remedy: "no API definition here; name a file such as api.json, a folder of them, or a gateway's home with \
                 config/gravitee.yml and apis/"
            .to_owned(),
    }
}

fn source(path: &Path) -> Result<Source, ReadError> {
    let key = path.to_string_lossy().into_owned();
    match std::fs::read(path) {
        Ok(bytes) => Ok(Source { key, bytes }),
        Err(cause) => Err(ReadError::Io { path: key, cause }),
    }
}

fn unreadable(path: &Path, cause: std::io::Error) -> ReadError {
    ReadError::Io { path: path.to_string_lossy().into_owned(), cause }
}

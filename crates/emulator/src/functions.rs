//! The functions that the folders hold: found when first called, forgotten when their folder is gone.

use crate::function::Function;
use crate::settings::FunctionInfo;
use std::collections::{BTreeMap, HashMap};
use std::fs;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// Every function that has been called, and where others are looked for.
pub(crate) struct Functions {
    folders: Vec<PathBuf>,
    known: Mutex<HashMap<Arc<str>, Arc<Function>>>,
}

impl Functions {
    pub(crate) fn new(folders: Vec<PathBuf>) -> Self {
        Self { folders, known: Mutex::default() }
    }

    /// The function of this name, if its folder is there. `name` must be one that [`is_name`] accepts.
    pub(crate) fn find(&self, name: &str) -> Option<Arc<Function>> {
        let mut known = self.known();
        if let Some(function) = known.get(name) {
            if function.folder().is_dir() {
                return Some(function.clone());
            }
            if let Some(gone) = known.remove(name) {
                gone.close();
            }
        }
        let folder = self.folders.iter().map(|folder| folder.join(name)).find(|folder| folder.is_dir())?;
        // Absolute, since it becomes the working directory of processes.
        let function = Arc::new(Function::new(name.into(), fs::canonicalize(folder).ok()?));
        known.insert(name.into(), function.clone());
        Some(function)
    }

    pub(crate) fn list(&self) -> Vec<FunctionInfo> {
        let entries = self.folders.iter().rev().filter_map(|folder| fs::read_dir(folder).ok()).flatten().flatten();
        let found: BTreeMap<String, PathBuf> = entries
            .filter(|entry| entry.path().is_dir())
            .filter_map(|entry| Some((entry.file_name().into_string().ok()?, entry.path())))
            .filter(|(name, _)| is_name(name))
            .collect();
        found.into_iter().map(|(name, folder)| Function::describe(name, folder)).collect()
    }

    /// Ends instances that nobody has called for a while.
    pub(crate) fn rest(&self) {
        self.known().values().for_each(|function| function.rest());
    }

    /// Ends idle instances and everyone who waits for one.
    pub(crate) fn close(&self) {
        self.known().drain().for_each(|(_, function)| function.close());
    }

    fn known(&self) -> MutexGuard<'_, HashMap<Arc<str>, Arc<Function>>> {
        self.known.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Whether a text can be a function's name. It becomes part of a path, so nothing may lead out of the folder.
pub(crate) fn is_name(text: &str) -> bool {
    let allowed = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.');
    (1..=140).contains(&text.len()) && !text.starts_with('.') && text.bytes().all(allowed)
}

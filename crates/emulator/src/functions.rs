//! The functions that there are: declared, or found in a folder when first called and forgotten when that is gone.

use crate::function::Function;
use crate::host::Host;
use crate::settings::{Declared, FunctionInfo};
use std::collections::{BTreeMap, HashMap};
use std::fs;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;
use tokio::time::MissedTickBehavior;

/// How often instances are looked after.
const TEND: Duration = Duration::from_secs(1);
/// Folders that nobody has called are looked at once in so many rounds.
const LOOK_FOR_NEW: u64 = 30;

/// Every function that has been called, and where others are looked for.
pub(crate) struct Functions {
    folders: Vec<PathBuf>,
    declared: Mutex<BTreeMap<String, Declared>>,
    known: Mutex<HashMap<Arc<str>, Arc<Function>>>,
}

impl Functions {
    pub(crate) fn new(folders: Vec<PathBuf>, declared: Vec<Declared>) -> Self {
        Self { folders, declared: Mutex::new(by_name(declared)), known: Mutex::default() }
    }

    /// Replaces what is declared. A function of which something else is declared now, or nothing, starts anew.
    pub(crate) fn declare(&self, declared: Vec<Declared>) {
        let now = by_name(declared);
        let before = std::mem::replace(&mut *self.declared(), now.clone());
        let changed = before.keys().chain(now.keys()).filter(|name| before.get(*name) != now.get(*name));
        let mut known = self.known();
        changed.filter_map(|name| known.remove(name.as_str())).for_each(|function| function.close());
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
        let declared = self.declared().get(name).cloned();
        let folder = match &declared {
            Some(declared) => declared.folder.clone(),
            None => self.folders.iter().map(|folder| folder.join(name)).find(|folder| folder.is_dir())?,
        };
        // Absolute, since it becomes the working directory of processes.
        let function = Arc::new(Function::new(name.into(), fs::canonicalize(folder).ok()?, declared));
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
        let declared = self.declared().clone();
        let folders = declared.iter().map(|(name, declared)| (name.clone(), declared.folder.clone()));
        let all: BTreeMap<String, PathBuf> = found.into_iter().chain(folders).collect();
        let describe = |(name, folder)| {
            let declared = declared.get(&name);
            Function::describe(name, folder, declared)
        };
        all.into_iter().map(describe).collect()
    }

    /// The functions that are known, and, when `all` are wanted, those that nobody has called yet.
    fn each(&self, all: bool) -> Vec<Arc<Function>> {
        if all {
            self.list().iter().for_each(|info| drop(self.find(&info.name)));
        }
        self.known().values().cloned().collect()
    }

    /// Ends idle instances and everyone who waits for one.
    pub(crate) fn close(&self) {
        self.known().drain().for_each(|(_, function)| function.close());
    }

    /// Taken after `known` or alone, never before it.
    fn declared(&self) -> MutexGuard<'_, BTreeMap<String, Declared>> {
        self.declared.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn known(&self) -> MutexGuard<'_, HashMap<Arc<str>, Arc<Function>>> {
        self.known.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn by_name(declared: Vec<Declared>) -> BTreeMap<String, Declared> {
    declared.into_iter().map(|declared| (declared.name.clone(), declared)).collect()
}

/// Looks after instances for as long as it runs: starts those that are to be warm, ends those that nobody calls.
pub(crate) async fn tend(host: Arc<Host>) {
    let mut ticks = tokio::time::interval(TEND);
    ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    for round in 0u64.. {
        ticks.tick().await;
        for function in host.functions.each(round.is_multiple_of(LOOK_FOR_NEW)) {
            function.rest(host.warm);
            if function.is_warm(host.warm) {
                let host = host.clone();
                tokio::spawn(async move { function.warm_up(&host).await });
            }
        }
    }
}

/// Whether a text can be a function's name. It becomes part of a path, so nothing may lead out of the folder.
pub(crate) fn is_name(text: &str) -> bool {
    let allowed = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.');
    (1..=140).contains(&text.len()) && !text.starts_with('.') && text.bytes().all(allowed)
}

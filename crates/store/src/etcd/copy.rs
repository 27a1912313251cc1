//! The copy of a cluster's documents in a file of this machine: what a node serves that starts while etcd is away.
//!
//! It is written behind the traffic's back, a moment after a change is in force. Where it cannot be written, serving
//! goes on without it, and the log says so.

use super::{Coding, Shared};
use crate::held::Changed;
use crate::rows::{Everything, Rows};
use crate::{Document, Documents, Revision, StoreError};
use std::collections::BTreeMap;
use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;
use tokio::sync::Notify;

/// The time between two writes.
const REST: Duration = Duration::from_millis(200);
/// More changes than this are let come into force before they are written.
const MANY: usize = 1000;
/// How long that is waited for, for each of them.
const EACH: Duration = Duration::from_micros(20);

/// The file, and what it does not have yet.
pub(super) struct Copy {
    pub(super) rows: Arc<Rows>,
    /// How documents are written in it.
    coding: Option<Coding>,
    missing: Mutex<Missing>,
    more: Notify,
    /// Held from taking what is missing until it is written.
    writing: tokio::sync::Mutex<()>,
    /// Whether it was told that there is a copy.
    told: AtomicBool,
}

/// What became of documents since the file was last written.
#[derive(Default)]
struct Missing {
    /// All that there were when there was nothing before.
    first: Documents,
    /// What became of them since.
    changed: BTreeMap<String, Option<Document>>,
    at: Revision,
}

impl Copy {
    /// Opens the file, or makes it; one that was copied from elsewhere is emptied.
    pub(super) fn open(path: &Path, origin: &str, coding: Option<Coding>) -> Option<Self> {
        let opened = Rows::open(path).and_then(|rows| rows.belong_to(origin).map(|()| rows));
        let rows = opened.inspect_err(cannot_copy).ok()?;
        let (missing, more, writing, told) = Default::default();
        Some(Self { rows: Arc::new(rows), coding, missing, more, writing, told })
    }

    /// What it holds.
    pub(super) fn read(&self) -> Everything {
        let (mut all, revision) = self.rows.read().inspect_err(cannot_copy).unwrap_or_default();
        if let Some(coding) = &self.coding {
            let read = |one: &Document| Document { bytes: (coding.read)(&one.key, one.bytes.clone()), ..one.clone() };
            all = all.iter().map(read).collect();
        }
        (all, revision)
    }

    /// Is to be written.
    pub(super) fn add(&self, changed: Changed, at: Revision) {
        self.note(|missing| missing.changed.extend(changed), at);
    }

    /// All of it is to be written; there was nothing before, or it has gone.
    pub(super) fn add_first(&self, all: Documents, at: Revision) {
        let add = |missing: &mut Missing| match missing.changed.is_empty() {
            true => missing.first = all,
            false => missing.changed.extend(all.iter().map(|one| (one.key.clone(), Some(one.clone())))),
        };
        self.note(add, at);
    }

    fn note(&self, what: impl FnOnce(&mut Missing), at: Revision) {
        let mut missing = self.missing.lock().unwrap_or_else(PoisonError::into_inner);
        what(&mut missing);
        missing.at = at;
        self.more.notify_one();
    }

    /// The time until what is missing is in force, when it is much.
    fn patience(&self) -> Duration {
        let missing = self.missing.lock().unwrap_or_else(PoisonError::into_inner);
        let number = missing.first.len() + missing.changed.len();
        if number > MANY { EACH * u32::try_from(number).unwrap_or(u32::MAX) } else { Duration::ZERO }
    }

    /// Writes what is missing.
    pub(super) async fn write(&self) {
        let _one_at_a_time = self.writing.lock().await;
        let (missing, rows, coding) = (self.take(), self.rows.clone(), self.coding.clone());
        if missing.first.is_empty() && missing.changed.is_empty() {
            return;
        }
        let write = move || rows.write(&missing.rows(coding.as_ref()), missing.at);
        let written = tokio::task::spawn_blocking(write).await;
        match written {
            Ok(Ok(())) if !self.told.swap(true, Ordering::Relaxed) => {
                tracing::info!(file = self.rows.place(), "configuration was copied: without etcd this file is served");
            }
            Ok(Err(error)) => cannot_copy(&error),
            Ok(Ok(())) | Err(_) => {}
        }
    }

    fn take(&self) -> Missing {
        std::mem::take(&mut *self.missing.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

impl Missing {
    /// As they are written, in the order in which they came.
    fn rows(&self, coding: Option<&Coding>) -> Changed {
        let first = self.first.iter().map(|document| (document.key.clone(), Some(document.clone())));
        let mut rows: Changed = first.chain(self.changed.clone()).collect();
        if let Some(coding) = coding {
            for document in rows.iter_mut().filter_map(|(_, document)| document.as_mut()) {
                document.bytes = (coding.write)(&document.key, document.bytes.clone());
            }
        }
        rows
    }
}

/// Writes what is missing, for ever.
pub(super) async fn keep(shared: &Shared) {
    let Some(copy) = &shared.copy else { return };
    loop {
        copy.more.notified().await;
        tokio::time::sleep(copy.patience()).await;
        copy.write().await;
        tokio::time::sleep(REST).await;
    }
}

fn cannot_copy(error: &StoreError) {
    tracing::warn!(%error, "no copy is kept: a node that starts while etcd is away has nothing to serve");
}

#[cfg(test)]
mod tests {
    use super::*;

    fn document(key: &str, text: &'static str) -> Document {
        let (created, modified) = (Revision(1), Revision(1));
        Document { key: key.to_owned(), bytes: text.into(), created, modified, expires: None }
    }

    /// Whatever comes before the file is written, it holds what is in force.
    #[tokio::test]
    async fn the_file_holds_what_came_last() {
        type Step = fn(&Copy);
        let first: Step = |copy| copy.add_first([document("a", "1"), document("b", "1")].into(), Revision(2));
        let change: Step =
            |copy| copy.add(vec![("a".to_owned(), None), ("c".to_owned(), Some(document("c", "2")))], Revision(3));
        let cases: [(&str, &[Step], &[&str], u64); 4] = [
            ("first", &[first], &["a", "b"], 2),
            ("first, then a change", &[first, change], &["b", "c"], 3),
            ("a change, then all that is there", &[change, first], &["a", "b", "c"], 2),
            ("only a change", &[change], &["c"], 3),
        ];
        for (what, steps, keys, revision) in cases {
            let folder = tempfile::tempdir().unwrap();
            let copy = Copy::open(&folder.path().join("copy.redb"), "here", None).unwrap();
            steps.iter().for_each(|step| step(&copy));
            copy.write().await;
            let (all, at) = copy.read();
            let found: Vec<&str> = all.iter().map(|one| one.key.as_str()).collect();
            assert_eq!((&found[..], at.0), (keys, revision), "{what}");
        }
    }

    #[test]
    fn what_is_much_is_let_come_into_force_first() {
        let folder = tempfile::tempdir().unwrap();
        let copy = Copy::open(&folder.path().join("copy.redb"), "here", None).unwrap();
        let all = |number: usize| (0..number).map(|at| document(&at.to_string(), "x")).collect::<Documents>();
        for (number, milliseconds) in [(0, 0), (MANY, 0), (5000, 100)] {
            copy.add_first(all(number), Revision(1));
            assert_eq!(copy.patience(), Duration::from_millis(milliseconds), "{number}");
        }
    }
}

//! The copy of a cluster's documents in a file of this machine: what a node serves that starts while etcd is away.
//!
//! It is written behind the traffic's back, a moment after a change is in force. Where it cannot be written, serving
//! goes on without it, and the log says so.

use super::Shared;
use crate::held::Changed;
use crate::rows::{Everything, Rows};
use crate::{Document, Revision, StoreError};
use std::collections::BTreeMap;
use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;
use tokio::sync::Notify;

/// The time between two writes.
const REST: Duration = Duration::from_millis(200);

/// The file, and what it does not have yet.
pub(super) struct Copy {
    rows: Arc<Rows>,
    missing: Mutex<(BTreeMap<String, Option<Document>>, Revision)>,
    more: Notify,
    /// Held from taking what is missing until it is written.
    writing: tokio::sync::Mutex<()>,
    /// Whether it was told that there is a copy.
    told: AtomicBool,
}

impl Copy {
    /// Opens the file, or makes it; one that was copied from elsewhere is emptied.
    pub(super) fn open(path: &Path, origin: &str) -> Option<Self> {
        let opened = Rows::open(path).and_then(|rows| rows.belong_to(origin).map(|()| rows));
        let rows = opened.inspect_err(cannot_copy).ok()?;
        let (missing, more, writing, told) = Default::default();
        Some(Self { rows: Arc::new(rows), missing, more, writing, told })
    }

    /// What it holds.
    pub(super) fn read(&self) -> Everything {
        self.rows.read().inspect_err(cannot_copy).unwrap_or_default()
    }

    /// Is to be written.
    pub(super) fn add(&self, changed: Changed, at: Revision) {
        let mut missing = self.missing.lock().unwrap_or_else(PoisonError::into_inner);
        missing.0.extend(changed);
        missing.1 = at;
        self.more.notify_one();
    }

    /// Writes what is missing.
    pub(super) async fn write(&self) {
        let _one_at_a_time = self.writing.lock().await;
        let ((changed, at), rows) = (self.take(), self.rows.clone());
        if changed.is_empty() {
            return;
        }
        let written = tokio::task::spawn_blocking(move || rows.write(&changed, at)).await;
        match written {
            Ok(Ok(())) if !self.told.swap(true, Ordering::Relaxed) => {
                tracing::info!(file = self.rows.place(), "configuration was copied: without etcd this file is served");
            }
            Ok(Err(error)) => cannot_copy(&error),
            Ok(Ok(())) | Err(_) => {}
        }
    }

    fn take(&self) -> (Changed, Revision) {
        let mut missing = self.missing.lock().unwrap_or_else(PoisonError::into_inner);
        (std::mem::take(&mut missing.0).into_iter().collect(), missing.1)
    }
}

/// Writes what is missing, for ever.
pub(super) async fn keep(shared: &Shared) {
    let Some(copy) = &shared.copy else { return };
    loop {
        copy.more.notified().await;
        copy.write().await;
        tokio::time::sleep(REST).await;
    }
}

fn cannot_copy(error: &StoreError) {
    tracing::warn!(%error, "no copy is kept: a node that starts while etcd is away has nothing to serve");
}

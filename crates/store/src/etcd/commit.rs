//! A commit: one transaction that holds when none of its keys was changed by another meanwhile.
//!
//! That is as much as etcd can promise for the price of one question. Changes of other keys are seen before the next
//! commit: it then stands on them. More than [`MOST`] changes are written in parts, in their order.

use super::Shared;
use super::cluster::{Asked, Trouble};
use super::wire::{self, Decided, Lease, coded};
use crate::rows::broken;
use crate::{Change, Revision, StoreError};
use serde_json::{Value, json};
use std::sync::PoisonError;
use std::time::{Duration, SystemTime};
use tokio::time::timeout;

/// How many changes etcd takes in one transaction unless told otherwise.
const MOST: usize = 128;
/// How long one waits for the watch to tell what was written.
const ECHO: Duration = Duration::from_secs(3);

/// Carries out the changes. The answer is the revision up to which the caller knows everything: that of the commit, or
/// an older one when others wrote at the same time.
pub(super) async fn commit(
    shared: &Shared,
    changes: Vec<Change>,
    expected: Option<Revision>,
) -> Result<Revision, StoreError> {
    let base = *shared.position.borrow();
    let known = shared.documents.revision();
    if let Some(expected) = expected.filter(|expected| *expected != known) {
        return Err(StoreError::Conflict { expected, found: known });
    }
    let mut written = base;
    for part in changes.chunks(MOST) {
        let request = transaction(shared, part, expected.is_some()).await?;
        let decided: Decided = ask(shared, "/v3/kv/txn", &request).await?;
        if !decided.succeeded {
            return Err(conflict(shared, known).await);
        }
        written = decided.header.revision;
    }
    Ok(echo(shared, base, written).await.unwrap_or(known))
}

async fn ask<T: serde::de::DeserializeOwned>(shared: &Shared, path: &str, request: &Value) -> Result<T, StoreError> {
    let answer = shared.cluster.ask(path, wire::bytes(request), Asked::Writing).await;
    answer.map_err(|trouble: Trouble| broken(&shared.cluster.place(), trouble))
}

async fn transaction(shared: &Shared, changes: &[Change], compared: bool) -> Result<Value, StoreError> {
    let (mut compare, mut success) = (Vec::new(), Vec::new());
    for change in changes {
        let (Change::Put { key, .. } | Change::Remove { key }) = change;
        let remote = coded(shared.remote(key)?);
        if compared {
            let revision = shared.documents.find(key).map_or(0, |document| document.modified.0);
            compare.push(json!({
                "key": remote, "target": "MOD", "result": "EQUAL", "mod_revision": revision.to_string(),
            }));
        }
        success.push(match change {
            Change::Put { key, bytes, expires } => {
                let mut put = json!({"key": remote, "value": coded(shared.written(key, bytes))});
                if let Some(end) = expires {
                    put["lease"] = json!(lease(shared, *end).await?);
                }
                json!({ "request_put": put })
            }
            Change::Remove { .. } => json!({"request_delete_range": {"key": remote}}),
        });
    }
    Ok(json!({"compare": compare, "success": success}))
}

/// A lease up to this end, at least a second.
async fn lease(shared: &Shared, end: SystemTime) -> Result<String, StoreError> {
    let rest = end.duration_since(SystemTime::now()).unwrap_or_default();
    let seconds = rest.as_secs() + u64::from(rest.subsec_nanos() > 0);
    let granted: Lease = ask(shared, "/v3/lease/grant", &json!({"TTL": seconds.max(1).to_string()})).await?;
    Ok(granted.id)
}

/// Somebody else was first: what they wrote is about to be told.
async fn conflict(shared: &Shared, known: Revision) -> StoreError {
    match timeout(ECHO, shared.documents.past(known)).await {
        Ok(Ok(found)) => StoreError::Conflict { expected: known, found },
        _ => broken(&shared.cluster.place(), "others have changed it, and no news of that come: try again"),
    }
}

/// Waits until the watch has told what was written. `None`: it has not, or others wrote at the same time.
async fn echo(shared: &Shared, base: u64, written: u64) -> Option<Revision> {
    let mut position = shared.position.subscribe();
    timeout(ECHO, position.wait_for(|position| *position >= written)).await.ok()?.ok()?;
    let newest = shared.newest.lock().unwrap_or_else(PoisonError::into_inner);
    let since: Vec<u64> = newest.iter().copied().filter(|revision| *revision > base).collect();
    (since == [written]).then(|| shared.documents.revision())
}

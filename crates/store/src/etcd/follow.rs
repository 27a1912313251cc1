//! Follows a cluster: lists what is there, watches from then on, and begins anew where the watch broke off.
//!
//! While nobody is there the documents stay as they are, and it is tried again with pauses that grow up to a second.
//! When etcd has forgotten (compacted) what came next, everything is listed again.

use super::cluster::Trouble;
use super::grpc::EXHAUSTED;
use super::wire::{self, Event, KeyValue, Kind, Line, Range, Ranged, Told};
use super::{Shared, Start};
use crate::held::Changed;
use crate::{Document, Documents};
use bytes::{Bytes, BytesMut};
use http_body_util::BodyExt;
use net::{Body, BodyError};
use std::sync::atomic::Ordering;
use std::time::Duration;

/// How many documents are asked for at once.
const PAGE: u64 = 2000;
/// The longest line of a watch, in bytes.
const LONGEST: usize = 256 << 20;

const SHORTEST_PAUSE: Duration = Duration::from_millis(50);
const LONGEST_PAUSE: Duration = Duration::from_secs(1);

/// Why a watch ended.
enum End {
    /// Nothing was told for a while; up to this revision that is all there was.
    Quiet(u64),
    /// What came next is not there any more.
    Compacted,
    /// It broke off.
    Broken(Trouble),
}

/// Follows for ever.
pub(super) async fn follow(shared: &Shared) {
    let mut state = State::at(None);
    loop {
        match state.once(shared).await {
            Ok(()) => {}
            Err(trouble) => state.wait(shared, &trouble).await,
        }
    }
}

/// Where it has come to.
pub(super) struct State {
    /// Up to where everything is known; `None`: nothing is.
    pub(super) position: Option<u64>,
    pause: Duration,
    /// How often it was tried in vain since the start.
    failed: usize,
    /// Whether it was said that etcd is away.
    is_away: bool,
}

impl State {
    /// The state of somebody who knows everything up to there.
    pub(super) fn at(position: Option<u64>) -> Self {
        Self { position, pause: SHORTEST_PAUSE, failed: 0, is_away: false }
    }

    /// Lists if need be, and watches until the watch ends.
    pub(super) async fn once(&mut self, shared: &Shared) -> Result<(), Trouble> {
        let position = match self.position {
            Some(position) => position,
            None => {
                let (all, position) = list(shared).await?;
                shared.replace(all, position);
                shared.start.send_replace(Start::Usable);
                position
            }
        };
        self.position = Some(position);
        match self.watch(shared, position).await {
            End::Quiet(up_to) => self.position = self.position.max(Some(up_to)),
            End::Compacted => {
                tracing::info!(etcd = shared.cluster.place(), "history was compacted: listing again");
                self.position = None;
                tokio::time::sleep(SHORTEST_PAUSE).await;
            }
            End::Broken(trouble) => return Err(trouble),
        }
        Ok(())
    }

    async fn watch(&mut self, shared: &Shared, position: u64) -> End {
        let (from, to) = shared.range();
        let body = match shared.cluster.watch(wire::watch(&from, &to, position + 1)).await {
            Ok(body) => body,
            Err(trouble) => return End::Broken(trouble),
        };
        let mut lines = Lines { body, rest: BytesMut::new(), searched: 0 };
        let mut created = position;
        loop {
            let told = match lines.next().await {
                Ok(told) => told,
                Err(Silence::Quiet) => return End::Quiet(created),
                Err(Silence::Broken(trouble)) => return End::Broken(trouble),
            };
            if told.created && !told.canceled {
                created = created.max(told.header.revision);
                self.is_back(shared);
            }
            if told.canceled {
                return match told.compact_revision {
                    0 => End::Broken(Trouble::Refused(format!("the watch ended: {}", told.cancel_reason), 0)),
                    _ => End::Compacted,
                };
            }
            if let Some(position) = take(shared, told.events) {
                self.position = Some(position);
                created = created.max(position);
            }
        }
    }

    fn is_back(&mut self, shared: &Shared) {
        shared.away.store(false, Ordering::Relaxed);
        if std::mem::take(&mut self.is_away) {
            tracing::info!(etcd = shared.cluster.place(), "etcd is back");
        }
        self.pause = SHORTEST_PAUSE;
    }

    /// A pause after trouble, which is told of once.
    async fn wait(&mut self, shared: &Shared, trouble: &Trouble) {
        self.failed += 1;
        shared.away.store(true, Ordering::Relaxed);
        if *shared.start.borrow() != Start::Usable && self.failed >= shared.options.tries.max(1) {
            self.give_up_the_start(shared, trouble);
        } else if !std::mem::replace(&mut self.is_away, true) {
            let etcd = shared.cluster.place();
            tracing::error!(etcd, cause = %trouble, "etcd is away: the last configuration goes on serving");
        }
        if matches!(trouble, Trouble::Strange(_)) {
            self.position = None; // what was told is not understood: a list may be
        }
        tokio::time::sleep(self.pause + jitter(self.pause)).await;
        self.pause = (self.pause * 2).min(LONGEST_PAUSE);
    }

    /// Nobody answers: the copy has to do, if there is one.
    fn give_up_the_start(&mut self, shared: &Shared, trouble: &Trouble) {
        let has_copy = shared.copy.is_some() && shared.documents.revision().0 > 0;
        if has_copy {
            let etcd = shared.cluster.place();
            tracing::error!(etcd, cause = %trouble, "etcd is away: the copy of its last configuration is served");
            self.is_away = true;
        }
        let start = if has_copy { Start::Usable } else { Start::Nothing(trouble.to_string()) };
        shared.start.send_replace(start);
    }
}

/// Up to a quarter of it, so that nodes which lost etcd together do not come back together.
fn jitter(pause: Duration) -> Duration {
    pause.mul_f64(fastrand::f64() / 4.0)
}

/// Puts events in force, and tells up to where that goes.
fn take(shared: &Shared, events: Vec<Event>) -> Option<u64> {
    let position = events.last()?.kv.mod_revision;
    let (mut changed, mut revisions) = (Changed::new(), Vec::new());
    for Event { kind, kv } in events {
        let Some(key) = shared.local(&kv.key) else { continue };
        if revisions.last() != Some(&kv.mod_revision) {
            revisions.push(kv.mod_revision);
        }
        changed.push(match kind {
            Kind::Put => (key.clone(), Some(shared.read(kv.document(key)))),
            Kind::Delete => (key, None),
        });
    }
    shared.apply(changed, revisions, position);
    Some(position)
}

/// Everything under the prefix, page by page, all of one revision. While one is taken in, etcd looks for the next.
pub(super) async fn list(shared: &Shared) -> Result<(Documents, u64), Trouble> {
    list_by(shared, PAGE).await
}

/// The same with so many documents in a page at most.
pub(super) async fn list_by(shared: &Shared, limit: u64) -> Result<(Documents, u64), Trouble> {
    let (from, to) = shared.range();
    let mut range = Range { from: from.into(), to: to.into(), limit, revision: 0 };
    let (mut all, mut page) = (Vec::new(), self::page(shared, &mut range).await?);
    loop {
        let Ranged { header, kvs, more } = page;
        if range.revision == 0 {
            range.revision = header.revision;
        }
        let last = kvs.last().filter(|_| more).map(|kv| [&kv.key[..], &[0]].concat());
        let take_in = async { all.extend(kvs.into_iter().filter_map(|kv| local(shared, kv))) };
        let Some(from) = last else {
            take_in.await;
            return Ok((all.into_iter().collect(), range.revision));
        };
        range.from = from.into();
        page = tokio::join!(biased; self::page(shared, &mut range), take_in).0?;
    }
}

/// A page; of fewer documents when their values are large.
async fn page(shared: &Shared, range: &mut Range) -> Result<Ranged, Trouble> {
    loop {
        match shared.cluster.range(range).await {
            Err(Trouble::Refused(_, EXHAUSTED)) if range.limit > 1 => range.limit = (range.limit / 8).max(1),
            other => return other,
        }
    }
}

fn local(shared: &Shared, kv: KeyValue) -> Option<Document> {
    let key = shared.local(&kv.key)?;
    Some(shared.read(kv.document(key)))
}

/// The lines of a watch.
struct Lines {
    body: Body,
    rest: BytesMut,
    /// So much of it has no end of a line.
    searched: usize,
}

/// Why no line comes.
enum Silence {
    Quiet,
    Broken(Trouble),
}

impl Lines {
    async fn next(&mut self) -> Result<Told, Silence> {
        let line = self.line().await?;
        let strange = |text: String| Silence::Broken(Trouble::Strange(format!("watch: {text}")));
        let line: Line = serde_json::from_slice(&line).map_err(|cause| strange(cause.to_string()))?;
        match (line.result, line.error) {
            (Some(told), None) => Ok(told),
            (_, Some(error)) => Err(Silence::Broken(Trouble::Away(format!("watch: {error}")))),
            (None, None) => Err(strange("neither a result nor an error".to_owned())),
        }
    }

    async fn line(&mut self) -> Result<Bytes, Silence> {
        loop {
            if let Some(at) = self.rest[self.searched..].iter().position(|byte| *byte == b'\n') {
                let line = self.rest.split_to(self.searched + at + 1).freeze();
                self.searched = 0;
                return Ok(line);
            }
            self.searched = self.rest.len();
            let broken = |text: String| Silence::Broken(Trouble::Away(format!("watch: {text}")));
            if self.rest.len() > LONGEST {
                return Err(broken(format!("a line is longer than {LONGEST} bytes")));
            }
            match self.body.frame().await {
                Some(Ok(frame)) => self.rest.extend_from_slice(frame.data_ref().map_or(&[][..], |data| data)),
                Some(Err(BodyError::TimedOut)) => return Err(Silence::Quiet),
                Some(Err(cause)) => return Err(broken(cause.to_string())),
                None => return Err(broken("the connection has ended".to_owned())),
            }
        }
    }
}

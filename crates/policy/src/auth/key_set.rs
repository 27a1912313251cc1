//! The keys of a server: fetched when first needed, again in the background once they are old, and when a token names
//! one that is not there. One fetch at a time; while the server is away the last keys count.

use super::discovery::{Discovered, Place};
use super::jwk::Jwk;
use crate::server::{Question, ServerError};
use arc_swap::ArcSwapOption;
use http::header::ACCEPT;
use http::{HeaderMap, HeaderValue};
use model::policy::KeySet as Data;
use serde_json::Value;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::Mutex;
use tokio::time::Instant;

/// The least time between two fetches, whatever clients send.
const PAUSE: Duration = Duration::from_secs(10);
/// The same where there are no keys at all yet.
const SHORT_PAUSE: Duration = Duration::from_secs(1);

/// Keys of a server, shared by all steps that name it.
pub(crate) struct KeySet(Arc<Shared>);

struct Shared {
    data: Data,
    place: Place,
    held: ArcSwapOption<Held>,
    pause: Duration,
    short_pause: Duration,
    /// When the last fetch ended, and why it failed. Whoever fetches holds it.
    last: Mutex<Option<(Instant, Option<String>)>>,
}

/// What was fetched.
pub(crate) struct Held {
    pub(crate) keys: Vec<Jwk>,
    /// The server's name for itself, where it has told.
    pub(crate) issuer: Option<String>,
    at: Instant,
}

impl KeySet {
    pub(crate) fn new(data: &Data) -> Result<Self, ServerError> {
        Self::pausing(data, PAUSE, SHORT_PAUSE)
    }

    fn pausing(data: &Data, pause: Duration, short_pause: Duration) -> Result<Self, ServerError> {
        let place = Place::new(&data.server, data.discovery.then_some("jwks_uri"))?;
        let (held, last) = (ArcSwapOption::empty(), Mutex::default());
        Ok(Self(Arc::new(Shared { data: data.clone(), place, held, pause, short_pause, last })))
    }

    /// The keys, newer ones if none of those at hand has this id. An error where there are none: it is for the log.
    pub(crate) async fn with(&self, id: Option<&str>) -> Result<Arc<Held>, String> {
        let Some(held) = self.0.held.load_full() else { return self.fetch(self.0.short_pause).await };
        let known = held.keys.iter().any(|key| key.is_named(id));
        if !known && held.at.elapsed() >= self.0.pause {
            return Ok(self.fetch(self.0.pause).await.unwrap_or(held));
        }
        if held.at.elapsed() >= self.0.data.fresh {
            self.refresh();
        }
        Ok(held)
    }

    /// Those at hand, without waiting, where that is enough.
    pub(crate) fn at_hand(&self, id: Option<&str>) -> Option<Arc<Held>> {
        let held = self.0.held.load_full()?;
        let fresh = held.at.elapsed() < self.0.data.fresh;
        (fresh && held.keys.iter().any(|key| key.is_named(id))).then_some(held)
    }

    /// In a task of its own: a client that leaves ends no fetch that others wait for.
    async fn fetch(&self, pause: Duration) -> Result<Arc<Held>, String> {
        let shared = self.0.clone();
        let fetched = tokio::spawn(async move { shared.fetch(pause).await }).await;
        fetched.unwrap_or_else(|error| Err(error.to_string()))
    }

    fn refresh(&self) {
        let shared = self.0.clone();
        if shared.last.try_lock().is_ok() {
            tokio::spawn(async move { shared.fetch(shared.pause).await });
        }
    }
}

impl Shared {
    /// Fetches, unless somebody else just has.
    async fn fetch(&self, pause: Duration) -> Result<Arc<Held>, String> {
        let mut last = self.last.lock().await;
        if let Some((at, why)) = &*last
            && at.elapsed() < pause
        {
            let why = || why.clone().unwrap_or_else(|| "there are no keys".to_owned());
            return self.held.load_full().ok_or_else(why);
        }
        let fetched = self.ask().await;
        let why = fetched.as_ref().err().cloned();
        *last = Some((Instant::now(), why));
        match fetched {
            Ok(held) => {
                let held = Arc::new(held);
                self.held.store(Some(held.clone()));
                Ok(held)
            }
            Err(why) => {
                let url = &*self.data.server.url;
                tracing::warn!(url, why, "the keys of a server cannot be had: the last ones count, if there are any");
                self.held.load_full().ok_or(why)
            }
        }
    }

    async fn ask(&self) -> Result<Held, String> {
        let Discovered { server, document } = self.place.find().await?;
        let headers = HeaderMap::from_iter([(ACCEPT, HeaderValue::from_static("application/json"))]);
        let answered = server.ask(Question { headers, ..Question::default() }).await?;
        if !answered.status.is_success() {
            return Err(format!("its keys: status {}", answered.status.as_u16()));
        }
        let set: Value = serde_json::from_slice(&answered.body).map_err(|_| "its keys are no JSON".to_owned())?;
        let keys = Jwk::read_set(&set, &self.data.algorithms).ok_or("this is no set of keys")?;
        let issuer = document
            .filter(|_| !self.data.any_issuer)
            .and_then(|document| Some(document.get("issuer")?.as_str()?.to_owned()));
        Ok(Held { keys, issuer, at: Instant::now() })
    }
}

#[cfg(test)]
mod tests;

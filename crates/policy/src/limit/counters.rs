//! Counters in use, found again by what they count: a reload loses no count.

use super::breaker::Records;
use super::concurrency::Places;
use super::counter::Counter;
use super::counter::local::LocalCounter;
use super::counter::redis::{RedisCounter, Server};
use super::pace::Buckets;
use crate::build::BuildCause;
use model::policy::{Concurrency, CounterStore, Pace, RateLimit, RedisStore, Window};
use net::tls::TlsError;
use std::collections::HashMap;
use std::hash::Hash;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, Weak};
use std::time::Duration;

/// Counters that some snapshot uses; cloning shares them.
#[derive(Clone, Default)]
pub struct Counters(Arc<Mutex<Kept>>);

#[derive(Default)]
struct Kept {
    counters: HashMap<Name, Weak<LocalCounter>>,
    /// By what is configured of them.
    servers: Vec<(RedisStore, Weak<Server>)>,
    /// By scope, rate and burst.
    buckets: HashMap<(String, u64, u64), Weak<Buckets>>,
    /// By scope.
    records: HashMap<String, Weak<Records>>,
    /// By scope, delay, and whether that is fixed.
    places: HashMap<(String, Duration, bool), Weak<Places>>,
}

/// What counts together.
type Name = (String, Vec<Window>);

impl Counters {
    /// The counter of this scope and these windows.
    pub(crate) fn local(&self, data: &RateLimit) -> Arc<dyn Counter> {
        let name = (data.scope.clone(), data.windows.clone());
        let counter: Arc<LocalCounter> =
            kept(&mut self.lock().counters, name, || LocalCounter::new(data.windows.clone()));
        counter
    }

    /// The counter of this scope and these windows in a Redis.
    pub(crate) fn redis(&self, data: &RateLimit, store: &RedisStore) -> Result<Arc<RedisCounter>, TlsError> {
        let (scope, windows, server) = (data.scope.clone(), data.windows.clone(), self.server(store)?);
        Ok(Arc::new(RedisCounter::new(scope, windows, server, store.pass_without)))
    }

    /// The Redis where counts stand, if they do; whether requests pass while it is away.
    pub(crate) fn far(&self, store: &CounterStore) -> Result<Option<(Arc<Server>, bool)>, BuildCause> {
        match store {
            CounterStore::Local => Ok(None),
            CounterStore::Redis(store) => match self.server(store) {
                Ok(server) => Ok(Some((server, store.pass_without))),
                Err(why) => Err(BuildCause::Tls(Box::new(why))),
            },
        }
    }

    /// A Redis; policies with the same one share its connections.
    fn server(&self, store: &RedisStore) -> Result<Arc<Server>, TlsError> {
        let servers = &mut self.lock().servers;
        servers.retain(|(_, server)| server.strong_count() > 0);
        let known = servers.iter().find(|(known, _)| known == store).and_then(|(_, server)| server.upgrade());
        if let Some(server) = known {
            return Ok(server);
        }
        let server = Arc::new(Server::new(store)?);
        servers.push((store.clone(), Arc::downgrade(&server)));
        Ok(server)
    }

    /// The buckets of this scope, rate and burst.
    pub(crate) fn buckets(&self, data: &Pace) -> Arc<Buckets> {
        let name = (data.scope.clone(), data.rate.to_bits(), data.burst.to_bits());
        kept(&mut self.lock().buckets, name, || Buckets::new(data.rate, data.burst))
    }

    /// The places of this scope.
    pub(crate) fn places(&self, data: &Concurrency) -> Arc<Places> {
        let name = (data.scope.clone(), data.delay, data.fixed_delay);
        kept(&mut self.lock().places, name, || Places::new(data.delay, data.fixed_delay))
    }

    /// The records of this scope.
    pub(crate) fn records(&self, scope: &str) -> Arc<Records> {
        kept(&mut self.lock().records, scope.to_owned(), Records::default)
    }

    fn lock(&self) -> MutexGuard<'_, Kept> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The one that is in use under this name, or a new one. Those that nobody uses go.
fn kept<N: Eq + Hash, T>(all: &mut HashMap<N, Weak<T>>, name: N, make: impl FnOnce() -> T) -> Arc<T> {
    if let Some(known) = all.get(&name).and_then(Weak::upgrade) {
        return known;
    }
    all.retain(|_, one| one.strong_count() > 0);
    let new = Arc::new(make());
    all.insert(name, Arc::downgrade(&new));
    new
}

//! Calling: a target made ready once, then called many times.
//!
//! What may have run is never sent again. Two things are: a request of which nothing was sent (the pool sees to
//! that), and one refused over the time of its signature, once.

mod bounded;
pub(crate) mod endpoint;
mod function;
mod late;
pub mod outcome;
mod surroundings;
mod url;

pub use function::Function;
pub use surroundings::Place;
pub use url::{FunctionUrl, UrlRequest};

pub(crate) use function::AGENT;

use crate::credentials::Cached;
use crate::credentials::identity::{IdentityKey, IdentitySource};
use crate::credentials::region::FoundRegion;
#[cfg(test)]
use crate::credentials::surroundings::Environment;
use crate::credentials::surroundings::Surroundings;
use crate::error::CallError;
use endpoint::{Endpoint, EndpointKey};
use http::{HeaderMap, HeaderName, StatusCode};
use model::aws::Aws;
use model::call::{CallTimeouts, FunctionTarget, UrlTarget};
use net::Body;
use std::collections::HashMap;
use std::collections::hash_map::Entry;
use std::hash::Hash;
use std::sync::atomic::AtomicBool;
use std::sync::{Arc, Mutex, PoisonError};

/// Connections, credentials and signing keys, shared by every target of the process. Lives across reloads.
#[derive(Clone, Default)]
pub struct Lambda {
    registry: Arc<Registry>,
}

/// Identities of one process. They are as many as the configuration has; this is a fence, not a size.
const IDENTITIES: usize = 10_000;

/// What targets share. What no target uses any more is dropped when the next one is made ready.
struct Registry {
    around: Arc<Surroundings>,
    region: FoundRegion,
    /// Some target has no region but that of the surroundings.
    wants_region: AtomicBool,
    endpoints: Mutex<HashMap<EndpointKey, Arc<Endpoint>>>,
    credentials: Mutex<HashMap<IdentityKey, Arc<Cached>>>,
}

impl Default for Registry {
    fn default() -> Self {
        Self::within(Surroundings::default())
    }
}

impl Registry {
    fn within(around: Surroundings) -> Self {
        Self {
            around: Arc::new(around),
            region: FoundRegion::default(),
            wants_region: AtomicBool::new(false),
            endpoints: Mutex::default(),
            credentials: Mutex::default(),
        }
    }

    /// The first of these variables that is set to something.
    fn variable(&self, names: &[&str]) -> Option<String> {
        self.around.first(names)
    }

    fn endpoint(&self, key: EndpointKey) -> Result<Arc<Endpoint>, CallError> {
        shared(&self.endpoints, key, |key| Endpoint::new(key, &self.around.proxies()))
    }

    /// The identity of calls with these settings that sign for that region.
    fn credentials(&self, aws: &Aws, region: &str) -> Result<Arc<Cached>, CallError> {
        let key = IdentityKey::new(aws, Some(region.to_owned()));
        if self.credentials.lock().unwrap_or_else(PoisonError::into_inner).len() >= IDENTITIES {
            return Err(CallError::config(format!("the configuration has more than {IDENTITIES} identities")));
        }
        let make = |key: &IdentityKey| Ok(Cached::new(key.label(), IdentitySource::new(key, &self.around)));
        shared(&self.credentials, key, make)
    }
}

/// The value of an equal key, else a new one. Values that only the map holds go.
fn shared<K: Eq + Hash, V>(
    map: &Mutex<HashMap<K, Arc<V>>>,
    key: K,
    make: impl FnOnce(&K) -> Result<V, CallError>,
) -> Result<Arc<V>, CallError> {
    let mut map = map.lock().unwrap_or_else(PoisonError::into_inner);
    map.retain(|known, value| *known == key || Arc::strong_count(value) > 1);
    match map.entry(key) {
        Entry::Occupied(known) => Ok(known.get().clone()),
        Entry::Vacant(place) => {
            let value = Arc::new(make(place.key())?);
            Ok(place.insert(value).clone())
        }
    }
}

/// What a call gave.
pub struct Invoked {
    /// Status of the Lambda API (200, 202, 204) or of the URL.
    pub status: StatusCode,
    /// Header fields as they came.
    pub headers: HeaderMap,
    /// `X-Amz-Function-Error` as text (a function error is not an `Err`: faults decide what it means).
    pub function_error: Option<String>,
    /// `x-amzn-RequestId`.
    pub aws_request_id: Option<String>,
    /// `X-Amz-Executed-Version`.
    pub version: Option<String>,
    /// `X-Amz-Log-Result` as it came: base64.
    pub log_tail: Option<String>,
    /// The payload; of a known length for the Invoke API.
    pub body: Body,
}

const FUNCTION_ERROR: HeaderName = HeaderName::from_static("x-amz-function-error");
const EXECUTED_VERSION: HeaderName = HeaderName::from_static("x-amz-executed-version");
const LOG_RESULT: HeaderName = HeaderName::from_static("x-amz-log-result");

impl Invoked {
    fn new(status: StatusCode, headers: HeaderMap, body: Body) -> Self {
        let text = |name: &HeaderName| outcome::header(&headers, name);
        Self {
            status,
            function_error: text(&FUNCTION_ERROR),
            aws_request_id: outcome::request_id(&headers),
            version: text(&EXECUTED_VERSION),
            log_tail: text(&LOG_RESULT),
            headers,
            body,
        }
    }
}

impl Lambda {
    /// Calls within surroundings whose variables come from elsewhere than the process.
    #[cfg(test)]
    fn with(environment: Environment) -> Self {
        Self { registry: Arc::new(Registry::within(Surroundings::with(environment))) }
    }

    /// Makes a function ready. Fails on what no call could survive: a bad endpoint URL, a bad name. A missing
    /// region is told by each call.
    pub fn function(&self, target: &FunctionTarget, timeouts: CallTimeouts) -> Result<Arc<Function>, CallError> {
        Function::ready(self.registry.clone(), target, timeouts).map(Arc::new)
    }

    /// Makes a URL ready.
    pub fn url(&self, target: &UrlTarget, timeouts: CallTimeouts) -> Result<Arc<FunctionUrl>, CallError> {
        FunctionUrl::ready(self.registry.clone(), target, timeouts).map(Arc::new)
    }
}

#[cfg(test)]
mod tests;

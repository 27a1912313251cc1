//! Keys kept: only the first call waits for them. They are fetched anew in the background before they end, once for
//! all who ask, and while that fails the old ones serve as long as they are good.

use super::{CredentialSource, Keys, NoKeys};
use crate::error::{Blame, CallError};
use arc_swap::ArcSwapOption;
use model::answer::FailureKind;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, SystemTime};
use tokio::sync::watch;
use tokio::time::Instant;

/// Before their end keys are fetched anew, at most.
const EARLY: Duration = Duration::from_secs(15 * 60);
/// After a failure the source is left alone for so long.
const PAUSE: Duration = Duration::from_secs(30);
/// The same when there are no keys at all: calls fail at once meanwhile.
const SHORT_PAUSE: Duration = Duration::from_secs(2);

/// A source with its keys. Cloning shares both.
#[derive(Clone)]
pub struct Cached(Arc<Inner>);

struct Inner {
    source: Arc<dyn CredentialSource>,
    held: ArcSwapOption<Held>,
    flight: Mutex<Flight>,
}

/// Keys with what is known of their time.
struct Held {
    keys: Arc<Keys>,
    /// From then on they are fetched anew.
    due: Option<Instant>,
    /// From then on they are not used.
    end: Option<Instant>,
}

type Landing = Result<Arc<Keys>, NoKeys>;

/// At most one fetch is under way.
#[derive(Default)]
struct Flight {
    under_way: Option<watch::Receiver<Option<Landing>>>,
    failed: Option<(Instant, NoKeys)>,
}

impl Cached {
    /// The keys of that source, none yet.
    pub fn new(source: Arc<dyn CredentialSource>) -> Self {
        Self(Arc::new(Inner { source, held: ArcSwapOption::empty(), flight: Mutex::default() }))
    }

    /// Good keys, at once where they are there.
    pub async fn keys(&self) -> Result<Arc<Keys>, CallError> {
        if let Some(keys) = self.ready() {
            return Ok(keys);
        }
        Box::pin(self.landed()).await
    }

    /// Keys that have to be fetched first.
    async fn landed(&self) -> Result<Arc<Keys>, CallError> {
        let mut landing = match self.fetch() {
            Ok(landing) => landing,
            Err(failed) => return Err(no_credentials(&failed)),
        };
        let landed = landing.wait_for(Option::is_some).await.map(|landing| landing.clone());
        match landed {
            Ok(Some(Ok(keys))) => Ok(keys),
            Ok(Some(Err(failed))) => Err(no_credentials(&failed)),
            Ok(None) | Err(_) => Err(no_credentials(&NoKeys("fetching them was broken off".into()))),
        }
    }

    /// Keys that are there and good. Asks for new ones when it is time.
    fn ready(&self) -> Option<Arc<Keys>> {
        let held = self.0.held.load();
        let held = held.as_ref()?;
        if held.due.is_some() || held.end.is_some() {
            let now = Instant::now();
            if held.end.is_some_and(|end| end <= now) {
                return None;
            }
            if held.due.is_some_and(|due| due <= now) {
                let _ = self.fetch(); // who lands puts the keys in place; a failure waits for its pause to end
            }
        }
        Some(held.keys.clone())
    }

    /// Joins the fetch that is under way, or begins one. It goes on when whoever began it goes away.
    fn fetch(&self) -> Result<watch::Receiver<Option<Landing>>, NoKeys> {
        let mut flight = self.0.flight.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(under_way) = &flight.under_way
            && under_way.has_changed().is_ok()
        {
            return Ok(under_way.clone()); // an error would mean that its task is gone
        }
        if let Some((until, failed)) = &flight.failed
            && Instant::now() < *until
        {
            return Err(failed.clone());
        }
        let (tell, under_way) = watch::channel(None);
        flight.under_way = Some(under_way.clone());
        let cached = self.clone();
        tokio::spawn(async move {
            let fetched = cached.0.source.credentials().await;
            tell.send_replace(Some(cached.land(fetched)));
        });
        Ok(under_way)
    }

    fn land(&self, fetched: Result<Keys, NoKeys>) -> Landing {
        let now = Instant::now();
        let landing = fetched.and_then(|keys| Held::new(keys, self.0.source.lifetime(), now));
        let mut flight = self.0.flight.lock().unwrap_or_else(PoisonError::into_inner);
        flight.under_way = None;
        match landing {
            Ok(held) => {
                let keys = held.keys.clone();
                self.0.held.store(Some(Arc::new(held)));
                flight.failed = None;
                Ok(keys)
            }
            Err(failed) => {
                let serves = self.0.held.load().as_ref().is_some_and(|held| held.end.is_none_or(|end| end > now));
                tracing::warn!(cause = %failed, old_keys_serve = serves, "no new credentials");
                flight.failed = Some((now + if serves { PAUSE } else { SHORT_PAUSE }, failed.clone()));
                Err(failed)
            }
        }
    }
}

impl Held {
    fn new(keys: Keys, lifetime: Option<Duration>, now: Instant) -> Result<Self, NoKeys> {
        let keys = Arc::new(keys);
        let Some(expires) = keys.expires else {
            return Ok(Self { keys, due: lifetime.map(|lifetime| now + lifetime), end: None });
        };
        let Ok(left) = expires.duration_since(SystemTime::now()) else {
            return Err(NoKeys("the source gave keys whose time is over; is this machine's clock right?".into()));
        };
        let early = EARLY.min(left / 5).mul_f64(1.0 + fastrand::f64() / 4.0); // not all gateways at once
        Ok(Self { keys, due: Some(now + left.saturating_sub(early)), end: Some(now + left) })
    }
}

fn no_credentials(failed: &NoKeys) -> CallError {
    let detail = format!(
        "no AWS credentials: {failed}. Set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, choose a profile with \
         AWS_PROFILE, run where there is a role (ECS, EKS, EC2), or write keys into the configuration"
    );
    CallError::before(FailureKind::NoCredentials, Blame::Config, detail)
}

#[cfg(test)]
mod tests;

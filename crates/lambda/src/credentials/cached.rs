//! Keys kept: only the very first call waits for them. They are fetched anew in the background well before they end,
//! once for all who ask; while that fails the old ones serve as long as they are good.

mod held;
mod keeper;

use super::identity::IdentitySource;
use super::source::{Found, NoKeys};
use super::status::{Counts, IdentityState, IdentityStatus};
use super::{Keys, status};
use crate::error::{Blame, CallError};
use arc_swap::ArcSwapOption;
use held::Held;
use model::answer::FailureKind;
use std::future::Future;
use std::pin::Pin;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;
use tokio::sync::watch;
use tokio::task::AbortHandle;
use tokio::time::Instant;

/// Without keys, calls fail at once for so long after a failure; then the next one asks again.
const PAUSE: Duration = Duration::from_secs(2);

/// An identity with its keys. Cloning shares both.
#[derive(Clone)]
pub struct Cached(Arc<Inner>);

struct Inner {
    label: String,
    source: Box<dyn Fetch>,
    held: ArcSwapOption<Held>,
    flight: Mutex<Flight>,
    counts: Counts,
}

/// What fetches keys; `faithful` names the source whose keys still serve.
pub(crate) trait Fetch: Send + Sync + 'static {
    fn fetch<'a>(&'a self, faithful: Option<&'a str>) -> Fetched<'a>;
}

pub(crate) type Fetched<'a> = Pin<Box<dyn Future<Output = Result<Found, Lacks>> + Send + 'a>>;

/// Why there are no keys: each source's reason.
type Lacks = Vec<NoKeys>;

impl Fetch for IdentitySource {
    fn fetch<'a>(&'a self, faithful: Option<&'a str>) -> Fetched<'a> {
        Box::pin(Self::fetch(self, faithful))
    }
}

type Landing = Result<Arc<Keys>, Arc<Lacks>>;

/// At most one fetch is under way.
#[derive(Default)]
struct Flight {
    under_way: Option<watch::Receiver<Option<Landing>>>,
    failed: Option<(Instant, Arc<Lacks>)>,
    /// What was told last of sources that do not work.
    told: Lacks,
    keeper: Option<AbortHandle>,
}

impl Cached {
    /// The keys of that source, none yet.
    pub(crate) fn new(label: String, source: impl Fetch) -> Self {
        let (held, flight, counts) = (ArcSwapOption::empty(), Mutex::default(), Counts::default());
        Self(Arc::new(Inner { label, source: Box::new(source), held, flight, counts }))
    }

    /// Good keys, at once where they are there.
    pub async fn keys(&self) -> Result<Arc<Keys>, CallError> {
        if let Some(keys) = self.0.ready() {
            return Ok(keys);
        }
        Box::pin(self.landed()).await
    }

    /// Fetches keys if there are none; nobody waits.
    pub(crate) fn warm(&self) {
        if self.0.held.load().is_none() {
            let _ = self.fetch(); // who lands puts the keys in place
        }
    }

    /// What is known of the identity, without its keys.
    pub(crate) fn status(&self) -> IdentityStatus {
        let held = self.0.held.load_full();
        let failed = self.0.flight().failed.as_ref().map(|(_, lacks)| status::told(lacks));
        let good = held.as_ref().filter(|held| held.is_good(Instant::now()));
        let state = match (good, &failed) {
            (Some(_), None) => IdentityState::Good,
            (Some(_), Some(_)) => IdentityState::Failing,
            (None, _) => IdentityState::None,
        };
        IdentityStatus::new(&self.0.label, state, held.as_deref().map(Held::facts), failed, &self.0.counts)
    }

    /// Keys that have to be fetched first.
    async fn landed(&self) -> Result<Arc<Keys>, CallError> {
        if let Some((at, lacks)) = &self.0.flight().failed
            && at.elapsed() < PAUSE
        {
            return Err(no_credentials(lacks));
        }
        self.0.counts.waited(self.0.held.load().is_some());
        let mut landing = self.fetch();
        match landing.wait_for(Option::is_some).await.map(|landing| landing.clone()) {
            Ok(Some(Ok(keys))) => Ok(keys),
            Ok(Some(Err(lacks))) => Err(no_credentials(&lacks)),
            Ok(None) | Err(_) => {
                Err(no_credentials(&[NoKeys::broken("credentials", "fetching them was broken off", "")]))
            }
        }
    }

    /// Joins the fetch that is under way, or begins one. It goes on when whoever began it goes away.
    fn fetch(&self) -> watch::Receiver<Option<Landing>> {
        let mut flight = self.0.flight();
        if let Some(under_way) = &flight.under_way
            && under_way.has_changed().is_ok()
        {
            return under_way.clone(); // an error would mean that its task is gone
        }
        let (tell, under_way) = watch::channel(None);
        flight.under_way = Some(under_way.clone());
        let cached = self.clone();
        tokio::spawn(async move {
            let held = cached.0.held.load_full();
            let serving = held.filter(|held| held.is_good(Instant::now()));
            let fetched = cached.0.source.fetch(serving.as_ref().map(|held| held.provider)).await;
            let landing = cached.0.land(fetched);
            if landing.is_ok() {
                cached.keep();
            }
            tell.send_replace(Some(landing));
        });
        under_way
    }

    /// Sees to it that somebody renews the keys.
    fn keep(&self) {
        let mut flight = self.0.flight();
        if flight.keeper.as_ref().is_none_or(AbortHandle::is_finished) {
            flight.keeper = Some(tokio::spawn(keeper::keep(Arc::downgrade(&self.0))).abort_handle());
        }
    }
}

impl Inner {
    /// Keys that are there and good.
    fn ready(&self) -> Option<Arc<Keys>> {
        let held = self.held.load();
        let held = held.as_ref()?;
        (held.end.is_none() || held.is_good(Instant::now())).then(|| held.keys.clone())
    }

    fn flight(&self) -> MutexGuard<'_, Flight> {
        self.flight.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn land(&self, fetched: Result<Found, Lacks>) -> Landing {
        let now = Instant::now();
        let landing = fetched.and_then(|found| {
            let passed = found.passed.clone();
            Held::new(found, now).map(|held| (held, passed)).map_err(|lack| vec![lack])
        });
        let mut flight = self.flight();
        flight.under_way = None;
        match landing {
            Ok((held, passed)) => {
                self.tell_success(&mut flight, &held, passed);
                flight.failed = None;
                let keys = held.keys.clone();
                self.held.store(Some(Arc::new(held)));
                self.counts.renewed();
                Ok(keys)
            }
            Err(lacks) => {
                let lacks = Arc::new(lacks);
                self.tell_failure(&mut flight, &lacks, now);
                flight.failed = Some((now, lacks.clone()));
                self.counts.failed();
                Err(lacks)
            }
        }
    }

    /// One line when keys come from somewhere else than before, or come again; one for each source that should have
    /// had some.
    fn tell_success(&self, flight: &mut Flight, held: &Held, passed: Lacks) {
        let before = self.held.load();
        let changed = before.as_ref().is_none_or(|before| before.origin != held.origin);
        if changed || flight.failed.is_some() {
            let Held { provider, origin, .. } = held;
            tracing::info!(identity = self.label, provider, origin, "credentials found");
        }
        held.tell_clock();
        let broken: Lacks = passed.into_iter().filter(|lack| !lack.absent).collect();
        if flight.told != broken {
            for NoKeys { provider, what, remedy, .. } in &broken {
                tracing::warn!(identity = self.label, provider, cause = %what, %remedy, "this source of credentials does not work; a later one is used");
            }
            flight.told = broken;
        }
    }

    /// One line for each source that does not work, when that changes; one if there is none at all.
    fn tell_failure(&self, flight: &mut Flight, lacks: &Lacks, now: Instant) {
        let serve = self.held.load().as_ref().is_some_and(|held| held.is_good(now));
        let broken: Lacks = lacks.iter().filter(|lack| !lack.absent).cloned().collect();
        let ended =
            !serve && self.held.load().is_some() && flight.failed.as_ref().is_some_and(|(at, _)| self.was_good(*at));
        if flight.failed.is_some() && !ended {
            return;
        }
        for NoKeys { provider, what, remedy, .. } in &broken {
            let message = if serve { "no new credentials; the old ones still serve" } else { "no credentials" };
            tracing::warn!(identity = self.label, provider, cause = %what, %remedy, "{message}");
        }
        if broken.is_empty() {
            tracing::warn!(identity = self.label, cause = status::told(lacks), remedy = REMEDY, "no credentials");
        }
        flight.told = broken;
    }

    fn was_good(&self, at: Instant) -> bool {
        self.held.load().as_ref().is_some_and(|held| held.is_good(at))
    }
}

impl Drop for Inner {
    fn drop(&mut self) {
        if let Some(keeper) = self.flight().keeper.take() {
            keeper.abort();
        }
    }
}

const REMEDY: &str = "set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, choose a profile with AWS_PROFILE, run where there \
                      is a role (ECS, EKS, EC2), or write keys into the configuration";

fn no_credentials(lacks: &[NoKeys]) -> CallError {
    let broken = lacks.iter().any(|lack| !lack.absent);
    let detail = match broken {
        true => format!("no AWS credentials: {}", status::told(lacks)),
        false => format!("no AWS credentials: {}; {REMEDY}", status::told(lacks)),
    };
    CallError::before(FailureKind::NoCredentials, Blame::Config, detail)
}

#[cfg(test)]
mod tests;

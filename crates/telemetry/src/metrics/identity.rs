//! The identities that calls are made with, as a scrape sees them. Somebody else keeps them; here they are asked for.

use prometheus_client::encoding::{DescriptorEncoder, EncodeGaugeValue, NoLabelSet};
use prometheus_client::metrics::MetricType;
use std::fmt;
use std::sync::{PoisonError, RwLock};
use std::time::SystemTime;

/// One identity. Nothing of it is a secret.
#[derive(Clone, Debug, Default)]
pub struct IdentityFigures {
    /// Its name, different from that of every other.
    pub identity: String,
    /// Who gave its credentials; empty while nobody has.
    pub provider: &'static str,
    /// Whether it has credentials that can be used.
    pub usable: bool,
    /// When they end.
    pub expires: Option<SystemTime>,
    /// How often credentials were fetched.
    pub fetched: u64,
    /// How often that failed.
    pub failed: u64,
    /// Requests that waited for the first ones.
    pub waited_first: u64,
    /// Requests that waited for new ones in place of ended ones.
    pub waited_renewal: u64,
}

/// Tells all identities.
pub type Identities = Box<dyn Fn() -> Vec<IdentityFigures> + Send + Sync>;

/// Who is asked.
#[derive(Default)]
pub(super) struct Watched(RwLock<Option<Identities>>);

impl Watched {
    pub(super) fn set(&self, identities: Identities) {
        *self.0.write().unwrap_or_else(PoisonError::into_inner) = Some(identities);
    }

    fn figures(&self) -> Vec<IdentityFigures> {
        self.0.read().unwrap_or_else(PoisonError::into_inner).as_ref().map_or_else(Vec::new, |all| all())
    }
}

impl fmt::Debug for Watched {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Watched")
    }
}

pub(super) fn encode(encoder: &mut DescriptorEncoder<'_>, watched: &Watched) -> Result<(), fmt::Error> {
    let all = watched.figures();
    let help = "Whether the identity has credentials that can be used";
    gauges(encoder, "credentials_usable", help, &all, |one| Some(i64::from(one.usable)))?;
    let help = "When the identity's credentials end, in seconds since 1970";
    let end = |one: &IdentityFigures| one.expires.map(super::unix_seconds);
    gauges(encoder, "credentials_expiry_timestamp_seconds", help, &all, end)?;
    let help = "Attempts to fetch credentials, by result";
    let fetches = |one: &IdentityFigures| [("ok", one.fetched), ("failed", one.failed)];
    counters(encoder, "credentials_fetches", help, "result", &all, fetches)?;
    let help = "Requests that waited for credentials: the first ones, or new ones in place of ended ones";
    let waits = |one: &IdentityFigures| [("first", one.waited_first), ("renewal", one.waited_renewal)];
    counters(encoder, "credentials_waits", help, "for", &all, waits)
}

fn gauges<T: EncodeGaugeValue>(
    encoder: &mut DescriptorEncoder<'_>,
    name: &str,
    help: &str,
    all: &[IdentityFigures],
    value: impl Fn(&IdentityFigures) -> Option<T>,
) -> Result<(), fmt::Error> {
    let mut family = encoder.encode_descriptor(name, help, None, MetricType::Gauge)?;
    for one in all {
        if let Some(value) = value(one) {
            let labels = [("identity", one.identity.as_str()), ("provider", one.provider)];
            family.encode_family(&labels)?.encode_gauge(&value)?;
        }
    }
    Ok(())
}

fn counters(
    encoder: &mut DescriptorEncoder<'_>,
    name: &str,
    help: &str,
    label: &'static str,
    all: &[IdentityFigures],
    counts: impl Fn(&IdentityFigures) -> [(&'static str, u64); 2],
) -> Result<(), fmt::Error> {
    let mut family = encoder.encode_descriptor(name, help, None, MetricType::Counter)?;
    for one in all {
        for (value, count) in counts(one) {
            let labels = [("identity", one.identity.as_str()), (label, value)];
            family.encode_family(&labels)?.encode_counter::<NoLabelSet, _, f64>(&count, None)?;
        }
    }
    Ok(())
}

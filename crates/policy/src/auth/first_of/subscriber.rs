//! Who may take a way, found by what they show.

use crate::build::BuildCause;
use crate::exchange::{Exchange, Identity};
use crate::world::constant;
use expr::Value;
use model::Secret;
use model::id::ConsumerId;
use model::policy::{Shows, Subscription};
use net::tls::{PeerCertificate, certificates};
use rustls_pki_types::CertificateDer;
use std::borrow::Borrow;
use std::collections::HashMap;
use std::sync::Arc;
use std::time::SystemTime;

/// The subscriptions of a way.
#[derive(Default)]
pub(super) struct Subscribers {
    all: Vec<Subscriber>,
    by_key: HashMap<Key, Vec<usize>>,
    by_client: HashMap<String, Vec<usize>>,
    by_certificate: HashMap<CertificateDer<'static>, Vec<usize>>,
}

/// A subscription, made ready.
pub(super) struct Subscriber {
    pub(super) identity: Identity,
    pub(super) attributes: Vec<(Arc<str>, Value<'static>)>,
    from: Option<SystemTime>,
    until: Option<SystemTime>,
}

/// The map's hashes are keyed at random: the time of a look-up tells nothing of keys that are near.
#[derive(PartialEq, Eq, Hash)]
struct Key(Secret);

impl Borrow<str> for Key {
    fn borrow(&self) -> &str {
        self.0.expose()
    }
}

impl Subscribers {
    pub(super) fn new(data: &[Subscription]) -> Result<Self, BuildCause> {
        let mut subscribers = Self::default();
        for (at, one) in data.iter().enumerate() {
            subscribers.all.push(Subscriber::new(one));
            let found = match &one.shows {
                Shows::Key(key) => subscribers.by_key.entry(Key(key.clone())).or_default(),
                Shows::Client(client) => subscribers.by_client.entry(client.clone()).or_default(),
                Shows::Certificate(pem) => {
                    let leaf = certificates(pem)
                        .map_err(|cause| BuildCause::Certificate { cause: Box::new(cause) })?
                        .swap_remove(0);
                    subscribers.by_certificate.entry(leaf).or_default()
                }
            };
            found.push(at);
        }
        Ok(subscribers)
    }

    /// Whose certificate this is at this moment, while it counts itself.
    pub(super) fn by_certificate(&self, shown: &PeerCertificate, exchange: &Exchange) -> Option<&Subscriber> {
        let found = self.by_certificate.get(shown.chain.first()?)?;
        shown.counts(exchange.time).then(|| self.counting(found, exchange.time))?
    }

    /// Whose key this is at this moment.
    pub(super) fn by_key(&self, key: &str, exchange: &Exchange) -> Option<&Subscriber> {
        self.counting(self.by_key.get(key)?, exchange.time)
    }

    /// Who this client is at this moment.
    pub(super) fn by_client(&self, client: &str, exchange: &Exchange) -> Option<&Subscriber> {
        self.counting(self.by_client.get(client)?, exchange.time)
    }

    fn counting(&self, found: &[usize], now: SystemTime) -> Option<&Subscriber> {
        found.iter().map(|at| &self.all[*at]).find(|one| one.counts(now))
    }
}

impl Subscriber {
    fn new(data: &Subscription) -> Self {
        let name = data.name.as_deref().unwrap_or(&data.application);
        let attribute = |(name, value): &(String, _)| (Arc::from(name.as_str()), constant(value));
        Self {
            identity: Identity {
                consumer: ConsumerId::new(data.application.as_str()),
                shown_id: None,
                name: name.into(),
                custom_id: None,
                groups: Arc::from([]),
                access: Arc::from([]),
                labels: Arc::from([]),
                credential: Some(data.id.as_str().into()),
                anonymous: false,
            },
            attributes: data.attributes.iter().map(attribute).collect(),
            from: data.from,
            until: data.until,
        }
    }

    fn counts(&self, now: SystemTime) -> bool {
        self.from.is_none_or(|from| from <= now) && self.until.is_none_or(|until| now < until)
    }
}

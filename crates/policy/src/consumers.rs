//! The clients a gateway knows, found by what they show or by id.

use crate::auth::token_key::TokenKey;
use crate::exchange::Identity;
use http::HeaderValue;
use model::Secret;
use model::consumer::{Algorithm, Consumer, Credential, Password, Proof};
use model::id::ConsumerId;
use std::borrow::Borrow;
use std::collections::HashMap;
use std::sync::Arc;

/// All known clients, indexed.
#[derive(Default)]
pub struct Consumers {
    known: Vec<Known>,
    by_id: HashMap<ConsumerId, usize>,
    by_key: HashMap<Key, Shown>,
    by_user: HashMap<String, (Shown, Password)>,
    by_token_key: HashMap<String, (Shown, TokenKey)>,
    by_signer: HashMap<String, (Shown, Secret)>,
}

/// A known client, as policies and those behind the gateway see it.
pub struct Known {
    /// Who it is.
    pub identity: Identity,
    /// Its id as a header value; `None` when none can hold it.
    pub id: Option<HeaderValue>,
    /// The id it has elsewhere.
    pub custom_id: Option<HeaderValue>,
    /// Its name.
    pub name: Option<HeaderValue>,
    /// The groups that may have access, with commas; `None` without groups.
    pub groups: Option<HeaderValue>,
}

/// A client and the credential that it showed.
pub(crate) struct Owner<'a> {
    pub(crate) known: &'a Known,
    /// What names the credential.
    pub(crate) credential: Option<&'a Arc<str>>,
}

struct Shown {
    known: usize,
    credential: Option<Arc<str>>,
}

/// A key that is looked up as text. The map's hashes are keyed at random, so that the time of a look-up tells
/// nothing about keys that are near.
#[derive(PartialEq, Eq, Hash)]
struct Key(Secret);

impl Borrow<str> for Key {
    fn borrow(&self) -> &str {
        self.0.expose()
    }
}

impl Consumers {
    /// Indexes them. Of two with the same key or name the first has it; an empty one is nobody's.
    pub fn new(consumers: &[Arc<Consumer>]) -> Self {
        let mut index = Self::default();
        for (at, consumer) in consumers.iter().enumerate() {
            index.known.push(Known::new(consumer));
            index.by_id.entry(consumer.id.clone()).or_insert(at);
            for credential in &consumer.credentials {
                index.add(at, credential);
            }
        }
        index
    }

    fn add(&mut self, known: usize, credential: &Credential) {
        let shown =
            |usual: Option<&str>| Shown { known, credential: credential.id.as_deref().or(usual).map(Arc::from) };
        match &credential.proof {
            Proof::Key(key) if key.is_empty() => {}
            Proof::Key(key) => drop(self.by_key.entry(Key(key.clone())).or_insert_with(|| shown(None))),
            Proof::Basic { name, .. } if name.is_empty() => {}
            Proof::Basic { name, password } => {
                self.by_user.entry(name.clone()).or_insert_with(|| (shown(Some(name)), password.clone()));
            }
            Proof::Signer { name, secret } if name.is_empty() || secret.is_empty() => {}
            Proof::Signer { name, secret } => {
                self.by_signer.entry(name.clone()).or_insert_with(|| (shown(Some(name)), secret.clone()));
            }
            Proof::Token { key, .. } if key.is_empty() => {}
            Proof::Token { key, algorithm, verifier, grace } => {
                let ready = || (shown(Some(key)), TokenKey::read(*algorithm, verifier).with_grace(*grace));
                self.by_token_key.entry(key.clone()).or_insert_with(ready);
            }
        }
    }

    /// Whose key this is.
    pub(crate) fn by_key(&self, key: &str) -> Option<Owner<'_>> {
        self.by_key.get(key).map(|shown| self.owner(shown))
    }

    /// Who has this name, and the password.
    pub(crate) fn by_user(&self, name: &str) -> Option<(Owner<'_>, &Password)> {
        self.by_user.get(name).map(|(shown, password)| (self.owner(shown), password))
    }

    /// Who signs tokens with the key of this name.
    pub(crate) fn by_token_key(&self, name: &str) -> Option<(Owner<'_>, &TokenKey)> {
        self.by_token_key.get(name).map(|(shown, key)| (self.owner(shown), key))
    }

    /// Who signs requests under this name, and the secret.
    pub(crate) fn by_signer(&self, name: &str) -> Option<(Owner<'_>, &Secret)> {
        self.by_signer.get(name).map(|(shown, secret)| (self.owner(shown), secret))
    }

    /// Keys that cannot be used: the consumer's name and the algorithm.
    pub fn broken_keys(&self) -> impl Iterator<Item = (&str, Algorithm)> {
        let broken = self.by_token_key.values().filter(|(_, key)| !key.is_usable());
        broken.map(|(shown, key)| (&*self.known[shown.known].identity.name, key.algorithm()))
    }

    /// By id.
    pub fn by_id(&self, id: &ConsumerId) -> Option<&Known> {
        self.by_id.get(id).map(|at| &self.known[*at])
    }

    fn owner<'a>(&'a self, shown: &'a Shown) -> Owner<'a> {
        Owner { known: &self.known[shown.known], credential: shown.credential.as_ref() }
    }
}

impl Known {
    fn new(consumer: &Consumer) -> Self {
        let value = |text: &str| HeaderValue::from_bytes(text.as_bytes()).ok();
        Self {
            id: value(consumer.shown_id.as_deref().unwrap_or(consumer.id.as_str())),
            custom_id: consumer.custom_id.as_deref().and_then(value),
            name: value(&consumer.name).filter(|name| !name.is_empty()),
            groups: value(&consumer.access.join(", ")).filter(|_| !consumer.access.is_empty()),
            identity: Identity {
                consumer: consumer.id.clone(),
                shown_id: consumer.shown_id.as_deref().map(Arc::from),
                name: Arc::from(consumer.name.as_str()),
                custom_id: consumer.custom_id.as_deref().map(Arc::from),
                groups: consumer.groups.clone().into(),
                access: consumer.access.iter().map(|group| Arc::from(group.as_str())).collect(),
                labels: consumer
                    .labels
                    .iter()
                    .map(|(name, text)| (name.as_str().into(), text.as_str().into()))
                    .collect(),
                credential: None,
                anonymous: false,
            },
        }
    }
}

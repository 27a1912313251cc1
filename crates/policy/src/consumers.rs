//! The clients a gateway knows, found by what they show or by id.

use crate::exchange::Identity;
use http::HeaderValue;
use model::Secret;
use model::consumer::{Consumer, Credential};
use model::id::ConsumerId;
use std::borrow::Borrow;
use std::collections::HashMap;
use std::sync::Arc;

/// All known clients, indexed.
#[derive(Default)]
pub struct Consumers {
    known: Vec<Known>,
    by_id: HashMap<ConsumerId, usize>,
    by_key: HashMap<Key, usize>,
}

/// A known client, as policies and those behind the gateway see it.
pub struct Known {
    /// Who it is.
    pub identity: Identity,
    /// Its id as a header value; `None` when none can hold it.
    pub id: Option<HeaderValue>,
    /// Its name.
    pub name: Option<HeaderValue>,
    /// Its groups, with commas; `None` without groups.
    pub groups: Option<HeaderValue>,
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
    /// Indexes them. Of two with the same key the first has it; an empty key is nobody's.
    pub fn new(consumers: &[Arc<Consumer>]) -> Self {
        let mut index = Self::default();
        for (at, consumer) in consumers.iter().enumerate() {
            index.known.push(Known::new(consumer));
            index.by_id.entry(consumer.id.clone()).or_insert(at);
            for Credential::Key(key) in &consumer.credentials {
                if !key.is_empty() {
                    index.by_key.entry(Key(key.clone())).or_insert(at);
                }
            }
        }
        index
    }

    /// Whose key this is.
    pub fn by_key(&self, key: &str) -> Option<&Known> {
        self.by_key.get(key).map(|at| &self.known[*at])
    }

    /// By id.
    pub fn by_id(&self, id: &ConsumerId) -> Option<&Known> {
        self.by_id.get(id).map(|at| &self.known[*at])
    }
}

impl Known {
    fn new(consumer: &Consumer) -> Self {
        let groups: Vec<&str> = consumer.groups.iter().map(|group| group.as_str()).collect();
        Self {
            id: HeaderValue::from_bytes(consumer.id.as_str().as_bytes()).ok(),
            name: HeaderValue::from_bytes(consumer.name.as_bytes()).ok(),
            groups: HeaderValue::from_bytes(groups.join(",").as_bytes()).ok().filter(|_| !groups.is_empty()),
            identity: Identity {
                consumer: consumer.id.clone(),
                name: Arc::from(consumer.name.as_str()),
                groups: consumer.groups.clone().into(),
                anonymous: false,
            },
        }
    }
}

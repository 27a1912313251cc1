//! Objects kept one by one: how the key of a document names one.
//!
//! A key is what stands behind the prefix in APISIX's own etcd, so that the two map one to one: `routes/1`,
//! `consumers/jack/credentials/c1`, `secrets/vault/1`, `plugin_metadata/limit-count`.

use crate::entity::Kind;
use std::fmt;

/// The name of an object.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Place {
    /// What it is.
    pub kind: Kind,
    /// The consumer of a credential, the manager of a secret.
    pub parent: Option<String>,
    /// Its id: a consumer's name, the plugin of metadata.
    pub id: String,
}

impl Place {
    /// An object without parent.
    pub fn new(kind: Kind, id: impl Into<String>) -> Self {
        Self { kind, parent: None, id: id.into() }
    }

    /// A credential of a consumer.
    pub fn credential(consumer: impl Into<String>, id: impl Into<String>) -> Self {
        Self { kind: Kind::Credentials, parent: Some(consumer.into()), id: id.into() }
    }

    /// A secret manager's object.
    pub fn secret(manager: impl Into<String>, id: impl Into<String>) -> Self {
        Self { kind: Kind::Secrets, parent: Some(manager.into()), id: id.into() }
    }

    /// The object that a key names; nothing for directory markers and what is no object.
    pub fn of_key(key: &str) -> Option<Self> {
        let parts: Vec<&str> = key.split('/').collect();
        match parts.as_slice() {
            [kind, id] if !id.is_empty() => {
                let kind = Kind::named(kind).filter(|kind| !matches!(kind, Kind::Credentials | Kind::Secrets))?;
                Some(Self::new(kind, *id))
            }
            ["consumers", consumer, "credentials", id] if !consumer.is_empty() && !id.is_empty() => {
                Some(Self::credential(*consumer, *id))
            }
            ["secrets", manager, id] if !manager.is_empty() && !id.is_empty() => Some(Self::secret(*manager, *id)),
            _ => None,
        }
    }

    /// Whether a key names an object, which is asked of many.
    pub fn is_key(key: &str) -> bool {
        let mut parts = key.split('/');
        match [parts.next(), parts.next(), parts.next(), parts.next(), parts.next()] {
            [Some(kind), Some(id), None, ..] => {
                let kind = Kind::named(kind);
                !id.is_empty() && kind.is_some_and(|kind| !matches!(kind, Kind::Credentials | Kind::Secrets))
            }
            [Some("secrets"), Some(first), Some(second), None, _] => !first.is_empty() && !second.is_empty(),
            [Some("consumers"), Some(consumer), Some("credentials"), Some(id), None] => {
                !consumer.is_empty() && !id.is_empty()
            }
            _ => false,
        }
    }

    /// The object that an id of a file names: a consumer `NAME/credentials/ID` is a credential, a secret has
    /// `MANAGER/ID`.
    pub fn of_file(kind: Kind, id: &str) -> Option<Self> {
        match kind {
            Kind::Consumers => match id.split_once("/credentials/") {
                Some((consumer, id)) => Some(Self::credential(consumer, id)),
                None => Some(Self::new(kind, id)),
            },
            Kind::Secrets => id.split_once('/').map(|(manager, id)| Self::secret(manager, id)),
            _ => Some(Self::new(kind, id)),
        }
    }
}

/// The key.
impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match (&self.kind, &self.parent) {
            (Kind::Credentials, Some(consumer)) => write!(f, "consumers/{consumer}/credentials/{}", self.id),
            (kind, Some(parent)) => write!(f, "{}/{parent}/{}", kind.name(), self.id),
            (kind, None) => write!(f, "{}/{}", kind.name(), self.id),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_name_objects_and_are_read_back() {
        let cases = [
            ("routes/1", Some(Place::new(Kind::Routes, "1"))),
            ("consumers/jack", Some(Place::new(Kind::Consumers, "jack"))),
            ("consumers/jack/credentials/c1", Some(Place::credential("jack", "c1"))),
            ("secrets/vault/1", Some(Place::secret("vault", "1"))),
            ("plugin_metadata/limit-count", Some(Place::new(Kind::PluginMetadata, "limit-count"))),
            ("routes/", None),
            ("credentials/1", None),
            ("secrets/1", None),
            ("plugins", None),
            ("gen_id", None),
            ("conf/apisix.yaml", None),
        ];
        for (key, expected) in cases {
            assert_eq!(Place::of_key(key), expected, "{key}");
            assert_eq!(Place::is_key(key), expected.is_some(), "{key}");
            if let Some(place) = expected {
                assert_eq!(place.to_string(), key);
            }
        }
    }
}

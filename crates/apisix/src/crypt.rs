//! Secrets at rest: which texts of an object are encrypted in etcd, and how.
//!
//! AES in CBC mode, the key being the start vector too, PKCS#7, base64. The first key of the ring encrypts, all are tried
//! to decrypt; what cannot be decrypted is taken as it stands. Files and the embedded store are never encrypted.

mod glance;

use crate::document::Place;
use crate::entity::Kind;
use crate::plugin::Plugin;
use crate::schema::Object;
use aes::{Aes128, Aes256};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use bytes::Bytes;
use cbc::cipher::block_padding::Pkcs7;
use cbc::cipher::{BlockModeDecrypt, BlockModeEncrypt, KeyIvInit};
use model::secret::Secret;
use serde_json::Value;

/// The keys of an installation that names none.
pub const USUAL: [&str; 2] = ["qeddd145sfvddff3", "edd1c9f0985e76a2"];

/// Keys, the first of which encrypts.
#[derive(Clone, Debug)]
pub struct Keyring {
    keys: Vec<Secret>,
    /// Whether plugins' texts are encrypted; keys of certificates are in any case.
    plugins: bool,
}

/// A text of an object, and what becomes of it.
type Turn<'a> = &'a dyn Fn(&str) -> Option<String>;

impl Keyring {
    /// A ring of keys of 16 or 32 bytes; `None` when one has another length.
    pub fn new<'k>(keys: impl IntoIterator<Item = &'k str>, plugins: bool) -> Option<Self> {
        let keys: Vec<&str> = keys.into_iter().collect();
        let fits = keys.iter().all(|key| matches!(key.len(), 16 | 32));
        fits.then(|| Self { keys: keys.into_iter().map(Secret::new).collect(), plugins })
    }

    /// An object's text as it is stored.
    pub fn sealed(&self, place: &Place, text: Bytes) -> Bytes {
        self.turned(place, text, &|text| self.encrypt(text), &|text| {
            text.starts_with("---").then(|| self.encrypt(text)).flatten()
        })
    }

    /// An object's text as it was written.
    pub fn opened(&self, place: &Place, text: Bytes) -> Bytes {
        self.turned(place, text, &|text| self.decrypt(text), &|text| {
            if text.starts_with("---") { None } else { self.decrypt(text) }
        })
    }

    fn turned(&self, place: &Place, text: Bytes, secret: Turn<'_>, key: Turn<'_>) -> Bytes {
        if !glance::may_have_secrets(&text, self.plugins) {
            return text;
        }
        let Ok(Value::Object(mut object)) = serde_json::from_slice(&text) else { return text };
        let mut turned = turn_keys(place.kind, &mut object, key);
        if self.plugins {
            turned |= turn_plugins(&mut object, secret);
        }
        if turned { Value::Object(object).to_string().into() } else { text }
    }

    fn encrypt(&self, text: &str) -> Option<String> {
        let key = self.keys.first()?.expose().as_bytes();
        let text = text.as_bytes();
        let coded = match key.len() {
            16 => cbc::Encryptor::<Aes128>::new_from_slices(key, key).ok()?.encrypt_padded_vec::<Pkcs7>(text),
            _ => cbc::Encryptor::<Aes256>::new_from_slices(key, &key[..16]).ok()?.encrypt_padded_vec::<Pkcs7>(text),
        };
        Some(STANDARD.encode(coded))
    }

    fn decrypt(&self, text: &str) -> Option<String> {
        let coded = STANDARD.decode(text).ok()?;
        self.keys.iter().find_map(|key| decrypted(key.expose().as_bytes(), &coded))
    }
}

fn decrypted(key: &[u8], coded: &[u8]) -> Option<String> {
    let plain = match key.len() {
        16 => cbc::Decryptor::<Aes128>::new_from_slices(key, key).ok()?.decrypt_padded_vec::<Pkcs7>(coded),
        _ => cbc::Decryptor::<Aes256>::new_from_slices(key, &key[..16]).ok()?.decrypt_padded_vec::<Pkcs7>(coded),
    };
    String::from_utf8(plain.ok()?).ok()
}

/// Private keys, which are recognized by their first characters.
fn turn_keys(kind: Kind, object: &mut Object, turn: Turn<'_>) -> bool {
    match kind {
        Kind::Ssls => turn_at(object, "key", turn) | turn_at(object, "keys", turn),
        Kind::Upstreams => turn_at(object, "tls.client_key", turn),
        Kind::Routes | Kind::Services | Kind::StreamRoutes => turn_at(object, "upstream.tls.client_key", turn),
        Kind::Consumers
        | Kind::Credentials
        | Kind::ConsumerGroups
        | Kind::PluginConfigs
        | Kind::GlobalRules
        | Kind::PluginMetadata
        | Kind::Secrets
        | Kind::Protos => false,
    }
}

fn turn_plugins(object: &mut Object, turn: Turn<'_>) -> bool {
    let mut turned = false;
    for (name, conf) in object.get_mut("plugins").and_then(Value::as_object_mut).into_iter().flatten() {
        let paths = Plugin::named(name).map(Plugin::encrypted).unwrap_or_default();
        let Value::Object(conf) = conf else { continue };
        for path in paths {
            turned |= turn_at(conf, path, turn);
        }
    }
    turned
}

/// Turns what lies at a dotted path: a text, texts of a list or of a map; the path goes through lists.
fn turn_at(object: &mut Object, path: &str, turn: Turn<'_>) -> bool {
    let (name, rest) = path.split_once('.').map_or((path, None), |(name, rest)| (name, Some(rest)));
    match (object.get_mut(name), rest) {
        (None, _) => false,
        (Some(value), Some(rest)) => turn_below(value, rest, turn),
        (Some(value), None) => turn_texts(value, turn),
    }
}

fn turn_below(value: &mut Value, path: &str, turn: Turn<'_>) -> bool {
    match value {
        Value::Object(object) => turn_at(object, path, turn),
        Value::Array(items) => items.iter_mut().fold(false, |turned, item| turn_below(item, path, turn) | turned),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => false,
    }
}

fn turn_texts(value: &mut Value, turn: Turn<'_>) -> bool {
    let one = |value: &mut Value| {
        let new = value.as_str().filter(|text| !text.is_empty()).and_then(turn);
        new.map(|text| *value = Value::String(text)).is_some()
    };
    match value {
        Value::String(_) => one(value),
        Value::Array(items) => items.iter_mut().fold(false, |turned, item| one(item) | turned),
        Value::Object(map) => map.values_mut().fold(false, |turned, item| one(item) | turned),
        Value::Null | Value::Bool(_) | Value::Number(_) => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    const LONG: &str = "0123456789abcdef0123456789abcdef";

    #[test]
    fn texts_are_encrypted_as_the_original_does() {
        let ring = |keys: &[&str]| Keyring::new(keys.iter().copied(), true).unwrap();
        assert_eq!(ring(&["edd1c9f0985e76a2"]).encrypt("userkey").unwrap(), "mt39FazQccyMqt4ctoRV7w==");
        assert_eq!(ring(&USUAL).decrypt("mt39FazQccyMqt4ctoRV7w==").unwrap(), "userkey", "all keys are tried");
        let long = ring(&[LONG]);
        assert_eq!(long.decrypt(&long.encrypt("x").unwrap()).unwrap(), "x");
        for other in ["userkey", "mt39FazQccyMqt4ctoRV7A==", ""] {
            assert_eq!(ring(&USUAL).decrypt(other), None, "{other:?}");
        }
        assert!(Keyring::new(["short"], true).is_none());
    }

    #[test]
    fn what_is_secret_in_an_object_is_sealed_and_nothing_else() {
        let ring = Keyring::new(["edd1c9f0985e76a2"], true).unwrap();
        let sealed = "mt39FazQccyMqt4ctoRV7w==";
        let pem = "-----BEGIN PRIVATE KEY-----";
        let hidden = ring.encrypt(pem).unwrap();
        let cases = [
            (
                Place::new(Kind::Routes, "1"),
                json!({"plugins": {"aws-lambda": {"function_uri": "userkey", "authorization": {"apikey": "userkey"}}}}),
                json!({"plugins": {"aws-lambda": {"function_uri": "userkey", "authorization": {"apikey": sealed}}}}),
            ),
            (
                Place::credential("jack", "c"),
                json!({"plugins": {"key-auth": {"key": "userkey"}, "unknown": {"key": "userkey"}}}),
                json!({"plugins": {"key-auth": {"key": sealed}, "unknown": {"key": "userkey"}}}),
            ),
            (
                Place::new(Kind::Ssls, "1"),
                json!({"key": pem, "keys": [pem], "cert": "userkey"}),
                json!({"key": hidden, "keys": [hidden], "cert": "userkey"}),
            ),
            (
                Place::new(Kind::Services, "1"),
                json!({"upstream": {"tls": {"client_key": pem}}, "plugins": {"key-auth": {}}}),
                json!({"upstream": {"tls": {"client_key": hidden}}, "plugins": {"key-auth": {}}}),
            ),
        ];
        for (place, plain, stored) in cases {
            let text: Bytes = plain.to_string().into();
            let written = ring.sealed(&place, text.clone());
            assert_eq!(serde_json::from_slice::<Value>(&written).unwrap(), stored, "{place}");
            assert_eq!(serde_json::from_slice::<Value>(&ring.opened(&place, written)).unwrap(), plain, "{place}");
            assert_eq!(ring.opened(&place, text.clone()), text, "{place}: what is plain stays as it is");
        }
    }

    #[test]
    fn without_encryption_of_fields_only_private_keys_are_sealed() {
        let ring = Keyring::new(["edd1c9f0985e76a2"], false).unwrap();
        let route: Bytes = json!({"plugins": {"key-auth": {"key": "userkey"}}}).to_string().into();
        assert_eq!(ring.sealed(&Place::new(Kind::Consumers, "jack"), route.clone()), route);
        let ssl: Bytes = json!({"key": "-----BEGIN"}).to_string().into();
        assert_ne!(ring.sealed(&Place::new(Kind::Ssls, "1"), ssl.clone()), ssl);
    }
}

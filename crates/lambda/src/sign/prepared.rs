//! Signatures of requests that differ in nothing but their body: what is common to a second is hashed once.

use super::canonical::{self, Resource};
use super::{Signer, X_AMZ_DATE, X_AMZ_SECURITY_TOKEN, date};
use crate::credentials::Keys;
use hmac::{Hmac, Mac};
use http::HeaderMap;
use sha2::{Digest, Sha256};
use std::sync::Arc;

/// All of a signature but the body's part, for one second and one identity.
pub(crate) struct Prepared {
    seconds: i64,
    keys: Arc<Keys>,
    /// Has the canonical request up to the hash of the body.
    canonical: Sha256,
    /// Has the string to sign up to the hash of the canonical request.
    mac: Hmac<Sha256>,
    /// The value of `authorization`, up to the signature.
    pub(crate) authorization: Vec<u8>,
}

impl Signer {
    /// Prepares signatures; sets the headers that [`Signer::sign`] sets, all but `authorization`.
    pub(crate) fn prepare(
        &self,
        keys: &Arc<Keys>,
        resource: &Resource,
        headers: &mut HeaderMap,
        seconds: i64,
    ) -> Prepared {
        let (text, value) = date(seconds);
        let derived = self.derived(keys, &text);
        headers.insert(X_AMZ_DATE, value);
        if let Some(token) = &derived.token {
            headers.insert(X_AMZ_SECURITY_TOKEN, token.clone());
        }
        let mut scratch = Vec::new();
        let names = canonical::request(&mut scratch, resource, headers, &[0; 32]);
        let common = &scratch[..names.end + 1]; // the hash of the body is all that follows
        Prepared {
            seconds,
            keys: keys.clone(),
            canonical: Sha256::new_with_prefix(common),
            mac: derived.begun(&text),
            authorization: [&derived.credential, &scratch[names], b", Signature="].concat(),
        }
    }
}

impl Prepared {
    /// Whether it is good for that second and those keys.
    pub(crate) fn is_for(&self, keys: &Arc<Keys>, seconds: i64) -> bool {
        self.seconds == seconds && (Arc::ptr_eq(&self.keys, keys) || self.keys == *keys)
    }

    /// The signature of a request with that body.
    pub(crate) fn signature(&self, body: &[u8]) -> [u8; 64] {
        let mut canonical = self.canonical.clone();
        canonical.update(canonical::hex(&Sha256::digest(body).into()));
        let mut mac = self.mac.clone();
        mac.update(&canonical::hex(&canonical.finalize().into()));
        canonical::hex(&mac.finalize().into_bytes().into())
    }
}

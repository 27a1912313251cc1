//! SigV4: signs requests with what can be cached cached.
//!
//! The signing key is derived once a day for each pair of keys, the date is written once a second, and the canonical
//! form of method, path and query may be prepared by the caller ([`Resource`]). The hash of the body is always part
//! of the signature. The facts are those of AWS's "Create a signed AWS API request".

mod canonical;
mod prepared;

pub(crate) use canonical::STRICT;
pub use canonical::{Resource, canonical_query, encode_query};
pub(crate) use prepared::Prepared;

use crate::credentials::Keys;
use crate::moment::signing_date;
use arc_swap::ArcSwapOption;
use hmac::{Hmac, KeyInit, Mac};
use http::header::AUTHORIZATION;
use http::{HeaderMap, HeaderName, HeaderValue};
use sha2::{Digest, Sha256};
use std::cell::RefCell;
use std::sync::Arc;

/// The header with the date of the signature.
pub const X_AMZ_DATE: HeaderName = HeaderName::from_static("x-amz-date");
/// The header with the token of temporary keys.
pub const X_AMZ_SECURITY_TOKEN: HeaderName = HeaderName::from_static("x-amz-security-token");

/// Signs for one service in one region.
pub struct Signer {
    region: Box<str>,
    service: Box<str>,
    derived: ArcSwapOption<Derived>,
}

/// A signing key, and what it was derived from.
struct Derived {
    day: [u8; 8],
    keys: Arc<Keys>,
    /// Primed with the signing key; cloned for each signature.
    mac: Hmac<Sha256>,
    /// `Credential=AKID/20150830/us-east-1/service/aws4_request`, with what stands around it.
    credential: Box<[u8]>,
    /// `20150830/us-east-1/service/aws4_request`.
    scope: Box<[u8]>,
    token: Option<HeaderValue>,
}

impl Signer {
    /// A signer for that region and service.
    pub fn new(region: impl Into<Box<str>>, service: impl Into<Box<str>>) -> Self {
        Self { region: region.into(), service: service.into(), derived: ArcSwapOption::empty() }
    }

    /// The region it signs for.
    pub fn region(&self) -> &str {
        &self.region
    }

    /// Signs: sets `x-amz-date`, `x-amz-security-token` and `authorization`. The headers have all that is sent,
    /// `host` included; `seconds` is the time since 1970.
    pub fn sign(&self, keys: &Arc<Keys>, resource: &Resource, headers: &mut HeaderMap, body: &[u8], seconds: i64) {
        let (text, value) = date(seconds);
        let derived = self.derived(keys, &text);
        headers.insert(X_AMZ_DATE, value);
        match &derived.token {
            Some(token) => headers.insert(X_AMZ_SECURITY_TOKEN, token.clone()),
            None => headers.remove(X_AMZ_SECURITY_TOKEN),
        };
        let authorization = SCRATCH.with_borrow_mut(|scratch| {
            scratch.clear();
            let signed = canonical::request(scratch, resource, headers, &Sha256::digest(body).into());
            let signature = derived.signature(&text, &Sha256::digest(&*scratch).into());
            derived.authorization(scratch, signed, &signature)
        });
        headers.insert(AUTHORIZATION, authorization);
    }

    fn derived(&self, keys: &Arc<Keys>, date: &[u8; 16]) -> Arc<Derived> {
        let day = &date[..8];
        if let Some(known) = &*self.derived.load()
            && known.day == day
            && (Arc::ptr_eq(&known.keys, keys) || known.keys == *keys)
        {
            return known.clone();
        }
        let fresh = Arc::new(Derived::new(keys, day, &self.region, &self.service));
        self.derived.store(Some(fresh.clone()));
        fresh
    }
}

thread_local! {
    static SCRATCH: RefCell<Vec<u8>> = const { RefCell::new(Vec::new()) };
    static DATE: RefCell<Option<(i64, [u8; 16], HeaderValue)>> = const { RefCell::new(None) };
}

/// The date of the signature, written once a second.
fn date(seconds: i64) -> ([u8; 16], HeaderValue) {
    DATE.with_borrow_mut(|known| {
        if let Some((second, text, value)) = known
            && *second == seconds
        {
            return (*text, value.clone());
        }
        let text = signing_date(seconds);
        let value = HeaderValue::from_bytes(&text).expect("digits and letters are a header value");
        *known = Some((seconds, text, value.clone()));
        (text, value)
    })
}

impl Derived {
    fn new(keys: &Arc<Keys>, day: &[u8], region: &str, service: &str) -> Self {
        let first = [b"AWS4", keys.secret_key.expose().as_bytes()].concat();
        let steps = [day, region.as_bytes(), service.as_bytes(), b"aws4_request"];
        let key = steps.iter().fold(first, |key, part| {
            let mut mac = keyed(&key);
            mac.update(part);
            mac.finalize().into_bytes().to_vec()
        });
        let scope = steps.join(&b'/');
        let credential =
            [b"AWS4-HMAC-SHA256 Credential=", keys.access_key.as_bytes(), b"/", &scope, b", SignedHeaders="].concat();
        let token = keys.session_token.as_ref().map(|token| {
            let mut value = HeaderValue::from_str(token.expose()).unwrap_or(HeaderValue::from_static(""));
            value.set_sensitive(true);
            value
        });
        let mut of_day = [0; 8];
        of_day.copy_from_slice(day);
        Self {
            day: of_day,
            keys: keys.clone(),
            mac: keyed(&key),
            credential: credential.into(),
            scope: scope.into(),
            token,
        }
    }

    /// With the string to sign up to the hash of the canonical request.
    fn begun(&self, date: &[u8; 16]) -> Hmac<Sha256> {
        let mut mac = self.mac.clone();
        mac.update(b"AWS4-HMAC-SHA256\n");
        mac.update(date);
        mac.update(b"\n");
        mac.update(&self.scope);
        mac.update(b"\n");
        mac
    }

    fn signature(&self, date: &[u8; 16], request: &[u8; 32]) -> [u8; 64] {
        let mut mac = self.begun(date);
        mac.update(&canonical::hex(request));
        canonical::hex(&mac.finalize().into_bytes().into())
    }

    /// `signed` is where the names of the signed headers stand in the canonical request.
    fn authorization(
        &self,
        scratch: &mut Vec<u8>,
        signed: std::ops::Range<usize>,
        signature: &[u8; 64],
    ) -> HeaderValue {
        let start = scratch.len();
        scratch.extend_from_slice(&self.credential);
        scratch.extend_from_within(signed);
        scratch.extend_from_slice(b", Signature=");
        scratch.extend_from_slice(signature);
        // an access key with other characters is refused by whoever reads it; no key has them
        let mut value = HeaderValue::from_bytes(&scratch[start..]).unwrap_or(HeaderValue::from_static(""));
        value.set_sensitive(true);
        value
    }
}

fn keyed(key: &[u8]) -> Hmac<Sha256> {
    Hmac::new_from_slice(key).expect("HMAC takes keys of every length")
}

#[cfg(test)]
mod tests;

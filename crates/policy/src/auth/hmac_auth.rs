//! A request that its client has signed with a shared secret.

mod signature;

use super::gate::Gate;
use crate::exchange::Exchange;
use crate::{Outcome, Policy, Running};
use aws_lc_rs::digest::{SHA256, digest};
use aws_lc_rs::{constant_time, hmac};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use http::{HeaderMap, HeaderName};
use model::policy::{BodyDigest, Case, HmacAlgorithm, HmacAuth as Data, SignatureForm};
use model::secret::Secret;
use signature::{Shown, Signature};
use std::time::{Duration, SystemTime};

/// Looks for a signature, checks it, and makes its owner the exchange's identity.
pub(crate) struct HmacAuth {
    pub(crate) gate: Gate,
    pub(crate) headers: Vec<HeaderName>,
    pub(crate) dates: Vec<HeaderName>,
    pub(crate) data: Data,
}

/// Why a request is not good enough.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Wrong(Case, &'static str);

const UNSIGNED: Wrong = Wrong(Case::Absent, "this route wants a signature");
const UNREADABLE: Wrong = Wrong(Case::Unreadable, "this is no signature");
const LATE: Wrong = Wrong(Case::Clock, "the request does not say when it was made, or that is too far from now");
const UNKNOWN: Wrong = Wrong(Case::Unknown, "the signature cannot be verified");
const DIFFERENT: Wrong = Wrong(Case::Signature, "the signature does not match");

/// The field with the digest of the body (RFC 3230).
const DIGEST: &str = "digest";

impl HmacAuth {
    /// The signature and its owner, unless something is wrong that the request's header shows.
    fn judge(&self, exchange: &Exchange) -> Result<Signature, Wrong> {
        let headers = &exchange.request.headers;
        let signature = match signature::shown(self.data.form, &self.headers, headers) {
            Shown::Nothing => return Err(UNSIGNED),
            Shown::Nonsense => return Err(UNREADABLE),
            _ if !self.is_in_time(headers, exchange.time) => return Err(LATE),
            Shown::Broken => return Err(UNKNOWN),
            Shown::Signature(signature) => signature,
        };
        let all_signed = self.data.signed.iter().all(|name| signature.signed.contains(name));
        let Some((_, secret)) = self.gate.consumers.by_signer(&signature.name) else { return Err(UNKNOWN) };
        if !all_signed || !self.data.algorithms.contains(&signature.algorithm) {
            return Err(UNKNOWN);
        }
        if self.is_of(&signature, secret, exchange) { Ok(signature) } else { Err(DIFFERENT) }
    }

    fn is_in_time(&self, headers: &HeaderMap, now: SystemTime) -> bool {
        let mut dates = self.dates.iter().filter_map(|name| headers.get(name));
        let near = |value: &http::HeaderValue| {
            let at = value.to_str().ok().and_then(signature::moment);
            at.is_some_and(|at| apart(at, now) <= self.data.skew)
        };
        if self.data.any_date { dates.any(near) } else { dates.next().is_some_and(near) }
    }

    fn is_of(&self, signature: &Signature, secret: &Secret, exchange: &Exchange) -> bool {
        let key = hmac::Key::new(hash(signature.algorithm), secret.expose().as_bytes());
        let signed = |target: &str| {
            let text = signature.text(self.data.form, exchange, target);
            hmac::verify(&key, text.as_bytes(), &signature.bytes).is_ok()
        };
        let target = exchange.received.as_ref().unwrap_or(&exchange.request.uri);
        let whole = target.path_and_query().map_or("/", |whole| whole.as_str());
        // Kong takes signatures over the path alone as well
        signed(whole) || self.data.form == SignatureForm::Username && target.query().is_some() && signed(target.path())
    }

    async fn with_body(&self, exchange: &mut Exchange) -> Outcome {
        let signature = match self.judge(exchange) {
            Ok(signature) => signature,
            Err(wrong) => return self.refuse(exchange, wrong),
        };
        let body = match exchange.hold_body().await {
            Ok(body) => body,
            Err(failure) => return Outcome::Fail(failure),
        };
        let claimed = exchange.request.headers.get(DIGEST).map(http::HeaderValue::as_bytes);
        let fits = match (claimed, self.data.body) {
            (Some(claimed), _) => {
                let own = format!("SHA-256={}", STANDARD.encode(digest(&SHA256, &body)));
                constant_time::verify_slices_are_equal(own.as_bytes(), claimed).is_ok()
            }
            (None, BodyDigest::OfBodies) => body.is_empty(),
            (None, BodyDigest::Always | BodyDigest::Ignored) => false,
        };
        if fits { self.admit(exchange, &signature) } else { self.refuse(exchange, DIFFERENT) }
    }

    fn admit(&self, exchange: &mut Exchange, signature: &Signature) -> Outcome {
        self.take_off(exchange);
        match self.gate.consumers.by_signer(&signature.name) {
            Some((owner, _)) => self.gate.admit(exchange, &owner, None),
            None => self.refuse(exchange, UNKNOWN),
        }
    }

    fn refuse(&self, exchange: &mut Exchange, Wrong(case, usual): Wrong) -> Outcome {
        self.take_off(exchange);
        self.gate.refuse(exchange, case, usual, "")
    }

    fn take_off(&self, exchange: &mut Exchange) {
        if self.data.hide {
            for name in &self.headers {
                exchange.request.headers.remove(name);
            }
        }
    }
}

impl Policy for HmacAuth {
    fn run<'a>(&'a self, exchange: &'a mut Exchange) -> Running<'a> {
        if self.gate.passes(exchange) {
            return Running::Done(Outcome::Continue);
        }
        if self.data.body != BodyDigest::Ignored {
            return Running::Wait(Box::pin(self.with_body(exchange)));
        }
        Running::Done(match self.judge(exchange) {
            Ok(signature) => self.admit(exchange, &signature),
            Err(wrong) => self.refuse(exchange, wrong),
        })
    }
}

fn apart(one: SystemTime, other: SystemTime) -> Duration {
    one.duration_since(other).or_else(|_| other.duration_since(one)).unwrap_or_default()
}

fn hash(algorithm: HmacAlgorithm) -> hmac::Algorithm {
    match algorithm {
        HmacAlgorithm::Sha1 => hmac::HMAC_SHA1_FOR_LEGACY_USE_ONLY,
        HmacAlgorithm::Sha256 => hmac::HMAC_SHA256,
        HmacAlgorithm::Sha384 => hmac::HMAC_SHA384,
        HmacAlgorithm::Sha512 => hmac::HMAC_SHA512,
    }
}

#[cfg(test)]
mod tests;

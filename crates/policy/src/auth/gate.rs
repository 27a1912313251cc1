//! What all ways to make a client known have in common: who passes unasked, what is told behind, how one is refused.

use crate::Outcome;
use crate::answer::AnswerError;
use crate::consumers::{Consumers, Known, Owner};
use crate::exchange::Exchange;
use crate::refusal::ReadyRefusals;
use http::header::WWW_AUTHENTICATE;
use http::{HeaderMap, HeaderName, HeaderValue, Method};
use model::id::ConsumerId;
use model::policy::{Case, Challenge, IdentityHeaders, Refusals};
use serde_json::{Map, Value};
use std::sync::Arc;

/// The gate of an authentication policy.
pub(crate) struct Gate {
    pub(crate) consumers: Arc<Consumers>,
    anonymous: Option<ConsumerId>,
    preflight: bool,
    headers: ReadyHeaders,
    absent: HeaderValue,
    wrong: HeaderValue,
    refusals: ReadyRefusals,
}

/// Why a gate cannot stand.
#[derive(Debug)]
pub(crate) enum GateError {
    /// The stand-in for unknown clients is not there.
    NoConsumer(ConsumerId),
    /// A text that cannot stand in a header field.
    Header(String),
    /// A refusal that cannot be sent.
    Answer(AnswerError),
}

/// What a gate is made of, whichever the policy.
pub(crate) struct Parts<'a> {
    pub(crate) anonymous: Option<&'a ConsumerId>,
    pub(crate) preflight: bool,
    pub(crate) identity: &'a IdentityHeaders,
    pub(crate) challenge: &'a Challenge,
    pub(crate) refusals: &'a Refusals,
}

impl Gate {
    pub(crate) fn new(parts: &Parts<'_>, consumers: &Arc<Consumers>) -> Result<Self, GateError> {
        if let Some(missing) = parts.anonymous.filter(|id| consumers.by_id(id).is_none()) {
            return Err(GateError::NoConsumer(missing.clone()));
        }
        let value = |text: &String| HeaderValue::from_str(text).map_err(|_| GateError::Header(text.clone()));
        Ok(Self {
            consumers: consumers.clone(),
            anonymous: parts.anonymous.cloned(),
            preflight: parts.preflight,
            headers: ReadyHeaders::new(parts.identity)?,
            absent: value(&parts.challenge.absent)?,
            wrong: value(&parts.challenge.wrong)?,
            refusals: ReadyRefusals::compile(parts.refusals).map_err(GateError::Answer)?,
        })
    }

    /// Whether the request passes without being asked: another way has made the client known and one is enough, or it
    /// is a preflight.
    pub(crate) fn passes(&self, exchange: &mut Exchange) -> bool {
        let known = exchange.identity.as_ref().is_some_and(|identity| !identity.anonymous);
        if known && self.anonymous.is_some() {
            return true;
        }
        let unasked = !self.preflight && exchange.request.method == Method::OPTIONS;
        if unasked && exchange.identity.is_none() {
            self.headers.forget(&mut exchange.request.headers);
        }
        unasked
    }

    /// The client is known.
    pub(crate) fn admit(
        &self,
        exchange: &mut Exchange,
        owner: &Owner<'_>,
        claims: Option<Arc<Map<String, Value>>>,
    ) -> Outcome {
        self.introduce(exchange, owner.known, owner.credential, false);
        exchange.claims = claims;
        Outcome::Continue
    }

    /// Whether there are words of its own for a case.
    pub(crate) fn says(&self, case: Case) -> bool {
        self.refusals.has(case)
    }

    /// The client is not known: it is somebody anonymous, or refused.
    pub(crate) fn refuse(&self, exchange: &mut Exchange, case: Case, usual: &str, about: &str) -> Outcome {
        if let Some(known) = self.anonymous.as_ref().and_then(|id| self.consumers.by_id(id)) {
            self.introduce(exchange, known, None, true);
            return Outcome::Continue;
        }
        let mut failure = self.refusals.failure(case, usual, about);
        let challenge = if case == Case::Absent { &self.absent } else { &self.wrong };
        if !challenge.is_empty() {
            failure.headers.push((WWW_AUTHENTICATE, challenge.clone()));
        }
        Outcome::Fail(failure)
    }

    fn introduce(&self, exchange: &mut Exchange, known: &Known, credential: Option<&Arc<str>>, anonymous: bool) {
        self.headers.tell(&mut exchange.request.headers, known, credential, anonymous);
        let mut identity = known.identity.clone();
        identity.anonymous = anonymous;
        identity.credential = credential.cloned();
        exchange.identity = Some(identity);
    }
}

/// Headers by which those behind the gateway know the client: only the gateway may write them.
struct ReadyHeaders {
    id: Option<HeaderName>,
    custom_id: Option<HeaderName>,
    name: Option<HeaderName>,
    credential: Option<HeaderName>,
    groups: Option<HeaderName>,
    anonymous: Option<HeaderName>,
}

impl ReadyHeaders {
    fn new(headers: &IdentityHeaders) -> Result<Self, GateError> {
        let name = |text: &Option<String>| {
            let read =
                |text: &String| HeaderName::from_bytes(text.as_bytes()).map_err(|_| GateError::Header(text.clone()));
            text.as_ref().map(read).transpose()
        };
        Ok(Self {
            id: name(&headers.id)?,
            custom_id: name(&headers.custom_id)?,
            name: name(&headers.name)?,
            credential: name(&headers.credential)?,
            groups: name(&headers.groups)?,
            anonymous: name(&headers.anonymous)?,
        })
    }

    fn forget(&self, headers: &mut HeaderMap) {
        let names = [&self.id, &self.custom_id, &self.name, &self.credential, &self.groups, &self.anonymous];
        for name in names.into_iter().flatten() {
            headers.remove(name);
        }
    }

    fn tell(&self, headers: &mut HeaderMap, known: &Known, credential: Option<&Arc<str>>, anonymous: bool) {
        let credential = credential.and_then(|text| HeaderValue::from_str(text).ok());
        let claims = [
            (&self.id, known.id.clone()),
            (&self.custom_id, known.custom_id.clone()),
            (&self.name, known.name.clone()),
            (&self.credential, credential),
            (&self.groups, known.groups.clone()),
            (&self.anonymous, anonymous.then(|| HeaderValue::from_static("true"))),
        ];
        for (name, value) in claims {
            match (name, value) {
                (Some(name), Some(value)) => drop(headers.insert(name, value)),
                (Some(name), None) => drop(headers.remove(name)),
                (None, _) => {}
            }
        }
    }
}

//! A signed token (RFC 7519) that names the client.

use super::gate::Gate;
use super::token_key::base64_url;
use crate::exchange::Exchange;
use crate::{Outcome, Policy, Running, query};
use http::header::{COOKIE, HeaderName};
use http::{HeaderMap, HeaderValue};
use model::consumer::Algorithm;
use model::policy::{Case, Jwt as Data, RegisteredClaim};
use serde_json::{Map, Value};
use std::sync::Arc;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

/// Looks for a token, checks it, and makes its signer the exchange's identity.
pub(crate) struct Jwt {
    pub(crate) gate: Gate,
    pub(crate) headers: Vec<HeaderName>,
    pub(crate) data: Data,
}

impl Policy for Jwt {
    fn run<'a>(&'a self, exchange: &'a mut Exchange) -> Running<'a> {
        if self.gate.passes(exchange) {
            return Running::Done(Outcome::Continue);
        }
        let found = self.find(exchange);
        if self.data.hide {
            self.take_off(exchange);
        }
        let judged = found.and_then(|token| self.judge(&token, exchange.time));
        Running::Done(match judged {
            Ok((owner, claims)) => {
                let Some((owner, _)) = self.gate.consumers.by_token_key(&owner) else {
                    return Running::Done(self.gate.refuse(
                        exchange,
                        Case::UnknownKey,
                        UNKNOWN_KEY,
                        &self.data.key_claim,
                    ));
                };
                self.gate.admit(exchange, &owner, Some(Arc::new(claims)))
            }
            Err(wrong) => self.gate.refuse(exchange, wrong.case, wrong.usual, &wrong.about),
        })
    }
}

/// Why a token is not good enough.
#[derive(Debug, PartialEq)]
pub(super) struct Wrong {
    case: Case,
    usual: &'static str,
    about: String,
}

const UNKNOWN_KEY: &str = "nobody signs tokens with the key that the token's {} names";

fn wrong(case: Case, usual: &'static str, about: impl Into<String>) -> Wrong {
    Wrong { case, usual, about: about.into() }
}

fn absent() -> Wrong {
    wrong(Case::Absent, "this route wants a token", "")
}

fn unreadable(why: &str) -> Wrong {
    wrong(Case::Unreadable, "this is not a signed token: {}", why)
}

impl Jwt {
    fn find(&self, exchange: &Exchange) -> Result<String, Wrong> {
        if self.data.in_order {
            return self.first(exchange).ok_or_else(absent);
        }
        let mut tokens: Vec<String> = Vec::new();
        let mut add = |token: &str| {
            if !token.is_empty() && !tokens.iter().any(|known| known == token) {
                tokens.push(token.to_owned());
            }
        };
        let head = &exchange.request;
        for name in &self.data.query {
            let values = query::values(head.uri.query().unwrap_or(""), name);
            values.filter_map(|value| String::from_utf8(value.into_owned()).ok()).for_each(|token| add(&token));
        }
        for name in &self.data.cookies {
            cookies(&head.headers).filter(|(found, _)| found == name).for_each(|(_, token)| add(token));
        }
        for name in &self.headers {
            for value in head.headers.get_all(name) {
                value.to_str().ok().and_then(|text| self.token_of(text)).into_iter().for_each(&mut add);
            }
        }
        match tokens.len() {
            0 => Err(absent()),
            1 => Ok(tokens.remove(0)),
            _ => Err(wrong(Case::Several, "the request shows more than one token", "")),
        }
    }

    /// The first token in header, query and cookies.
    fn first(&self, exchange: &Exchange) -> Option<String> {
        let head = &exchange.request;
        let headers = self.headers.iter().filter_map(|name| head.headers.get(name)?.to_str().ok());
        let headers = headers.filter_map(|text| self.token_of(text)).map(str::to_owned);
        let query = self.data.query.iter().filter_map(|name| {
            let value = query::values(head.uri.query().unwrap_or(""), name).next()?;
            String::from_utf8(value.into_owned()).ok()
        });
        let cookies = self.data.cookies.iter().filter_map(|name| {
            cookies(&head.headers).find(|(found, _)| found == name).map(|(_, token)| token.to_owned())
        });
        headers.chain(query).chain(cookies).find(|token| !token.is_empty())
    }

    /// What stands behind `Bearer`.
    fn token_of<'t>(&self, text: &'t str) -> Option<&'t str> {
        let text = text.trim();
        match text.split_once(|c: char| c.is_ascii_whitespace()) {
            Some((scheme, token)) if scheme.eq_ignore_ascii_case("bearer") => Some(token.trim()),
            None if self.data.bare => Some(text),
            _ if self.data.bare => Some(text),
            _ => None,
        }
    }

    fn take_off(&self, exchange: &mut Exchange) {
        let head = &mut exchange.request;
        for name in &self.headers {
            head.headers.remove(name);
        }
        if !self.data.query.is_empty() {
            query::remove(&mut head.uri, &self.data.query);
        }
        if !self.data.cookies.is_empty() && head.headers.contains_key(COOKIE) {
            let kept: Vec<String> = cookies(&head.headers)
                .filter(|(name, _)| !self.data.cookies.iter().any(|hidden| hidden == name))
                .map(|(name, value)| format!("{name}={value}"))
                .collect();
            head.headers.remove(COOKIE);
            if let (false, Ok(value)) = (kept.is_empty(), HeaderValue::try_from(kept.join("; "))) {
                head.headers.insert(COOKIE, value);
            }
        }
    }

    /// The name of the key that signed it, and what it claims.
    fn judge(&self, token: &str, now: SystemTime) -> Result<(String, Map<String, Value>), Wrong> {
        let token = Token::read(token)?;
        let claim = &self.data.key_claim;
        let Some(key) = token.claims.get(claim).or_else(|| token.head.get(claim)) else {
            return Err(wrong(Case::NoKeyClaim, "the token has no {}, which names its key", claim));
        };
        let Some(name) = key.as_str().filter(|name| !name.is_empty()) else {
            return Err(wrong(Case::BadKeyClaim, "the token's {} is no name of a key", claim));
        };
        let Some((_, key)) = self.gate.consumers.by_token_key(name) else {
            return Err(wrong(Case::UnknownKey, UNKNOWN_KEY, claim));
        };
        // the key says how it signs, never the token
        if token.algorithm != key.algorithm() {
            return Err(wrong(Case::Algorithm, "the token is not signed as its key signs", ""));
        }
        match key.verify(token.signed.as_bytes(), &token.signature, self.data.base64_secrets) {
            None => return Err(wrong(Case::BadKey, "the key of this token cannot be used", "")),
            Some(false) => return Err(wrong(Case::Signature, "the token's signature is wrong", "")),
            Some(true) => {}
        }
        let problems = self.claims(&token.claims, now, key.grace());
        if !problems.is_empty() {
            let about = Value::Object(problems).to_string();
            return Err(wrong(Case::Claims, "what the token claims about time does not hold: {}", about));
        }
        Ok((name.to_owned(), token.claims))
    }

    /// What does not hold, by claim.
    fn claims(&self, claims: &Map<String, Value>, now: SystemTime, grace: Duration) -> Map<String, Value> {
        let now = now.duration_since(UNIX_EPOCH).unwrap_or_default();
        let mut problems = Map::new();
        for (claim, name) in [(RegisteredClaim::Expires, "exp"), (RegisteredClaim::NotBefore, "nbf")] {
            let wanted = self.data.claims.contains(&claim);
            if !wanted && (self.data.lenient || !claims.contains_key(name)) {
                continue;
            }
            let problem = match (claims.get(name).and_then(Value::as_f64), claim) {
                (None, _) => "must be a number",
                (Some(at), RegisteredClaim::Expires) if at + grace.as_secs_f64() <= now.as_secs_f64().floor() => {
                    "token expired"
                }
                (Some(at), RegisteredClaim::NotBefore) if at > now.as_secs_f64() => "token not valid yet",
                (Some(at), RegisteredClaim::Expires) if self.too_long(at, now) => "exceeds maximum allowed expiration",
                _ => continue,
            };
            problems.insert(name.to_owned(), problem.into());
        }
        problems
    }

    fn too_long(&self, expires: f64, now: Duration) -> bool {
        self.data.longest.is_some_and(|longest| expires - now.as_secs_f64() > longest.as_secs_f64())
    }
}

/// A token taken apart.
pub(crate) struct Token<'t> {
    head: Map<String, Value>,
    pub(super) algorithm: Algorithm,
    pub(super) claims: Map<String, Value>,
    /// What the signature is over.
    pub(super) signed: &'t str,
    pub(super) signature: Vec<u8>,
}

impl<'t> Token<'t> {
    /// The name of the key that it is signed with.
    pub(super) fn key_id(&self) -> Option<&str> {
        self.head.get("kid").and_then(Value::as_str)
    }

    /// What kind of token it says it is.
    pub(super) fn kind(&self) -> Option<&str> {
        self.head.get("typ").and_then(Value::as_str)
    }

    pub(super) fn read(token: &'t str) -> Result<Self, Wrong> {
        let (signed, signature) = token.rsplit_once('.').ok_or_else(|| unreadable("invalid JSON"))?;
        let (head, claims) = signed.split_once('.').ok_or_else(|| unreadable("invalid JSON"))?;
        let (head, claims) = (json(head)?, json(claims)?);
        let of_type = |typ: &str| ["jwt", "at+jwt"].iter().any(|known| typ.eq_ignore_ascii_case(known));
        if head.get("typ").is_some_and(|typ| !typ.as_str().is_some_and(of_type)) {
            return Err(unreadable("invalid typ"));
        }
        // RFC 7515, 4.1.11: what must be understood and is not makes the token invalid
        if head.contains_key("crit") {
            return Err(unreadable("invalid crit"));
        }
        let algorithm = head.get("alg").and_then(Value::as_str).and_then(Algorithm::from_name);
        let algorithm = algorithm.ok_or_else(|| unreadable("invalid alg"))?;
        let signature = base64_url(signature).ok_or_else(|| unreadable("invalid signature"))?;
        Ok(Self { head, algorithm, claims, signed, signature })
    }
}

fn json(part: &str) -> Result<Map<String, Value>, Wrong> {
    let bytes = base64_url(part).ok_or_else(|| unreadable("invalid JSON"))?;
    serde_json::from_slice(&bytes).map_err(|_| unreadable("invalid JSON"))
}

fn cookies(headers: &HeaderMap) -> impl Iterator<Item = (&str, &str)> {
    let fields = headers.get_all(COOKIE).iter().filter_map(|value| value.to_str().ok());
    fields.flat_map(|field| field.split(';')).filter_map(|pair| pair.trim().split_once('='))
}

#[cfg(test)]
mod tests;

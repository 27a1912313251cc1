//! A token of an identity provider that lets in, whoever the client is.

use super::introspection::Said;
use super::jwt::Token;
use super::token_proof::{ReadyProof, Signed};
use super::tokens::Tokens;
use crate::build::{BuildCause, header_name, header_names};
use crate::exchange::{Claims, Exchange};
use crate::failure::{Blame, Failure};
use crate::refusal::ReadyRefusals;
use crate::{Outcome, Policy, Running};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use expr::schema::Judge;
use http::header::WWW_AUTHENTICATE;
use http::{HeaderName, HeaderValue};
use model::policy::{AccessToken as Data, Case, TokenFact};
use serde_json::{Map, Value};
use std::sync::Arc;
use std::time::{SystemTime, UNIX_EPOCH};

/// Judges tokens and tells of them.
pub(crate) struct AccessToken {
    data: Data,
    headers: Vec<HeaderName>,
    bare_headers: Vec<HeaderName>,
    proof: ReadyProof,
    schema: Option<Judge>,
    tell: Vec<(HeaderName, TokenFact)>,
    forget: Vec<HeaderName>,
    absent: HeaderValue,
    refusals: ReadyRefusals,
}

/// What a request shows.
enum Shown {
    Nothing,
    /// Something that cannot be a token.
    Nonsense,
    Token(String),
}

/// Why a token does not let in: the case, and what is wrong.
#[derive(Debug, PartialEq, Eq)]
struct Wrong(Case, String);

fn wrong(what: impl Into<String>) -> Wrong {
    Wrong(Case::Unknown, what.into())
}

impl AccessToken {
    pub(crate) fn compile(data: &Data, tokens: &Tokens) -> Result<Self, BuildCause> {
        let value = |text: &str| HeaderValue::from_str(text).map_err(|_| BuildCause::Header { text: text.to_owned() });
        value(&data.challenge.wrong)?;
        let schema = data.schema.as_deref().map(|text| {
            let error = |cause: String| BuildCause::Schema { cause };
            let json: Value = serde_json::from_str(text).map_err(|cause| error(cause.to_string()))?;
            Judge::read(&json).map_err(|cause| error(cause.to_string()))
        });
        let tell = |(name, fact): &(String, TokenFact)| Ok::<_, BuildCause>((header_name(name)?, fact.clone()));
        Ok(Self {
            headers: header_names(&data.headers)?,
            bare_headers: header_names(&data.bare_headers)?,
            proof: ReadyProof::compile(&data.proof, tokens)?,
            schema: schema.transpose()?,
            tell: data.tell.iter().map(tell).collect::<Result<_, _>>()?,
            forget: header_names(&data.forget)?,
            absent: value(&data.challenge.absent)?,
            refusals: ReadyRefusals::compile(&data.refusals)?,
            data: data.clone(),
        })
    }

    /// What is shown; what only the gateway may write is taken off.
    fn take(&self, exchange: &mut Exchange) -> Shown {
        let shown = self.shown(exchange);
        let headers = &mut exchange.request.headers;
        for name in self.forget.iter().chain(self.tell.iter().map(|(name, _)| name)) {
            // one that carries the token too goes when it is told anew
            if !self.headers.contains(name) {
                headers.remove(name);
            }
        }
        if self.data.hide {
            for name in self.headers.iter().chain(&self.bare_headers) {
                headers.remove(name);
            }
        }
        shown
    }

    fn shown(&self, exchange: &Exchange) -> Shown {
        let headers = &exchange.request.headers;
        if let Some(value) = self.headers.iter().find_map(|name| headers.get(name)) {
            let Some((scheme, token)) = value.to_str().ok().and_then(|text| text.trim().split_once(' ')) else {
                return Shown::Nonsense;
            };
            let bearer = scheme.eq_ignore_ascii_case("bearer");
            return if bearer { Shown::Token(token.trim().to_owned()) } else { Shown::Nothing };
        }
        let bare = self.bare_headers.iter().find_map(|name| headers.get(name));
        match bare.map(|value| value.to_str()) {
            Some(Ok(token)) if !token.trim().is_empty() => Shown::Token(token.trim().to_owned()),
            Some(Err(_)) => Shown::Nonsense,
            Some(Ok(_)) | None => Shown::Nothing,
        }
    }

    /// What a token claims, where nobody must be asked.
    fn at_hand(&self, text: &str, now: SystemTime) -> Option<Result<Claims, Wrong>> {
        if let Some(server) = self.proof.introspection() {
            return server.known(text, now).map(|said| self.said(said));
        }
        let token = match Token::read(text) {
            Ok(token) => token,
            Err(_) => return Some(Err(wrong("this is not a signed token"))),
        };
        match self.proof.signed_at_hand(&token) {
            Signed::Unknown => None,
            signed => Some(self.signed(signed, token.claims, now)),
        }
    }

    async fn asked(&self, text: &str, exchange: &Seen<'_>) -> Result<Claims, Wrong> {
        if let Some(server) = self.proof.introspection() {
            return match ReadyProof::said(server, text, exchange.headers, exchange.now).await {
                Ok(said) => self.said(said),
                Err(why) => Err(away(&why)),
            };
        }
        let token = Token::read(text).map_err(|_| wrong("this is not a signed token"))?;
        let signed = self.proof.signed(&token).await;
        self.signed(signed, token.claims, exchange.now)
    }

    fn signed(&self, signed: Signed, claims: Map<String, Value>, now: SystemTime) -> Result<Claims, Wrong> {
        match signed {
            Signed::Good => {
                in_time(&claims, now)?;
                self.holds(&claims).map(|()| Arc::new(claims))
            }
            Signed::Wrong | Signed::Unknown => Err(wrong("signature verification failed")),
            Signed::Away(why) => Err(away(&why)),
        }
    }

    fn said(&self, said: Said) -> Result<Claims, Wrong> {
        if !said.active {
            return Err(wrong("invalid token"));
        }
        self.holds(&said.claims).map(|()| said.claims)
    }

    /// Whether it is for those behind.
    fn holds(&self, claims: &Map<String, Value>) -> Result<(), Wrong> {
        let issuer = claims.get("iss").and_then(Value::as_str);
        if !self.data.issuers.is_empty() && !self.data.issuers.iter().any(|own| issuer == Some(own)) {
            return Err(wrong("the issuer is not one of those that are known"));
        }
        let forbidden = |what: String| Err(Wrong(Case::Forbidden, what));
        let has = scopes(claims);
        if !self.data.scopes.iter().all(|wanted| has.contains(&wanted.as_str())) {
            return forbidden(format!("required scopes {} not present", self.data.scopes.join(", ")));
        }
        if let Some(audience) = &self.data.audience {
            match claims.get(&audience.claim) {
                None if audience.required => return forbidden("required audience claim not present".to_owned()),
                Some(value) if !audience.values.is_empty() && !names_one(value, &audience.values) => {
                    return forbidden("mismatched audience".to_owned());
                }
                _ => {}
            }
        }
        match &self.schema {
            Some(schema) => schema.check(&Value::Object(claims.clone())).map_err(wrong),
            None => Ok(()),
        }
    }

    fn decide(&self, judged: Result<Claims, Wrong>, text: &str, exchange: &mut Exchange) -> Outcome {
        match judged {
            Ok(claims) => {
                self.tell(text, &claims, exchange);
                exchange.claims = Some(claims);
                Outcome::Continue
            }
            Err(Wrong(case, what)) => Outcome::Fail(self.refusal(case, &what)),
        }
    }

    fn tell(&self, token: &str, claims: &Claims, exchange: &mut Exchange) {
        for (name, fact) in &self.tell {
            let text = match fact {
                TokenFact::Token => Some(token.to_owned()),
                TokenFact::Bearer => Some(format!("Bearer {token}")),
                TokenFact::Claims => serde_json::to_string(&**claims).ok().map(|json| STANDARD.encode(json)),
                TokenFact::Claim(claim) => claims.get(claim).map(|value| match value {
                    Value::String(text) => text.clone(),
                    other => other.to_string(),
                }),
            };
            match text.and_then(|text| HeaderValue::from_bytes(text.as_bytes()).ok()) {
                Some(value) => drop(exchange.request.headers.insert(name, value)),
                None => drop(exchange.request.headers.remove(name)),
            }
        }
    }

    fn refusal(&self, case: Case, what: &str) -> Box<Failure> {
        let usual = match case {
            Case::Absent => "this route wants a token",
            Case::Unreadable => "this is no token",
            Case::Forbidden => "this token may not use this route: {}",
            Case::Away => "nobody can say what the token is worth",
            _ => "this token is not good: {}",
        };
        let mut failure = self.refusals.failure(case, usual, what);
        if case == Case::Away {
            failure.blame = Blame::Upstream;
            failure = failure.detail(format!("nobody can say what the token is worth: {what}"));
        }
        let challenge = match case {
            Case::Absent => Some(self.absent.clone()),
            Case::Unreadable | Case::Forbidden => None,
            Case::Away if !self.refusals.has(case) => None,
            // a quote would end the text that it stands in
            _ => HeaderValue::from_str(&self.data.challenge.wrong.replacen("{}", &what.replace(['"', '\\'], "'"), 1))
                .ok(),
        };
        if let Some(challenge) = challenge.filter(|challenge| !challenge.is_empty()) {
            failure.headers.push((WWW_AUTHENTICATE, challenge));
        }
        failure
    }

    async fn wait(&self, text: String, exchange: &mut Exchange) -> Outcome {
        let seen = Seen { headers: &exchange.request.headers, now: exchange.time };
        let judged = self.asked(&text, &seen).await;
        self.decide(judged, &text, exchange)
    }
}

/// What of an exchange a question needs.
struct Seen<'e> {
    headers: &'e http::HeaderMap,
    now: SystemTime,
}

fn away(why: &str) -> Wrong {
    Wrong(Case::Away, why.to_owned())
}

fn in_time(claims: &Map<String, Value>, now: SystemTime) -> Result<(), Wrong> {
    let now = now.duration_since(UNIX_EPOCH).unwrap_or_default().as_secs_f64();
    let number = |name: &str| match claims.get(name) {
        None => Ok(None),
        Some(value) => value.as_f64().map(Some).ok_or_else(|| wrong(format!("{name} is no number"))),
    };
    if number("exp")?.is_some_and(|end| end <= now) {
        return Err(wrong("token expired"));
    }
    if number("nbf")?.is_some_and(|begin| begin > now) {
        return Err(wrong("token not valid yet"));
    }
    Ok(())
}

/// The scopes of a token (RFC 8693, 4.2): words of a text, or a list.
pub(crate) fn scopes(claims: &Map<String, Value>) -> Vec<&str> {
    match claims.get("scope").or_else(|| claims.get("scp")) {
        Some(Value::String(text)) => text.split_ascii_whitespace().collect(),
        Some(Value::Array(items)) => items.iter().filter_map(Value::as_str).collect(),
        Some(Value::Null | Value::Bool(_) | Value::Number(_) | Value::Object(_)) | None => Vec::new(),
    }
}

fn names_one(value: &Value, wanted: &[String]) -> bool {
    let is = |value: &Value| value.as_str().is_some_and(|text| wanted.iter().any(|one| one == text));
    match value {
        Value::Array(items) => items.iter().any(is),
        one => is(one),
    }
}

impl Policy for AccessToken {
    fn run<'a>(&'a self, exchange: &'a mut Exchange) -> Running<'a> {
        let text = match self.take(exchange) {
            Shown::Nothing if self.data.optional => return Running::Done(Outcome::Continue),
            Shown::Nothing => return Running::Done(Outcome::Fail(self.refusal(Case::Absent, ""))),
            Shown::Nonsense => return Running::Done(Outcome::Fail(self.refusal(Case::Unreadable, ""))),
            Shown::Token(text) => text,
        };
        match self.at_hand(&text, exchange.time) {
            Some(judged) => Running::Done(self.decide(judged, &text, exchange)),
            None => Running::Wait(Box::pin(self.wait(text, exchange))),
        }
    }
}

#[cfg(test)]
mod tests;

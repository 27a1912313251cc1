//! A token in a cookie that must stand in a header field too: a page of another site can send the one, not the other.
//!
//! Tokens have APISIX's form, so that those of its nodes are good here and the other way round.

use crate::answer::AnswerError;
use crate::build::{BuildCause, header_name};
use crate::exchange::Exchange;
use crate::refusal::ReadyRefusals;
use crate::{Outcome, Policy, Running};
use aws_lc_rs::constant_time::verify_slices_are_equal;
use aws_lc_rs::digest::{SHA256, digest};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use http::header::{COOKIE, HeaderName, HeaderValue, SET_COOKIE};
use http::{HeaderMap, Method};
use model::Secret;
use model::policy::{Case, Csrf as Data};
use serde::Deserialize;
use serde_json::value::RawValue;
use std::sync::Arc;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

/// What both sides know.
pub(crate) struct Rules {
    name: String,
    field: HeaderName,
    key: Secret,
    lasting: Option<Duration>,
    refusals: ReadyRefusals,
}

/// Request side: refuses what does not show its token twice.
pub(crate) struct CheckToken(pub(crate) Arc<Rules>);

/// Response side: gives a new token.
pub(crate) struct GiveToken(pub(crate) Arc<Rules>);

/// What a token says, each number as it is written.
#[derive(Deserialize)]
struct Token<'t> {
    #[serde(borrow)]
    random: &'t RawValue,
    #[serde(borrow)]
    expires: &'t RawValue,
    sign: String,
}

impl Rules {
    pub(crate) fn compile(data: &Data) -> Result<Arc<Self>, BuildCause> {
        let refusals: Result<_, AnswerError> = ReadyRefusals::compile(&data.refusals);
        let Data { name, key, lasting, .. } = data.clone();
        Ok(Arc::new(Self { field: header_name(&name)?, name, key, lasting, refusals: refusals? }))
    }

    fn judge(&self, exchange: &Exchange) -> Result<(), (Case, &'static str)> {
        let headers = &exchange.request.headers;
        let shown = headers.get(&self.field).and_then(|value| value.to_str().ok()).filter(|text| !text.is_empty());
        let shown = shown.ok_or((Case::Absent, "the request shows no token in its header"))?;
        let kept = cookie(headers, &self.name).ok_or((Case::Anonymous, "the request has no cookie with a token"))?;
        if verify_slices_are_equal(shown.as_bytes(), kept.as_bytes()).is_err() {
            return Err((Case::Several, "header and cookie show different tokens"));
        }
        match self.is_good(kept, exchange.time) {
            true => Ok(()),
            false => Err((Case::Signature, "the token is over, or none of this gateway's")),
        }
    }

    fn is_good(&self, token: &str, now: SystemTime) -> bool {
        let Ok(text) = STANDARD.decode(token) else { return false };
        let Ok(token) = serde_json::from_slice::<Token<'_>>(&text) else { return false };
        let made: Option<f64> = token.expires.get().parse().ok();
        let over = match (self.lasting, made) {
            (None, _) => false,
            (Some(_), None) => true,
            (Some(lasting), Some(made)) => seconds(now) as f64 - made > lasting.as_secs_f64(),
        };
        let sign = self.sign(token.random.get(), token.expires.get());
        !over && verify_slices_are_equal(sign.as_bytes(), token.sign.as_bytes()).is_ok()
    }

    fn sign(&self, random: &str, made: &str) -> String {
        let text = format!("{{expires:{made},random:{random},key:{}}}", self.key.expose());
        const_hex::encode(digest(&SHA256, text.as_bytes()))
    }

    /// The cookie of a new token.
    fn fresh(&self, now: SystemTime) -> Option<HeaderValue> {
        // a first and a last digit that no way of writing numbers leaves out
        let random = format!("0.{}{:012}{}", fastrand::u8(1..10), fastrand::u64(..10u64.pow(12)), fastrand::u8(1..10));
        let made = seconds(now).to_string();
        let sign = self.sign(&random, &made);
        let token = STANDARD.encode(format!("{{\"random\":{random},\"expires\":{made},\"sign\":\"{sign}\"}}"));
        let end = httpdate(now + self.lasting.unwrap_or_default())?;
        HeaderValue::try_from(format!("{}={token};path=/;SameSite=Lax;Expires={end}", self.name)).ok()
    }
}

/// As cookies have it: `Mon, 13-Dec-21 09:33:55 GMT`.
fn httpdate(time: SystemTime) -> Option<String> {
    let time = jiff::Timestamp::try_from(time).ok()?;
    Some(time.strftime("%a, %d-%b-%y %H:%M:%S GMT").to_string())
}

fn seconds(time: SystemTime) -> u64 {
    time.duration_since(UNIX_EPOCH).map_or(0, |since| since.as_secs())
}

fn cookie<'h>(headers: &'h HeaderMap, name: &str) -> Option<&'h str> {
    let fields = headers.get_all(COOKIE).iter().filter_map(|value| value.to_str().ok());
    let mut pairs = fields.flat_map(|field| field.split(';')).filter_map(|pair| pair.trim().split_once('='));
    pairs.find(|(known, _)| *known == name).map(|(_, value)| value)
}

impl Policy for CheckToken {
    fn run<'a>(&'a self, exchange: &'a mut Exchange) -> Running<'a> {
        let safe = matches!(exchange.request.method, Method::GET | Method::HEAD | Method::OPTIONS);
        Running::Done(match if safe { Ok(()) } else { self.0.judge(exchange) } {
            Ok(()) => Outcome::Continue,
            Err((case, usual)) => Outcome::Fail(self.0.refusals.failure(case, usual, "")),
        })
    }
}

impl Policy for GiveToken {
    fn run<'a>(&'a self, exchange: &'a mut Exchange) -> Running<'a> {
        let cookie = self.0.fresh(exchange.time);
        if let (Some(response), Some(cookie)) = (&mut exchange.response, cookie) {
            response.headers_mut().append(SET_COOKIE, cookie);
        }
        Running::Done(Outcome::Continue)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::exchange::testing;
    use http::Response;
    use net::Body;

    /// A token of a node of APISIX's, signed with `userkey`.
    const THEIRS: &str = "eyJyYW5kb20iOjAuNDI5ODYzMTk3MTYxMzksInNpZ24iOiI0ODRlMDY4NTkxMWQ5NmJhMDc5YzQ1ZGI0OTE2NmZkYjQ0ODhjODVkNWQ0NmE1Y2FhM2UwMmFhZDliNjE5OTQ2IiwiZXhwaXJlcyI6MjY0MzExOTYyNH0=";

    fn rules(lasting: Option<u64>) -> Arc<Rules> {
        let (name, key) = ("Csrf-Token".to_owned(), Secret::new("userkey"));
        let lasting = lasting.map(Duration::from_secs);
        Rules::compile(&Data { name, key, lasting, refusals: Default::default() }).unwrap()
    }

    fn exchange(method: &str, field: Option<&str>, cookie: Option<&str>) -> Exchange {
        let mut request = http::Request::builder().method(method).uri("/");
        if let Some(field) = field {
            request = request.header("csrf-token", field);
        }
        if let Some(cookie) = cookie {
            request = request.header("cookie", format!("a=b; Csrf-Token={cookie}"));
        }
        testing::of(request)
    }

    #[test]
    fn what_may_change_something_shows_its_token_twice() {
        let wrong_key = STANDARD.encode(STANDARD.decode(THEIRS).unwrap().to_ascii_uppercase());
        let cases = [
            ("GET", None, None, None),
            ("HEAD", None, None, None),
            ("OPTIONS", None, None, None),
            ("POST", None, None, Some(Case::Absent)),
            ("POST", Some(""), Some(THEIRS), Some(Case::Absent)),
            ("DELETE", Some(THEIRS), None, Some(Case::Anonymous)),
            ("POST", Some("x"), Some(THEIRS), Some(Case::Several)),
            ("POST", Some("x"), Some("x"), Some(Case::Signature)),
            ("POST", Some(wrong_key.as_str()), Some(wrong_key.as_str()), Some(Case::Signature)),
            ("POST", Some(THEIRS), Some(THEIRS), None),
        ];
        for (method, field, cookie, expected) in cases {
            let exchange = exchange(method, field, cookie);
            let safe = ["GET", "HEAD", "OPTIONS"].contains(&method);
            let judged = if safe { Ok(()) } else { rules(Some(7200)).judge(&exchange) };
            assert_eq!(judged.err().map(|(case, _)| case), expected, "{method} {field:?} {cookie:?}");
        }
    }

    #[test]
    fn a_token_that_was_given_is_good_until_its_time_is_over() {
        let rules = rules(Some(60));
        let now = SystemTime::now();
        let cookie = rules.fresh(now).unwrap();
        let token = cookie.to_str().unwrap().split([';', '=']).nth(1).unwrap().to_owned();
        let padded = |token: &str| format!("{token}{}", "=".repeat((4 - token.len() % 4) % 4));
        for (later, good) in [(0, true), (60, true), (62, false)] {
            assert_eq!(rules.is_good(&padded(&token), now + Duration::from_secs(later)), good, "{later}");
        }
        assert!(self::rules(None).is_good(&padded(&token), now + Duration::from_secs(1 << 30)));
    }

    #[test]
    fn every_response_brings_a_token() {
        let mut exchange = exchange("GET", None, None);
        exchange.response = Some(Response::new(Body::Empty));
        let _ = GiveToken(rules(Some(7200))).run(&mut exchange);
        let response = exchange.response.unwrap();
        let cookie = response.headers()["set-cookie"].to_str().unwrap();
        assert!(cookie.starts_with("Csrf-Token=ey") && cookie.contains(";path=/;SameSite=Lax;Expires="), "{cookie}");
        assert!(cookie.ends_with(" GMT"), "{cookie}");
    }
}

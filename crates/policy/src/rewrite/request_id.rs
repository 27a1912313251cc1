//! An id for each request, told to those behind the gateway and to the client.

mod made;

use crate::build::{BuildCause, header_name};
use crate::exchange::Exchange;
use crate::{Outcome, Policy, Running};
use http::{HeaderName, HeaderValue};
use model::policy::IdForm;
use std::sync::LazyLock;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::UNIX_EPOCH;

/// Request side: takes the client's id where it is trusted, and hands the id on.
pub(crate) struct RequestId {
    pub(crate) choice: Choice,
    /// The id becomes the exchange's own.
    pub(crate) own: bool,
    pub(crate) slot: usize,
}

/// Response side: the client learns the id, where it shall.
pub(crate) struct EchoRequestId {
    pub(crate) choice: Option<Choice>,
    /// The id is the exchange's own.
    pub(crate) own: bool,
    pub(crate) slot: usize,
}

/// Which id a request has.
#[derive(Clone)]
pub(crate) struct Choice {
    pub(crate) header: HeaderName,
    pub(crate) trust_client: bool,
    pub(crate) form: IdForm,
}

/// An id beside the exchange's own.
struct Other(HeaderValue);

/// An id ends up in logs and headers: longer ones are nobody's id.
const LONGEST: usize = 128;

impl Choice {
    pub(crate) fn of(id: &model::policy::RequestId) -> Result<Self, BuildCause> {
        Ok(Self { header: header_name(&id.header)?, trust_client: id.trust_client, form: id.form.clone() })
    }

    /// The client's, or a new one; `None` for the exchange's own.
    fn id(&self, exchange: &Exchange) -> Option<String> {
        let headers = &exchange.request.headers;
        let theirs = headers.get(&self.header).filter(|_| self.trust_client).and_then(read);
        let made = || match &self.form {
            IdForm::Own => None,
            IdForm::Uuid => Some(uuid()),
            IdForm::UuidCounter => Some(counted()),
            IdForm::Tracker => Some(tracker(exchange)),
            IdForm::NanoId => Some(made::of_range(21, made::NANO)),
            IdForm::Range { length, characters } => Some(made::of_range(*length, characters.as_bytes())),
            IdForm::Ksuid => Some(made::ksuid(exchange.time, fastrand::u128(..))),
            IdForm::TimedUuid => Some(hyphened(made::timed(exchange.time, fastrand::u128(..)))),
        };
        theirs.or_else(made)
    }
}

impl Policy for RequestId {
    fn run<'a>(&'a self, exchange: &'a mut Exchange) -> Running<'a> {
        let id = self.choice.id(exchange);
        if let (Some(id), true) = (&id, self.own) {
            exchange.id.clone_from(id);
        }
        let Ok(value) = HeaderValue::from_str(id.as_ref().unwrap_or(&exchange.id)) else {
            return Running::Done(Outcome::Continue);
        };
        if id.is_some() && !self.own {
            exchange.remember(self.slot, Other(value.clone()));
        }
        exchange.request.headers.insert(&self.choice.header, value);
        Running::Done(Outcome::Continue)
    }
}

impl EchoRequestId {
    /// What the request side chose; where that did not run, what it would have chosen.
    fn value(&self, choice: &Choice, exchange: &Exchange) -> Option<HeaderValue> {
        let other = exchange.recall::<Other>(self.slot).map(|other| other.0.clone());
        let late = || {
            let id = if self.own { None } else { choice.id(exchange) };
            HeaderValue::from_str(id.as_ref().unwrap_or(&exchange.id)).ok()
        };
        other.or_else(late)
    }
}

impl Policy for EchoRequestId {
    fn run<'a>(&'a self, exchange: &'a mut Exchange) -> Running<'a> {
        let Some(choice) = &self.choice else { return Running::Done(Outcome::Continue) };
        let value = self.value(choice, exchange);
        if let (Some(response), Some(value)) = (&mut exchange.response, value) {
            response.headers_mut().insert(&choice.header, value);
        }
        Running::Done(Outcome::Continue)
    }
}

/// A random UUID (RFC 9562, version 4).
fn uuid() -> String {
    hyphened((fastrand::u128(..) & !(0xf << 76) & !(0b11 << 62)) | (4 << 76) | (0b10 << 62))
}

fn hyphened(uuid: u128) -> String {
    let hex = const_hex::encode(uuid.to_be_bytes());
    [&hex[..8], &hex[8..12], &hex[12..16], &hex[16..20], &hex[20..]].join("-")
}

/// A UUID of this process, and a number.
fn counted() -> String {
    static PROCESS: LazyLock<String> = LazyLock::new(uuid);
    static NEXT: AtomicU64 = AtomicU64::new(1);
    format!("{}#{}", *PROCESS, NEXT.fetch_add(1, Ordering::Relaxed))
}

/// Address and port of this side, process, a number in the place of connection and request, time to the millisecond.
fn tracker(exchange: &Exchange) -> String {
    static NEXT: AtomicU64 = AtomicU64::new(1);
    let (local, number) = (exchange.client.local, NEXT.fetch_add(1, Ordering::Relaxed));
    let time = exchange.time.duration_since(UNIX_EPOCH).unwrap_or_default();
    let (seconds, millis) = (time.as_secs(), time.subsec_millis());
    format!("{}-{}-{}-{number}-1-{seconds}.{millis:03}", local.ip(), local.port(), std::process::id())
}

fn read(value: &HeaderValue) -> Option<String> {
    let id = value.to_str().ok()?;
    let sane = !id.is_empty() && id.len() <= LONGEST && id.bytes().all(|b| b.is_ascii_graphic() && b != b'"');
    sane.then(|| id.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::exchange::testing;

    #[test]
    fn an_id_is_kept_only_where_it_is_trusted_and_sane() {
        let long = "x".repeat(129);
        let cases = [
            (true, "abc-1", true),
            (false, "abc-1", false),
            (true, "", false),
            (true, "a b", false),
            (true, &long, false),
        ];
        for (trust_client, theirs, kept) in cases {
            let mut exchange = testing::of(http::Request::get("/").header("x-id", theirs));
            let own = exchange.id.clone();
            let header = HeaderName::from_static("x-id");
            let choice = Choice { header, trust_client, form: IdForm::Own };
            let _ = RequestId { choice: choice.clone(), own: true, slot: 0 }.run(&mut exchange);
            let expected = if kept { theirs } else { &own };
            assert_eq!(exchange.id, expected);
            assert_eq!(exchange.request.headers["x-id"], expected);
            exchange.response = Some(http::Response::new(net::Body::Empty));
            let _ = EchoRequestId { choice: Some(choice), own: true, slot: 0 }.run(&mut exchange);
            assert_eq!(exchange.response.unwrap().headers()["x-id"], expected);
        }
    }

    #[test]
    fn ids_have_their_form_and_stand_beside_the_exchanges_own() {
        let forms = [
            (IdForm::Uuid, "^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$"),
            (IdForm::UuidCounter, "^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}#[0-9]+$"),
            (IdForm::Tracker, r"^127\.0\.0\.1-4000-[0-9]+-[0-9]+-1-[0-9]+\.[0-9]{3}$"),
        ];
        for (form, pattern) in forms {
            let (header, mut seen) = (HeaderName::from_static("x-id"), Vec::new());
            for _ in 0..2 {
                let mut exchange = testing::get("/");
                let own = exchange.id.clone();
                let (header, form) = (header.clone(), form.clone());
                let choice = Choice { header, trust_client: true, form };
                let _ = RequestId { choice: choice.clone(), own: false, slot: 3 }.run(&mut exchange);
                let id = exchange.request.headers["x-id"].to_str().unwrap().to_owned();
                assert!(regex::Regex::new(pattern).unwrap().is_match(&id), "{id}");
                assert_eq!(exchange.id, own);
                exchange.response = Some(http::Response::new(net::Body::Empty));
                let _ = EchoRequestId { choice: Some(choice), own: false, slot: 3 }.run(&mut exchange);
                assert_eq!(exchange.response.unwrap().headers()["x-id"], id.as_str());
                seen.push(id);
            }
            assert_ne!(seen[0], seen[1]);
        }
    }

    #[test]
    fn where_the_request_side_did_not_run_the_client_is_told_what_it_would_have_chosen() {
        for (theirs, form, pattern) in [
            (Some("abc-1"), IdForm::Uuid, "^abc-1$"),
            (None, IdForm::Uuid, "^[0-9a-f-]{36}$"),
            (None, IdForm::Own, "^[0-9a-f]{32}$"),
        ] {
            let request = theirs.iter().fold(http::Request::get("/"), |request, id| request.header("x-id", *id));
            let mut exchange = testing::of(request);
            exchange.response = Some(http::Response::new(net::Body::Empty));
            let choice = Choice { header: HeaderName::from_static("x-id"), trust_client: true, form };
            let _ = EchoRequestId { choice: Some(choice), own: false, slot: 0 }.run(&mut exchange);
            let response = exchange.response.unwrap();
            let told = response.headers()["x-id"].to_str().unwrap();
            assert!(regex::Regex::new(pattern).unwrap().is_match(told), "{told}");
        }
    }
}

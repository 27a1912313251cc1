//! A server that takes records over HTTP, as written.

use super::TIMEOUT;
use crate::decode::{At, Hidden, Lasting, Pairs, Text, entity, said};
use crate::lower::{Lowering, header};
use crate::write::{Pen, key, text, unless};
use dialect::Faith;
use http::{HeaderValue, Uri};
use model::policy::HttpSink;
use std::time::Duration;

entity! {
    /// A server that takes records over HTTP.
    Http {
        /// `https://` or `http://`, host, port, path and query, best as `${NAME}` if it holds a key.
        url: At<Hidden>,
        /// `POST` (without it), `PUT` or `PATCH`.
        method: Option<Text>,
        /// The records' media type; `application/json` without it.
        content_type: Option<Text>,
        /// Further header fields, best as `${NAME}`.
        headers: Option<Pairs<At<Hidden>>>,
        /// For one request, from connecting to the response; 10s without it.
        timeout: Option<At<Lasting>>,
        /// Time an idle connection is kept; 60s without it.
        keepalive: Option<At<Lasting>>,
        /// Whether the server's certificate is checked; true without it.
        verify: Option<At<bool>>,
        /// Statuses below this one say that records were taken; 300 without it.
        taken_below: Option<At<u16>>,
    }
}

/// Statuses below say that records were taken.
pub(crate) const TAKEN_BELOW: u16 = 300;

const METHODS: [&str; 3] = ["POST", "PUT", "PATCH"];
const KEEPALIVE: Duration = Duration::from_secs(60);

pub(crate) fn lower(written: &Http, at: &mut Lowering<'_>) -> HttpSink {
    check_url(&written.url, at);
    if let Some(verify) = written.verify.as_ref().filter(|verify| !verify.value) {
        at.findings.say(Faith::Exact, &verify.spot, "whoever stands between here and there can read the records");
    }
    let mut headers = Vec::new();
    for (name, value) in written.headers.iter().flat_map(|headers| &headers.0) {
        if HeaderValue::from_str(value.secret().expose()).is_err() {
            at.invalid(&value.spot, "a header value has no line break and no other control character");
        }
        headers.push((header::name(name, &name.spot, at).to_ascii_lowercase(), value.secret()));
    }
    HttpSink {
        url: written.url.secret(),
        method: written.method.as_ref().map_or_else(|| METHODS[0].to_owned(), |word| method(word, at)),
        content_type: written.content_type.as_ref().map_or_else(json, |text| header::value(text, at)),
        headers,
        timeout: said(&written.timeout, Lasting(TIMEOUT)).0,
        keepalive: said(&written.keepalive, Lasting(KEEPALIVE)).0,
        verify: said(&written.verify, true),
        taken_below: said(&written.taken_below, TAKEN_BELOW),
    }
}

fn json() -> String {
    "application/json".to_owned()
}

/// The address may hold a key, so no finding repeats it.
fn check_url(url: &At<Hidden>, at: &mut Lowering<'_>) {
    let secret = url.secret();
    let read = secret.expose().parse::<Uri>().ok();
    let authority =
        read.as_ref().filter(|uri| matches!(uri.scheme_str(), Some("http" | "https"))).and_then(Uri::authority);
    match authority {
        None => at.invalid(&url.spot, "this is no address of a server; write https://logs.example.com/path"),
        Some(authority) if authority.as_str().contains('@') => {
            at.invalid(&url.spot, "write user and password as a header: headers: { authorization: \"${NAME}\" }");
        }
        Some(_) => {}
    }
}

fn method(word: &Text, at: &mut Lowering<'_>) -> String {
    let upper = word.to_ascii_uppercase();
    if !METHODS.contains(&upper.as_str()) {
        at.invalid(&word.spot, format!("records are sent by one of {}", METHODS.join(", ")));
    }
    upper
}

pub(crate) fn write(one: &HttpSink, pen: &mut Pen<'_>) -> Http {
    let headers: Vec<_> = one.headers.iter().map(|(name, value)| (key(name), header_value(name, value, pen))).collect();
    Http {
        url: At::new(pen.secrets.hide(&one.url, "LOG_URL", "the address of a server of log records")),
        method: (one.method != METHODS[0]).then(|| text(&one.method)),
        content_type: (one.content_type != json()).then(|| text(&one.content_type)),
        headers: (!headers.is_empty()).then_some(Pairs(headers)),
        timeout: unless(Lasting(one.timeout), &Lasting(TIMEOUT)),
        keepalive: unless(Lasting(one.keepalive), &Lasting(KEEPALIVE)),
        verify: unless(one.verify, &true),
        taken_below: unless(one.taken_below, &TAKEN_BELOW),
    }
}

fn header_value(name: &str, value: &model::Secret, pen: &mut Pen<'_>) -> At<Hidden> {
    let purpose = format!("the header field {name} of requests to a server of log records");
    At::new(pen.secrets.hide(value, &format!("LOG_HEADER_{name}"), &purpose))
}

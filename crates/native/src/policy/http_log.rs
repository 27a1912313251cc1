//! `http-log`: a record of each exchange, sent to a server.

use super::Around;
use super::record::{self, Record};
use crate::decode::{At, Either, Hidden, Lasting, Pairs, Size, Text, entity, said};
use crate::lower::{Lowering, header};
use crate::write::{Pen, key, text, unless};
use dialect::Faith;
use http::{HeaderValue, Uri};
use model::policy::{self, LogQueue, Policy};
use std::time::Duration;

entity! {
    /// Where records go, and how.
    HttpLog {
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
        /// How records wait, and how often they are tried.
        queue: Option<Queue>,
        /// What a record holds: a map of names to facts and texts.
        record: Option<At<Record>>,
    }
}

entity! {
    /// How records wait, and how often they are tried.
    Queue {
        /// Records in one request; 1 without it. With more they are sent as a list.
        batch: Option<At<usize>>,
        /// The longest time that a record waits for a batch to fill; 1s without it.
        delay: Option<At<Lasting>>,
        /// Records that wait at once, of more the oldest are lost; 10000 without it.
        entries: Option<At<usize>>,
        /// Bytes that wait at once; any without it.
        bytes: Option<At<Size>>,
        /// The pause before a request is tried a second time, each further one is twice as long; 10ms without it.
        first_pause: Option<At<Lasting>>,
        /// The longest pause; 60s without it.
        longest_pause: Option<At<Lasting>>,
        /// How long a batch is tried, then it is lost; 60s without it.
        patience: Option<At<Lasting>>,
    }
}

type Written = Either<At<Hidden>, HttpLog>;

const METHODS: [&str; 3] = ["POST", "PUT", "PATCH"];
const TIMEOUT: Duration = Duration::from_secs(10);
const KEEPALIVE: Duration = Duration::from_secs(60);

pub(crate) fn lower(written: &Written, _: &Around<'_>, at: &mut Lowering<'_>) -> Option<Policy> {
    let short;
    let written = match written {
        Either::First(url) => {
            short = HttpLog { url: url.clone(), ..HttpLog::default() };
            &short
        }
        Either::Second(written) => written,
    };
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
    Some(Policy::HttpLog(Box::new(policy::HttpLog {
        url: written.url.secret(),
        method: written.method.as_ref().map_or_else(|| METHODS[0].to_owned(), |word| method(word, at)),
        content_type: written.content_type.as_ref().map_or_else(json, |text| header::value(text, at)),
        headers,
        timeout: said(&written.timeout, Lasting(TIMEOUT)).0,
        keepalive: said(&written.keepalive, Lasting(KEEPALIVE)).0,
        verify: said(&written.verify, true),
        queue: queue(written.queue.as_ref()),
        record: written.record.as_ref().map_or_else(record::usual, |record| record.value.0.clone()),
    })))
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

fn queue(written: Option<&Queue>) -> LogQueue {
    let usual = LogQueue::default();
    let Some(written) = written else { return usual };
    let time = |written: &Option<At<Lasting>>, usual: Duration| said(written, Lasting(usual)).0;
    LogQueue {
        batch: said(&written.batch, usual.batch),
        delay: time(&written.delay, usual.delay),
        entries: said(&written.entries, usual.entries),
        bytes: written.bytes.as_ref().map(|size| usize::try_from(size.0).unwrap_or(usize::MAX)),
        first_pause: time(&written.first_pause, usual.first_pause),
        longest_pause: time(&written.longest_pause, usual.longest_pause),
        patience: time(&written.patience, usual.patience),
    }
}

pub(crate) fn write(one: &policy::HttpLog, pen: &mut Pen<'_>) -> Written {
    let headers: Vec<_> = one.headers.iter().map(|(name, value)| (key(name), header_value(name, value, pen))).collect();
    let url = At::new(pen.secrets.hide(&one.url, "LOG_URL", "the address of a server of log records"));
    let plain = policy::HttpLog {
        url: one.url.clone(),
        method: METHODS[0].to_owned(),
        content_type: json(),
        headers: Vec::new(),
        timeout: TIMEOUT,
        keepalive: KEEPALIVE,
        verify: true,
        queue: LogQueue::default(),
        record: record::usual(),
    };
    if *one == plain {
        return Either::First(url);
    }
    Either::Second(HttpLog {
        url,
        method: (one.method != plain.method).then(|| text(&one.method)),
        content_type: (one.content_type != plain.content_type).then(|| text(&one.content_type)),
        headers: (!headers.is_empty()).then_some(Pairs(headers)),
        timeout: unless(Lasting(one.timeout), &Lasting(TIMEOUT)),
        keepalive: unless(Lasting(one.keepalive), &Lasting(KEEPALIVE)),
        verify: unless(one.verify, &true),
        queue: (one.queue != plain.queue).then(|| write_queue(&one.queue, &plain.queue)),
        record: unless(Record(one.record.clone()), &Record(plain.record)),
    })
}

fn header_value(name: &str, value: &model::Secret, pen: &mut Pen<'_>) -> At<Hidden> {
    let purpose = format!("the header field {name} of requests to a server of log records");
    At::new(pen.secrets.hide(value, &format!("LOG_HEADER_{name}"), &purpose))
}

fn write_queue(one: &LogQueue, usual: &LogQueue) -> Queue {
    let time = |time: Duration, usual: Duration| unless(Lasting(time), &Lasting(usual));
    Queue {
        batch: unless(one.batch, &usual.batch),
        delay: time(one.delay, usual.delay),
        entries: unless(one.entries, &usual.entries),
        bytes: one.bytes.map(|bytes| At::new(Size(bytes as u64))),
        first_pause: time(one.first_pause, usual.first_pause),
        longest_pause: time(one.longest_pause, usual.longest_pause),
        patience: time(one.patience, usual.patience),
    }
}

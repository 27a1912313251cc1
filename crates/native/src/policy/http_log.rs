//! `http-log`: a record of each exchange, sent to a server.

use super::Around;
use super::log::{self, Queue};
use super::record::{self, Record};
use crate::decode::{At, Either, Hidden, Lasting, Pairs, Text, entity};
use crate::lower::Lowering;
use crate::write::{Pen, unless};
use model::policy::{self, LogShape, LogSink, Policy};

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

type Written = Either<At<Hidden>, HttpLog>;

pub(crate) fn lower(written: &Written, _: &Around<'_>, at: &mut Lowering<'_>) -> Option<Policy> {
    let short;
    let written = match written {
        Either::First(url) => {
            short = HttpLog { url: url.clone(), ..HttpLog::default() };
            &short
        }
        Either::Second(written) => written,
    };
    let server = log::http::Http {
        url: written.url.clone(),
        method: written.method.clone(),
        content_type: written.content_type.clone(),
        headers: written.headers.clone(),
        timeout: written.timeout.clone(),
        keepalive: written.keepalive.clone(),
        verify: written.verify.clone(),
        taken_below: None,
    };
    Some(Policy::Log(Box::new(policy::Log {
        sink: LogSink::Http(Box::new(log::http::lower(&server, at))),
        queue: log::lower_queue(written.queue.as_ref()),
        record: written.record.as_ref().map_or_else(record::usual, |record| record.value.0.clone()),
        shape: LogShape::Plain,
        when: None,
    })))
}

/// The form of a log that has nothing but a server of HTTP, a queue and a record.
pub(crate) fn write(one: &policy::Log, pen: &mut Pen<'_>) -> Option<Written> {
    let LogSink::Http(sink) = &one.sink else { return None };
    if !one.shape.is_plain() || one.when.is_some() || sink.taken_below != log::http::TAKEN_BELOW {
        return None;
    }
    let log::http::Http { url, method, content_type, headers, timeout, keepalive, verify, taken_below: _ } =
        log::http::write(sink, pen);
    let queue = log::write_queue(&one.queue);
    let record = unless(Record(one.record.clone()), &Record(record::usual()));
    let more = method.is_some()
        || content_type.is_some()
        || headers.is_some()
        || timeout.is_some()
        || keepalive.is_some()
        || verify.is_some()
        || queue.is_some()
        || record.is_some();
    if !more {
        return Some(Either::First(url));
    }
    Some(Either::Second(HttpLog { url, method, content_type, headers, timeout, keepalive, verify, queue, record }))
}

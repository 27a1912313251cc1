//! `log`: a record of each exchange, sent to a server or written to a file, in the form that is wanted there.

pub mod http;

use super::Around;
use super::record::{self, Record};
use crate::decode::{At, Either, Given, Hidden, Json, Lasting, Size, Text, entity, meant, said, words};
use crate::lower::{Lowering, expression};
use crate::write::{self, Pen, text, unless, word_unless};
use model::policy::{self, KeepBody, LogJoin, LogQueue, LogShape, LogSink, LogTls, Policy, TcpSink};
use std::time::Duration;

entity! {
    /// Where records go, what they hold, and how they wait.
    Log {
        /// A server that takes them over HTTP: its URL, or more about it.
        http: Option<Either<At<Hidden>, http::Http>>,
        /// A server that takes bytes over TCP: `host:port`, or more about it.
        tcp: Option<Either<Text, Tcp>>,
        /// A server that takes datagrams: `host:port`.
        udp: Option<Text>,
        /// A file, appended to; one that was moved away is made anew.
        file: Option<Text>,
        /// The log of this machine: a socket such as `/dev/log`.
        socket: Option<Text>,
        /// The line of syslog that a record stands in; without it a record stands alone.
        syslog: Option<At<Syslog>>,
        /// How records wait, and how often they are tried.
        queue: Option<Queue>,
        /// What a record holds: a map of names to facts and texts.
        record: Option<At<Record>>,
        /// Only exchanges of which this is true in the end are told: a condition on variables, as lists.
        when: Option<At<Vec<Json>>>,
    }
}

entity! {
    /// A server that takes bytes over TCP.
    Tcp {
        /// `host:port`.
        server: Text,
        /// Whether by TLS; false without it.
        tls: Option<At<bool>>,
        /// The name that its certificate must have; the host's without it.
        server_name: Option<Text>,
        /// Whether its certificate is checked; true without it.
        verify: Option<At<bool>>,
        /// For one sending, connecting included; 10s without it.
        timeout: Option<At<Lasting>>,
        /// Time an idle connection is kept; without it each sending has one of its own.
        keepalive: Option<At<Lasting>>,
    }
}

entity! {
    /// A line of syslog. Severities are numbers, 0 the worst, 6 information, 7 debugging.
    Syslog {
        /// In the short form that sockets of a machine take, instead of RFC 5424's; false without it.
        local: Option<At<bool>>,
        /// The facility's number, 0 to 23; 1 (user) without it.
        facility: Option<At<u8>>,
        /// How severe an exchange is; 6 without it.
        severity: Option<At<u8>>,
        /// The same where the status is 400 or more; that of all without it.
        client_error: Option<At<u8>>,
        /// The same where the status is 500 or more; that of all without it.
        server_error: Option<At<u8>>,
        /// Less severe ones are not told; 7 without it.
        most: Option<At<u8>>,
        /// Who tells; `lambdagate` without it.
        app: Option<Text>,
        /// Whether the number of the process is told; true without it.
        process: Option<At<bool>>,
        /// Whether the host told is that of the request, instead of this machine's; false without it.
        host_of_request: Option<At<bool>>,
        /// Structured data, in brackets, best as `${NAME}` if it holds a key.
        data: Option<At<Hidden>>,
    }
}

entity! {
    /// How records wait, and how often they are tried.
    Queue {
        /// Records in one sending; 1 without it.
        batch: Option<At<usize>>,
        /// How several become one; `list` without it.
        join: Option<At<Join>>,
        /// The longest time that a record waits for a batch to fill; 1s without it.
        delay: Option<At<Lasting>>,
        /// A batch is sent when so long no record came, full or not.
        quiet: Option<At<Lasting>>,
        /// Records that wait at once; 10000 without it.
        entries: Option<At<usize>>,
        /// Bytes that wait at once; any without it.
        bytes: Option<At<Size>>,
        /// Whether of more the newest are lost, instead of the oldest; false without it.
        keeps_oldest: Option<At<bool>>,
        /// The pause before a batch is tried a second time, each further one is twice as long; 10ms without it.
        first_pause: Option<At<Lasting>>,
        /// The longest pause; 60s without it.
        longest_pause: Option<At<Lasting>>,
        /// How long a batch is tried, then it is lost; 60s without it.
        patience: Option<At<Lasting>>,
        /// How often it is tried again at most; any number of times without it.
        retries: Option<At<u32>>,
    }
}

words! {
    /// How several records become one body.
    Join = LogJoin {
        /// As a list, where batches have room for more than one.
        "list" List,
        /// Each with a line end.
        "lines" Lines,
        /// With a line end between two.
        "lines_between" LinesBetween,
    }
}

entity! {
    /// Keeps the beginning of a body for the record of a log in the same slot.
    Keep {
        /// So much of it; 512KiB without it.
        limit: Option<At<Size>>,
        /// Only where this is true: a condition on variables, as lists.
        when: Option<At<Vec<Json>>>,
    }
}

const TIMEOUT: Duration = Duration::from_secs(10);
const INFORMATION: u8 = 6;
const ALL: u8 = 7;
const KEPT: u64 = 512 << 10;
const APP: &str = "lambdagate";

pub(crate) fn lower(written: &At<Log>, _: &Around<'_>, at: &mut Lowering<'_>) -> Option<Policy> {
    let sink = lower_sink(written, at)?;
    let shape = written.syslog.as_ref().map_or(LogShape::Plain, |syslog| LogShape::Syslog(lower_syslog(syslog, at)));
    Some(Policy::Log(Box::new(policy::Log {
        sink,
        queue: lower_queue(written.queue.as_ref()),
        record: written.record.as_ref().map_or_else(record::usual, |record| record.value.0.clone()),
        shape,
        when: written.when.as_ref().and_then(|rules| expression::vars(rules, at)),
    })))
}

fn lower_sink(written: &At<Log>, at: &mut Lowering<'_>) -> Option<LogSink> {
    match (&written.http, &written.tcp, &written.udp, &written.file, &written.socket) {
        (Some(Either::First(url)), None, None, None, None) => {
            let short = http::Http { url: url.clone(), ..http::Http::default() };
            Some(LogSink::Http(Box::new(http::lower(&short, at))))
        }
        (Some(Either::Second(http)), None, None, None, None) => Some(LogSink::Http(Box::new(http::lower(http, at)))),
        (None, Some(Either::First(server)), None, None, None) => {
            let short = Tcp { server: server.clone(), ..Tcp::default() };
            lower_tcp(&short, at).map(LogSink::Tcp)
        }
        (None, Some(Either::Second(tcp)), None, None, None) => lower_tcp(tcp, at).map(LogSink::Tcp),
        (None, None, Some(server), None, None) => server_of(server, at).map(|(host, port)| LogSink::Udp { host, port }),
        (None, None, None, Some(file), None) => Some(LogSink::File { path: path(file, at) }),
        (None, None, None, None, Some(socket)) => Some(LogSink::Local { path: path(socket, at) }),
        _ => {
            at.invalid(&written.spot, "a log has one of http, tcp, udp, file and socket");
            None
        }
    }
}

fn path(written: &Text, at: &mut Lowering<'_>) -> String {
    if written.is_empty() {
        at.invalid(&written.spot, "this is no path");
    }
    written.value.clone()
}

/// `host:port`; an address of IPv6 stands in brackets.
fn server_of(written: &Text, at: &mut Lowering<'_>) -> Option<(String, u16)> {
    let parts = written.rsplit_once(':').and_then(|(host, port)| Some((host, port.parse().ok()?)));
    let bare = |host: &str| host.strip_prefix('[').and_then(|host| host.strip_suffix(']')).unwrap_or(host).to_owned();
    match parts {
        Some((host, port)) if !host.is_empty() => Some((bare(host), port)),
        _ => {
            at.invalid(&written.spot, "this is no server; write logs.example.com:514");
            None
        }
    }
}

fn lower_tcp(written: &Tcp, at: &mut Lowering<'_>) -> Option<TcpSink> {
    let (host, port) = server_of(&written.server, at)?;
    let server_name = written.server_name.as_ref().map(|name| name.value.clone());
    let tls = LogTls { server_name, verify: said(&written.verify, true) };
    Some(TcpSink {
        host,
        port,
        tls: said(&written.tls, false).then_some(tls),
        timeout: said(&written.timeout, Lasting(TIMEOUT)).0,
        keepalive: written.keepalive.as_ref().map(|time| time.value.0),
    })
}

fn lower_syslog(written: &At<Syslog>, at: &mut Lowering<'_>) -> policy::Syslog {
    let success = said(&written.severity, INFORMATION);
    let syslog = policy::Syslog {
        local: said(&written.local, false),
        facility: said(&written.facility, 1),
        success,
        client_error: said(&written.client_error, success),
        server_error: said(&written.server_error, success),
        most: said(&written.most, ALL),
        app: written.app.as_ref().map_or_else(|| APP.to_owned(), |app| app.value.clone()),
        process: said(&written.process, true),
        host_of_request: said(&written.host_of_request, false),
        data: written.data.as_ref().map(|data| data.secret()),
    };
    let severities = [syslog.success, syslog.client_error, syslog.server_error, syslog.most];
    if syslog.facility > 23 || severities.iter().any(|severity| *severity > 7) {
        at.invalid(&written.spot, "a facility is a number from 0 to 23, a severity one from 0 to 7");
    }
    if syslog.app.is_empty() || !syslog.app.bytes().all(|byte| byte.is_ascii_graphic()) {
        at.invalid(&written.spot, "app is one word");
    }
    syslog
}

pub(crate) fn lower_queue(written: Option<&Queue>) -> LogQueue {
    let usual = LogQueue::default();
    let Some(written) = written else { return usual };
    let time = |written: &Option<At<Lasting>>, usual: Duration| said(written, Lasting(usual)).0;
    LogQueue {
        batch: said(&written.batch, usual.batch),
        join: meant(&written.join, usual.join),
        delay: time(&written.delay, usual.delay),
        quiet: written.quiet.as_ref().map(|time| time.value.0),
        entries: said(&written.entries, usual.entries),
        bytes: written.bytes.as_ref().map(|size| usize::try_from(size.0).unwrap_or(usize::MAX)),
        keeps_oldest: said(&written.keeps_oldest, usual.keeps_oldest),
        first_pause: time(&written.first_pause, usual.first_pause),
        longest_pause: time(&written.longest_pause, usual.longest_pause),
        patience: time(&written.patience, usual.patience),
        retries: written.retries.as_ref().map(|retries| retries.value),
    }
}

pub(crate) fn lower_keep(written: &Given<Keep>, _: &Around<'_>, at: &mut Lowering<'_>) -> Option<Policy> {
    let written = &written.0;
    Some(Policy::KeepBody(Box::new(KeepBody {
        limit: said(&written.limit, Size(KEPT)).0,
        when: written.when.as_ref().and_then(|rules| expression::vars(rules, at)),
    })))
}

pub(crate) fn write_keep(one: &KeepBody, pen: &mut Pen<'_>) -> Keep {
    Keep {
        limit: unless(Size(one.limit), &Size(KEPT)),
        when: one.when.as_ref().map(|rules| write::expression::vars(rules, pen)),
    }
}

pub(crate) fn write(one: &policy::Log, pen: &mut Pen<'_>) -> Log {
    let mut written = Log {
        syslog: match &one.shape {
            LogShape::Plain => None,
            LogShape::Syslog(syslog) => Some(At::new(write_syslog(syslog, pen))),
        },
        queue: write_queue(&one.queue),
        record: unless(Record(one.record.clone()), &Record(record::usual())),
        when: one.when.as_ref().map(|rules| write::expression::vars(rules, pen)),
        ..Log::default()
    };
    match &one.sink {
        LogSink::Http(sink) => written.http = Some(Either::Second(http::write(sink, pen))),
        LogSink::Tcp(sink) => written.tcp = Some(Either::Second(write_tcp(sink))),
        LogSink::Udp { host, port } => written.udp = Some(server(host, *port)),
        LogSink::File { path } => written.file = Some(text(path)),
        LogSink::Local { path } => written.socket = Some(text(path)),
    }
    written
}

fn server(host: &str, port: u16) -> Text {
    text(&if host.contains(':') { format!("[{host}]:{port}") } else { format!("{host}:{port}") })
}

fn write_tcp(one: &TcpSink) -> Tcp {
    Tcp {
        server: server(&one.host, one.port),
        tls: one.tls.is_some().then(|| At::new(true)),
        server_name: one.tls.as_ref().and_then(|tls| tls.server_name.as_ref()).map(|name| text(name)),
        verify: one.tls.as_ref().and_then(|tls| unless(tls.verify, &true)),
        timeout: unless(Lasting(one.timeout), &Lasting(TIMEOUT)),
        keepalive: one.keepalive.map(|time| At::new(Lasting(time))),
    }
}

fn write_syslog(one: &policy::Syslog, pen: &mut Pen<'_>) -> Syslog {
    let data = one.data.as_ref().map(|data| pen.secrets.hide(data, "LOG_DATA", "structured data of lines of syslog"));
    Syslog {
        local: unless(one.local, &false),
        facility: unless(one.facility, &1),
        severity: unless(one.success, &INFORMATION),
        client_error: unless(one.client_error, &one.success),
        server_error: unless(one.server_error, &one.success),
        most: unless(one.most, &ALL),
        app: (one.app != APP).then(|| text(&one.app)),
        process: unless(one.process, &true),
        host_of_request: unless(one.host_of_request, &false),
        data: data.map(At::new),
    }
}

/// Nothing for the usual one.
pub(crate) fn write_queue(one: &LogQueue) -> Option<Queue> {
    let usual = LogQueue::default();
    if *one == usual {
        return None;
    }
    let time = |time: Duration, usual: Duration| unless(Lasting(time), &Lasting(usual));
    Some(Queue {
        batch: unless(one.batch, &usual.batch),
        join: word_unless(one.join, &usual.join),
        delay: time(one.delay, usual.delay),
        quiet: one.quiet.map(|time| At::new(Lasting(time))),
        entries: unless(one.entries, &usual.entries),
        bytes: one.bytes.map(|bytes| At::new(Size(bytes as u64))),
        keeps_oldest: unless(one.keeps_oldest, &usual.keeps_oldest),
        first_pause: time(one.first_pause, usual.first_pause),
        longest_pause: time(one.longest_pause, usual.longest_pause),
        patience: time(one.patience, usual.patience),
        retries: one.retries.map(At::new),
    })
}

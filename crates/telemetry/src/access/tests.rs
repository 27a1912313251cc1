//! Lines as they reach their file.

use super::*;
use std::io::{self, Write};
use std::sync::mpsc::{Receiver, Sender, channel};
use std::sync::{Mutex, PoisonError};

fn record() -> AccessRecord<'static> {
    AccessRecord {
        time: SystemTime::UNIX_EPOCH + Duration::from_millis(1_795_242_600_123),
        client: IpAddr::from([192, 0, 2, 7]),
        method: "GET",
        target: "/users/5?x=1",
        host: "example.com",
        version: "HTTP/1.1",
        status: 200,
        bytes: 720,
        duration: Duration::from_micros(1_234),
        cut: false,
        request_id: "0123456789abcdef",
        route: None,
        consumer: None,
        target_name: None,
        aws_request_id: None,
        target_duration: None,
        failure: None,
        user_agent: None,
    }
}

fn full() -> AccessRecord<'static> {
    AccessRecord {
        client: "2001:db8::1".parse().unwrap(),
        duration: Duration::from_millis(61_050),
        cut: true,
        route: Some("native/route/users"),
        consumer: Some("ann lee"),
        target_name: Some("users"),
        aws_request_id: Some("aws-1"),
        target_duration: Some(Duration::from_micros(900)),
        failure: Some("call_timeout"),
        user_agent: Some("curl/8"),
        ..record()
    }
}

fn line(format: Format, record: &AccessRecord<'_>) -> String {
    let mut out = Vec::new();
    line::append(&mut out, record, format, &mut clock::Clock::default());
    String::from_utf8(out).unwrap()
}

#[test]
fn text_lines_are_combined_with_fields_after_it() {
    let nasty = AccessRecord {
        target: "/a\"?q=\u{e9}&token=abc&z=1",
        host: "a b\r\nc",
        user_agent: Some("x\\\"\u{1b}[31m"),
        ..record()
    };
    for (record, expected) in [
        (
            record(),
            "192.0.2.7 - - [21/Nov/2026:06:30:00 +0000] \"GET /users/5?x=1 HTTP/1.1\" 200 720 \"-\" \"-\" \
             time=0.001234 host=example.com id=0123456789abcdef\n",
        ),
        (
            full(),
            "2001:db8::1 - ann\\x20lee [21/Nov/2026:06:30:00 +0000] \"GET /users/5?x=1 HTTP/1.1\" 200 720 \"-\" \
             \"curl/8\" time=61.050000 host=example.com id=0123456789abcdef route=native/route/users target=users \
             aws=aws-1 failure=call_timeout target_time=0.000900 cut\n",
        ),
        (
            nasty,
            "192.0.2.7 - - [21/Nov/2026:06:30:00 +0000] \"GET /a\\x22?q=\\xc3\\xa9&token=***&z=1 HTTP/1.1\" 200 720 \
             \"-\" \"x\\x5c\\x22\\x1b[31m\" time=0.001234 host=a\\x20b\\x0d\\x0ac id=0123456789abcdef\n",
        ),
    ] {
        assert_eq!(line(Format::Text, &record), expected);
    }
}

#[test]
fn json_lines_are_objects_whatever_the_client_sent() {
    let parsed = |record| serde_json::from_str::<serde_json::Value>(&line(Format::Json, &record)).unwrap();
    assert_eq!(
        parsed(full()),
        serde_json::json!({
            "time": "2026-11-21T06:30:00.123Z", "client": "2001:db8::1", "method": "GET", "host": "example.com",
            "target": "/users/5?x=1", "version": "HTTP/1.1", "status": 200, "bytes": 720, "seconds": 61.05, "cut": true,
            "request_id": "0123456789abcdef", "route": "native/route/users", "consumer": "ann lee",
            "target_name": "users", "aws_request_id": "aws-1", "failure": "call_timeout", "user_agent": "curl/8",
            "target_seconds": 0.0009,
        })
    );
    let nasty = "\"},\n{\"\0\u{7f}\u{9b}\u{2028}\\\u{e9}";
    let nasty = AccessRecord { target: nasty, host: nasty, user_agent: Some(nasty), consumer: Some(nasty), ..record() };
    assert_eq!(line(Format::Json, &nasty).matches('\n').count(), 1);
    let parsed = parsed(nasty);
    for member in ["target", "host", "user_agent", "consumer"] {
        assert_eq!(parsed[member], "\"},\n{\"\0\u{7f}\u{9b}\u{2028}\\\u{e9}", "{member}");
    }
    assert!(parsed.get("route").is_none());
}

#[test]
fn the_cached_second_follows_the_clock() {
    let mut clock = clock::Clock::default();
    for (millis, expected) in [
        (0, "1970-01-01T00:00:00.000Z"),
        (999, "1970-01-01T00:00:00.999Z"),
        (61_007, "1970-01-01T00:01:01.007Z"),
        (1_010, "1970-01-01T00:00:01.010Z"),
    ] {
        let mut out = Vec::new();
        clock.append(&mut out, SystemTime::UNIX_EPOCH + Duration::from_millis(millis), Format::Json);
        assert_eq!(String::from_utf8(out).unwrap(), expected);
    }
}

/// A file of one test, removed with it.
struct Scratch(PathBuf);

impl Scratch {
    fn new(name: &str) -> Self {
        let path = std::env::temp_dir().join(format!("access-log-{}-{name}", std::process::id()));
        let _ = std::fs::remove_file(&path);
        Self(path)
    }

    fn lines(&self) -> usize {
        std::fs::read_to_string(&self.0).unwrap().lines().count()
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        let _ = std::fs::remove_file(&self.0);
    }
}

#[test]
fn a_flush_brings_out_the_lines_of_all_threads() {
    let file = Scratch::new("flush");
    let log = AccessLog::open(Sink::File(file.0.clone()), Format::Text).unwrap();
    std::thread::scope(|scope| {
        for _ in 0..8 {
            scope.spawn(|| (0..500).for_each(|_| log.write(&record())));
        }
    });
    log.flush();
    assert_eq!(file.lines(), 4000);
    assert_eq!(log.lost(), 0);
}

#[test]
fn dropping_the_last_handle_brings_everything_out() {
    let file = Scratch::new("drop");
    let log = AccessLog::open(Sink::File(file.0.clone()), Format::Json).unwrap();
    let other = log.clone();
    log.write(&record());
    drop(log);
    other.write(&record());
    drop(other);
    assert_eq!(file.lines(), 2);
}

#[test]
fn a_rotated_file_is_left_behind() {
    let (file, old) = (Scratch::new("rotated"), Scratch::new("rotated-old"));
    let log = AccessLog::open(Sink::File(file.0.clone()), Format::Text).unwrap();
    log.write(&record());
    log.flush();
    std::fs::rename(&file.0, &old.0).unwrap();
    log.reopen();
    log.flush();
    log.write(&record());
    log.write(&record());
    log.flush();
    assert_eq!((old.lines(), file.lines()), (1, 2));
}

#[test]
fn a_log_that_is_off_takes_lines_and_a_bad_path_is_refused() {
    let log = AccessLog::open(Sink::Off, Format::Text).unwrap();
    log.write(&record());
    log.reopen();
    log.flush();
    assert!(AccessLog::open(Sink::File("/nonexistent/dir/log".into()), Format::Text).is_err());
}

/// Tells of each write, and does it when allowed.
struct Gated {
    asked: Sender<()>,
    allowed: Receiver<()>,
    written: Arc<Mutex<Vec<u8>>>,
}

impl Write for Gated {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let _ = self.asked.send(());
        let _ = self.allowed.recv();
        self.written.lock().unwrap_or_else(PoisonError::into_inner).extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

#[test]
fn a_line_is_written_without_flush_and_a_stuck_writer_costs_lines_only() {
    let (asked, writes) = channel();
    let (allow, allowed) = channel();
    let written = Arc::default();
    let gated = Gated { asked, allowed, written: Arc::clone(&written) };
    let log = AccessLog::start(Output::to(Box::new(gated)), Format::Text).unwrap();
    log.write(&record());
    writes.recv().unwrap(); // by itself; now the writer is stuck
    let length = line(Format::Text, &record()).len() as u64;
    let count = 3 * (1 << 20) / length;
    (0..count).for_each(|_| log.write(&record()));
    let kept = count - log.lost();
    assert!((kept - 1) * length < 1 << 20 && kept * length >= 1 << 20, "{kept} lines kept");
    drop(allow); // everything may be written now
    log.flush();
    let lines = written.lock().unwrap().iter().filter(|byte| **byte == b'\n').count() as u64;
    assert_eq!(lines, kept + 1);
}

/// Takes some bytes, then fails once, then takes all.
struct Failing {
    room: usize,
    failed: bool,
    written: Arc<Mutex<Vec<u8>>>,
}

impl Write for Failing {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        if self.room == 0 && !std::mem::replace(&mut self.failed, true) {
            return Err(io::ErrorKind::StorageFull.into());
        }
        let take = if self.failed { bytes.len() } else { bytes.len().min(self.room) };
        self.room -= take.min(self.room);
        self.written.lock().unwrap().extend_from_slice(&bytes[..take]);
        Ok(take)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

#[test]
fn lines_that_cannot_be_written_are_counted_and_the_next_begins_anew() {
    let written = Arc::<Mutex<Vec<u8>>>::default();
    let failing = Failing { room: 7, failed: false, written: Arc::clone(&written) };
    let mut output = Output::to(Box::new(failing));
    assert_eq!(output.write(b"one\ntwo\nthree\nfour\n"), 3);
    assert_eq!(output.write(b"five\n"), 0);
    assert_eq!(String::from_utf8_lossy(&written.lock().unwrap()), "one\ntwo\nfive\n");
}

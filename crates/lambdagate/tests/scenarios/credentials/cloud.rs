//! Stand-ins: a container agent that gives fresh keys each time, and a Lambda that knows which of them are good.

use std::collections::HashMap;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::{Arc, Condvar, Mutex};
use std::time::{Duration, SystemTime};

/// What each pair of keys lives.
const LIFE: Duration = Duration::from_millis(1400);

/// A server: for each request line, header and body it has an answer.
fn serve(answer: impl Fn(&str) -> (u16, String, String) + Send + Sync + 'static) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    let answer = Arc::new(answer);
    std::thread::spawn(move || {
        for stream in listener.incoming().map_while(Result::ok) {
            let answer = answer.clone();
            std::thread::spawn(move || connection(stream, &*answer));
        }
    });
    url
}

fn connection(stream: TcpStream, answer: &dyn Fn(&str) -> (u16, String, String)) {
    let mut stream = BufReader::new(stream);
    while let Some(head) = head(&mut stream) {
        let length = head.to_lowercase().lines().find_map(|line| line.strip_prefix("content-length: ")?.parse().ok());
        if stream.read_exact(&mut vec![0; length.unwrap_or(0)]).is_err() {
            return;
        }
        let (status, fields, body) = answer(&head);
        let text = format!("HTTP/1.1 {status} X\r\ncontent-length: {}\r\n{fields}\r\n{body}", body.len());
        if stream.get_mut().write_all(text.as_bytes()).is_err() {
            return;
        }
    }
}

fn head(stream: &mut BufReader<TcpStream>) -> Option<String> {
    let mut head = String::new();
    while !head.ends_with("\r\n\r\n") {
        if stream.read_line(&mut head).ok()? == 0 {
            return None;
        }
    }
    Some(head)
}

/// Keys by their id, and when they end.
type Given = Arc<(Mutex<HashMap<String, SystemTime>>, Condvar)>;

/// A container agent.
#[derive(Clone)]
pub(super) struct Agent {
    pub(super) url: String,
    given: Given,
}

impl Agent {
    /// Keys that are good for little more than a second.
    pub(super) fn start() -> Self {
        let given = Given::default();
        let known = given.clone();
        let url = serve(move |_| {
            let end = SystemTime::now() + LIFE;
            let mut keys = known.0.lock().unwrap();
            let id = format!("AKROTATED{}", keys.len());
            keys.insert(id.clone(), end);
            known.1.notify_all();
            (200, String::new(), document(&id, end))
        });
        Self { url: url + "/keys", given }
    }

    /// Keys whose time is over.
    pub(super) fn expired() -> Self {
        let over = || SystemTime::now() - Duration::from_secs(60);
        let url = serve(move |_| (200, String::new(), document("AKOLD", over())));
        Self { url: url + "/keys", given: Given::default() }
    }

    /// Fresh keys, by a clock that is twenty minutes behind ours: to us they have ended.
    pub(super) fn twenty_minutes_behind() -> Self {
        let url = serve(|_| {
            let theirs = jiff::Timestamp::now() - jiff::SignedDuration::from_mins(20);
            let date = jiff::fmt::rfc2822::DateTimePrinter::new().timestamp_to_rfc9110_string(&theirs).unwrap();
            let end = SystemTime::from(theirs) + Duration::from_secs(15 * 60);
            (200, format!("date: {date}\r\n"), document("AKBEHIND", end))
        });
        Self { url: url + "/keys", given: Given::default() }
    }

    /// Until so many keys were given.
    pub(super) fn wait_for(&self, count: usize) {
        let mut keys = self.given.0.lock().unwrap();
        while keys.len() < count {
            let (next, late) = self.given.1.wait_timeout(keys, Duration::from_secs(60)).unwrap();
            keys = next;
            assert!(!late.timed_out(), "nobody asks for keys any more after {}", keys.len());
        }
    }

    fn is_good(&self, id: &str) -> bool {
        self.given.0.lock().unwrap().get(id).is_some_and(|end| SystemTime::now() < *end)
    }
}

fn document(id: &str, end: SystemTime) -> String {
    let end = jiff::Timestamp::try_from(end).unwrap();
    format!(r#"{{"AccessKeyId":"{id}","SecretAccessKey":"hush","Token":"t","Expiration":"{end}"}}"#)
}

/// A Lambda that refuses keys whose time is over.
pub(super) struct Lambda {
    pub(super) url: String,
}

impl Lambda {
    /// It takes the agent's keys; without one, all keys.
    pub(super) fn start(agent: Option<Agent>) -> Self {
        let url = serve(move |head| {
            let id = head.split("Credential=").nth(1).and_then(|rest| rest.split('/').next()).unwrap_or("none");
            if agent.as_ref().is_some_and(|agent| !agent.is_good(id)) {
                let fields = "x-amzn-errortype: ExpiredTokenException\r\n".to_owned();
                return (403, fields, format!(r#"{{"message":"{id} has ended"}}"#));
            }
            let dry = head.to_lowercase().contains("x-amz-invocation-type: dryrun");
            if dry {
                (204, String::new(), String::new())
            } else {
                (200, String::new(), r#"{"statusCode":200}"#.to_owned())
            }
        });
        Self { url }
    }
}

/// An STS that refuses everything.
pub(super) fn refusing(code: &'static str, message: &'static str) -> String {
    let body = format!("<ErrorResponse><Error><Code>{code}</Code><Message>{message}</Message></Error></ErrorResponse>");
    serve(move |_| (403, String::new(), body.clone()))
}

/// A Lambda that denies everything.
pub(super) fn denying(message: &'static str) -> String {
    let fields = "x-amzn-errortype: AccessDeniedException\r\n".to_owned();
    serve(move |_| (403, fields.clone(), format!(r#"{{"Message":"User: {message}"}}"#)))
}

//! A server that steps ask: one question, one answer, within bounds.

use crate::way;
use bytes::Bytes;
use http::header::{CONTENT_LENGTH, HOST};
use http::uri::Authority;
use http::{HeaderMap, HeaderValue, Method, Request, StatusCode, Uri};
use model::server::Server as Data;
use net::Body;
use net::client::{Origin, Pool, PoolOptions};
use net::forward::WayError;
use std::time::Duration;

/// Bytes that an answer may have.
const LARGEST: u64 = 1 << 20;
/// Connections that are kept, for each worker.
const IDLE: usize = 16;
/// How long they are kept.
const IDLE_TIME: Duration = Duration::from_secs(60);

/// A server, made ready.
pub(crate) struct Server {
    pool: Pool,
    target: Uri,
    host: HeaderValue,
    time: Duration,
}

/// Why a server cannot be asked.
#[derive(Debug, thiserror::Error)]
pub enum ServerError {
    /// Not such an address.
    #[error("a server's address is one like https://host/path, without user and password")]
    Address,
    /// TLS or the forward proxy cannot be made ready.
    #[error(transparent)]
    Way(#[from] WayError),
}

/// What a server answered.
pub(crate) struct Answered {
    pub(crate) status: StatusCode,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Bytes,
}

/// A question beside its address.
#[derive(Default)]
pub(crate) struct Question {
    pub(crate) method: Method,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Bytes,
    /// More of the query, as it is sent.
    pub(crate) query: String,
}

impl Server {
    pub(crate) fn new(data: &Data) -> Result<Self, ServerError> {
        let (https, authority, target) = read(&data.url).ok_or(ServerError::Address)?;
        let host = authority.host().trim_start_matches('[').trim_end_matches(']').to_owned();
        let port = authority.port_u16().unwrap_or(if https { 443 } else { 80 });
        let tls = https.then(|| way::tls(&data.tls, &host, false)).transpose()?;
        let forward = way::forward(&data.forward, https, &host, port)?;
        let value = HeaderValue::from_str(authority.as_str()).map_err(|_| ServerError::Address)?;
        let origin = Origin { host, port, tls, http2: false, forward };
        let (connect, time) = (data.connect, data.time);
        let options = PoolOptions { idle: IDLE, idle_time: IDLE_TIME, connect, write: time, read: time };
        Ok(Self { pool: Pool::new(origin, options), target, host: value, time })
    }

    /// Asks once. The error is for the log.
    pub(crate) async fn ask(&self, question: Question) -> Result<Answered, String> {
        let answered = async {
            let response = self.pool.send(self.request(question)?).await.map_err(|error| error.to_string())?;
            let (head, body) = response.into_parts();
            let body = body.hold(LARGEST).await.map_err(|error| format!("its answer: {error}"))?;
            Ok(Answered { status: head.status, headers: head.headers, body })
        };
        tokio::time::timeout(self.time, answered).await.unwrap_or_else(|_| Err("no answer in time".to_owned()))
    }

    fn request(&self, question: Question) -> Result<Request<Body>, String> {
        let mut request = Request::new(Body::Empty);
        *request.uri_mut() = self.target(&question.query).ok_or("what is asked cannot stand in a URL")?;
        let (post, length) = (question.method == Method::POST, question.body.len());
        *request.method_mut() = question.method;
        *request.headers_mut() = question.headers;
        request.headers_mut().insert(HOST, self.host.clone());
        if post {
            request.headers_mut().insert(CONTENT_LENGTH, length.into());
            *request.body_mut() = question.body.into();
        }
        Ok(request)
    }

    fn target(&self, more: &str) -> Option<Uri> {
        if more.is_empty() {
            return Some(self.target.clone());
        }
        let joint = if self.target.query().is_some() { '&' } else { '?' };
        format!("{}{joint}{more}", self.target.path_and_query()?).parse().ok()
    }
}

fn read(url: &str) -> Option<(bool, Authority, Uri)> {
    let uri: Uri = url.parse().ok()?;
    let https = match uri.scheme_str()? {
        "https" => true,
        "http" => false,
        _ => return None,
    };
    let authority = uri.authority().filter(|authority| !authority.as_str().contains('@'))?.clone();
    let target = uri.path_and_query().cloned().map_or_else(Uri::default, Uri::from);
    Some((https, authority, target))
}

/// A text in a query or form: what is not a letter, digit or one of `-._~` is escaped.
pub(crate) fn escaped(text: &str) -> String {
    use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
    const PLAIN: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');
    utf8_percent_encode(text, PLAIN).to_string()
}

#[cfg(test)]
pub(crate) mod testing {
    //! A server on loopback that answers as it is told.

    use super::Data;
    use std::sync::{Arc, Mutex};
    use tokio::io::{AsyncReadExt, AsyncWriteExt};
    use tokio::net::TcpListener;

    /// What it was asked, and what it answers: status and body.
    pub(crate) struct Double {
        pub(crate) data: Data,
        pub(crate) asked: Arc<Mutex<Vec<String>>>,
        pub(crate) answer: Arc<Mutex<(u16, String)>>,
    }

    impl Double {
        pub(crate) async fn answering(status: u16, body: impl Into<String>) -> Self {
            let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
            let data = Data {
                forward: model::forward::Forward::Direct,
                ..Data::at(format!("http://{}/x", listener.local_addr().unwrap()))
            };
            let double = Self { data, asked: Arc::default(), answer: Arc::new(Mutex::new((status, body.into()))) };
            let (asked, answer) = (double.asked.clone(), double.answer.clone());
            tokio::spawn(async move {
                loop {
                    let (mut stream, _) = listener.accept().await.unwrap();
                    let mut text = Vec::new();
                    while !is_whole(&text) {
                        let read = stream.read_buf(&mut text).await.unwrap();
                        if read == 0 {
                            break;
                        }
                    }
                    asked.lock().unwrap().push(String::from_utf8(text).unwrap());
                    let (status, body) = answer.lock().unwrap().clone();
                    let length = body.len();
                    let head = format!("HTTP/1.1 {status} X\r\nconnection: close\r\ncontent-length: {length}\r\n\r\n");
                    let _ = stream.write_all(format!("{head}{body}").as_bytes()).await;
                }
            });
            double
        }

        pub(crate) fn count(&self) -> usize {
            self.asked.lock().unwrap().len()
        }

        pub(crate) fn say(&self, status: u16, body: impl Into<String>) {
            *self.answer.lock().unwrap() = (status, body.into());
        }
    }

    fn is_whole(text: &[u8]) -> bool {
        let text = String::from_utf8_lossy(text);
        let Some((head, body)) = text.split_once("\r\n\r\n") else { return false };
        let length =
            head.lines().find_map(|line| line.to_ascii_lowercase().strip_prefix("content-length: ")?.parse().ok());
        body.len() >= length.unwrap_or(0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_name_a_server() {
        for (url, good) in [
            ("https://idp.test/keys?a=b", true),
            ("http://127.0.0.1:8080", true),
            ("http://[::1]:8080/x", true),
            ("https://user:password@idp.test/", false),
            ("ftp://idp.test/", false),
            ("idp.test/keys", false),
            ("", false),
        ] {
            assert_eq!(read(url).is_some(), good, "{url}");
        }
    }

    #[test]
    fn a_question_adds_to_the_query() {
        for (url, more, expected) in [
            ("http://a.test", "", "/"),
            ("http://a.test/x", "token=1", "/x?token=1"),
            ("http://a.test/x?y=z", "token=1", "/x?y=z&token=1"),
        ] {
            let server = Server::new(&Data { forward: model::forward::Forward::Direct, ..Data::at(url) }).unwrap();
            assert_eq!(server.target(more).unwrap().to_string(), expected);
        }
        assert_eq!(escaped("a+b/c=~"), "a%2Bb%2Fc%3D~");
    }
}

//! A server on loopback that speaks what a test has it speak.

use bytes::Bytes;
use http::{Request, Response};
use http_body_util::{BodyExt, Full};
use hyper::service::service_fn;
use hyper_util::rt::TokioIo;
use std::sync::{Arc, Mutex};
use tokio::net::TcpListener;

pub(super) type Asked = Request<Bytes>;
pub(super) type Answer = Response<Full<Bytes>>;

/// The server, and what it was asked.
pub(super) struct Double {
    pub(super) url: String,
    asked: Arc<Mutex<Vec<Asked>>>,
}

impl Double {
    pub(super) async fn start(answer: impl Fn(&Asked) -> Option<Answer> + Send + Sync + 'static) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let asked: Arc<Mutex<Vec<Asked>>> = Arc::default();
        let (kept, answer) = (asked.clone(), Arc::new(answer));
        tokio::spawn(async move {
            loop {
                let (stream, _) = listener.accept().await.unwrap();
                let (kept, answer) = (kept.clone(), answer.clone());
                let service = service_fn(move |request: Request<hyper::body::Incoming>| {
                    let (kept, answer) = (kept.clone(), answer.clone());
                    async move {
                        let (head, body) = request.into_parts();
                        let request = Request::from_parts(head, body.collect().await?.to_bytes());
                        let response = answer(&request);
                        kept.lock().unwrap().push(request);
                        match response {
                            Some(response) => Ok::<_, hyper::Error>(response),
                            None => std::future::pending().await, // it hangs
                        }
                    }
                });
                let server = hyper::server::conn::http1::Builder::new();
                tokio::spawn(server.serve_connection(TokioIo::new(stream), service));
            }
        });
        Self { url, asked }
    }

    pub(super) fn asked(&self) -> Vec<Asked> {
        std::mem::take(&mut self.asked.lock().unwrap())
    }

    /// Bodies of what was asked.
    pub(super) fn forms(&self) -> Vec<String> {
        self.asked().iter().map(|asked| String::from_utf8_lossy(asked.body()).into_owned()).collect()
    }
}

pub(super) fn answer(status: u16, body: impl Into<String>) -> Option<Answer> {
    Some(Response::builder().status(status).body(Full::new(Bytes::from(body.into()))).unwrap())
}

/// Keys in JSON, good for an hour.
pub(super) fn keys_json(id: &str) -> String {
    let end = jiff::Timestamp::now() + jiff::SignedDuration::from_hours(1);
    format!(
        r#"{{"Code":"Success","AccessKeyId":"{id}","SecretAccessKey":"hush","Token":"token of {id}","Expiration":"{end}"}}"#
    )
}

/// Keys as STS writes them, good for an hour.
pub(super) fn keys_xml(action: &str, id: &str) -> String {
    let end = jiff::Timestamp::now() + jiff::SignedDuration::from_hours(1);
    format!(
        "<{action}Response xmlns=\"https://sts.amazonaws.com/doc/2011-06-15/\"><{action}Result><AssumedRoleUser>\
         <AssumedRoleId>A:b</AssumedRoleId><Arn>arn:aws:sts::1:assumed-role/r/s</Arn></AssumedRoleUser><Credentials>\
         <AccessKeyId>{id}</AccessKeyId><SecretAccessKey>hush</SecretAccessKey><SessionToken>token of {id}</SessionToken>\
         <Expiration>{end}</Expiration></Credentials></{action}Result></{action}Response>"
    )
}

/// A refusal as STS writes it.
pub(super) fn refusal(code: &str, message: &str) -> String {
    format!(
        "<ErrorResponse><Error><Type>Sender</Type><Code>{code}</Code><Message>{message}</Message></Error></ErrorResponse>"
    )
}

/// A field of a request's header.
pub(super) fn field<'a>(asked: &'a Asked, name: &str) -> Option<&'a str> {
    asked.headers().get(name)?.to_str().ok()
}

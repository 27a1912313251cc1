//! Records of exchanges, sent to a server. Nothing waits for it.

use super::queue::{Queue, Queues};
use super::record;
use crate::exchange::Exchange;
use crate::{Outcome, Policy, Running};
use bytes::Bytes;
use http::header::{CONTENT_LENGTH, CONTENT_TYPE, HOST};
use http::{HeaderMap, HeaderName, HeaderValue, Method, Request, Uri};
use model::policy::{HttpLog as Data, LogValue};
use net::Body;
use net::client::{Origin, OriginTls, Pool, PoolOptions};
use net::tls::{ClientTlsOptions, client_config};
use std::sync::Arc;
use std::time::Duration;

/// Makes a record and leaves it in the queue.
pub(crate) struct HttpLog {
    record: LogValue,
    queue: Arc<Queue>,
}

/// Why a log cannot be sent. Says nothing of the address: it may hold a key.
#[derive(Debug, thiserror::Error)]
pub enum HttpLogError {
    /// Not such an address.
    #[error("the address of the log is not one like https://host/path")]
    Address,
    /// A method or header field that cannot be sent.
    #[error("the log's {what} cannot be sent")]
    Field {
        /// Which one.
        what: String,
    },
    /// TLS cannot be made ready.
    #[error(transparent)]
    Tls(#[from] net::tls::TlsError),
}

impl HttpLog {
    pub(crate) fn build(data: &Data, queues: &Queues, metrics: &telemetry::Metrics) -> Result<Self, HttpLogError> {
        let queue = queues.of(data, || Ok(Queue::new(data.queue, Receiver::new(data)?, metrics.clone())))?;
        Ok(Self { record: data.record.clone(), queue })
    }
}

impl Policy for HttpLog {
    fn run<'a>(&'a self, exchange: &'a mut Exchange) -> Running<'a> {
        self.queue.push(record::write(&self.record, exchange));
        Running::Done(Outcome::Continue)
    }
}

/// The server that records are sent to.
pub(super) struct Receiver {
    pool: Pool,
    method: Method,
    target: Uri,
    headers: HeaderMap,
    timeout: Duration,
}

impl Receiver {
    fn new(data: &Data) -> Result<Self, HttpLogError> {
        let uri: Uri = data.url.expose().parse().map_err(|_| HttpLogError::Address)?;
        let (Some(scheme), Some(authority)) = (uri.scheme_str(), uri.authority()) else {
            return Err(HttpLogError::Address);
        };
        let (tls, usual) = match scheme {
            "http" => (None, 80),
            "https" => (Some(tls(data, authority.host())?), 443),
            _ => return Err(HttpLogError::Address),
        };
        let host = authority.host().trim_start_matches('[').trim_end_matches(']').to_owned();
        let origin = Origin { host, port: authority.port_u16().unwrap_or(usual), tls, http2: false, forward: None };
        let (timeout, idle_time) = (data.timeout, data.keepalive);
        let options = PoolOptions { idle: 1, idle_time, connect: timeout, write: timeout, read: timeout };
        let method = data.method.parse().map_err(|_| HttpLogError::Field { what: "method".into() })?;
        let target = uri.path_and_query().cloned().map_or_else(Uri::default, Uri::from);
        Ok(Self {
            pool: Pool::new(origin, options),
            method,
            target,
            headers: headers(data, authority.as_str())?,
            timeout,
        })
    }

    /// Sends once. The error is for the log and holds no address.
    pub(super) async fn send(&self, body: String) -> Result<(), String> {
        let mut request = Request::new(Body::Empty);
        *request.method_mut() = self.method.clone();
        *request.uri_mut() = self.target.clone();
        *request.headers_mut() = self.headers.clone();
        request.headers_mut().insert(CONTENT_LENGTH, body.len().into());
        *request.body_mut() = Bytes::from(body).into();
        let answered = async {
            let response = self.pool.send(request).await.map_err(|error| error.kind.to_string())?;
            let status = response.status();
            // read to its end, so that the connection can be kept
            let _ = response.into_body().hold(1 << 20).await;
            if status.as_u16() < 300 { Ok(()) } else { Err(format!("status {}", status.as_u16())) }
        };
        tokio::time::timeout(self.timeout, answered).await.unwrap_or_else(|_| Err("no answer in time".to_owned()))
    }
}

fn tls(data: &Data, host: &str) -> Result<OriginTls, HttpLogError> {
    let options = ClientTlsOptions { verify: data.verify, ..ClientTlsOptions::default() };
    Ok(OriginTls { config: client_config(&options)?, server_name: host.to_owned() })
}

fn headers(data: &Data, authority: &str) -> Result<HeaderMap, HttpLogError> {
    let mut headers = HeaderMap::new();
    let value = |what: &str, text: &str| {
        HeaderValue::from_str(text).map_err(|_| HttpLogError::Field { what: format!("header field {what:?}") })
    };
    let host = authority.rsplit_once('@').map_or(authority, |(_, host)| host);
    headers.insert(HOST, value("host", host)?);
    headers.insert(CONTENT_TYPE, value("content-type", &data.content_type)?);
    for (name, secret) in &data.headers {
        let field = HeaderName::from_bytes(name.as_bytes());
        let field = field.map_err(|_| HttpLogError::Field { what: format!("header field {name:?}") })?;
        headers.append(field, value(name, secret.expose())?);
    }
    Ok(headers)
}

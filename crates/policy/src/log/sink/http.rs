//! A server that takes records over HTTP.

use super::LogError;
use bytes::Bytes;
use http::header::{CONTENT_LENGTH, CONTENT_TYPE, HOST};
use http::{HeaderMap, HeaderName, HeaderValue, Method, Request, Uri};
use model::policy::HttpSink;
use net::Body;
use net::client::{Origin, OriginTls, Pool, PoolOptions};
use net::tls::{ClientTlsOptions, client_config};
use std::time::Duration;

/// The server that records are sent to.
pub(in crate::log) struct Receiver {
    pool: Pool,
    method: Method,
    target: Uri,
    headers: HeaderMap,
    timeout: Duration,
    taken_below: u16,
}

impl Receiver {
    pub(super) fn new(data: &HttpSink) -> Result<Self, LogError> {
        let uri: Uri = data.url.expose().parse().map_err(|_| LogError::Address)?;
        let (Some(scheme), Some(authority)) = (uri.scheme_str(), uri.authority()) else {
            return Err(LogError::Address);
        };
        let (tls, usual) = match scheme {
            "http" => (None, 80),
            "https" => (Some(tls(data, authority.host())?), 443),
            _ => return Err(LogError::Address),
        };
        let host = authority.host().trim_start_matches('[').trim_end_matches(']').to_owned();
        let origin = Origin { host, port: authority.port_u16().unwrap_or(usual), tls, http2: false, forward: None };
        let (timeout, idle_time) = (data.timeout, data.keepalive);
        let options = PoolOptions { idle: 1, idle_time, connect: timeout, write: timeout, read: timeout };
        let method = data.method.parse().map_err(|_| LogError::Field { what: "method".into() })?;
        let target = uri.path_and_query().cloned().map_or_else(Uri::default, Uri::from);
        Ok(Self {
            pool: Pool::new(origin, options),
            method,
            target,
            headers: headers(data, authority.as_str())?,
            timeout,
            taken_below: data.taken_below,
        })
    }

    /// Sends once. The error is for the log and holds no address.
    pub(super) async fn send(&self, body: Bytes) -> Result<(), String> {
        let mut request = Request::new(Body::Empty);
        *request.method_mut() = self.method.clone();
        *request.uri_mut() = self.target.clone();
        *request.headers_mut() = self.headers.clone();
        request.headers_mut().insert(CONTENT_LENGTH, body.len().into());
        *request.body_mut() = body.into();
        let answered = async {
            let response = self.pool.send(request).await.map_err(|error| error.kind.to_string())?;
            let status = response.status();
            // read to its end, so that the connection can be kept
            let _ = response.into_body().hold(1 << 20).await;
            if status.as_u16() < self.taken_below { Ok(()) } else { Err(format!("status {}", status.as_u16())) }
        };
        tokio::time::timeout(self.timeout, answered).await.unwrap_or_else(|_| Err("no answer in time".to_owned()))
    }
}

fn tls(data: &HttpSink, host: &str) -> Result<OriginTls, LogError> {
    let options = ClientTlsOptions { verify: data.verify, ..ClientTlsOptions::default() };
    Ok(OriginTls { config: client_config(&options)?, server_name: host.to_owned() })
}

fn headers(data: &HttpSink, authority: &str) -> Result<HeaderMap, LogError> {
    let mut headers = HeaderMap::new();
    let value = |what: &str, text: &str| {
        HeaderValue::from_str(text).map_err(|_| LogError::Field { what: format!("header field {what:?}") })
    };
    let host = authority.rsplit_once('@').map_or(authority, |(_, host)| host);
    headers.insert(HOST, value("host", host)?);
    headers.insert(CONTENT_TYPE, value("content-type", &data.content_type)?);
    for (name, secret) in &data.headers {
        let field = HeaderName::from_bytes(name.as_bytes());
        let field = field.map_err(|_| LogError::Field { what: format!("header field {name:?}") })?;
        headers.append(field, value(name, secret.expose())?);
    }
    Ok(headers)
}

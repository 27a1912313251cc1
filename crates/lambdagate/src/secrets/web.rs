//! One HTTP request to a secret manager, and its short answer.

use bytes::Bytes;
use http::header::HOST;
use http::uri::PathAndQuery;
use http::{HeaderValue, Request, StatusCode, Uri};
use net::Body;
use net::client::{Origin, OriginTls, Pool, PoolOptions};
use net::tls::{ClientTlsOptions, client_config};
use std::time::Duration;

/// No answer is longer.
const LONGEST: u64 = 1024 * 1024;
/// The original's time for Vault.
const PATIENCE: Duration = Duration::from_secs(5);

/// Sends a request, whose URI is absolute.
pub(super) async fn ask(request: Request<Bytes>, verify: bool) -> Result<(StatusCode, Bytes), String> {
    let (mut head, body) = request.into_parts();
    let pool = pool(&head.uri, verify)?;
    let authority = head.uri.authority().map_or("", |authority| authority.as_str());
    head.headers.insert(HOST, HeaderValue::from_str(authority).map_err(|cause| cause.to_string())?);
    let target = head.uri.path_and_query().map_or("/", PathAndQuery::as_str);
    head.uri = target.parse().map_err(|cause| format!("{cause}"))?;
    let exchange = async {
        let sent = pool.send(Request::from_parts(head, Body::from(body))).await;
        let response = sent.map_err(|error| error.to_string())?;
        let status = response.status();
        Ok((status, response.into_body().hold(LONGEST).await.map_err(|cause| cause.to_string())?))
    };
    tokio::time::timeout(2 * PATIENCE, exchange).await.unwrap_or_else(|_| Err("it does not answer in time".to_owned()))
}

fn pool(uri: &Uri, verify: bool) -> Result<Pool, String> {
    let https = match uri.scheme_str() {
        Some("https") => true,
        Some("http") => false,
        _ => return Err(format!("{uri} is no URL of http or https")),
    };
    let host = uri.host().unwrap_or_default().trim_start_matches('[').trim_end_matches(']').to_owned();
    let port = uri.port_u16().unwrap_or(if https { 443 } else { 80 });
    let tls = match https {
        true => {
            let config = client_config(&ClientTlsOptions { verify, ..ClientTlsOptions::default() });
            Some(OriginTls { config: config.map_err(|error| error.to_string())?, server_name: host.clone() })
        }
        false => None,
    };
    let options =
        PoolOptions { idle: 0, idle_time: Duration::ZERO, connect: PATIENCE, write: PATIENCE, read: PATIENCE };
    Ok(Pool::new(Origin { host, port, tls, http2: false, forward: None }, options))
}

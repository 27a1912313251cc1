//! Endpoints: which host speaks for Lambda, and the connections to it.

use super::Registry;
use crate::credentials::region::is_region;
use crate::error::CallError;
use crate::moment;
use bytes::Bytes;
use http::uri::{Authority, Uri};
use http::{HeaderValue, Request, Response};
use model::answer::FailureKind;
use model::aws::Aws;
use model::call::CallTimeouts;
use model::tls::ClientTls;
use net::Body;
use net::client::{Origin, OriginTls, Pool, PoolOptions, SendError};
use net::tls::{ClientTlsOptions, client_config};
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::{Duration, SystemTime};
use tokio::time::Instant;

/// Idle connections kept, for each worker. One is used by one call at a time.
const IDLE: usize = 1024;
/// Time an idle one is kept.
const IDLE_TIME: Duration = Duration::from_secs(60);
/// Payloads beyond this do not leave at once: how long their sending takes has a limit of its own.
const LARGE: u64 = 64 * 1024;

/// What makes two endpoints one.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) struct EndpointKey {
    pub(crate) https: bool,
    pub(crate) host: String,
    pub(crate) port: u16,
    pub(crate) tls: ClientTls,
    pub(crate) timeouts: CallTimeouts,
}

/// A host with its connections and its clock.
pub(crate) struct Endpoint {
    pool: Pool,
    timeouts: CallTimeouts,
    /// The `Host` field.
    pub(crate) host: HeaderValue,
    /// Seconds that its clock is ahead of ours, once it has said so.
    skew: AtomicI64,
}

impl Endpoint {
    pub(crate) fn new(key: &EndpointKey) -> Result<Self, CallError> {
        let tls = if key.https { Some(tls(key)?) } else { None };
        let bracketed = if key.host.contains(':') { format!("[{}]", key.host) } else { key.host.clone() };
        let usual = if key.https { 443 } else { 80 };
        let host = if key.port == usual { bracketed } else { format!("{bracketed}:{}", key.port) };
        let bad_host = |_| CallError::config(format!("{host:?} is not a host name"));
        let host = HeaderValue::from_str(&host).map_err(bad_host)?;
        let origin = Origin { host: key.host.clone(), port: key.port, tls, http2: false };
        let CallTimeouts { connect, total } = key.timeouts;
        let options = PoolOptions { idle: IDLE, idle_time: IDLE_TIME, connect, write: total, read: total };
        Ok(Self { pool: Pool::new(origin, options), timeouts: key.timeouts, host, skew: AtomicI64::new(0) })
    }

    /// Sends once; `None` when it takes longer than the call may.
    pub(crate) async fn send(&self, request: Request<Body>) -> Option<Result<Response<Body>, SendError>> {
        let large = hyper::body::Body::size_hint(request.body()).lower() > LARGE;
        if !large {
            return Some(self.pool.send(request).await); // it leaves at once: the pool's own limit is enough
        }
        let CallTimeouts { connect, total } = self.timeouts;
        Box::pin(tokio::time::timeout(connect + total, self.pool.send(request))).await.ok()
    }

    /// Sends once a request whose header is written by its sender; `None` when it takes longer than the call may.
    pub(crate) async fn send_written(
        &self,
        header: &(dyn Fn(&mut Vec<u8>) + Sync),
        body: Bytes,
    ) -> Option<Result<Response<Body>, SendError>> {
        if body.len() as u64 <= LARGE {
            return Some(self.pool.send_written(header, body).await);
        }
        let CallTimeouts { connect, total } = self.timeouts;
        Box::pin(tokio::time::timeout(connect + total, self.pool.send_written(header, body))).await.ok()
    }

    pub(crate) fn timeouts(&self) -> CallTimeouts {
        self.timeouts
    }

    /// Seconds since 1970 by the endpoint's clock, as far as it is known.
    pub(crate) fn now(&self, instant: Instant) -> i64 {
        moment::seconds(net::moment::time_at(instant.into_std())) + self.skew.load(Ordering::Relaxed)
    }

    /// Takes over its clock.
    pub(crate) fn set_clock(&self, theirs: i64) {
        let skew = theirs - moment::seconds(SystemTime::now());
        tracing::warn!(endpoint = ?self.host, seconds = skew, "this machine's clock differs from AWS's; set it right");
        self.skew.store(skew, Ordering::Relaxed);
    }
}

fn tls(key: &EndpointKey) -> Result<OriginTls, CallError> {
    let options = ClientTlsOptions {
        verify: key.tls.verify,
        authorities: key.tls.authorities.clone(),
        alpn_h2: false, // nothing is gained by it: one call, one connection
    };
    let config = client_config(&options).map_err(|cause| CallError::config(cause.to_string()))?;
    Ok(OriginTls { config, server_name: key.tls.server_name.clone().unwrap_or_else(|| key.host.clone()) })
}

/// A base URL, taken apart.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Base {
    pub(crate) https: bool,
    pub(crate) host: String,
    pub(crate) port: u16,
    /// Without a slash at its end.
    pub(crate) path: String,
    pub(crate) query: Option<String>,
}

impl Base {
    pub(crate) fn read(url: &str) -> Result<Self, CallError> {
        let bad = |problem: &str| {
            CallError::config(format!("{url:?} is not a usable URL: {problem}; write https://host or http://host:port"))
        };
        let uri: Uri = url.parse().map_err(|cause: http::uri::InvalidUri| bad(&cause.to_string()))?;
        let https = match uri.scheme_str() {
            Some("https") => true,
            Some("http") => false,
            Some(_) => return Err(bad("the scheme is neither http nor https")),
            None => return Err(bad("it has no scheme")),
        };
        let authority: &Authority = uri.authority().ok_or_else(|| bad("it has no host"))?;
        if authority.as_str().contains('@') {
            return Err(CallError::config("a URL of a call has a user name in it: remove it"));
        }
        let host = authority.host();
        if host.is_empty() {
            return Err(bad("it has no host"));
        }
        let port = match (&authority.as_str()[host.len()..], authority.port_u16()) {
            ("", _) => {
                if https {
                    443
                } else {
                    80
                }
            }
            (_, Some(port)) if port > 0 => port,
            _ => return Err(bad("its port is not a number from 1 to 65535")),
        };
        let host = host.trim_start_matches('[').trim_end_matches(']');
        Ok(Self {
            https,
            host: host.to_owned(),
            port,
            path: uri.path().trim_end_matches('/').to_owned(),
            query: uri.query().map(str::to_owned),
        })
    }

    pub(crate) fn key(&self, tls: &ClientTls, timeouts: CallTimeouts) -> EndpointKey {
        EndpointKey { https: self.https, host: self.host.clone(), port: self.port, tls: tls.clone(), timeouts }
    }
}

/// Region and base URL of the Lambda API.
pub(super) fn resolve(registry: &Registry, aws: &Aws, function: &str) -> Result<(String, Base), CallError> {
    let region = region(registry, aws, || of_arn(function))?;
    let endpoint = match &aws.endpoint {
        Some(endpoint) => Some(endpoint.clone()),
        None => registry.variable(&["AWS_ENDPOINT_URL_LAMBDA", "AWS_ENDPOINT_URL"]),
    };
    match (region, endpoint) {
        // an endpoint of one's own that stands in no region is signed for as most stand-ins expect it
        (region, Some(endpoint)) => Ok((region.unwrap_or_else(|| "us-east-1".to_owned()), Base::read(&endpoint)?)),
        (Some(region), None) => {
            let base = Base::read(&format!("https://lambda.{region}.{}", suffix(&region)))?;
            Ok((region, base))
        }
        (None, None) => Err(no_region()),
    }
}

/// The configured region, the environment's, the one that stands in the target's own name, or that of the
/// surroundings.
pub(super) fn region(
    registry: &Registry,
    aws: &Aws,
    own: impl FnOnce() -> Option<String>,
) -> Result<Option<String>, CallError> {
    let said = aws.region.clone().or_else(|| registry.variable(&["AWS_REGION", "AWS_DEFAULT_REGION"])).or_else(own);
    let found = said.or_else(|| {
        registry.wants_region.store(true, Ordering::Relaxed);
        registry.region.known().map(str::to_owned)
    });
    match found {
        Some(region) if !is_region(&region) => {
            Err(CallError::config(format!("{region:?} is not a region; one looks like eu-west-1")))
        }
        found => Ok(found),
    }
}

/// Neither region nor endpoint is known.
pub(super) fn no_region() -> CallError {
    CallError::before(
        FailureKind::NoRegion,
        crate::error::Blame::Config,
        "no region or host specified: set the region in the configuration, set AWS_REGION or AWS_DEFAULT_REGION, \
         name the function by its full ARN, or give the profile a region (~/.aws/config)",
    )
}

/// The region in a full ARN, or in the short form `REGION:ACCOUNT:function:NAME`.
fn of_arn(function: &str) -> Option<String> {
    let mut parts = function.split(':');
    let region = match (parts.next()?, parts.next()?) {
        ("arn", _) => (parts.next()? == "lambda").then(|| parts.next())??,
        (first, account) if first.contains('-') && is_account(account) => first,
        _ => return None,
    };
    (!region.is_empty()).then(|| region.to_owned())
}

fn is_account(text: &str) -> bool {
    text.len() == 12 && text.bytes().all(|byte| byte.is_ascii_digit())
}

/// The domain of the region's partition.
fn suffix(region: &str) -> &'static str {
    let partitions = [
        ("cn-", "amazonaws.com.cn"),
        ("eusc-", "amazonaws.eu"),
        ("us-iso-", "c2s.ic.gov"),
        ("us-isob-", "sc2s.sgov.gov"),
        ("eu-isoe-", "cloud.adc-e.uk"),
        ("us-isof-", "csp.hci.ic.gov"),
        ("eu-isof-", "csp.hci.ic.gov"),
    ];
    partitions.iter().find(|(prefix, _)| region.starts_with(prefix)).map_or("amazonaws.com", |(_, suffix)| suffix)
}

#[cfg(test)]
mod tests;

//! Endpoints: which host speaks for Lambda, and the connections to it.

pub(crate) mod way;

use super::Registry;
use crate::credentials::region::is_region;
use crate::endpoint::{Service, of};
use crate::error::CallError;
use crate::moment;
use bytes::Bytes;
use http::uri::{Authority, Uri};
use http::{HeaderValue, Request, Response};
use model::answer::FailureKind;
use model::aws::{Aws, Credentials};
use model::call::CallTimeouts;
use model::endpoint::Keepalive;
use model::forward::Forward;
use model::tls::ClientTls;
use net::Body;
use net::client::{Origin, Pool, PoolOptions, SendError};
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::SystemTime;
use tokio::time::Instant;

/// Payloads beyond this do not leave at once: how long their sending takes has a limit of its own.
const LARGE: u64 = 64 * 1024;

/// What makes two endpoints one.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) struct EndpointKey {
    pub(crate) https: bool,
    pub(crate) host: String,
    pub(crate) port: u16,
    pub(crate) tls: ClientTls,
    pub(crate) forward: Forward,
    pub(crate) http2: bool,
    pub(crate) keepalive: Keepalive,
    /// Whoever calls as somebody else does so on connections of his own.
    pub(crate) credentials: Option<Credentials>,
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
    pub(crate) fn new(key: &EndpointKey, around: &way::Around) -> Result<Self, CallError> {
        let tls = if key.https { Some(way::tls(key)?) } else { None };
        let forward = way::forward(key, around)?;
        let bracketed = if key.host.contains(':') { format!("[{}]", key.host) } else { key.host.clone() };
        let usual = if key.https { 443 } else { 80 };
        let host = if key.port == usual { bracketed } else { format!("{bracketed}:{}", key.port) };
        let bad_host = |_| CallError::config(format!("{host:?} is not a host name"));
        let host = HeaderValue::from_str(&host).map_err(bad_host)?;
        let origin = Origin { host: key.host.clone(), port: key.port, tls, http2: key.http2, forward };
        let CallTimeouts { connect, total } = key.timeouts;
        let Keepalive { idle, time: idle_time } = key.keepalive;
        let options = PoolOptions { idle, idle_time, connect, write: total, read: total };
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

    /// Whether calls share connections: then their headers are not written by hand.
    pub(crate) fn is_http2(&self) -> bool {
        self.pool.origin().http2
    }

    /// What stands before the path of a header that is written by hand.
    pub(crate) fn target_prefix(&self) -> &str {
        self.pool.target_prefix()
    }

    /// What such a header tells the forward proxy.
    pub(crate) fn proxy_authorization(&self) -> Option<&HeaderValue> {
        self.pool.proxy_authorization()
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

    /// For calls with these settings.
    pub(crate) fn key(&self, aws: &Aws, timeouts: CallTimeouts) -> EndpointKey {
        let plain = self.plain_key(&aws.tls, &aws.forward, timeouts);
        let credentials = Some(aws.credentials.clone());
        EndpointKey { http2: aws.http2, keepalive: aws.keepalive, credentials, ..plain }
    }

    /// For requests in nobody's name.
    pub(crate) fn plain_key(&self, tls: &ClientTls, forward: &Forward, timeouts: CallTimeouts) -> EndpointKey {
        EndpointKey {
            https: self.https,
            host: self.host.clone(),
            port: self.port,
            tls: tls.clone(),
            forward: forward.clone(),
            http2: false,
            keepalive: Aws::KEEPALIVE,
            credentials: None,
            timeouts,
        }
    }
}

/// Region and base URL of the Lambda API.
pub(super) fn resolve(registry: &Registry, aws: &Aws, function: &str) -> Result<(String, Base), CallError> {
    let region = region(registry, aws, || of_arn(function))?;
    match (region, own_endpoint(registry, aws)?) {
        // an endpoint of one's own that stands in no region is signed for as most stand-ins expect it
        (region, Some(endpoint)) => Ok((region.unwrap_or_else(|| "us-east-1".to_owned()), Base::read(&endpoint)?)),
        (Some(region), None) => {
            let (fips, dual_stack) = registry.around.kinds(aws.fips, aws.dual_stack);
            let host = of(Service::Lambda, &region, fips, dual_stack);
            let host = host.map_err(|unknown| CallError::config(unknown.to_string()))?;
            Ok((region, Base::read(&format!("https://{host}"))?))
        }
        (None, None) => Err(no_region()),
    }
}

/// The endpoint that the configuration names, or the environment. Whoever names one cannot also choose among AWS's.
fn own_endpoint(registry: &Registry, aws: &Aws) -> Result<Option<String>, CallError> {
    let of_environment = || registry.around.endpoint("AWS_ENDPOINT_URL_LAMBDA");
    let Some(endpoint) = aws.endpoint.clone().or_else(of_environment) else { return Ok(None) };
    for (wanted, name) in [(aws.fips, "FIPS"), (aws.dual_stack, "dual-stack")] {
        if wanted == Some(true) {
            let detail = format!(
                "the {name} endpoint of the region is wanted, and another endpoint is named: remove one of the two \
                 (AWS_IGNORE_CONFIGURED_ENDPOINT_URLS=true leaves the environment's alone)"
            );
            return Err(CallError::config(detail));
        }
    }
    if aws.endpoint.is_none() && registry.around.kinds(None, None) != (false, false) {
        tracing::warn!("AWS_USE_FIPS_ENDPOINT and AWS_USE_DUALSTACK_ENDPOINT do nothing beside AWS_ENDPOINT_URL");
    }
    Ok(Some(endpoint))
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

#[cfg(test)]
mod tests;

//! HTTP of the sources: small requests with small answers, through the same client as the calls.

use super::surroundings::Surroundings;
use crate::invoke::endpoint::way::Around;
use crate::invoke::endpoint::{Base, Endpoint, EndpointKey};
use bytes::Bytes;
use http::header::{DATE, HOST};
use http::{HeaderMap, HeaderValue, Request, Response, StatusCode};
use http_body_util::{BodyExt, LengthLimitError, Limited};
use model::aws::Aws;
use model::call::CallTimeouts;
use model::forward::Forward;
use model::tls::ClientTls;
use net::Body;
use net::client::{SendErrorKind, Sent};
use net::forward::FromEnvironment;
use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, SystemTime};

/// No answer of a source is longer.
const ANSWER: usize = 256 * 1024;
/// Hosts that one identity may talk to: STS, an identity center's two, those of a metadata service.
const HOSTS: usize = 32;
/// Before the second try; before the third it is longer.
const PAUSE: Duration = Duration::from_millis(100);

/// How AWS's services are reached: what a call's own settings say of it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub(crate) struct Way {
    /// TLS towards AWS.
    pub(crate) tls: ClientTls,
    /// The forward proxy on the way.
    pub(crate) forward: Forward,
    /// FIPS endpoints, or what the surroundings say.
    pub(crate) fips: Option<bool>,
    /// Dual-stack endpoints, or what the surroundings say.
    pub(crate) dual_stack: Option<bool>,
}

impl Way {
    /// As calls with these settings go.
    pub(crate) fn of(aws: &Aws) -> Self {
        Self { tls: aws.tls.clone(), forward: aws.forward.clone(), fips: aws.fips, dual_stack: aws.dual_stack }
    }
}

/// A client for small requests.
pub(crate) struct Web {
    way: Way,
    proxies: Around,
    timeouts: CallTimeouts,
    endpoints: Mutex<HashMap<EndpointKey, Arc<Endpoint>>>,
}

/// Why there is no answer.
#[derive(Clone, Debug, thiserror::Error)]
pub(crate) enum WebError {
    #[error("nobody answers at {url}: {cause}")]
    Unreachable { url: String, cause: String },
    #[error("{url} does not answer within {patience:?}")]
    Silent { url: String, patience: Duration },
    #[error("{url} broke off: {cause}")]
    Broken { url: String, cause: String },
    #[error("{url} cannot be asked: {cause}")]
    Unusable { url: String, cause: String },
    #[error("the certificate of {url} is not accepted: {cause}")]
    Tls { url: String, cause: String },
}

impl Web {
    /// A client that reaches AWS as calls do.
    pub(crate) fn new(way: Way, around: &Surroundings, connect: Duration, total: Duration) -> Self {
        let timeouts = CallTimeouts { connect, total };
        Self { way, proxies: around.proxies(), timeouts, endpoints: Mutex::default() }
    }

    /// A client for addresses of this machine and its link, to which no forward proxy leads.
    pub(crate) fn near(connect: Duration, total: Duration) -> Self {
        let way = Way { forward: Forward::Direct, ..Way::default() };
        let timeouts = CallTimeouts { connect, total };
        Self { way, proxies: Ok(FromEnvironment::default()), timeouts, endpoints: Mutex::default() }
    }

    /// Sends once. The URI is absolute.
    pub(crate) async fn ask(&self, request: Request<Bytes>) -> Result<Response<Bytes>, WebError> {
        let url = shown(request.uri());
        match tokio::time::timeout(self.timeouts.total + self.timeouts.connect, self.exchange(&url, request)).await {
            Ok(answer) => answer,
            Err(_) => Err(WebError::Silent { url, patience: self.timeouts.total }),
        }
    }

    /// Sends up to three times, until somebody answers something else than that he is busy.
    pub(crate) async fn ask_again(&self, request: Request<Bytes>) -> Result<Response<Bytes>, WebError> {
        let mut pause = PAUSE;
        for _ in 0..2 {
            match self.ask(request.clone()).await {
                Ok(answer) if answer.status().is_server_error() || answer.status() == StatusCode::TOO_MANY_REQUESTS => {
                }
                Err(WebError::Broken { .. }) => {}
                other => return other,
            }
            tokio::time::sleep(pause.mul_f64(0.5 + fastrand::f64())).await;
            pause *= 3;
        }
        self.ask(request).await
    }

    async fn exchange(&self, url: &str, request: Request<Bytes>) -> Result<Response<Bytes>, WebError> {
        let (mut head, body) = request.into_parts();
        let endpoint = self.endpoint(url, &head.uri.to_string())?;
        head.headers.insert(HOST, endpoint.host.clone());
        let path = head.uri.path_and_query().map_or("/", |path| path.as_str());
        head.uri = path.parse().map_err(|cause| unusable(url, cause))?;
        let sent = endpoint.send(Request::from_parts(head, Body::from(body))).await;
        let silent = || WebError::Silent { url: url.to_owned(), patience: self.timeouts.total };
        let response = match sent {
            None => return Err(silent()),
            Some(Ok(response)) => response,
            Some(Err(error)) => {
                let (url, cause) = (url.to_owned(), error.detail.clone());
                return Err(match (error.kind, error.sent) {
                    (SendErrorKind::Tls, _) => WebError::Tls { url, cause },
                    (SendErrorKind::ReadTimeout | SendErrorKind::WriteTimeout, _) => silent(),
                    (_, Sent::Nothing) => WebError::Unreachable { url, cause: error.to_string() },
                    (_, Sent::Maybe) => WebError::Broken { url, cause: error.to_string() },
                });
            }
        };
        let (head, body) = response.into_parts();
        match Limited::new(body, ANSWER).collect().await {
            Ok(body) => Ok(Response::from_parts(head, body.to_bytes())),
            Err(cause) if cause.is::<LengthLimitError>() => {
                Err(WebError::Broken { url: url.to_owned(), cause: format!("its answer has more than {ANSWER} bytes") })
            }
            Err(cause) => Err(WebError::Broken { url: url.to_owned(), cause: cause.to_string() }),
        }
    }

    /// The `Host` field of requests there.
    pub(crate) fn host(&self, url: &str) -> Result<HeaderValue, WebError> {
        Ok(self.endpoint(url, url)?.host.clone())
    }

    fn endpoint(&self, shown: &str, url: &str) -> Result<Arc<Endpoint>, WebError> {
        let base = Base::read(url).map_err(|cause| unusable(shown, cause))?;
        let key = base.plain_key(&self.way.tls, &self.way.forward, self.timeouts);
        let mut endpoints = self.endpoints.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(known) = endpoints.get(&key) {
            return Ok(known.clone());
        }
        if endpoints.len() >= HOSTS {
            endpoints.clear();
        }
        let endpoint = Arc::new(Endpoint::new(&key, &self.proxies).map_err(|cause| unusable(shown, cause))?);
        endpoints.insert(key, endpoint.clone());
        Ok(endpoint)
    }
}

/// Without its query, which may hold what is nobody's business.
fn shown(uri: &http::Uri) -> String {
    let text = uri.to_string();
    text.split('?').next().unwrap_or(&text).to_owned()
}

fn unusable(url: &str, cause: impl std::fmt::Display) -> WebError {
    WebError::Unusable { url: url.to_owned(), cause: cause.to_string() }
}

impl WebError {
    /// Whether nobody was there at all, as opposed to somebody who does not answer well.
    pub(crate) fn nobody(&self) -> bool {
        matches!(self, Self::Unreachable { .. })
    }
}

/// The time by whoever answered.
pub(crate) fn clock(headers: &HeaderMap) -> Option<SystemTime> {
    let text = headers.get(DATE)?.to_str().ok()?;
    let seconds = jiff::fmt::rfc2822::parse(text).ok()?.timestamp().as_second();
    Some(SystemTime::UNIX_EPOCH + Duration::from_secs(u64::try_from(seconds).ok()?))
}

/// An answer's body as text for a log line.
pub(crate) fn said(status: StatusCode, body: &[u8]) -> String {
    let text = String::from_utf8_lossy(&body[..body.len().min(300)]);
    let text = text.chars().map(|c| if c.is_control() { ' ' } else { c }).collect::<String>();
    match text.trim() {
        "" => format!("answered {status}"),
        text => format!("answered {status}: {text}"),
    }
}

//! A function called through the Invoke API.

use super::bounded::bounded;
use super::endpoint::{Endpoint, resolve};
use super::late::Late;
use super::{Invoked, Registry, outcome};
use crate::credentials::{Cached, Keys};
use crate::error::CallError;
use crate::event::LIMIT;
use crate::sign::{Prepared, Resource, Signer};
use arc_swap::ArcSwapOption;
use bytes::Bytes;
use http::header::{AUTHORIZATION, HOST, HeaderMap, HeaderName, HeaderValue, PROXY_AUTHORIZATION, USER_AGENT};
use http::{Method, Request, Response, Uri};
use model::call::{CallTimeouts, FunctionTarget, Invocation};
use net::Body;
use percent_encoding::utf8_percent_encode;
use std::sync::Arc;
use tokio::time::Instant;

const INVOCATION_TYPE: HeaderName = HeaderName::from_static("x-amz-invocation-type");
const LOG_TYPE: HeaderName = HeaderName::from_static("x-amz-log-type");
/// What the gateway calls itself.
pub(crate) const AGENT: HeaderValue = HeaderValue::from_static(concat!("lambdagate/", env!("CARGO_PKG_VERSION")));

/// A function made ready: endpoint resolved, path encoded, headers prepared, identity shared.
pub struct Function {
    name: Arc<str>,
    ready: Late<Ready>,
}

struct Ready {
    endpoint: Arc<Endpoint>,
    credentials: Arc<Cached>,
    signer: Signer,
    resource: Resource,
    uri: Uri,
    invocation: Invocation,
    log_tail: bool,
    /// Of the second of the last call.
    header: ArcSwapOption<Header>,
}

impl Function {
    pub(super) fn ready(
        registry: Arc<Registry>,
        target: &FunctionTarget,
        timeouts: CallTimeouts,
    ) -> Result<Self, CallError> {
        check_name(target)?;
        let (name, target) = (target.function.as_str().into(), target.clone());
        Ok(Self { name, ready: Late::new(move || Ready::new(&registry, &target, timeouts))? })
    }

    /// Calls it once. Never sends again what may have run.
    pub async fn invoke(&self, payload: Bytes) -> Result<Invoked, CallError> {
        let ready = self.ready.get()?;
        if payload.len() as u64 > LIMIT {
            return Err(outcome::event_too_large(payload.len()));
        }
        let keys = ready.credentials.keys().await?;
        match ready.call(&keys, payload.clone()).await {
            // the clock was wrong and is right now; a signature that is refused runs nothing
            Err(Refused::Clock(_)) => Box::pin(ready.call(&keys, payload)).await.map_err(Refused::into_error),
            answer => answer.map_err(Refused::into_error),
        }
    }

    /// Name or ARN, for log and metrics.
    pub fn name(&self) -> &Arc<str> {
        &self.name
    }
}

/// Why a call gave nothing.
enum Refused {
    /// Its signature's time; the endpoint's clock is taken over.
    Clock(CallError),
    Other(CallError),
}

impl Refused {
    fn into_error(self) -> CallError {
        let (Self::Clock(error) | Self::Other(error)) = self;
        error
    }
}

impl Ready {
    fn new(registry: &Registry, target: &FunctionTarget, timeouts: CallTimeouts) -> Result<Self, CallError> {
        let (region, base) = resolve(registry, &target.aws, &target.function)?;
        let encoded = |text| utf8_percent_encode(text, crate::sign::STRICT).to_string();
        let path = format!("{}/2015-03-31/functions/{}/invocations", base.path, encoded(&target.function));
        let query = target.qualifier.as_deref().map(|qualifier| format!("Qualifier={}", encoded(qualifier)));
        let uri = match &query {
            Some(query) => format!("{path}?{query}"),
            None => path.clone(),
        };
        Ok(Self {
            endpoint: registry.endpoint(base.key(&target.aws, timeouts))?,
            credentials: registry.credentials(&target.aws, &region)?,
            signer: Signer::new(region, "lambda"),
            resource: Resource::new(&Method::POST, &path, query.as_deref()),
            uri: uri.parse().map_err(|cause| CallError::config(format!("{uri:?}: {cause}")))?,
            invocation: target.invocation,
            log_tail: target.log_tail && target.invocation == Invocation::RequestResponse,
            header: ArcSwapOption::empty(),
        })
    }

    async fn call(&self, keys: &Arc<Keys>, payload: Bytes) -> Result<Invoked, Refused> {
        let timeouts = self.endpoint.timeouts();
        let started = Instant::now();
        let header = self.header(keys, self.endpoint.now(started));
        let signature = header.prepared.signature(&payload);
        let write = |out: &mut Vec<u8>| header.write(out, &signature, payload.len());
        let sent = match header.fields {
            None => self.endpoint.send_written(&write, payload.clone()).await,
            Some(ref fields) => {
                let request = header.request(&self.uri, fields, &signature, payload.clone());
                Box::pin(self.endpoint.send(request)).await
            }
        };
        let response = match sent {
            Some(Ok(response)) => response,
            Some(Err(error)) => return Err(Refused::Other(outcome::unsent(&error, timeouts))),
            None => return Err(Refused::Other(outcome::too_slow(timeouts))),
        };
        let deadline = started + timeouts.total;
        if response.status().is_success() {
            return invoked(response, deadline).map_err(Refused::Other);
        }
        Err(Box::pin(self.refused(response, deadline)).await)
    }

    /// What an answer without success means.
    async fn refused(&self, response: Response<Body>, deadline: Instant) -> Refused {
        let (head, body) = response.into_parts();
        let refusal = outcome::refused(head.status, &head.headers, bounded(body, deadline, LIMIT)).await;
        match refusal.their_clock(&head.headers, self.endpoint.now(Instant::now())) {
            Some(theirs) => {
                self.endpoint.set_clock(theirs);
                Refused::Clock(refusal.error)
            }
            None => Refused::Other(refusal.error),
        }
    }

    /// The header of this second's requests.
    fn header(&self, keys: &Arc<Keys>, seconds: i64) -> Arc<Header> {
        if let Some(known) = &*self.header.load()
            && known.prepared.is_for(keys, seconds)
        {
            return known.clone();
        }
        let fresh = Arc::new(self.prepare(keys, seconds));
        self.header.store(Some(fresh.clone()));
        fresh
    }

    fn prepare(&self, keys: &Arc<Keys>, seconds: i64) -> Header {
        let mut headers = HeaderMap::with_capacity(8);
        headers.insert(HOST, self.endpoint.host.clone());
        headers.insert(INVOCATION_TYPE, HeaderValue::from_static(self.invocation.as_str()));
        headers.insert(LOG_TYPE, HeaderValue::from_static(if self.log_tail { "Tail" } else { "None" }));
        let prepared = self.signer.prepare(keys, &self.resource, &mut headers, seconds);
        headers.insert(USER_AGENT, AGENT);
        let fields = self.endpoint.is_http2().then(|| headers.clone());
        if let Some(login) = self.endpoint.proxy_authorization() {
            headers.insert(PROXY_AUTHORIZATION, login.clone());
        }
        let mut text = format!("POST {}{} HTTP/1.1\r\n", self.endpoint.target_prefix(), self.uri).into_bytes();
        for (name, value) in &headers {
            text.extend_from_slice(&[name.as_str().as_bytes(), b": ", value.as_bytes(), b"\r\n"].concat());
        }
        text.extend_from_slice(b"authorization: ");
        text.extend_from_slice(&prepared.authorization);
        Header { text, fields, prepared }
    }
}

/// The header of the requests of one second.
struct Header {
    /// Up to the signature.
    text: Vec<u8>,
    /// The same in parts, up to the authorization, where calls share connections.
    fields: Option<HeaderMap>,
    prepared: Prepared,
}

impl Header {
    fn request(&self, uri: &Uri, fields: &HeaderMap, signature: &[u8; 64], payload: Bytes) -> Request<Body> {
        let mut request = Request::new(Body::from(payload));
        *request.method_mut() = Method::POST;
        *request.uri_mut() = uri.clone();
        *request.headers_mut() = fields.clone();
        let authorization = [self.prepared.authorization.as_slice(), signature].concat();
        let mut value = HeaderValue::from_maybe_shared(Bytes::from(authorization))
            .expect("a signature has printable characters only");
        value.set_sensitive(true);
        request.headers_mut().insert(AUTHORIZATION, value);
        request
    }

    fn write(&self, out: &mut Vec<u8>, signature: &[u8; 64], length: usize) {
        out.extend_from_slice(&self.text);
        out.extend_from_slice(signature);
        out.extend_from_slice(b"\r\ncontent-length: ");
        out.extend_from_slice(itoa::Buffer::new().format(length).as_bytes());
        out.extend_from_slice(b"\r\n\r\n");
    }
}

fn invoked(response: Response<Body>, deadline: Instant) -> Result<Invoked, CallError> {
    let (head, body) = response.into_parts();
    if hyper::body::Body::size_hint(&body).lower() > LIMIT {
        return Err(outcome::reply_too_large(outcome::request_id(&head.headers)));
    }
    Ok(Invoked::new(head.status, head.headers, bounded(body, deadline, LIMIT)))
}

/// Refuses what Lambda's own pattern for names cannot mean.
fn check_name(target: &FunctionTarget) -> Result<(), CallError> {
    let plain = |text: &str, more: &str| {
        text.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_.$".contains(&byte) || more.contains(byte as char))
    };
    let name = &target.function;
    if name.is_empty() || name.len() > 256 || !plain(name, ":") {
        let detail = format!("{name:?} is not a function: give a name, NAME:ALIAS or an ARN of at most 256 characters");
        return Err(CallError::config(detail));
    }
    match &target.qualifier {
        Some(qualifier) if qualifier.is_empty() || qualifier.len() > 128 || !plain(qualifier, "") => {
            Err(CallError::config(format!("{qualifier:?} is neither a version nor an alias")))
        }
        _ => Ok(()),
    }
}

//! A function behind a URL: a function URL or an API Gateway stage.
//!
//! The request is the client's, and what comes back is a reply whatever its status: only what never became an HTTP
//! response is an error.

use super::bounded::bounded;
use super::endpoint::{Base, Endpoint, no_region, region};
use super::function::AGENT;
use super::late::Late;
use super::{Invoked, Registry, outcome};
use crate::credentials::{Cached, Keys};
use crate::error::{Blame, CallError};
use crate::headers::{Named, is_amz, is_hop_by_hop};
use crate::sign::{Resource, Signer, canonical_query, encode_query};
use bytes::Bytes;
use http::header::{AUTHORIZATION, CONTENT_LENGTH, EXPECT, HOST, HeaderMap, HeaderName, HeaderValue, USER_AGENT};
use http::uri::PathAndQuery;
use http::{Method, Request, Response, Uri};
use model::Secret;
use model::answer::FailureKind;
use model::call::{CallTimeouts, UrlAuth, UrlTarget};
use net::Body;
use percent_encoding::{AsciiSet, CONTROLS, utf8_percent_encode};
use std::borrow::Cow;
use std::sync::Arc;
use tokio::time::Instant;

const X_API_KEY: HeaderName = HeaderName::from_static("x-api-key");
/// Fields that a signature writes itself.
const SIGNATURE: [&str; 4] = ["authorization", "x-amz-date", "x-amz-security-token", "x-amz-content-sha256"];
/// What cannot stand in a path as it is; an escape does not become another.
const ILLEGAL: &AsciiSet = &CONTROLS.add(b' ').add(b'"').add(b'#').add(b'<').add(b'>').add(b'?').add(b'`');

/// A URL target made ready.
pub struct FunctionUrl {
    name: Arc<str>,
    ready: Late<Ready>,
}

struct Ready {
    endpoint: Arc<Endpoint>,
    base: Base,
    auth: Auth,
}

enum Auth {
    None,
    Sign(Box<Signer>, Arc<Cached>),
    ApiKey(Box<[(HeaderName, HeaderValue); 1]>),
    Relay(Box<Relay>),
}

/// Authorization that yields to the client's own.
struct Relay {
    fields: Vec<(HeaderName, HeaderValue)>,
    unless: Vec<HeaderName>,
    sign: Option<(Signer, Arc<Cached>)>,
}

/// How one request is authorized.
enum Chosen<'r> {
    /// Not by us; the client's own authorization goes on.
    Nothing,
    /// By these fields.
    Fields(&'r [(HeaderName, HeaderValue)]),
    /// By a signature.
    Sign(&'r Signer, &'r Cached),
}

/// A request to a URL target: the client's method, query, headers and body.
pub struct UrlRequest<'a> {
    /// Method.
    pub method: &'a http::Method,
    /// What [`model::call::UrlPath`] appends: percent-encoded, may be empty.
    pub path: &'a str,
    /// Query as received, without `?`.
    pub query: Option<&'a str>,
    /// The client's header fields; hop-by-hop and, when signing, `x-amz-*` ones are left out here.
    pub headers: &'a HeaderMap,
    /// The whole body: it is hashed.
    pub body: Bytes,
}

impl FunctionUrl {
    pub(super) fn ready(
        registry: Arc<Registry>,
        target: &UrlTarget,
        timeouts: CallTimeouts,
    ) -> Result<Self, CallError> {
        let base = Base::read(&target.url)?;
        let (name, target) = (format!("{}{}", base.host, base.path).into(), target.clone());
        Ok(Self { name, ready: Late::new(move || Ready::new(&registry, &target, timeouts))? })
    }

    /// Calls it once.
    pub async fn call(&self, request: UrlRequest<'_>) -> Result<Invoked, CallError> {
        self.call_with(request, HeaderMap::new()).await
    }

    /// Calls it once with fields of our own, which may be those that a client's are not taken for.
    pub async fn call_with(&self, request: UrlRequest<'_>, own: HeaderMap) -> Result<Invoked, CallError> {
        let ready = self.ready.get()?;
        let (path, query) = ready.resource(&request);
        let uri = uri(&path, query.as_deref())?;
        let mut headers = ready.headers(request.headers);
        headers.extend(own);
        let method = request.method;
        let chosen = ready.chosen(request.headers);
        let (signer, credentials) = match &chosen {
            Chosen::Nothing => return ready.send(method, uri, headers, request.body).await,
            Chosen::Fields(fields) => {
                headers.extend(fields.iter().cloned());
                return ready.send(method, uri, headers, request.body).await;
            }
            Chosen::Sign(signer, credentials) => (*signer, *credentials),
        };
        let keys = credentials.keys().await?;
        let resource = Resource::new(method, &path, query.as_deref());
        ready.send_signed((signer, &keys, &resource), method, uri, headers, request.body).await
    }

    /// Host and path, for log and metrics.
    pub fn name(&self) -> &Arc<str> {
        &self.name
    }
}

impl Ready {
    fn new(registry: &Registry, target: &UrlTarget, timeouts: CallTimeouts) -> Result<Self, CallError> {
        let base = Base::read(&target.url)?;
        let auth = match &target.auth {
            UrlAuth::None => Auth::None,
            UrlAuth::ApiKey(key) => Auth::ApiKey(Box::new([(X_API_KEY, secret_value(key.expose(), "the API key")?)])),
            UrlAuth::Sign(service) => {
                let (signer, credentials) = signer(registry, target, &base, service)?;
                Auth::Sign(Box::new(signer), credentials)
            }
            UrlAuth::Relay(relay) => Auth::Relay(Box::new(Relay {
                fields: fields(&relay.fields)?,
                unless: relay.unless.iter().map(|text| name(text)).collect::<Result<_, _>>()?,
                sign: match &relay.sign {
                    Some(service) => Some(signer(registry, target, &base, service)?),
                    None => None,
                },
            })),
        };
        let endpoint = registry.endpoint(base.key(&target.aws, timeouts))?;
        Ok(Self { endpoint, base, auth })
    }

    /// Path and query as they are sent.
    fn resource<'a>(&'a self, request: &UrlRequest<'a>) -> (String, Option<Cow<'a, str>>) {
        let slash = if request.path.is_empty() || request.path.starts_with('/') { "" } else { "/" };
        let mut path = format!("{}{slash}{}", self.base.path, utf8_percent_encode(request.path, ILLEGAL));
        if path.is_empty() {
            path.push('/');
        }
        let query: Option<Cow<'a, str>> = match (&self.base.query, request.query) {
            (Some(own), Some(given)) => Some(format!("{own}&{given}").into()),
            (Some(one), None) => Some(one.into()),
            (None, given) => given.map(Cow::Borrowed),
        };
        match (&self.auth, self.chosen(request.headers)) {
            (Auth::Relay(_), Chosen::Sign(..)) => (path, query.map(|query| canonical_query(&query).into())),
            (_, Chosen::Sign(..)) => (path, query.map(|query| encode_query(&query).into())),
            (_, Chosen::Nothing | Chosen::Fields(_)) => (path, query),
        }
    }

    /// How a request with these fields is authorized.
    fn chosen(&self, client: &HeaderMap) -> Chosen<'_> {
        match &self.auth {
            Auth::None => Chosen::Nothing,
            Auth::ApiKey(field) => Chosen::Fields(&**field),
            Auth::Sign(signer, credentials) => Chosen::Sign(signer, credentials),
            Auth::Relay(relay) => {
                let yields = relay.unless.iter().any(|name| client.contains_key(name));
                match &relay.sign {
                    _ if !yields && !relay.fields.is_empty() => Chosen::Fields(&relay.fields),
                    Some((signer, credentials)) if !client.contains_key(AUTHORIZATION) => {
                        Chosen::Sign(signer, credentials)
                    }
                    _ => Chosen::Nothing,
                }
            }
        }
    }

    /// The client's fields without those that are not for the next one.
    fn headers(&self, client: &HeaderMap) -> HeaderMap {
        let named = Named::of(client);
        let chosen = self.chosen(client);
        let replaced = |name: &HeaderName| match (&self.auth, &chosen) {
            (_, Chosen::Nothing) => false,
            (Auth::Relay(_), Chosen::Fields(fields)) => fields.iter().any(|(field, _)| field == name),
            // what the signature itself says; the client's other fields for AWS are signed with the rest
            (Auth::Relay(_), Chosen::Sign(..)) => SIGNATURE.contains(&name.as_str()),
            _ => is_amz(name) || *name == AUTHORIZATION || *name == X_API_KEY,
        };
        let dropped = |name: &HeaderName| {
            is_hop_by_hop(name)
                || named.has(name)
                || *name == HOST
                || *name == CONTENT_LENGTH
                || *name == EXPECT
                || replaced(name)
        };
        let mut headers = HeaderMap::with_capacity(client.len() + 5);
        headers.insert(HOST, self.endpoint.host.clone());
        for (name, value) in client.iter().filter(|(name, _)| !dropped(name)) {
            headers.append(name, value.clone());
        }
        headers.entry(USER_AGENT).or_insert(AGENT);
        headers
    }

    async fn send_signed(
        &self,
        (signer, keys, resource): (&Signer, &Arc<Keys>, &Resource),
        method: &Method,
        uri: Uri,
        mut headers: HeaderMap,
        body: Bytes,
    ) -> Result<Invoked, CallError> {
        signer.sign(keys, resource, &mut headers, &body, self.endpoint.now(Instant::now()));
        let invoked = self.send(method, uri.clone(), headers.clone(), body.clone()).await?;
        let Some(theirs) = outcome::their_clock(&invoked.headers, self.endpoint.now(Instant::now())) else {
            return Ok(invoked);
        };
        // the clock was wrong and is right now; a signature that is refused runs nothing
        self.endpoint.set_clock(theirs);
        signer.sign(keys, resource, &mut headers, &body, self.endpoint.now(Instant::now()));
        self.send(method, uri, headers, body).await
    }

    async fn send(&self, method: &Method, uri: Uri, mut headers: HeaderMap, body: Bytes) -> Result<Invoked, CallError> {
        if body.is_empty() && [Method::POST, Method::PUT, Method::PATCH].contains(method) {
            headers.insert(CONTENT_LENGTH, HeaderValue::from_static("0"));
        }
        let mut request = Request::new(Body::from(body));
        *request.method_mut() = method.clone();
        *request.uri_mut() = uri;
        *request.headers_mut() = headers;
        let timeouts = self.endpoint.timeouts();
        let deadline = Instant::now() + timeouts.total;
        let response: Response<Body> = match self.endpoint.send(request).await {
            Some(Ok(response)) => response,
            Some(Err(error)) => return Err(outcome::unsent(&error, timeouts)),
            None => return Err(outcome::too_slow(timeouts)),
        };
        let (head, body) = response.into_parts();
        Ok(Invoked::new(head.status, head.headers, bounded(body, deadline, u64::MAX)))
    }
}

fn uri(path: &str, query: Option<&str>) -> Result<Uri, CallError> {
    let text = match query {
        Some(query) => Cow::from(format!("{path}?{query}")),
        None => Cow::from(path),
    };
    let parsed: Result<PathAndQuery, _> = text.parse();
    parsed.map(Uri::from).map_err(|cause| {
        let detail = format!("path and query of the request cannot be sent on: {cause}");
        CallError::before(FailureKind::BadRequest, Blame::Client, detail)
    })
}

fn secret_value(text: &str, what: &str) -> Result<HeaderValue, CallError> {
    let wrong = |_| CallError::config(format!("{what} has characters no header can carry"));
    let mut value = HeaderValue::from_str(text).map_err(wrong)?;
    value.set_sensitive(true);
    Ok(value)
}

fn name(text: &str) -> Result<HeaderName, CallError> {
    HeaderName::from_bytes(text.as_bytes())
        .map_err(|_| CallError::config(format!("{text:?} is no name of a header field")))
}

fn fields(fields: &[(String, Secret)]) -> Result<Vec<(HeaderName, HeaderValue)>, CallError> {
    let field = |(field, value): &(String, Secret)| Ok((name(field)?, secret_value(value.expose(), field)?));
    fields.iter().map(field).collect()
}

/// Who signs for a service, in the region that the target or its host names.
fn signer(
    registry: &Registry,
    target: &UrlTarget,
    base: &Base,
    service: &str,
) -> Result<(Signer, Arc<Cached>), CallError> {
    let region = region(registry, &target.aws, || of_host(&base.host))?.ok_or_else(no_region)?;
    let credentials = registry.credentials(&target.aws, &region)?;
    Ok((Signer::new(region, service), credentials))
}

/// The region in AWS's host names: `ID.lambda-url.REGION.on.aws`, `ID.execute-api.REGION.amazonaws.com`.
fn of_host(host: &str) -> Option<String> {
    let mut labels = host.split('.').skip_while(|label| !matches!(*label, "lambda-url" | "execute-api"));
    labels.next()?;
    labels.next().map(str::to_owned)
}

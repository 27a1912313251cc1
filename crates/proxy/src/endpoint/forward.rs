//! One request to an http upstream: the request as the upstream sees it, the choice of a node, its answer.

use super::health::Sign;
use super::load::{self, Busy};
use super::marks::ReadyForwardMarks;
use super::upstream::{ReadyNode, ReadyUpstream};
use crate::tail::{WEBSOCKET, strip_hop_by_hop};
use crate::tunnel::Agreed;
use http::header::{CONNECTION, EXPECT, HOST, HeaderName, HeaderValue, SET_COOKIE, UPGRADE};
use http::request::Parts;
use http::uri::PathAndQuery;
use http::{HeaderMap, Method, Request, Response, Uri, Version};
use model::answer::FailureKind;
use model::endpoint::{HostHeader, HttpEndpoint, PathRewrite, PathRule};
use model::table::PathNormalization;
use net::Body;
use net::client::{Pool, SendError, SendErrorKind, Switched};
use policy::exchange::{UpstreamFacts, body_failure};
use policy::failure::Blame;
use policy::path;
use policy::{Exchange, Failure};
use std::borrow::Cow;
use std::net::IpAddr;
use std::sync::Arc;
use std::time::{Duration, Instant};

/// An http upstream as one route uses it.
pub(crate) struct HttpRoute {
    upstream: Arc<ReadyUpstream>,
    path: PathRule,
    normalization: PathNormalization,
    host: HostHeader,
    marks: Option<Box<ReadyForwardMarks>>,
    websocket: bool,
}

const FORWARDED_FOR: HeaderName = HeaderName::from_static("x-forwarded-for");
const FORWARDED_PROTO: HeaderName = HeaderName::from_static("x-forwarded-proto");
const FORWARDED_HOST: HeaderName = HeaderName::from_static("x-forwarded-host");
const FORWARDED_PORT: HeaderName = HeaderName::from_static("x-forwarded-port");

impl HttpRoute {
    pub(super) fn new(endpoint: &HttpEndpoint, normalization: PathNormalization, upstream: Arc<ReadyUpstream>) -> Self {
        let marks = ReadyForwardMarks::new(&endpoint.marks).map(Box::new);
        let websocket = endpoint.websocket && upstream.may_switch();
        Self { upstream, path: endpoint.path.clone(), normalization, host: endpoint.host.clone(), marks, websocket }
    }

    pub(super) fn upstream(&self) -> &Arc<ReadyUpstream> {
        &self.upstream
    }

    /// Sends the request and leaves the answer in the exchange.
    pub(super) async fn forward(&self, exchange: &mut Exchange, behind_proxy: bool) -> Result<(), Box<Failure>> {
        let target = self.target(exchange)?;
        let request = self.request(exchange, behind_proxy, target);
        self.ask(request, exchange).await
    }

    /// Sends a request to one node after another, as long as nothing of it was sent.
    pub(super) async fn ask(&self, mut request: Request<Body>, exchange: &mut Exchange) -> Result<(), Box<Failure>> {
        let (mut last, mut cookie) = (None, None);
        for node in self.upstream.candidates(exchange, &mut cookie) {
            self.name_host(&mut request, &node.authority, exchange.forwarded_host.as_ref());
            let busy = self.upstream.balancer.counts().then(|| node.load.begin());
            match send(self.upstream.pool(node), request, &node.name, exchange).await {
                Ok(response) => {
                    self.judge(node, response.status().as_u16());
                    if self.upstream.balancer.measures()
                        && let Some(asked) = &exchange.upstream
                    {
                        node.load.measured(asked.duration);
                    }
                    exchange.response = Some(finish(response, busy, cookie, self.upstream.idle()));
                    return Ok(());
                }
                Err(error) if error.kind == SendErrorKind::RequestBody => return Err(body_failure_of(error)),
                Err(mut error) => {
                    self.blame(node, sign(error.kind));
                    let Some(unsent) = error.unsent.take() else { return Err(failure(&node.name, &error)) };
                    request = *unsent;
                    last = Some(failure(&node.name, &error));
                }
            }
        }
        Err(last.unwrap_or_else(|| {
            let text = "no node of the upstream is healthy";
            Failure::new(FailureKind::UpstreamUnhealthy, Blame::Upstream, text)
        }))
    }

    /// Whether there is a node to ask.
    pub(super) fn is_well(&self) -> bool {
        self.upstream.nodes.iter().any(|node| node.health.is_well())
    }

    /// Whether one of its nodes has this name.
    pub(super) fn names(&self, name: &Arc<str>) -> bool {
        self.upstream.nodes.iter().any(|node| node.name == *name)
    }

    /// Scheme and authority of its first node.
    pub(super) fn place(&self) -> (&'static str, &str) {
        let node = self.upstream.nodes.first();
        let secure = node.is_some_and(|node| node.origin.tls.is_some());
        (if secure { "https" } else { "http" }, node.map_or("", |node| &node.authority))
    }

    /// What the upstream's own path begins with.
    pub(super) fn prefix(&self) -> &str {
        match &self.path.rewrite {
            PathRewrite::Keep => "/",
            PathRewrite::StripMatched { prefix } | PathRewrite::Prepend { prefix } => prefix,
        }
    }

    /// The request as an upstream sees it, but for its `Host`.
    pub(super) fn request(&self, exchange: &mut Exchange, behind_proxy: bool, target: Uri) -> Request<Body> {
        let body = std::mem::take(&mut exchange.body);
        let head = &exchange.request;
        let mut headers = head.headers.clone();
        strip_hop_by_hop(&mut headers);
        if self.websocket && wants_websocket(head) {
            headers.insert(UPGRADE, WEBSOCKET);
            headers.insert(CONNECTION, HeaderValue::from_static("Upgrade"));
        }
        headers.remove(EXPECT); // the gateway has asked the client for the body itself
        forwarded(&mut headers, exchange, behind_proxy, self.marks.as_deref());
        if let Some(marks) = &self.marks {
            marks.put(&mut headers, exchange, &self.path, behind_proxy);
        }
        let mut request = Request::new(body);
        *request.method_mut() = head.method.clone();
        *request.uri_mut() = target;
        *request.version_mut() = Version::HTTP_11;
        *request.headers_mut() = headers;
        request
    }

    /// Path and query as the upstream sees them.
    pub(super) fn target(&self, exchange: &Exchange) -> Result<Uri, Box<Failure>> {
        let uri = &exchange.request.uri;
        let same = self.path.rewrite == PathRewrite::Keep && !self.path.normalized;
        if same && exchange.forwarded_path.is_none() {
            return Ok(Uri::from(uri.path_and_query().cloned().unwrap_or_else(root)));
        }
        let path = match &exchange.forwarded_path {
            Some(given) => Cow::Borrowed(given.as_str()),
            None => path::forwarded(&self.path, self.normalization, uri.path(), exchange.matched),
        };
        let mark = if path.contains('?') { '&' } else { '?' };
        let target = match uri.query() {
            Some(query) => format!("{path}{mark}{query}"),
            None => path.into_owned(),
        };
        read_target(&target)
    }

    /// The `Host` that a place of this authority sees.
    pub(super) fn name_host(&self, request: &mut Request<Body>, authority: &str, given: Option<&HeaderValue>) {
        if let Some(given) = given {
            request.headers_mut().insert(HOST, given.clone());
            return;
        }
        let name = match &self.host {
            HostHeader::Client if request.headers().contains_key(HOST) => return,
            HostHeader::Fixed(name) => name.as_str(),
            HostHeader::Client | HostHeader::Node => authority,
        };
        if let Ok(value) = HeaderValue::from_str(name) {
            request.headers_mut().insert(HOST, value);
        }
    }

    fn judge(&self, node: &ReadyNode, status: u16) {
        match &self.upstream.passive {
            Some(rule) if rule.limits.is_bad(status) => self.blame(node, Sign::Status),
            Some(_) => node.health.well(),
            None => {}
        }
    }

    fn blame(&self, node: &ReadyNode, sign: Sign) {
        if let Some(rule) = &self.upstream.passive
            && node.health.failed(&rule.limits, sign, rule.pause)
        {
            tracing::warn!(node = %node.name, pause = ?rule.pause, "upstream node failed too often and is left alone");
        }
    }
}

/// Sends a request to one place, and leaves in the exchange what that was like.
pub(super) async fn send(
    pool: &Pool,
    request: Request<Body>,
    name: &Arc<str>,
    exchange: &mut Exchange,
) -> Result<Response<Body>, SendError> {
    let began = Instant::now();
    let sent = pool.send(request).await;
    let status = sent.as_ref().ok().map(|response| response.status().as_u16());
    exchange.upstream = Some(UpstreamFacts { node: name.clone(), began, duration: began.elapsed(), status });
    sent
}

/// Path and query that were made for an upstream.
pub(super) fn read_target(target: &str) -> Result<Uri, Box<Failure>> {
    target.parse().map_err(|_| {
        let text = "the path cannot be rewritten for the upstream";
        Failure::new(FailureKind::BadRequest, Blame::Client, text).detail(format!("{text}: {target:?}"))
    })
}

fn root() -> PathAndQuery {
    PathAndQuery::from_static("/")
}

/// Whether a client asks for a WebSocket (RFC 6455, section 4.1).
fn wants_websocket(head: &Parts) -> bool {
    let says = |name: HeaderName, word: &str| {
        let mut values = head.headers.get_all(name).iter().filter_map(|value| value.to_str().ok());
        values.any(|value| value.split(',').any(|token| token.trim().eq_ignore_ascii_case(word)))
    };
    head.method == Method::GET
        && head.version == Version::HTTP_11
        && says(UPGRADE, "websocket")
        && says(CONNECTION, "upgrade")
}

pub(super) fn finish(
    mut response: Response<Body>,
    busy: Option<Busy>,
    cookie: Option<HeaderValue>,
    idle: Duration,
) -> Response<Body> {
    if let Some(switched) = response.extensions_mut().remove::<Switched>() {
        response.extensions_mut().insert(Agreed { switched, idle });
    }
    strip_hop_by_hop(response.headers_mut());
    if let Some(cookie) = cookie {
        response.headers_mut().append(SET_COOKIE, cookie);
    }
    match busy {
        Some(busy) => response.map(|body| load::counted(body, busy)),
        None => response,
    }
}

/// What proxies before us said is continued if they are trusted; else it is the client's own claim and is replaced.
fn forwarded(headers: &mut HeaderMap, exchange: &Exchange, behind_proxy: bool, marks: Option<&ReadyForwardMarks>) {
    let client = &exchange.client;
    let continued = behind_proxy || marks.is_some_and(|marks| marks.any_addresses);
    let said = headers.get(&FORWARDED_FOR).filter(|_| continued).and_then(|value| value.to_str().ok());
    let chain = address_chain(said, client.peer.ip().to_canonical());
    headers.insert(FORWARDED_FOR, chain);
    let proto = if client.https { "https" } else { "http" };
    headers.insert(FORWARDED_PROTO, HeaderValue::from_static(proto));
    if !behind_proxy || !headers.contains_key(&FORWARDED_HOST) {
        match headers.get(HOST).cloned() {
            Some(host) => headers.insert(FORWARDED_HOST, host),
            None => headers.remove(&FORWARDED_HOST),
        };
    }
    if !behind_proxy || !headers.contains_key(&FORWARDED_PORT) {
        headers.insert(FORWARDED_PORT, HeaderValue::from(client.local.port()));
    }
}

fn address_chain(said: Option<&str>, peer: IpAddr) -> HeaderValue {
    let text = said.map_or_else(|| peer.to_string(), |said| format!("{said}, {peer}"));
    HeaderValue::try_from(text).unwrap_or_else(|_| HeaderValue::from_static(""))
}

pub(super) fn body_failure_of(error: SendError) -> Box<Failure> {
    match error.body {
        Some(cause) => body_failure(cause),
        None => Failure::new(FailureKind::BadRequest, Blame::Client, "the request body broke off").detail(error.detail),
    }
}

pub(super) fn sign(kind: SendErrorKind) -> Sign {
    match kind {
        SendErrorKind::ConnectTimeout | SendErrorKind::WriteTimeout | SendErrorKind::ReadTimeout => Sign::Timeout,
        SendErrorKind::Resolve
        | SendErrorKind::Connect
        | SendErrorKind::Proxy
        | SendErrorKind::Tls
        | SendErrorKind::Closed
        | SendErrorKind::Malformed
        | SendErrorKind::RequestBody => Sign::Broken,
    }
}

pub(super) fn failure(name: &str, error: &SendError) -> Box<Failure> {
    let (kind, text) = match error.kind {
        SendErrorKind::Resolve | SendErrorKind::Connect | SendErrorKind::Proxy | SendErrorKind::Tls => {
            (FailureKind::UpstreamUnreachable, "the upstream cannot be reached")
        }
        SendErrorKind::ConnectTimeout | SendErrorKind::WriteTimeout | SendErrorKind::ReadTimeout => {
            (FailureKind::UpstreamTimeout, "the upstream did not answer in time")
        }
        SendErrorKind::Closed | SendErrorKind::Malformed | SendErrorKind::RequestBody => {
            (FailureKind::UpstreamMalformed, "the upstream broke off before its answer")
        }
    };
    Failure::new(kind, Blame::Upstream, text).detail(format!("{name}: {error}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_chain_of_addresses_grows_only_behind_trusted_proxies() {
        let peer: IpAddr = "10.0.0.1".parse().unwrap();
        assert_eq!(address_chain(None, peer), "10.0.0.1");
        assert_eq!(address_chain(Some("1.1.1.1"), peer), "1.1.1.1, 10.0.0.1");
    }
}

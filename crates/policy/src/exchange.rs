//! One request and later its response, with everything learned on the way.

use crate::again::ReadyAgain;
use crate::answer::ReadyMessages;
use crate::chain::Progress;
use crate::failure::{Blame, Failure};
use crate::learned::Learned;
use crate::path::forwarded;
use crate::predicate::Wire;
use crate::world::ReadyWorld;
use bytes::Bytes;
use model::answer::FailureKind;
use model::endpoint::PathRule;
use model::id::{ConsumerId, GroupId, RouteId};
use model::predicate::HostPattern;
use model::table::PathNormalization;
use net::tls::PeerCertificate;
use net::{Body, BodyError};
use smallvec::SmallVec;
use std::any::Any;
use std::borrow::Cow;
use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;
use std::time::{Instant, SystemTime};

/// What steps, endpoint and log share about one request.
pub struct Exchange {
    /// Method, target, headers. The URI's path and query are the client's, byte for byte, unless a step changed them.
    pub request: http::request::Parts,
    /// The request's body, limited to the listener's size; read it through [`Exchange::hold_body`] or take it.
    pub body: Body,
    /// Bytes a held body may have: the listener's limit.
    pub body_limit: u64,
    /// Who is at the other end.
    pub client: Client,
    /// The gateway's id for this request, 32 hex digits unless a step chose another.
    pub id: String,
    /// The route that took it.
    pub route: Option<Arc<RouteFacts>>,
    /// Path parameters in the order of the template, percent-decoded.
    pub params: Params,
    /// Bytes of the request path that the route's pattern matched (a prefix's length; all of it for exact and template).
    pub matched: usize,
    /// Who the client is, once a step knows.
    pub identity: Option<Identity>,
    /// What the token claims that a step found good.
    pub claims: Option<Claims>,
    /// The response, once there is one.
    pub response: Option<http::Response<Body>>,
    /// The failure that became the response, for the log.
    pub failure: Option<Box<Failure>>,
    /// What the last call of a function learned, for log and metrics.
    pub call: Option<CallFacts>,
    /// The upstream's node that was asked last, for the log.
    pub upstream: Option<UpstreamFacts>,
    /// The forms of messages of the table that the request belongs to, where it has any.
    pub messages: Option<Arc<ReadyMessages>>,
    /// The path that a step gave to those behind, instead of the route's; one with a query of its own ends in it.
    pub forwarded_path: Option<String>,
    /// The `Host` that a step gave to an upstream, instead of the endpoint's.
    pub forwarded_host: Option<http::HeaderValue>,
    /// When the endpoint is to be asked again, where a step has said so.
    pub again: Option<Arc<ReadyAgain>>,
    /// The target as received, where a step changed the request's. What is to be hidden is hidden here as well.
    pub received: Option<http::Uri>,
    /// When the request header had arrived: for durations.
    pub started: Instant,
    /// The same moment, for events.
    pub time: SystemTime,
    /// What was sent, once the last byte has left: for steps of the log phase.
    pub sent: Option<Box<Sent>>,
    /// What steps have learned for expressions, where they have.
    pub learned: Option<Box<Learned>>,
    /// What a slot's request side left for its response side.
    memory: SmallVec<[(usize, Box<dyn Any + Send>); 2]>,
    /// What the request side of the chain leaves for its response side.
    pub(crate) progress: Progress,
}

/// What a token claims, or what a server says of it.
pub type Claims = Arc<serde_json::Map<String, serde_json::Value>>;

/// Path parameters: name and decoded value.
pub type Params = SmallVec<[(Arc<str>, String); 2]>;

/// Who is at the other end of the connection.
#[derive(Clone, Debug)]
pub struct Client {
    /// The client's address: the connection's, the PROXY header's, or what a trusted proxy says.
    pub address: IpAddr,
    /// The connection's own peer.
    pub peer: SocketAddr,
    /// The address it connected to.
    pub local: SocketAddr,
    /// `https` on TLS, or as a trusted proxy says.
    pub https: bool,
    /// Whether the connection itself is TLS.
    pub tls: bool,
    /// The name that it asked for when it began TLS.
    pub server_name: Option<Arc<str>>,
    /// The certificate that it showed: it is whose it says, and trusted where [`PeerCertificate::distrust`] has nothing.
    pub certificate: Option<Arc<PeerCertificate>>,
}

impl Client {
    /// Somebody who is connected from there without TLS, with nobody between.
    pub fn plain(peer: SocketAddr) -> Self {
        Self { address: peer.ip(), peer, local: peer, https: false, tls: false, server_name: None, certificate: None }
    }

    /// What its connection shows.
    pub fn wire(&self) -> Wire<'_> {
        Wire { peer: self.peer, local: self.local, server_name: self.server_name.as_deref() }
    }
}

/// What an exchange knows about its route.
#[derive(Debug)]
pub struct RouteFacts {
    /// Its id.
    pub id: RouteId,
    /// The path pattern as written, for events and metrics: `/users/{id}`.
    pub template: String,
    /// The same for labels: a prefix ends in `*`.
    pub pattern: String,
    /// The hosts that it takes, as patterns; empty: all.
    pub hosts: Vec<(HostPattern, String)>,
    /// The pattern is a prefix: anything may follow it.
    pub open: bool,
    /// What log records and counters say of it.
    pub told: model::route::Told,
    /// What becomes of the path for those behind it.
    pub path: PathRule,
    /// How the table makes paths comparable.
    pub normalization: PathNormalization,
    /// What its expressions may ask for that is the same for every request.
    pub world: Option<Arc<ReadyWorld>>,
}

impl RouteFacts {
    /// Facts of a route that leaves paths as they come.
    pub fn plain(id: RouteId, template: impl Into<String>) -> Self {
        let (path, normalization, told) = (PathRule::KEEP, PathNormalization::default(), Default::default());
        let (template, pattern, hosts) = (template.into(), String::new(), Vec::new());
        Self { id, template, pattern, hosts, open: false, told, path, normalization, world: None }
    }
}

/// A client the gateway knows.
#[derive(Clone, Debug)]
pub struct Identity {
    /// Its id.
    pub consumer: ConsumerId,
    /// The id that others are shown, where it is another.
    pub shown_id: Option<Arc<str>>,
    /// Its name.
    pub name: Arc<str>,
    /// The id it has elsewhere.
    pub custom_id: Option<Arc<str>>,
    /// Its groups, in order.
    pub groups: Arc<[GroupId]>,
    /// Names of groups that may have access.
    pub access: Arc<[Arc<str>]>,
    /// What else is known of it: names and texts.
    pub labels: Arc<[(Arc<str>, Arc<str>)]>,
    /// What names the credential that it showed.
    pub credential: Option<Arc<str>>,
    /// It proved nothing: the configured stand-in for unknown clients.
    pub anonymous: bool,
}

/// What was sent to the client.
#[derive(Clone, Debug, Default)]
pub struct Sent {
    /// The target as received: steps may have changed the exchange's.
    pub target: String,
    /// The status; 499 when the client left before there was one.
    pub status: u16,
    /// The response's header.
    pub headers: http::HeaderMap,
    /// Bytes of its body.
    pub body_bytes: u64,
    /// From the request's header to the response's.
    pub until_header: std::time::Duration,
    /// From the request's header to the last byte.
    pub total: std::time::Duration,
}

/// What a call of a function learned.
#[derive(Clone, Debug, Default)]
pub struct CallFacts {
    /// Function name or URL host.
    pub function: Arc<str>,
    /// AWS's request id.
    pub aws_request_id: Option<String>,
    /// `X-Amz-Executed-Version`.
    pub version: Option<String>,
    /// `X-Amz-Function-Error`, as text.
    pub function_error: Option<String>,
    /// From the first byte sent to the end of the reply.
    pub duration: std::time::Duration,
}

/// What asking an upstream learned.
#[derive(Clone, Debug)]
pub struct UpstreamFacts {
    /// `host:port` of the node.
    pub node: Arc<str>,
    /// When it was asked.
    pub began: Instant,
    /// Until the response header.
    pub duration: std::time::Duration,
    /// The status it answered with.
    pub status: Option<u16>,
}

impl CallFacts {
    /// Before the call, only its target is known.
    pub fn of(function: Arc<str>) -> Self {
        let duration = std::time::Duration::ZERO;
        Self { function, aws_request_id: None, version: None, function_error: None, duration }
    }
}

impl Exchange {
    /// An exchange at its beginning.
    pub fn new(request: http::request::Parts, body: Body, client: Client, body_limit: u64) -> Self {
        let started = Instant::now();
        Self {
            request,
            body,
            body_limit,
            client,
            id: new_id(),
            route: None,
            params: Params::new(),
            matched: 0,
            identity: None,
            claims: None,
            response: None,
            failure: None,
            call: None,
            upstream: None,
            messages: None,
            forwarded_path: None,
            forwarded_host: None,
            again: None,
            received: None,
            started,
            time: net::moment::time_at(started),
            sent: None,
            learned: None,
            memory: SmallVec::new(),
            progress: Progress::default(),
        }
    }

    /// `Host`, else the target's authority, as written: with its port, if any.
    pub fn host(&self) -> &str {
        let field = self.request.headers.get(http::header::HOST).and_then(|value| value.to_str().ok());
        field.or_else(|| self.request.uri.authority().map(|authority| authority.as_str())).unwrap_or("")
    }

    /// The path that those behind see: what a step gave, else what the route makes of the client's.
    pub fn forwarded_path(&self) -> Cow<'_, str> {
        let path = self.request.uri.path();
        match (&self.forwarded_path, &self.route) {
            (Some(given), _) => Cow::Borrowed(given),
            (None, Some(route)) => forwarded(&route.path, route.normalization, path, self.matched),
            (None, None) => Cow::Borrowed(path),
        }
    }

    /// What follows the part of the path that the route matched; it begins with a slash, or is empty.
    pub fn path_below(&self) -> &str {
        let path = self.request.uri.path();
        let slash = self.route.as_ref().is_none_or(|route| route.template.ends_with('/'));
        let at = if slash { self.matched.saturating_sub(1) } else { self.matched };
        let below = path.get(at..).unwrap_or("");
        if below.starts_with('/') { below } else { "" }
    }

    /// The host without its port, as written.
    pub fn host_name(&self) -> &str {
        let host = self.host();
        match host.rfind(':') {
            Some(at) if host[at..].contains(']') => host,
            Some(at) if host[..at].contains(':') && !host[..at].ends_with(']') => host,
            Some(at) => &host[..at],
            None => host,
        }
    }

    /// The whole request body. It stays in the exchange, so that later steps may ask again.
    pub async fn hold_body(&mut self) -> Result<Bytes, Box<Failure>> {
        if let Body::Full(bytes) = &self.body {
            return Ok(bytes.clone());
        }
        let bytes = std::mem::take(&mut self.body).hold(self.body_limit).await.map_err(body_failure)?;
        self.body = bytes.clone().into();
        Ok(bytes)
    }

    /// Another request body, with the length that goes with it.
    pub fn replace_body(&mut self, bytes: Bytes) {
        let headers = &mut self.request.headers;
        if headers.contains_key(http::header::CONTENT_LENGTH) || !bytes.is_empty() {
            headers.insert(http::header::CONTENT_LENGTH, bytes.len().into());
        }
        headers.remove(http::header::TRANSFER_ENCODING);
        self.body = bytes.into();
    }

    /// Leaves something for the same slot's other side. `slot` is the index `build` gave it.
    pub fn remember(&mut self, slot: usize, fact: impl Any + Send) {
        self.memory.push((slot, Box::new(fact)));
    }

    /// What the slot's request side left.
    pub fn recall<T: Any>(&self, slot: usize) -> Option<&T> {
        self.memory.iter().rev().filter(|(at, _)| *at == slot).find_map(|(_, fact)| fact.downcast_ref())
    }
}

/// A request id: 32 hex digits, random.
fn new_id() -> String {
    const_hex::encode(fastrand::u128(..).to_be_bytes())
}

/// A body that could not be read, as a failure of the exchange.
pub fn body_failure(error: BodyError) -> Box<Failure> {
    match error {
        BodyError::TooLarge { limit } => Failure::new(
            FailureKind::BodyTooLarge,
            Blame::Client,
            format!("the request body is larger than {limit} bytes"),
        ),
        BodyError::TimedOut => {
            Failure::new(FailureKind::RequestTimeout, Blame::Client, "the request body did not arrive in time")
        }
        BodyError::Broken(cause) => {
            Failure::new(FailureKind::BadRequest, Blame::Client, "the request body broke off").detail(cause.to_string())
        }
    }
}

#[cfg(test)]
pub(crate) mod testing {
    //! Exchanges for tests.

    use super::*;

    /// A GET of this target from 127.0.0.1.
    pub(crate) fn get(target: &str) -> Exchange {
        of(http::Request::get(target))
    }

    /// A known client with groups for overlays and groups for access.
    pub(crate) fn identity(name: &str, groups: &[&str], access: &[&str]) -> Identity {
        Identity {
            consumer: ConsumerId::new(name),
            shown_id: None,
            name: name.into(),
            custom_id: None,
            groups: groups.iter().map(|group| GroupId::new(*group)).collect(),
            access: access.iter().map(|group| Arc::from(*group)).collect(),
            labels: Arc::from([]),
            credential: None,
            anonymous: false,
        }
    }

    /// A request with this body.
    pub(crate) fn with_body(request: http::request::Builder, body: impl Into<Body>) -> Exchange {
        Exchange { body: body.into(), ..of(request) }
    }

    /// A request without body.
    pub(crate) fn of(request: http::request::Builder) -> Exchange {
        let (parts, ()) = request.body(()).unwrap().into_parts();
        let peer = SocketAddr::from(([127, 0, 0, 1], 4000));
        let client = Client::plain(peer);
        Exchange::new(parts, Body::Empty, client, 1 << 20)
    }
}

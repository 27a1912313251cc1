//! The end of a request: the response on its way out, and what is told of it after its last byte.

use crate::handle::Arrival;
use crate::listener::activity::Activity;
use crate::snapshot::View;
use crate::tunnel::{Agreed, Passage};
use bytes::Bytes;
use http::header::{self, HOST, HeaderName, USER_AGENT};
use http::{HeaderMap, HeaderValue, Response, StatusCode, Uri, Version};
use http_body::{Body as _, Frame, SizeHint};
use net::{Body, BodyError};
use policy::Exchange;
use policy::answer::LastOfConnection;
use policy::chain::ReadyChain;
use policy::exchange::Sent;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, ready};
use std::time::Duration;
use telemetry::AccessRecord;
use telemetry::metrics::RouteMetrics;

/// A request's life. However it ends, also when the client leaves in the middle, it is told of once: on drop.
pub(crate) struct Life {
    pub(crate) exchange: Exchange,
    pub(crate) metrics: Arc<RouteMetrics>,
    view: Arc<View>,
    activity: Arc<Activity>,
    /// The target as received: steps may change the exchange's.
    target: Uri,
    /// What was sent; nothing yet: the client left before there was a response.
    status: Option<StatusCode>,
    sent: u64,
    whole: bool,
    /// The table and route whose log steps are told; no table: nobody's.
    pub(crate) place: Option<(usize, Option<usize>)>,
    /// For log steps: the response's header, and when it was there.
    header: Option<(HeaderMap, Duration)>,
}

/// The status told of a request whose client left before there was a response. Never sent.
const CLIENT_LEFT: u16 = 499;

impl Life {
    /// On the heap from the beginning: it is handed on several times.
    pub(crate) fn begin(view: Arc<View>, arrival: Arrival) -> Box<Self> {
        let limit = view.plan().limits.body_bytes;
        let target = arrival.head.uri.clone();
        Box::new(Self {
            exchange: Exchange::new(arrival.head, arrival.body, arrival.client, limit),
            metrics: view.snapshot.unrouted.clone(),
            view,
            activity: arrival.activity,
            target,
            status: None,
            sent: 0,
            whole: false,
            place: None,
            header: None,
        })
    }

    /// Hands the response out; the rest of the life travels with its body.
    pub(crate) fn send(mut self: Box<Self>) -> Response<Outgoing> {
        let response = self.exchange.response.take();
        let mut response =
            response.unwrap_or_else(|| Response::builder().status(500).body(Body::Empty).unwrap_or_default());
        let upgrade = upgrade_wanted(&mut response);
        let agreed = response.extensions_mut().remove::<Agreed>();
        strip_hop_by_hop(response.headers_mut());
        let last = response.extensions_mut().remove::<LastOfConnection>().is_some();
        if last && self.exchange.request.version < Version::HTTP_2 {
            response.headers_mut().insert(header::CONNECTION, HeaderValue::from_static("close"));
        }
        if let Some(upgrade) = upgrade.filter(|_| self.exchange.request.version < Version::HTTP_2) {
            response.headers_mut().insert(header::UPGRADE, upgrade);
            response.headers_mut().insert(header::CONNECTION, HeaderValue::from_static("Upgrade"));
        }
        if agreed.is_some() {
            response.headers_mut().insert(header::UPGRADE, WEBSOCKET);
            response.headers_mut().insert(header::CONNECTION, HeaderValue::from_static("Upgrade"));
        }
        self.status = Some(response.status());
        if chain_at(&self.view, self.place).is_some_and(|chain| chain.logs(&self.exchange)) {
            self.header = Some((response.headers().clone(), self.exchange.started.elapsed()));
        }
        let (head, body) = response.into_parts();
        self.whole = body.is_end_stream();
        let streamed = !matches!(body, Body::Empty | Body::Full(_));
        Response::from_parts(head, Outgoing { body, streamed, agreed, life: Some(self) })
    }

    /// So many bytes were carried to the client in another protocol, all there were.
    pub(crate) fn carried(&mut self, bytes: u64) {
        (self.sent, self.whole) = (bytes, true);
    }

    /// What log steps know beside the exchange. A client that left before there was a response is told of too.
    fn log(&mut self) {
        if !chain_at(&self.view, self.place).is_some_and(|chain| chain.logs(&self.exchange)) {
            return;
        }
        let view = self.view.clone();
        let Some(chain) = chain_at(&view, self.place) else { return };
        let total = self.exchange.started.elapsed();
        let (headers, until_header) = self.header.take().unwrap_or((HeaderMap::new(), total));
        self.exchange.sent = Some(Box::new(Sent {
            target: self.target.path_and_query().map_or(String::new(), |target| target.as_str().to_owned()),
            status: self.status.map_or(CLIENT_LEFT, |status| status.as_u16()),
            headers,
            body_bytes: self.sent,
            until_header,
            total,
        }));
        chain.log(&mut self.exchange);
    }

    fn tell(&mut self) {
        let exchange = &self.exchange;
        let status = self.status.map_or(CLIENT_LEFT, |status| status.as_u16());
        let duration = exchange.started.elapsed();
        self.metrics.request(status, duration, self.sent);
        let text = |name| exchange.request.headers.get(name).and_then(|value: &HeaderValue| value.to_str().ok());
        let call = exchange.call.as_ref();
        let upstream = exchange.upstream.as_ref();
        self.view.snapshot.shared.access.write(&AccessRecord {
            time: exchange.time,
            client: exchange.client.address,
            method: exchange.request.method.as_str(),
            target: self.target.path_and_query().map_or("", |target| target.as_str()),
            host: text(HOST).unwrap_or(""),
            version: version_text(exchange.request.version),
            status,
            bytes: self.sent,
            duration,
            cut: !self.whole,
            request_id: &exchange.id,
            route: exchange.route.as_ref().map(|route| route.id.as_str()),
            consumer: exchange.identity.as_ref().map(|identity| &*identity.name),
            target_name: call.map(|call| &*call.function).or(upstream.map(|upstream| &*upstream.node)),
            aws_request_id: call.and_then(|call| call.aws_request_id.as_deref()),
            target_duration: call.map(|call| call.duration).or(upstream.map(|upstream| upstream.duration)),
            failure: exchange.failure.as_ref().map(|failure| failure.kind.code()),
            user_agent: text(USER_AGENT),
        });
    }
}

/// The chain of a place.
fn chain_at(view: &View, place: Option<(usize, Option<usize>)>) -> Option<&ReadyChain> {
    let (table, route) = place?;
    let table = view.snapshot.tables.get(table)?;
    Some(match route {
        Some(route) => &table.routes.made.get(route)?.chain,
        None => &table.outside,
    })
}

impl Drop for Life {
    fn drop(&mut self) {
        self.tell();
        self.log();
        self.activity.end();
    }
}

fn version_text(version: Version) -> &'static str {
    match version {
        Version::HTTP_09 => "HTTP/0.9",
        Version::HTTP_10 => "HTTP/1.0",
        Version::HTTP_2 => "HTTP/2.0",
        Version::HTTP_3 => "HTTP/3.0",
        _ => "HTTP/1.1",
    }
}

/// The protocols that a 426 asks for: it says nothing without them (RFC 9110, 15.5.22).
fn upgrade_wanted(response: &mut Response<Body>) -> Option<HeaderValue> {
    if response.status() != StatusCode::UPGRADE_REQUIRED {
        return None;
    }
    response.headers_mut().remove(header::UPGRADE)
}

/// The one protocol that connections change to.
pub(crate) const WEBSOCKET: HeaderValue = HeaderValue::from_static("websocket");

/// Fields that concern one connection only (RFC 9110, 7.6.1) are not passed on.
pub(crate) fn strip_hop_by_hop(headers: &mut HeaderMap) {
    if !headers.keys().any(|name| HOP_BY_HOP.contains(name)) {
        return; // nearly always
    }
    if let Some(named) = headers.remove(header::CONNECTION) {
        let named = named.to_str().unwrap_or("").to_owned();
        for name in named.split(',') {
            headers.remove(name.trim());
        }
    }
    for name in &HOP_BY_HOP {
        headers.remove(name);
    }
}

const HOP_BY_HOP: [HeaderName; 9] = [
    header::CONNECTION,
    header::TRANSFER_ENCODING,
    header::UPGRADE,
    header::TE,
    header::TRAILER,
    header::PROXY_AUTHENTICATE,
    header::PROXY_AUTHORIZATION,
    HeaderName::from_static("keep-alive"),
    HeaderName::from_static("proxy-connection"),
];

/// A response body on its way out.
pub(crate) struct Outgoing {
    body: Body,
    /// The body comes in pieces: the connection's watch looks whether the client reads them.
    streamed: bool,
    /// Another protocol follows.
    agreed: Option<Agreed>,
    /// Gone with what follows.
    life: Option<Box<Life>>,
}

impl Outgoing {
    /// What follows the response in another protocol, if one does.
    pub(crate) fn passage(&mut self) -> Option<Passage> {
        let agreed = self.agreed.take()?;
        Passage::new(&agreed, self.life.take()?)
    }
}

impl http_body::Body for Outgoing {
    type Data = Bytes;
    type Error = BodyError;

    fn poll_frame(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, BodyError>>> {
        let this = self.get_mut();
        let Some(life) = &mut this.life else { return Poll::Ready(None) };
        if this.streamed {
            life.activity.asked();
        }
        let frame = ready!(Pin::new(&mut this.body).poll_frame(cx));
        match &frame {
            None => life.whole = true,
            Some(Ok(frame)) => {
                life.sent += frame.data_ref().map_or(0, Bytes::len) as u64;
                life.whole = this.body.is_end_stream();
                if this.streamed {
                    life.activity.handed();
                }
            }
            Some(Err(cause)) => {
                let id = &life.exchange.id;
                tracing::warn!(request = %id, %cause, "response cut short: its source broke off");
            }
        }
        Poll::Ready(frame)
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}

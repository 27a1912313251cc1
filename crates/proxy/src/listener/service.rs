//! Requests of one connection, handed to `handle`.

use super::ListenerState;
use super::activity::Activity;
use super::arriving;
use super::connection::Wire;
use super::forwarded::Trust;
use crate::handle::{self, Arrival};
use crate::tail::Outgoing;
use crate::tunnel::Passage;
use http::header::{CONNECTION, HeaderValue};
use http::{Request, Response, StatusCode, Version};
use hyper::body::Incoming;
use policy::exchange::Client;
use std::convert::Infallible;
use std::future::Future;
use std::pin::Pin;
use std::sync::{Arc, Mutex, PoisonError};

/// What hyper calls for each request.
pub(super) struct Service {
    state: Arc<ListenerState>,
    wire: Wire,
    activity: Arc<Activity>,
    after: After,
}

/// What follows the connection's last response in another protocol.
pub(super) type After = Arc<Mutex<Option<Passage>>>;

impl Service {
    pub(super) fn new(state: Arc<ListenerState>, wire: Wire, activity: Arc<Activity>, after: After) -> Self {
        Self { state, wire, activity, after }
    }

    /// Who the client is, and whether that is said by a proxy.
    fn client(&self, request: &Request<Incoming>, trust: &Trust) -> (Client, bool) {
        let said = trust.read(request.headers(), self.wire.peer.ip());
        let client = Client {
            address: said.address.unwrap_or(self.wire.peer.ip()).to_canonical(),
            peer: self.wire.peer,
            local: self.wire.local,
            https: said.https.unwrap_or(self.wire.tls),
            tls: self.wire.tls,
            server_name: self.wire.server_name.clone(),
            certificate: self.wire.certificate.clone(),
        };
        (client, said.trusted)
    }
}

impl hyper::service::Service<Request<Incoming>> for Service {
    type Response = Response<Outgoing>;
    type Error = Infallible;
    /// Boxed, so that an idle connection does not hold room for a request in flight.
    type Future = Pin<Box<dyn Future<Output = Result<Response<Outgoing>, Infallible>> + Send>>;

    fn call(&self, request: Request<Incoming>) -> Self::Future {
        self.activity.begin();
        let view = self.state.view.load_full();
        let limits = &view.plan().limits;
        let (client, behind_proxy) = self.client(&request, &view.plan().trust);
        let (head, incoming) = request.into_parts();
        let body = arriving::bounded(incoming, limits.body_bytes, limits.request_time);
        let version = head.version;
        let arrival = Arrival { head, body, client, behind_proxy, activity: self.activity.clone() };
        let (state, after) = (self.state.clone(), self.after.clone());
        Box::pin(async move {
            let mut response = handle::handle(view, arrival).await;
            if response.status() == StatusCode::SWITCHING_PROTOCOLS {
                *after.lock().unwrap_or_else(PoisonError::into_inner) = response.body_mut().passage();
                return Ok(response);
            }
            net::together().await;
            if version < Version::HTTP_2 && *state.stop.borrow() {
                response.headers_mut().insert(CONNECTION, HeaderValue::from_static("close"));
            }
            Ok(response)
        })
    }
}

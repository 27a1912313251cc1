//! Places that no endpoint has, to which steps lead requests: each is reached as the endpoint on whose way it is.

use super::forward::{HttpRoute, body_failure_of, failure, finish, send};
use http::{Request, Uri};
use model::answer::FailureKind;
use model::tls::ClientTls;
use net::Body;
use net::client::{Pool, SendErrorKind};
use policy::failure::Blame;
use policy::{Exchange, Failure};
use std::collections::VecDeque;
use std::sync::{Arc, Mutex, PoisonError};

/// Places whose connections are kept; requests decide what they are.
const MOST: usize = 64;

/// The places that were asked last.
pub(super) struct Strangers {
    /// For those with TLS.
    tls: ClientTls,
    known: Mutex<VecDeque<Arc<Stranger>>>,
}

struct Stranger {
    secure: bool,
    host: String,
    port: u16,
    pool: Pool,
    /// Its `Host`, and its name in logs.
    authority: Arc<str>,
}

impl Strangers {
    pub(super) fn new(tls: Option<ClientTls>) -> Self {
        Self { tls: tls.unwrap_or_default(), known: Mutex::default() }
    }

    /// Sends a request to a URL's place.
    pub(super) async fn ask(
        &self,
        place: &Uri,
        mut request: Request<Body>,
        route: &HttpRoute,
        exchange: &mut Exchange,
    ) -> Result<(), Box<Failure>> {
        let stranger = self.stranger(place, route)?;
        route.name_host(&mut request, &stranger.authority, exchange.forwarded_host.as_ref());
        match send(&stranger.pool, request, &stranger.authority, exchange).await {
            Ok(response) => {
                exchange.response = Some(finish(response, None, None, route.upstream().idle()));
                Ok(())
            }
            Err(error) if error.kind == SendErrorKind::RequestBody => Err(body_failure_of(error)),
            Err(error) => Err(failure(&stranger.authority, &error)),
        }
    }

    fn stranger(&self, place: &Uri, route: &HttpRoute) -> Result<Arc<Stranger>, Box<Failure>> {
        let secure = matches!(place.scheme_str(), Some("https" | "wss" | "grpcs"));
        let host = place.host().unwrap_or_default().trim_start_matches('[').trim_end_matches(']');
        let port = place.port_u16().unwrap_or(if secure { 443 } else { 80 });
        let is = |one: &Arc<Stranger>| (one.secure, one.host.as_str(), one.port) == (secure, host, port);
        let mut known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        let found = known.iter().position(is).and_then(|at| known.remove(at));
        let stranger = match found {
            Some(stranger) => stranger,
            None => {
                let tls = secure.then(|| self.tls.clone());
                let made = route.upstream().stranger(host, port, tls);
                let (pool, authority) = made.map_err(|cause| unreachable(&cause.to_string()))?;
                Arc::new(Stranger { secure, host: host.to_owned(), port, pool, authority })
            }
        };
        known.push_front(stranger.clone());
        known.truncate(MOST);
        Ok(stranger)
    }
}

fn unreachable(cause: &str) -> Box<Failure> {
    let text = "the upstream cannot be reached";
    Failure::new(FailureKind::UpstreamUnreachable, Blame::Config, text).detail(format!("{text}: {cause}"))
}

//! A member of a cluster: how it is reached, and in which of etcd's forms it is asked.
//!
//! Lists are asked for by gRPC, which spares etcd and this process a detour of all bytes over base64. Where something on
//! the way speaks HTTP/1.1 only, the JSON form does for lists as well; everything else is said in it anyway.

use super::EtcdOptions;
use super::cluster::{Asked, Trouble};
use super::grpc::{self, NoMessage, UNAUTHENTICATED};
use super::wire::{Complaint, Range, Ranged};
use bytes::Bytes;
use http::header::{AUTHORIZATION, CONTENT_TYPE, HOST, HeaderValue};
use http::{Request, Response, StatusCode};
use net::client::{Origin, OriginTls, Pool, PoolOptions, SendError, SendErrorKind, Sent};
use net::tls::client_config;
use net::{Body, BodyError};
use serde::de::DeserializeOwned;
use std::fmt;
use std::sync::OnceLock;
use std::time::Duration;

/// The largest answer that is read at once, in bytes.
const LARGEST: u64 = 256 << 20;
/// To connect.
const CONNECT: Duration = Duration::from_secs(3);

/// Where lists are asked for by gRPC.
const RANGE: &str = "/etcdserverpb.KV/Range";

/// A member.
pub(super) struct Member {
    pub(super) name: String,
    authority: HeaderValue,
    asking: Pool,
    /// It keeps no connections: one that was closed meanwhile would leave open whether something was written.
    writing: Pool,
    watching: Pool,
    listing: Pool,
    /// Whether it answers gRPC, once that is known.
    pub(super) speaks_grpc: OnceLock<bool>,
}

/// Which of a member's pools is used: an answer comes at once, news come for as long as there are any.
#[derive(Clone, Copy)]
pub(super) enum Way {
    Answer(Asked),
    News,
}

/// A member gave no answer to a request, of which this much was sent.
pub(super) struct Missed {
    pub(super) trouble: Trouble,
    pub(super) sent: Sent,
}

/// Why there is no list by gRPC.
enum NoList {
    /// It is not spoken, or nobody knows.
    NotSpoken(String),
    Missed(Missed),
}

impl Missed {
    pub(super) fn strange(text: String) -> Self {
        Self { trouble: Trouble::Strange(text), sent: Sent::Nothing }
    }

    /// Whether a new token may help.
    pub(super) fn is_of_token(&self) -> bool {
        let Trouble::Refused(text, code) = &self.trouble else { return false };
        *code == UNAUTHENTICATED || text.contains("auth store is old") || text.contains("invalid auth token")
    }
}

impl Member {
    pub(super) fn new(host: &str, options: &EtcdOptions) -> Result<Self, String> {
        let uri: http::Uri = host.trim_end_matches('/').parse().map_err(|cause| format!("is no URL: {cause}"))?;
        let (Some(scheme), Some(authority)) = (uri.scheme_str(), uri.authority()) else {
            return Err("is no URL: write it as http://127.0.0.1:2379".to_owned());
        };
        let secure = match scheme {
            "http" => false,
            "https" => true,
            other => return Err(format!("{other} is not spoken: write http or https")),
        };
        let name = authority.host().trim_start_matches('[').trim_end_matches(']').to_owned();
        let tls = match secure {
            false => None,
            true => {
                let config = client_config(&options.tls).map_err(|cause| cause.to_string())?;
                Some(OriginTls { config, server_name: options.server_name.clone().unwrap_or_else(|| name.clone()) })
            }
        };
        let port = authority.port_u16().unwrap_or(if secure { 443 } else { 80 });
        let origin = Origin { host: name, port, tls, http2: false, forward: None };
        let pool = |idle, read| Pool::new(origin.clone(), pool_options(idle, read));
        Ok(Self {
            name: host.trim_end_matches('/').to_owned(),
            authority: HeaderValue::from_str(authority.as_str()).map_err(|cause| cause.to_string())?,
            asking: pool(4, options.patience),
            writing: pool(0, options.patience),
            watching: pool(0, options.silence),
            listing: Pool::new(Origin { http2: true, ..origin.clone() }, pool_options(0, options.patience)),
            speaks_grpc: OnceLock::new(),
        })
    }

    /// Asks in the JSON form.
    pub(super) async fn send(
        &self,
        path: &str,
        body: Bytes,
        way: Way,
        token: Option<HeaderValue>,
    ) -> Result<Response<Body>, Missed> {
        let request = Request::post(path).header(HOST, &self.authority).header(CONTENT_TYPE, "application/json");
        let request = request.body(Body::Full(body)).map_err(|cause| Missed::strange(cause.to_string()))?;
        let pool = match way {
            Way::Answer(Asked::Reading) => &self.asking,
            Way::Answer(Asked::Writing) => &self.writing,
            Way::News => &self.watching,
        };
        let response = pool.send(with(token, request)).await.map_err(|error| self.missed(&error, error.sent))?;
        if response.status() == StatusCode::OK {
            return Ok(response);
        }
        let status = response.status();
        let body = response.into_body().hold(1 << 20).await.map_err(|cause| self.missed(&cause, Sent::Maybe))?;
        let (text, code) = Complaint::read(status, &body);
        Err(Missed { trouble: Trouble::Refused(format!("{}: {text}", self.name), code), sent: Sent::Maybe })
    }

    /// Asks in the JSON form, and reads the whole answer.
    pub(super) async fn ask<T: DeserializeOwned>(
        &self,
        path: &str,
        body: Bytes,
        asked: Asked,
        token: Option<HeaderValue>,
    ) -> Result<T, Missed> {
        let response = self.send(path, body, Way::Answer(asked), token).await?;
        let place = || format!("{}: {path}", self.name);
        let body = response.into_body().hold(LARGEST).await.map_err(|cause| {
            let text = format!("{}: {cause}", place());
            let trouble = match cause {
                BodyError::TooLarge { .. } => Trouble::Refused(text, grpc::EXHAUSTED),
                BodyError::TimedOut | BodyError::Broken(_) => Trouble::Away(text),
            };
            Missed { trouble, sent: Sent::Maybe }
        })?;
        let strange = |cause| Trouble::Strange(format!("{}: {cause}", place()));
        serde_json::from_slice(&body).map_err(|cause| Missed { trouble: strange(cause), sent: Sent::Maybe })
    }

    /// Asks for a list, by gRPC unless that is not spoken there.
    pub(super) async fn range(&self, range: &Range, token: Option<HeaderValue>) -> Result<Ranged, Missed> {
        if self.speaks_grpc.get() == Some(&false) {
            return self.ask("/v3/kv/range", range.json(), Asked::Reading, token).await;
        }
        let cause = match self.range_by_grpc(range, token.clone()).await {
            Ok(ranged) => return Ok(ranged),
            Err(NoList::Missed(missed)) => return Err(missed),
            Err(NoList::NotSpoken(cause)) if self.speaks_grpc.get() == Some(&true) => {
                return Err(self.missed(&cause, Sent::Maybe));
            }
            Err(NoList::NotSpoken(cause)) => cause,
        };
        let ranged = self.ask("/v3/kv/range", range.json(), Asked::Reading, token).await?;
        if self.speaks_grpc.set(false).is_ok() {
            tracing::debug!(etcd = self.name, cause, "gRPC is not spoken there: lists come in the JSON form");
        }
        Ok(ranged)
    }

    async fn range_by_grpc(&self, range: &Range, token: Option<HeaderValue>) -> Result<Ranged, NoList> {
        let request = grpc::request(RANGE, &self.authority, range);
        let request = request.map_err(|cause| NoList::Missed(Missed::strange(cause.to_string())))?;
        let response = self.listing.send(with(token, request)).await.map_err(|error| self.no_list(&error))?;
        let answer = grpc::message(response, LARGEST).await;
        if !matches!(answer, Err(NoMessage::NotSpoken(_))) {
            let _ = self.speaks_grpc.set(true); // who said so before was right
        }
        let text = |text: String| format!("{}: {text}", self.name);
        answer.map_err(|cause| {
            let trouble = match cause {
                NoMessage::NotSpoken(cause) => return NoList::NotSpoken(cause),
                NoMessage::Refused(cause, code) => Trouble::Refused(text(cause), code),
                NoMessage::Broken(cause) => Trouble::Away(text(cause)),
                NoMessage::Strange(cause) => Trouble::Strange(text(cause)),
            };
            NoList::Missed(Missed { trouble, sent: Sent::Maybe })
        })
    }

    /// Somebody who does not speak HTTP/2 may close the connection, answer what is none, or wait for the rest.
    fn no_list(&self, error: &SendError) -> NoList {
        match error.kind {
            SendErrorKind::Closed
            | SendErrorKind::Malformed
            | SendErrorKind::ReadTimeout
            | SendErrorKind::WriteTimeout => NoList::NotSpoken(error.to_string()),
            SendErrorKind::Resolve
            | SendErrorKind::Connect
            | SendErrorKind::ConnectTimeout
            | SendErrorKind::Proxy
            | SendErrorKind::Tls
            | SendErrorKind::RequestBody => NoList::Missed(self.missed(error, error.sent)),
        }
    }

    pub(super) fn missed(&self, cause: &dyn fmt::Display, sent: Sent) -> Missed {
        Missed { trouble: Trouble::Away(format!("{}: {cause}", self.name)), sent }
    }
}

fn with(token: Option<HeaderValue>, mut request: Request<Body>) -> Request<Body> {
    request.headers_mut().extend(token.map(|token| (AUTHORIZATION, token)));
    request
}

fn pool_options(idle: usize, read: Duration) -> PoolOptions {
    PoolOptions { idle, idle_time: Duration::from_secs(60), connect: CONNECT.min(read), write: CONNECT, read }
}

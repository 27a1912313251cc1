//! The members of a cluster: one is asked, the next when it is not there. A user's token is fetched and renewed here.

use super::wire::{self, Complaint, Token};
use super::{EtcdOptions, EtcdUser};
use crate::StoreError;
use crate::rows::broken;
use bytes::Bytes;
use http::header::{AUTHORIZATION, CONTENT_TYPE, HOST, HeaderValue};
use http::{Request, Response, StatusCode};
use net::Body;
use net::client::{Origin, OriginTls, Pool, PoolOptions, Sent};
use net::tls::client_config;
use serde::de::DeserializeOwned;
use serde_json::json;
use std::fmt;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

/// The largest answer that is read at once, in bytes.
const LARGEST: u64 = 256 << 20;
/// To connect.
const CONNECT: Duration = Duration::from_secs(3);

/// The members of a cluster.
pub(super) struct Cluster {
    members: Vec<Member>,
    /// The member that answered last.
    current: AtomicUsize,
    user: Option<EtcdUser>,
    token: Mutex<Option<HeaderValue>>,
}

struct Member {
    name: String,
    authority: HeaderValue,
    asking: Pool,
    /// It keeps no connections: one that was closed meanwhile would leave open whether something was written.
    writing: Pool,
    watching: Pool,
}

/// Whether a question may be asked twice.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Asked {
    /// It changes nothing: any member may be asked next.
    Reading,
    /// It may have had its effect although no answer came.
    Writing,
}

/// Why there is no answer.
#[derive(Debug)]
pub(super) enum Trouble {
    /// Nobody is there.
    Away(String),
    /// etcd says no, with gRPC's code.
    Refused(String, i64),
    /// The answer cannot be understood.
    Strange(String),
}

impl fmt::Display for Trouble {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Away(text) | Self::Strange(text) | Self::Refused(text, _) => f.write_str(text),
        }
    }
}

/// Which of a member's pools is used: an answer comes at once, news come for as long as there are any.
#[derive(Clone, Copy)]
enum Way {
    Answer(Asked),
    News,
}

impl Cluster {
    pub(super) fn new(options: &EtcdOptions) -> Result<Self, StoreError> {
        let member = |host: &String| Member::new(host, options).map_err(|cause| broken(host, cause));
        let members: Vec<Member> = options.hosts.iter().map(member).collect::<Result<_, _>>()?;
        if members.is_empty() {
            return Err(broken("etcd", "no host is named"));
        }
        let (current, user, token) = (AtomicUsize::new(0), options.user.clone(), Mutex::default());
        Ok(Self { members, current, user, token })
    }

    /// For messages: the members' addresses.
    pub(super) fn place(&self) -> String {
        let names: Vec<&str> = self.members.iter().map(|member| member.name.as_str()).collect();
        format!("etcd at {}", names.join(", "))
    }

    /// Asks one question.
    pub(super) async fn ask<T: DeserializeOwned>(&self, path: &str, body: Bytes, asked: Asked) -> Result<T, Trouble> {
        let response = self.send(path, body, Way::Answer(asked)).await?;
        let body = response.into_body().hold(LARGEST).await;
        let body = body.map_err(|cause| Trouble::Away(format!("{path}: {cause}")))?;
        serde_json::from_slice(&body).map_err(|cause| Trouble::Strange(format!("{path}: {cause}")))
    }

    /// Asks for news; they come in the body.
    pub(super) async fn watch(&self, body: Bytes) -> Result<Body, Trouble> {
        Ok(self.send("/v3/watch", body, Way::News).await?.into_body())
    }

    /// Sends to the members in turn, beginning with the one that answered last.
    async fn send(&self, path: &str, body: Bytes, way: Way) -> Result<Response<Body>, Trouble> {
        let first = self.current.load(Ordering::Relaxed);
        let mut last = Trouble::Away("no member".to_owned());
        for step in 0..self.members.len() {
            let at = (first + step) % self.members.len();
            match self.send_as_user(&self.members[at], path, &body, way).await {
                Ok(response) => {
                    self.current.store(at, Ordering::Relaxed);
                    return Ok(response);
                }
                Err(Missed { trouble, sent }) if may_go_on(&trouble, sent, way) => last = trouble,
                Err(Missed { trouble, .. }) => return Err(trouble),
            }
        }
        Err(last)
    }

    /// With a token, where one is needed; one that is refused is fetched again, once.
    async fn send_as_user(&self, to: &Member, path: &str, body: &Bytes, way: Way) -> Result<Response<Body>, Missed> {
        let Some(user) = &self.user else { return to.send(path, body.clone(), way, None).await };
        let known = self.token.lock().unwrap_or_else(PoisonError::into_inner).clone();
        let is_known = known.is_some();
        let token = match known {
            Some(token) => token,
            None => self.fetch_token(to, user).await?,
        };
        match to.send(path, body.clone(), way, Some(token)).await {
            Err(missed) if is_known && missed.is_of_token() => {
                let token = self.fetch_token(to, user).await?;
                to.send(path, body.clone(), way, Some(token)).await
            }
            other => other,
        }
    }

    async fn fetch_token(&self, from: &Member, user: &EtcdUser) -> Result<HeaderValue, Missed> {
        let body = wire::bytes(&json!({"name": user.name, "password": user.password}));
        let response = from.send("/v3/auth/authenticate", body, Way::Answer(Asked::Reading), None).await?;
        let body = response.into_body().hold(1 << 20).await.map_err(|cause| from.missed(&cause, Sent::Nothing))?;
        let strange = |cause: &dyn fmt::Display| Missed::strange(format!("{}: the token: {cause}", from.name));
        let Token { token } = serde_json::from_slice(&body).map_err(|cause| strange(&cause))?;
        let mut token = HeaderValue::from_str(&token).map_err(|cause| strange(&cause))?;
        token.set_sensitive(true);
        *self.token.lock().unwrap_or_else(PoisonError::into_inner) = Some(token.clone());
        Ok(token)
    }
}

/// A member gave no answer to a request, of which this much was sent.
struct Missed {
    trouble: Trouble,
    sent: Sent,
}

impl Missed {
    fn strange(text: String) -> Self {
        Self { trouble: Trouble::Strange(text), sent: Sent::Nothing }
    }

    /// Whether a new token may help.
    fn is_of_token(&self) -> bool {
        let Trouble::Refused(text, code) = &self.trouble else { return false };
        *code == UNAUTHENTICATED || text.contains("auth store is old") || text.contains("invalid auth token")
    }
}

const UNAVAILABLE: i64 = 14;
const UNAUTHENTICATED: i64 = 16;

/// Whether the next member may be asked.
fn may_go_on(trouble: &Trouble, sent: Sent, way: Way) -> bool {
    let is_harmless = match way {
        Way::Answer(Asked::Reading) | Way::News => true,
        Way::Answer(Asked::Writing) => false,
    };
    match trouble {
        Trouble::Away(_) => is_harmless || sent == Sent::Nothing,
        Trouble::Refused(_, UNAVAILABLE) => is_harmless, // it has no leader: another may have
        Trouble::Refused(..) | Trouble::Strange(_) => false,
    }
}

impl Member {
    fn new(host: &str, options: &EtcdOptions) -> Result<Self, String> {
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
        })
    }

    async fn send(
        &self,
        path: &str,
        body: Bytes,
        way: Way,
        token: Option<HeaderValue>,
    ) -> Result<Response<Body>, Missed> {
        let request = Request::post(path).header(HOST, &self.authority).header(CONTENT_TYPE, "application/json");
        let request = match token {
            Some(token) => request.header(AUTHORIZATION, token),
            None => request,
        };
        let request = request.body(Body::Full(body)).map_err(|cause| Missed::strange(cause.to_string()))?;
        let pool = match way {
            Way::Answer(Asked::Reading) => &self.asking,
            Way::Answer(Asked::Writing) => &self.writing,
            Way::News => &self.watching,
        };
        let response = pool.send(request).await.map_err(|error| self.missed(&error, error.sent))?;
        if response.status() == StatusCode::OK {
            return Ok(response);
        }
        let status = response.status();
        let body = response.into_body().hold(1 << 20).await.map_err(|cause| self.missed(&cause, Sent::Maybe))?;
        let (text, code) = Complaint::read(status, &body);
        Err(Missed { trouble: Trouble::Refused(format!("{}: {text}", self.name), code), sent: Sent::Maybe })
    }

    fn missed(&self, cause: &dyn fmt::Display, sent: Sent) -> Missed {
        Missed { trouble: Trouble::Away(format!("{}: {cause}", self.name)), sent }
    }
}

fn pool_options(idle: usize, read: Duration) -> PoolOptions {
    PoolOptions { idle, idle_time: Duration::from_secs(60), connect: CONNECT.min(read), write: CONNECT, read }
}

//! The members of a cluster: one is asked, the next when it is not there. A user's token is fetched and renewed here.

use super::grpc::UNAVAILABLE;
use super::member::{Member, Missed, Way};
use super::wire::{self, Range, Ranged, Token};
use super::{EtcdOptions, EtcdUser};
use crate::StoreError;
use crate::rows::broken;
use bytes::Bytes;
use http::Response;
use http::header::HeaderValue;
use net::Body;
use net::client::Sent;
use serde::de::DeserializeOwned;
use serde_json::json;
use std::fmt;
use std::pin::Pin;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, PoisonError};

/// The members of a cluster.
pub(super) struct Cluster {
    pub(super) members: Vec<Member>,
    /// The member that answered last.
    current: AtomicUsize,
    user: Option<EtcdUser>,
    token: Mutex<Option<HeaderValue>>,
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

/// An answer that is waited for.
type Asking<'a, T> = Pin<Box<dyn Future<Output = Result<T, Missed>> + Send + 'a>>;

/// What asks a member as a user.
type Ask<'a, T> = dyn Fn(&'a Member, Option<HeaderValue>) -> Asking<'a, T> + Sync + 'a;

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
    pub(super) async fn ask<'a, T: DeserializeOwned + 'a>(
        &'a self,
        path: &'a str,
        body: Bytes,
        asked: Asked,
    ) -> Result<T, Trouble> {
        let ask = move |to: &'a Member, token| -> Asking<'a, T> { Box::pin(to.ask(path, body.clone(), asked, token)) };
        self.in_turn(Way::Answer(asked), &ask).await
    }

    /// Asks for a list.
    pub(super) async fn range<'a>(&'a self, range: &'a Range) -> Result<Ranged, Trouble> {
        let ask = move |to: &'a Member, token| -> Asking<'a, Ranged> { Box::pin(to.range(range, token)) };
        self.in_turn(Way::Answer(Asked::Reading), &ask).await
    }

    /// Asks for news; they come in the body.
    pub(super) async fn watch<'a>(&'a self, body: Bytes) -> Result<Body, Trouble> {
        let ask = move |to: &'a Member, token| -> Asking<'a, Response<Body>> {
            Box::pin(to.send("/v3/watch", body.clone(), Way::News, token))
        };
        Ok(self.in_turn(Way::News, &ask).await?.into_body())
    }

    /// Asks the members in turn, beginning with the one that answered last.
    async fn in_turn<'a, T>(&'a self, way: Way, ask: &Ask<'a, T>) -> Result<T, Trouble> {
        let first = self.current.load(Ordering::Relaxed);
        let mut last = Trouble::Away("no member".to_owned());
        for step in 0..self.members.len() {
            let at = (first + step) % self.members.len();
            match self.as_user(&self.members[at], ask).await {
                Ok(answer) => {
                    self.current.store(at, Ordering::Relaxed);
                    return Ok(answer);
                }
                Err(Missed { trouble, sent }) if may_go_on(&trouble, sent, way) => last = trouble,
                Err(Missed { trouble, .. }) => return Err(trouble),
            }
        }
        Err(last)
    }

    /// With a token, where one is needed; one that is refused is fetched again, once.
    async fn as_user<'a, T>(&self, member: &'a Member, ask: &Ask<'a, T>) -> Result<T, Missed> {
        let Some(user) = &self.user else { return ask(member, None).await };
        let known = self.token.lock().unwrap_or_else(PoisonError::into_inner).clone();
        let is_known = known.is_some();
        let token = match known {
            Some(token) => token,
            None => self.fetch_token(member, user).await?,
        };
        match ask(member, Some(token)).await {
            Err(missed) if is_known && missed.is_of_token() => {
                let token = self.fetch_token(member, user).await?;
                ask(member, Some(token)).await
            }
            other => other,
        }
    }

    async fn fetch_token(&self, from: &Member, user: &EtcdUser) -> Result<HeaderValue, Missed> {
        let body = wire::bytes(&json!({"name": user.name, "password": user.password}));
        let strange = |cause: &dyn fmt::Display| Missed::strange(format!("{}: the token: {cause}", from.name));
        let Token { token } = from.ask("/v3/auth/authenticate", body, Asked::Reading, None).await?;
        let mut token = HeaderValue::from_str(&token).map_err(|cause| strange(&cause))?;
        token.set_sensitive(true);
        *self.token.lock().unwrap_or_else(PoisonError::into_inner) = Some(token.clone());
        Ok(token)
    }
}

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

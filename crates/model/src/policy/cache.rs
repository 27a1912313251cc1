//! Responses that are kept, and answer later requests.

use super::{LimitPart, RequestText};
use crate::text::Text;
use serde::Serialize;
use std::time::Duration;

/// Answers with kept responses (request side), and keeps them (response side). What a response's `Vary` names must be the
/// same in both requests; `Vary: *`, part of a body (206) and one that breaks off are never kept.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Cache {
    /// Where responses are kept.
    pub zone: CacheZone,
    /// What requests have in common that one response is for.
    pub key: CacheKey,
    /// Methods of such requests.
    pub methods: Vec<String>,
    /// Statuses of responses that are kept, from and to.
    pub statuses: Vec<(u16, u16)>,
    /// Media types of responses that are kept, `*` for any part, with the parameters that they must have; `None`: any.
    pub types: Option<Vec<String>>,
    /// How long a response is fresh.
    pub time: Duration,
    /// How long it is kept; `None`: as long as it is fresh.
    pub keep: Option<Duration>,
    /// What of clients and upstreams is obeyed.
    pub obeys: CacheRules,
    /// A request for which these texts together are neither empty nor `0` is not answered from here.
    pub bypass: Vec<RequestText>,
    /// Nor is its response kept where these are so.
    pub skip: Vec<RequestText>,
    /// A response is kept where this is true, whatever its status.
    pub condition: Option<Text>,
    /// How clients steer.
    pub steer: Option<CacheSteer>,
    /// What clients are told.
    pub told: CacheTold,
    /// Response header fields that clients do not see.
    pub hidden: Vec<String>,
    /// `PURGE` forgets what is kept for a target: 200, or 404 where there was nothing.
    pub purge: bool,
    /// A kept response stands in the endpoint's place: later steps still run.
    pub later: bool,
}

/// Room for kept responses; policies with the same zone share it.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize)]
pub struct CacheZone {
    /// Its name.
    pub name: String,
    /// Bytes of all responses together, their header and key included.
    pub bytes: u64,
    /// Responses.
    pub entries: u64,
    /// Bytes of the largest body that is kept.
    pub largest: u64,
}

/// What requests have in common that one response is for, beside the method.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct CacheKey {
    /// Policies of another scope have other keys.
    pub scope: String,
    /// The route.
    pub route: bool,
    /// The known client.
    pub consumer: bool,
    /// The host.
    pub host: bool,
    /// The path; lower case where case does not matter.
    pub path: Option<CachePath>,
    /// The query's parameters, whatever their order.
    pub query: CacheQuery,
    /// These header fields.
    pub headers: Vec<String>,
    /// These texts.
    pub texts: Vec<RequestText>,
    /// These attributes and evaluated texts.
    pub parts: Vec<LimitPart>,
}

/// How paths are compared.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub enum CachePath {
    /// As they are.
    Exact,
    /// Without regard to case.
    AnyCase,
}

/// Which parameters of the query count.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub enum CacheQuery {
    /// All.
    All,
    /// These.
    Of(Vec<String>),
    /// None.
    #[default]
    Nothing,
}

/// What of clients and upstreams is obeyed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct CacheRules {
    /// `Cache-Control` of requests.
    pub request: bool,
    /// Requests with `Authorization` pass by.
    pub authorization: bool,
    /// `Cache-Control` of responses: those with `private`, `no-store` or `no-cache` are not kept.
    pub private: bool,
    /// Only responses with `public` are kept.
    pub public: bool,
    /// How long they say that they are fresh.
    pub lifetime: Lifetime,
    /// Responses with `Set-Cookie` are kept, cookies included.
    pub cookies: bool,
}

/// What becomes of the time that a response names: `s-maxage`, `max-age` or `Expires`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub enum Lifetime {
    /// Nothing.
    Ignored,
    /// It goes before the policy's time.
    Preferred,
    /// It goes before the policy's time, where it is shorter.
    AtMost,
    /// Only responses that name one are kept.
    Needed,
}

/// How clients steer: a header field, else a parameter of the query.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct CacheSteer {
    /// The field.
    pub header: String,
    /// The parameter.
    pub query: String,
    /// Its value for a request that passes by.
    pub bypass: String,
    /// Its value for a request whose response is kept anew.
    pub refresh: Option<String>,
}

/// Names of response header fields, `None`: not sent; and what is said in them.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct CacheTold {
    /// What the cache did.
    pub status: Option<String>,
    /// The key, as SHA-256.
    pub key: Option<String>,
    /// How old a kept response is, in seconds.
    pub age: Option<String>,
    /// The words of `status`.
    pub words: CacheWords,
}

/// What a cache did, in words.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct CacheWords {
    /// It answered.
    pub hit: String,
    /// There was nothing.
    pub miss: String,
    /// The request passed by.
    pub bypass: String,
    /// Its method is none of the cache's.
    pub method: String,
    /// What was there is older than the client takes, or than it is fresh.
    pub stale: String,
    /// What was there is not kept any longer.
    pub expired: String,
    /// There was nothing, and the response is not kept.
    pub unkept: String,
}

impl Default for CacheWords {
    fn default() -> Self {
        let word = |text: &str| text.to_owned();
        Self {
            hit: word("hit"),
            miss: word("miss"),
            bypass: word("bypass"),
            method: word("bypass"),
            stale: word("stale"),
            expired: word("miss"),
            unkept: word("miss"),
        }
    }
}

//! What a step does: one variant for each policy, its data in a file of its own.

mod access_token;
mod acl;
mod any_of;
mod basic_auth;
mod body_template;
mod breaker;
mod cache;
mod check_addresses;
mod check_json;
mod check_values;
mod client_address;
mod compress;
mod cors;
mod count;
mod csrf;
mod evaluated;
mod first_of;
mod forward_auth;
mod header_edit;
mod hmac_auth;
mod host_certificates;
mod identity;
mod inject;
mod ip_restriction;
mod jwt;
mod key_auth;
mod lead_by_path;
mod log;
mod log_object;
mod pace;
mod path_rules;
mod policy_agent;
mod query_texts;
mod rate_limit;
mod redirect;
mod refusal;
mod refuse;
mod refusing;
mod request_id;
mod request_size;
mod request_text;
mod rewrite;
mod split;
mod substitution;
mod terminate;
mod token_proof;
mod transform;
mod validate;

pub use access_token::{AccessToken, Audience, TokenFact};
pub use acl::{Acl, GroupRule};
pub use any_of::AnyOf;
pub use basic_auth::BasicAuth;
pub use body_template::BodyTemplate;
pub use breaker::Breaker;
pub use cache::{
    Cache, CacheKey, CachePath, CacheQuery, CacheRules, CacheSteer, CacheTold, CacheWords, CacheZone, Lifetime,
};
pub use check_addresses::{AddressOf, CheckAddresses};
pub use check_json::CheckJson;
pub use check_values::{CheckValues, ValueCheck, ValueRule};
pub use client_address::ClientAddress;
pub use compress::{BrotliMode, Compress, Encoding};
pub use cors::{Cors, CorsManner, Origins};
pub use count::{Count, Counted, LabelFact, LabelValue, Metric, MetricKind, Timed};
pub use csrf::Csrf;
pub use evaluated::{Assign, Compose, HeaderTexts};
pub use first_of::{Bound, Entrance, FirstOf, KeyEntrance, Shows, Subscription, TokenEntrance, TokenTypes, Way};
pub use forward_auth::ForwardAuth;
pub use header_edit::{HeaderEdit, HeaderEdits};
pub use hmac_auth::{BodyDigest, HmacAlgorithm, HmacAuth, SignatureForm};
pub use host_certificates::{HostCertificates, HostDemand};
pub use identity::{Challenge, IdentityHeaders};
pub use inject::{Chance, Delay, Inject, Injected, InjectedBody, Sample};
pub use ip_restriction::IpRestriction;
pub use jwt::{Jwt, RegisteredClaim};
pub use key_auth::KeyAuth;
pub use lead_by_path::{LeadByPath, LeadRule};
pub use log::{HttpSink, KeepBody, Log, LogJoin, LogQueue, LogShape, LogSink, LogTls, Syslog, TcpSink};
pub use log_object::{LogFact, LogValue};
pub use pace::{Concurrency, Pace};
pub use path_rules::{PathMethods, PathRules, Slashes};
pub use policy_agent::PolicyAgent;
pub use query_texts::{QueryText, QueryTexts};
pub use rate_limit::{
    Amount, CounterStore, Figures, Letters, LimitBy, LimitFact, LimitPart, Measured, Period, RateHeaders, RateLimit,
    RedisStore, Span, TimeUnit, Window, WithoutText, spread,
};
pub use redirect::{Redirect, RedirectTo};
pub use refusal::{Case, Refusal, RefusalForm, Refusals};
pub use refuse::Refuse;
pub use refusing::Refusing;
pub use request_id::{IdForm, RequestId};
pub use request_size::RequestSize;
pub use request_text::{RequestText, RequestTextError, TextPart, TextSource};
pub use rewrite::{BodyFilter, FieldTexts, PathSource, ResponseRewrite, Rewrite};
pub use split::{Split, SplitRule, SplitWay};
pub use substitution::Substitution;
pub use terminate::Terminate;
pub use token_proof::{Believed, ClientLogin, Introspection, KeySet, TokenProof, TokenSpot};
pub use transform::{JsonChanges, JsonScalar, RequestTransform, ResponseTransform, TextChanges};
pub use validate::Validate;

use crate::answer::{Answer, Keyed};
use crate::call::Call;
use crate::endpoint::Again;
use serde::Serialize;

/// A policy as data. `policy::build` makes it runnable. Which side it runs on is told by its step's phase.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub enum Policy {
    /// Calls a Lambda function.
    Call(Box<Call>),
    /// Answers with a fixed response.
    Respond(Answer),
    /// Answers with a fixed response where the request shows a sign, or with what the request says.
    Terminate(Box<Terminate>),
    /// Demands a key and makes the client known.
    KeyAuth(Box<KeyAuth>),
    /// Demands name and password and makes the client known.
    BasicAuth(Box<BasicAuth>),
    /// Demands a signed token and makes the client known.
    Jwt(Box<Jwt>),
    /// Demands a signature over the request and makes the client known.
    HmacAuth(Box<HmacAuth>),
    /// Demands a token of an identity provider, whoever the client is.
    AccessToken(Box<AccessToken>),
    /// Lets in whom one of several policies lets in.
    AnyOf(Box<AnyOf>),
    /// Lets in whom a server lets in.
    ForwardAuth(Box<ForwardAuth>),
    /// Lets in whom a policy agent lets in.
    PolicyAgent(Box<PolicyAgent>),
    /// Lets known clients of some groups in.
    Acl(Acl),
    /// Lets clients of some addresses in.
    IpRestriction(IpRestriction),
    /// Refuses requests with large bodies.
    RequestSize(RequestSize),
    /// Refuses clients that ask too often (request side), and tells them how often they may (response side).
    RateLimit(Box<RateLimit>),
    /// Cross-origin resource sharing: a preflight is answered on the request side, headers are set on the response side.
    Cors(Cors),
    /// Refuses requests that may be forged (request side), and gives clients what shows that they are not (response side).
    Csrf(Box<Csrf>),
    /// Changes header fields of the request (request side) or of the response (response side).
    Headers(HeaderEdits),
    /// Changes header fields by evaluated texts, on either side.
    HeaderTexts(Box<HeaderTexts>),
    /// Sets attributes of the exchange.
    Assign(Assign),
    /// Answers with evaluated texts, in the endpoint's place.
    Compose(Box<Compose>),
    /// Writes the body anew, of the request or of the response.
    BodyTemplate(Box<BodyTemplate>),
    /// Judges bodies by a JSON schema, of the request or of the response.
    CheckJson(Box<CheckJson>),
    /// Refuses requests of which a value is wrong.
    CheckValues(Box<CheckValues>),
    /// Lets requests of some addresses in, by lists that are evaluated for each.
    CheckAddresses(Box<CheckAddresses>),
    /// Takes what a request tells for the client's address.
    ClientAddress(Box<ClientAddress>),
    /// Encodes responses for clients that accept it.
    Compress(Box<Compress>),
    /// Lets in by the first of several ways that fits.
    FirstOf(Box<FirstOf>),
    /// Fails the request.
    Fail(Keyed),
    /// Changes the request: method, path, header, query, body.
    RequestTransform(Box<RequestTransform>),
    /// Changes the response: header, members of a JSON body.
    ResponseTransform(Box<ResponseTransform>),
    /// Gives the request an id, or takes the client's.
    RequestId(RequestId),
    /// Holds clients to the certificate that the host they ask for demands.
    HostCertificates(Box<HostCertificates>),
    /// Sends a record of the exchange somewhere, after its last byte.
    Log(Box<Log>),
    /// Keeps the beginning of a body for such a record.
    KeepBody(Box<KeepBody>),
    /// Counts the exchange under names of the configuration's own, after its last byte.
    Count(Box<Count>),
    /// Refuses clients that ask too fast, or lets them wait.
    Pace(Box<Pace>),
    /// Refuses clients of which too much is under way, or lets them wait.
    Concurrency(Box<Concurrency>),
    /// Answers with kept responses (request side), and keeps them (response side).
    Cache(Box<Cache>),
    /// Answers for those behind who fail again and again (request side), and sees how they do (after the last byte).
    Breaker(Box<Breaker>),
    /// Refuses requests of which a condition is true.
    Refuse(Box<Refuse>),
    /// Another policy, whose refusals have another body.
    Refusing(Box<Refusing>),
    /// Refuses requests that do not look as they must.
    Validate(Box<Validate>),
    /// Pauses, or answers with what is made up.
    Inject(Box<Inject>),
    /// Sets an attribute by weight, which says where a request belongs.
    Split(Box<Split>),
    /// Sends clients elsewhere.
    Redirect(Box<Redirect>),
    /// Changes what an upstream sees of the request.
    Rewrite(Box<Rewrite>),
    /// Changes status, header and body of the response.
    ResponseRewrite(Box<ResponseRewrite>),
    /// Leads requests elsewhere by their path.
    LeadByPath(Box<LeadByPath>),
    /// Changes the query by evaluated texts.
    QueryTexts(Box<QueryTexts>),
    /// Refuses paths and methods.
    PathRules(Box<PathRules>),
    /// Has the endpoint asked again where it has not answered well.
    Again(Box<Again>),
    /// Stands for a policy that guards the route and is not there: answers [`crate::answer::FailureKind::PolicyMissing`].
    Missing {
        /// Its name in the source.
        name: String,
    },
}

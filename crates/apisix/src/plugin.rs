//! APISIX's plugins: the schemas of each one's configuration, its priority, and what it means.
//!
//! One file for each plugin; those that are not there are told by name in `plugin/absent.rs`, and what every plugin may
//! have, `_meta`, in `plugin/meta.rs`.

mod absent;
mod api_breaker;
mod attach_consumer_label;
mod aws_lambda;
mod azure_functions;
mod basic_auth;
mod brotli;
mod client_control;
mod conditions;
mod consumer_restriction;
mod cors;
mod csrf;
mod fault_injection;
mod file_logger;
mod forward_auth;
mod gzip;
mod hmac_auth;
mod http_logger;
mod ip_restriction;
mod jwt_auth;
mod key_auth;
mod limit_conn;
mod limit_count;
mod limit_key;
mod limit_req;
pub mod meta;
mod mocking;
mod multi_auth;
mod opa;
mod openfunction;
mod openid_connect;
mod openwhisk;
mod prometheus;
mod proxy_cache;
mod proxy_rewrite;
mod real_ip;
mod records;
mod redirect;
mod redis;
mod referer_restriction;
mod request_id;
mod request_validation;
mod response_rewrite;
mod syslog;
mod tcp_logger;
pub(crate) mod traffic_split;
mod ua_restriction;
mod udp_logger;
mod uri_blocker;
pub(crate) mod words;

pub use absent::{ABSENT, absent};
pub use dialect::absent::Absent;
pub(crate) use prometheus::{BOOK, prefix};

use crate::entity::Part;
use crate::lower::At;
use crate::schema::{Object, Schema};
use model::chain::Phase;
use model::consumer::Proof;
use model::policy::{IdentityHeaders, Policy};
use serde_json::{Value, json};
use std::sync::OnceLock;

macro_rules! plugins {
    ($($variant:ident $parts:path, $lower:path; $name:literal $priority:literal;)*) => {
        /// The plugins that are there.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        #[allow(missing_docs, reason = "named after the plugins")]
        pub enum Plugin {
            $($variant,)*
        }

        impl Plugin {
            /// All of them, highest priority first.
            pub const ALL: &[Self] = &[$(Self::$variant,)*];

            /// Its name.
            pub fn name(self) -> &'static str {
                match self {
                    $(Self::$variant => $name,)*
                }
            }

            /// Its place in the order: higher runs first.
            pub fn priority(self) -> i64 {
                match self {
                    $(Self::$variant => $priority,)*
                }
            }

            /// What it does, in which phases. Defaults are filled in.
            pub(crate) fn lower(self, conf: Part<'_>, at: &mut At<'_>) -> Steps {
                match self {
                    $(Self::$variant => $lower(conf, at),)*
                }
            }

            fn written(self) -> Parts {
                match self {
                    $(Self::$variant => $parts(),)*
                }
            }
        }
    };
}

plugins! {
    RealIp real_ip::parts, real_ip::lower; "real-ip" 23000;
    ClientControl client_control::parts, client_control::lower; "client-control" 22000;
    RequestId request_id::parts, request_id::lower; "request-id" 12015;
    FaultInjection fault_injection::parts, fault_injection::lower; "fault-injection" 11000;
    Mocking mocking::parts, mocking::lower; "mocking" 10900;
    Cors cors::parts, cors::lower; "cors" 4000;
    IpRestriction ip_restriction::parts, ip_restriction::lower; "ip-restriction" 3000;
    UaRestriction ua_restriction::parts, ua_restriction::lower; "ua-restriction" 2999;
    RefererRestriction referer_restriction::parts, referer_restriction::lower; "referer-restriction" 2990;
    Csrf csrf::parts, csrf::lower; "csrf" 2980;
    UriBlocker uri_blocker::parts, uri_blocker::lower; "uri-blocker" 2900;
    RequestValidation request_validation::parts, request_validation::lower; "request-validation" 2800;
    MultiAuth multi_auth::parts, multi_auth::lower; "multi-auth" 2600;
    OpenidConnect openid_connect::parts, openid_connect::lower; "openid-connect" 2599;
    HmacAuth hmac_auth::parts, hmac_auth::lower; "hmac-auth" 2530;
    BasicAuth basic_auth::parts, basic_auth::lower; "basic-auth" 2520;
    JwtAuth jwt_auth::parts, jwt_auth::lower; "jwt-auth" 2510;
    KeyAuth key_auth::parts, key_auth::lower; "key-auth" 2500;
    ConsumerRestriction consumer_restriction::parts, consumer_restriction::lower; "consumer-restriction" 2400;
    AttachConsumerLabel attach_consumer_label::parts, attach_consumer_label::lower; "attach-consumer-label" 2399;
    ForwardAuth forward_auth::parts, forward_auth::lower; "forward-auth" 2002;
    Opa opa::parts, opa::lower; "opa" 2001;
    ProxyCache proxy_cache::parts, proxy_cache::lower; "proxy-cache" 1085;
    ProxyRewrite proxy_rewrite::parts, proxy_rewrite::lower; "proxy-rewrite" 1008;
    ApiBreaker api_breaker::parts, api_breaker::lower; "api-breaker" 1005;
    LimitConn limit_conn::parts, limit_conn::lower; "limit-conn" 1003;
    LimitCount limit_count::parts, limit_count::lower; "limit-count" 1002;
    LimitReq limit_req::parts, limit_req::lower; "limit-req" 1001;
    Brotli brotli::parts, brotli::lower; "brotli" 996;
    Gzip gzip::parts, gzip::lower; "gzip" 995;
    TrafficSplit traffic_split::parts, traffic_split::lower; "traffic-split" 966;
    Redirect redirect::parts, redirect::lower; "redirect" 900;
    ResponseRewrite response_rewrite::parts, response_rewrite::lower; "response-rewrite" 899;
    Prometheus prometheus::parts, prometheus::lower; "prometheus" 500;
    HttpLogger http_logger::parts, http_logger::lower; "http-logger" 410;
    TcpLogger tcp_logger::parts, tcp_logger::lower; "tcp-logger" 405;
    Syslog syslog::parts, syslog::lower; "syslog" 401;
    UdpLogger udp_logger::parts, udp_logger::lower; "udp-logger" 400;
    FileLogger file_logger::parts, file_logger::lower; "file-logger" 399;
    Call aws_lambda::parts, aws_lambda::lower; "aws-lambda" -1899;
    AzureFunctions azure_functions::parts, azure_functions::lower; "azure-functions" -1900;
    Openwhisk openwhisk::parts, openwhisk::lower; "openwhisk" -1901;
    Openfunction openfunction::parts, openfunction::lower; "openfunction" -1902;
}

/// The realm that a refusal names.
fn realm(usual: &str) -> Value {
    json!({"type": "string", "pattern": "^[^\"\\x00-\\x1f\\x7f]*$", "default": usual})
}

/// Who a client is that proves nothing.
fn anonymous_consumer() -> Value {
    json!({"type": "string", "minLength": 1})
}

/// How functions and upstreams learn who the client is.
fn identity() -> IdentityHeaders {
    IdentityHeaders { id: None, groups: None, anonymous: None, ..IdentityHeaders::default() }
}

/// What a plugin does, in which phases.
pub(crate) type Steps = Vec<(Phase, Policy)>;

/// What one check of a plugin's own says, behind the schema.
type Check = fn(Part<'_>) -> Result<(), String>;

/// What a plugin's file tells about it.
pub(crate) struct Parts {
    schema: Value,
    /// The configuration that consumers and credentials have, for plugins that authenticate.
    consumer: Option<(Value, Check)>,
    metadata: Option<Value>,
    check: Check,
    /// Dotted paths of texts that are encrypted in etcd, in routes and in consumers alike.
    encrypted: &'static [&'static str],
    /// What a consumer's configuration proves.
    proof: Option<fn(Part<'_>) -> Option<Proof>>,
}

impl Parts {
    fn new(schema: Value) -> Self {
        Self { schema, consumer: None, metadata: None, check: |_| Ok(()), encrypted: &[], proof: None }
    }

    fn check(self, check: Check) -> Self {
        Self { check, ..self }
    }

    fn metadata(self, metadata: Value) -> Self {
        Self { metadata: Some(metadata), ..self }
    }

    fn encrypted(self, encrypted: &'static [&'static str]) -> Self {
        Self { encrypted, ..self }
    }

    fn consumer(self, schema: Value, check: Check, proof: fn(Part<'_>) -> Option<Proof>) -> Self {
        Self { consumer: Some((schema, check)), proof: Some(proof), ..self }
    }
}

/// The schemas of a plugin, ready.
struct Ready {
    schema: Schema,
    consumer: Option<(Schema, Check)>,
    metadata: Option<Schema>,
    check: Check,
    encrypted: &'static [&'static str],
    proof: Option<fn(Part<'_>) -> Option<Proof>>,
}

/// Where a configuration stands: plugins that authenticate have another one at consumers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Side {
    /// At a route, service, plugin config, global rule or group.
    Route,
    /// At a consumer or credential.
    Consumer,
}

impl Plugin {
    /// The plugin of this name.
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|plugin| plugin.name() == name)
    }

    fn ready(self) -> &'static Ready {
        static READY: [OnceLock<Ready>; Plugin::ALL.len()] = [const { OnceLock::new() }; Plugin::ALL.len()];
        READY[self as usize].get_or_init(|| {
            let Parts { schema, consumer, metadata, check, encrypted, proof } = self.written();
            Ready {
                schema: Schema::of(meta::injected(schema)),
                consumer: consumer.map(|(schema, check)| (Schema::of(meta::injected(schema)), check)),
                metadata: metadata.map(Schema::of),
                check,
                encrypted,
                proof,
            }
        })
    }

    /// Whether it authenticates, so that consumers have a configuration of their own for it.
    pub fn authenticates(self) -> bool {
        self.ready().consumer.is_some()
    }

    /// What its configuration consists of.
    pub fn schema(self, side: Side) -> &'static Schema {
        let ready = self.ready();
        match (side, &ready.consumer) {
            (Side::Consumer, Some((schema, _))) => schema,
            _ => &ready.schema,
        }
    }

    /// What its metadata consists of, if it has any.
    pub fn metadata(self) -> Option<&'static Schema> {
        self.ready().metadata.as_ref()
    }

    /// Dotted paths of texts that are encrypted in etcd.
    pub fn encrypted(self) -> &'static [&'static str] {
        self.ready().encrypted
    }

    /// What is wrong with a configuration, in APISIX's words.
    pub fn check(self, side: Side, conf: &Value) -> Result<(), String> {
        let ready = self.ready();
        let (schema, check) = match (side, &ready.consumer) {
            (Side::Consumer, Some((schema, check))) => (schema, *check),
            _ => (&ready.schema, ready.check),
        };
        schema.check(conf)?;
        check(Part::of_value(Some(conf)))
    }

    /// What a consumer's configuration proves; nothing where a reference was not found.
    pub(crate) fn proof(self, conf: &Object) -> Option<Proof> {
        self.ready().proof.and_then(|proof| proof(Part::of(conf)))
    }
}

#[cfg(test)]
mod tests;

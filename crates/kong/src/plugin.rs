//! Kong's plugins: the schema of each one's `config`, its priority, and what it means.
//!
//! One file for each plugin; those that are not there are told by name in `plugin/absent.rs`.

mod absent;
mod acl;
mod aws_lambda;
mod basic_auth;
mod bot_detection;
mod correlation_id;
mod cors;
mod file_log;
mod hmac_auth;
mod http_log;
mod ip_restriction;
mod jwt;
mod key_auth;
mod loggly;
mod prometheus;
mod proxy_cache;
mod rate_limiting;
mod records;
mod redirect;
mod request_size_limiting;
mod request_termination;
mod request_transformer;
mod response_transformer;
mod syslog;
mod tcp_log;
mod udp_log;
mod words;

pub use absent::{ABSENT, absent};
pub use dialect::absent::Absent;
pub(crate) use prometheus::BOOK;

use crate::entity::Entity;
use crate::lower::Lowering;
use crate::part::Part;
use crate::schema::{Check, Field, Record, any, nested};
use dialect::Faith;
use model::chain::Phase;
use model::id::ConsumerId;
use model::policy::Policy;

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

            /// What it does, in which phases.
            pub(crate) fn lower(self, entity: &Entity, at: &mut Lowering<'_>) -> Steps {
                match self {
                    $(Self::$variant => $lower(entity, at),)*
                }
            }

            /// What its `config` consists of, and what must hold of the plugin as a whole.
            fn parts(self) -> Parts {
                match self {
                    $(Self::$variant => $parts(),)*
                }
            }
        }
    };
}

plugins! {
    CorrelationId correlation_id::parts, correlation_id::lower; "correlation-id" 100001;
    BotDetection bot_detection::parts, bot_detection::lower; "bot-detection" 2500;
    Cors cors::parts, cors::lower; "cors" 2000;
    Jwt jwt::parts, jwt::lower; "jwt" 1450;
    KeyAuth key_auth::parts, key_auth::lower; "key-auth" 1250;
    BasicAuth basic_auth::parts, basic_auth::lower; "basic-auth" 1100;
    HmacAuth hmac_auth::parts, hmac_auth::lower; "hmac-auth" 1030;
    IpRestriction ip_restriction::parts, ip_restriction::lower; "ip-restriction" 990;
    RequestSizeLimiting request_size_limiting::parts, request_size_limiting::lower; "request-size-limiting" 951;
    Acl acl::parts, acl::lower; "acl" 950;
    RateLimiting rate_limiting::parts, rate_limiting::lower; "rate-limiting" 910;
    RequestTransformer request_transformer::parts, request_transformer::lower; "request-transformer" 801;
    ResponseTransformer response_transformer::parts, response_transformer::lower; "response-transformer" 800;
    Redirect redirect::parts, redirect::lower; "redirect" 779;
    Call aws_lambda::parts, aws_lambda::lower; "aws-lambda" 750;
    Prometheus prometheus::parts, prometheus::lower; "prometheus" 13;
    ProxyCache proxy_cache::parts, proxy_cache::lower; "proxy-cache" 100;
    HttpLog http_log::parts, http_log::lower; "http-log" 12;
    FileLog file_log::parts, file_log::lower; "file-log" 9;
    UdpLog udp_log::parts, udp_log::lower; "udp-log" 8;
    TcpLog tcp_log::parts, tcp_log::lower; "tcp-log" 7;
    Loggly loggly::parts, loggly::lower; "loggly" 6;
    Syslog syslog::parts, syslog::lower; "syslog" 4;
    RequestTermination request_termination::parts, request_termination::lower; "request-termination" 2;
}

/// What a plugin does, in which phases.
pub(crate) type Steps = Vec<(Phase, Policy)>;

/// The consumer that stands for clients who prove nothing.
fn anonymous(entity: &Entity, at: &mut Lowering<'_>) -> Option<ConsumerId> {
    let name = Part::of(&entity.object).text("config.anonymous")?.to_owned();
    match at.consumer(&name) {
        Some(consumer) => Some(ConsumerId::new(crate::lower::name("consumer", consumer))),
        None => {
            let message = format!("there is no consumer {name:?}: a request without a valid credential is refused");
            at.say(Faith::Unsupported, entity, "config.anonymous", message);
            None
        }
    }
}

/// The parts of a plugin's schema.
struct Parts {
    config: Record,
    /// Conditions on the plugin as a whole; their fields are written `config.x`.
    checks: Vec<Check>,
    /// Whether it may not be given to a consumer.
    no_consumer: bool,
}

impl Parts {
    fn new(fields: Vec<Field>) -> Self {
        Self { config: Record::new(fields), checks: Vec::new(), no_consumer: false }
    }

    fn check(mut self, check: Check) -> Self {
        self.checks.push(check);
        self
    }

    fn no_consumer(self) -> Self {
        Self { no_consumer: true, ..self }
    }
}

impl Plugin {
    /// The plugin of this name.
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|plugin| plugin.name() == name)
    }

    /// The schema of an entity of `plugins` with this name.
    pub fn record(self) -> Record {
        let Parts { config, checks, no_consumer } = self.parts();
        let mut record = entity();
        for field in &mut record.fields {
            if field.name == "config" {
                *field = nested("config", config.clone());
            }
            if field.name == "consumer" && no_consumer {
                *field = any("consumer").rule(crate::schema::Rule::Value(|_| Err("value must be null".to_owned())));
            }
        }
        record.checks.extend(checks);
        record
    }

    /// What its `config` consists of.
    pub fn config(self) -> Record {
        self.parts().config
    }
}

fn entity() -> Record {
    crate::entity::Collection::Plugins.record(crate::entity::Flavor::default())
}

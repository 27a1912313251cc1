//! The policies of flows: the fields of each one's `configuration`, and what it means.
//!
//! One file for each policy; those that are not there are told by name in `policy/absent.rs`.

mod absent;
pub mod api_key;
mod assign_attributes;
mod assign_content;
mod aws_lambda;
mod cache;
mod dynamic_routing;
mod interrupt;
mod ip_filtering;
mod json_validation;
pub mod jwt;
mod latency;
mod limit;
mod mock;
pub mod oauth2;
mod override_request_method;
mod quota;
mod rate_limit;
pub(crate) mod request_content_limit;
mod request_validation;
mod resource_filtering;
mod retry;
mod scope;
mod spike_arrest;
mod transform_headers;
mod transform_query_params;

pub use absent::{ABSENT, Absent, absent};

use crate::lower::Lowering;
use crate::part::Part;
use crate::schema::Record;

macro_rules! policies {
    ($($variant:ident $config:path, $lower:path; $name:literal;)*) => {
        /// The policies that are there.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        #[allow(missing_docs, reason = "named after the policies")]
        pub enum Policy {
            $($variant,)*
        }

        impl Policy {
            /// All of them.
            pub const ALL: &[Self] = &[$(Self::$variant,)*];

            /// Its name.
            pub fn name(self) -> &'static str {
                match self {
                    $(Self::$variant => $name,)*
                }
            }

            /// What its `configuration` consists of.
            pub fn config(self) -> &'static Record {
                match self {
                    $(Self::$variant => &$config,)*
                }
            }

            /// What it does where it stands; nothing where it is not for that place.
            pub(crate) fn lower(self, place: &Place<'_>, at: &mut Lowering<'_>) -> Does {
                match self {
                    $(Self::$variant => $lower(place, at),)*
                }
            }
        }
    };
}

policies! {
    Call aws_lambda::CONFIG, aws_lambda::lower; "aws-lambda";
    TransformHeaders transform_headers::CONFIG, transform_headers::lower; "transform-headers";
    AssignAttributes assign_attributes::CONFIG, assign_attributes::lower; "policy-assign-attributes";
    AssignContent assign_content::CONFIG, assign_content::lower; "policy-assign-content";
    JsonValidation json_validation::CONFIG, json_validation::lower; "json-validation";
    RequestValidation request_validation::CONFIG, request_validation::lower; "request-validation";
    IpFiltering ip_filtering::CONFIG, ip_filtering::lower; "ip-filtering";
    Mock mock::CONFIG, mock::lower; "mock";
    RateLimit rate_limit::CONFIG, rate_limit::lower; "rate-limit";
    Quota quota::CONFIG, quota::lower; "quota";
    SpikeArrest spike_arrest::CONFIG, spike_arrest::lower; "spike-arrest";
    DynamicRouting dynamic_routing::CONFIG, dynamic_routing::lower; "dynamic-routing";
    Retry retry::CONFIG, retry::lower; "retry";
    Latency latency::CONFIG, latency::lower; "latency";
    OverrideMethod override_request_method::CONFIG, override_request_method::lower; "policy-override-request-method";
    TransformQuery transform_query_params::CONFIG, transform_query_params::lower; "transform-queryparams";
    Cache cache::CONFIG, cache::lower; "cache";
    Interrupt interrupt::CONFIG, interrupt::lower; "interrupt";
    ContentLimit request_content_limit::CONFIG, request_content_limit::lower; "request-content-limit";
    ResourceFiltering resource_filtering::CONFIG, resource_filtering::lower; "resource-filtering";
}

/// What a policy does, and when.
pub(crate) type Does = Vec<(When, model::policy::Policy)>;

/// When, within its list.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum When {
    /// In its turn.
    Turn,
    /// After all steps that take their turn: it has the body (older engine).
    Content,
    /// When the response is there, before all other steps: it tells what the request's side has found.
    Answer,
}

/// Where a step stands.
pub(crate) struct Place<'a> {
    /// By whose rules.
    pub(crate) engine: Engine,
    /// In which list.
    pub(crate) list: List,
    /// Its configuration.
    pub(crate) config: Part<'a>,
    /// Whose it is.
    pub(crate) home: Home<'a>,
}

/// Whose a step is.
#[derive(Clone, Copy)]
pub(crate) struct Home<'a> {
    /// The API's id.
    pub(crate) api: &'a str,
    /// Whether plans let clients in.
    pub(crate) planned: bool,
    /// The path of the flow.
    pub(crate) flow: &'a str,
    /// What its policies share.
    pub(crate) resources: &'a [Part<'a>],
}

/// By whose rules steps run.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Engine {
    /// The older one, for definitions of version 2.
    V3,
    /// The newer one.
    V4,
}

/// On which side of the endpoint a step stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum List {
    /// Before it: `pre`, `request`.
    Request,
    /// Behind it: `post`, `response`.
    Response,
}

impl Policy {
    /// The policy of this name.
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|policy| policy.name() == name)
    }
}

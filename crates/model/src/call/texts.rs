//! What of a call is evaluated for each request, and what the call leaves for expressions.

use crate::answer::Keyed;
use crate::text::{Setting, Text};
use serde::Serialize;
use std::time::Duration;

/// A call by function name whose target is evaluated. [`crate::call::FunctionTarget`] has what is the same for all
/// requests; a setting that is set stands before it. What is wrong with them fails the request, not the configuration.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct CallTexts {
    /// Name or ARN of the function.
    pub function: Setting,
    /// Version or alias.
    pub qualifier: Setting,
    /// `RequestResponse`, `Event`, `DryRun`.
    pub invocation: Setting,
    /// `Tail` asks for the log, anything else does not.
    pub log_type: Setting,
    /// Region.
    pub region: Setting,
    /// Access key id. Keys sign where both are set and not empty.
    pub access_key: Setting,
    /// Secret access key.
    pub secret_key: Setting,
    /// ARN of a role that is assumed first, where it is not empty.
    pub role: Setting,
    /// Name of its session.
    pub session_name: Setting,
    /// Whom TLS trusts.
    pub trust: TrustTexts,
    /// How long things may take.
    pub times: CallTimes,
    /// Which bodies expressions of the call may ask for.
    pub bodies: Bodies,
    /// Attributes that are set from the reply, in this order; none where the text is not set.
    pub variables: Vec<(String, Option<Text>)>,
    /// A variable that has no value is logged and left out; else it fails the request.
    pub lenient_variables: bool,
    /// `lambdaResponse` has the reply's header fields, its log and its error too.
    pub whole_reply: bool,
}

/// Whom TLS trusts beside the system's roots.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, Serialize)]
pub struct TrustTexts {
    /// Everybody.
    pub all: Setting,
    /// `JKS`, `PKCS12` or `PEM`.
    pub kind: Setting,
    /// The file.
    pub path: Setting,
    /// What opens it.
    pub password: Setting,
    /// Certificates in PEM, which stand before the file.
    pub content: Setting,
}

/// How long a call's parts may take, each with the attribute that stands before it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, Serialize)]
pub struct CallTimes {
    /// To connect.
    pub connect: Time,
    /// Silence of the other side.
    pub read: Time,
    /// One attempt. There is one.
    pub attempt: Time,
    /// The whole call.
    pub total: Time,
}

/// A time that an attribute may set.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, Serialize)]
pub struct Time {
    /// How long; `None`: what [`crate::call::CallTimeouts`] says.
    pub time: Option<Duration>,
    /// The attribute, a number of milliseconds.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub attribute: Option<String>,
}

/// Which bodies are held so that a call's expressions can ask for them.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize)]
pub enum Bodies {
    /// None: they see what an earlier step has asked for.
    Unread,
    /// Those that target and payload name.
    #[default]
    ForCall,
    /// Those that variables name, too.
    ForAll,
}

/// What becomes of a failed call where failures have keys.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct KeyedFault {
    /// Every failure of the call.
    pub call: Keyed,
    /// A variable without a value.
    pub variable: Keyed,
    /// What stands before the words of what went wrong; they stand behind the message, ` Details: […]`.
    pub detail_prefix: String,
    /// The failure has the parameters `function`, `region` and `error`.
    pub parameters: bool,
}

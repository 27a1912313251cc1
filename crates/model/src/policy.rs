//! What a step does: one variant for each policy, its data in a file of its own.

mod cors;
mod header_edit;
mod key_auth;
mod request_id;

pub use cors::{Cors, Origins};
pub use header_edit::{HeaderEdit, HeaderEdits};
pub use key_auth::KeyAuth;
pub use request_id::RequestId;

use crate::answer::Answer;
use crate::call::Call;
use serde::Serialize;

/// A policy as data. `policy::build` makes it runnable. Which side it runs on is told by its step's phase.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub enum Policy {
    /// Calls a Lambda function.
    Call(Box<Call>),
    /// Answers with a fixed response.
    Respond(Answer),
    /// Demands a key and makes the client known.
    KeyAuth(KeyAuth),
    /// Cross-origin resource sharing: a preflight is answered on the request side, headers are set on the response side.
    Cors(Cors),
    /// Changes header fields of the request (request side) or of the response (response side).
    Headers(HeaderEdits),
    /// Gives the request an id, or takes the client's.
    RequestId(RequestId),
    /// Stands for a policy that guards the route and is not there: answers [`crate::answer::FailureKind::PolicyMissing`].
    Missing {
        /// Its name in the source.
        name: String,
    },
}

//! What a client sees of a failed call.

use super::KeyedFault;
use crate::answer::{Answer, FailureKind};
use serde::Serialize;
use std::collections::BTreeMap;

/// What a client sees of a failed call: for each kind an answer of the configuration's own, or the table's.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Fault {
    /// Answers of the configuration's own.
    pub answers: BTreeMap<FailureKind, Answer>,
    /// A function error is no failure: its payload goes on as the reply, with this status; AWS's 200 when `None` inside.
    pub function_error_as_reply: Option<Option<u16>>,
    /// That status is for errors of the class `Unhandled` alone; others keep the call's.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub unhandled_only: bool,
    /// A refusal by the Lambda API keeps its status: a throttled call is 429.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub api_status: bool,
    /// Failures have keys; the answers by key speak.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub keyed: Option<Box<KeyedFault>>,
}

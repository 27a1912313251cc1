//! Delays and answers that are made up: to try how others bear faults, or in the place of what is not there yet.

use super::RequestText;
use crate::predicate::Vars;
use serde::Serialize;
use std::time::Duration;

/// First the delay, then the answer; each by its own chance.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct Inject {
    /// A pause before the request goes on.
    pub delay: Option<Delay>,
    /// An answer in the place of all that follows.
    pub answer: Option<Injected>,
}

/// A pause.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Delay {
    /// How long.
    pub time: Duration,
    /// For which requests.
    pub chance: Chance,
}

/// Which requests are hit. The default is all.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct Chance {
    /// So many of a hundred, at random.
    pub percent: Option<u8>,
    /// Those of which this is true.
    pub when: Option<Vars>,
}

/// An answer that is made up.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Injected {
    /// For which requests.
    pub chance: Chance,
    /// Status.
    pub status: u16,
    /// Header fields.
    pub headers: Vec<(String, RequestText)>,
    /// Body.
    pub body: InjectedBody,
}

/// The body of an answer that is made up.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub enum InjectedBody {
    /// This message, in the form that the table has for messages.
    Message(String),
    /// This text.
    Text(RequestText),
    /// An example of this shape.
    Example {
        /// The shape.
        sample: Sample,
        /// XML instead of JSON, with `data` as its root.
        xml: bool,
    },
}

/// The shape of an example: with a value that is always shown, or without one, and then made at random.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub enum Sample {
    /// Nothing.
    Nothing,
    /// A text; at random: 1 to 10 small letters.
    Text(Option<String>),
    /// A number; at random: below 10 000.
    Number(Option<f64>),
    /// A whole number; at random: 1 to 10 000.
    Integer(Option<i64>),
    /// True or false.
    Boolean(Option<bool>),
    /// 1 to 3 of these.
    List(Box<Sample>),
    /// Members.
    Object(Vec<(String, Sample)>),
}

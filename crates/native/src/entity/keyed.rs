//! Failures that have a key, and what is said of them by that key, as written.

use super::answer::{Answers, Messages};
use super::expression::{Expression, Failure};
use crate::decode::{At, OneOrMany, Pairs, Text, entity};

entity! {
    /// What is said of failures by their key and by what the client accepts. A kind of failure that has an entry in
    /// `answers` has that said of it.
    KeyedAnswers {
        /// Key, status and message of failures that come without a key, by failure code.
        kinds: Option<Pairs<Failure>>,
        /// Keys that stand for another, more general one, where they have no answers of their own.
        parents: Option<Pairs<Text>>,
        /// Answers by key. The one is chosen whose media type the client wants most, `*/*` last.
        answers: Option<Pairs<OneOrMany<KeyedAnswer>>>,
        /// The key whose answers speak for keys that have none.
        fallback: Option<Text>,
        /// Where nobody wrote an answer: whether clients get JSON whose list of accepted types has `application/json` or
        /// `*/*`, true; else, without it, those whose `Accept` contains these characters.
        listed: Option<At<bool>>,
        /// Whether the connection ends after every failure; else, without it, after those that are not the client's own.
        always_close: Option<At<bool>>,
    }
}

entity! {
    /// An answer that is made of a failure.
    KeyedAnswer {
        /// The media type; `*/*` without it.
        accept: Option<Text>,
        /// The status.
        status: At<u16>,
        /// Header fields.
        headers: Option<Pairs<OneOrMany<Text>>>,
        /// The body. Its expressions know `error` and `parameters`.
        body: Option<Expression>,
    }
}

entity! {
    /// What a route says when nobody answered, instead of its table.
    OwnAnswers {
        /// By failure code.
        answers: Option<Answers>,
        /// How messages are written; as problem details without it.
        messages: Option<Messages>,
        /// What is said by the failure's key.
        keyed_answers: Option<KeyedAnswers>,
        /// Whether all response policies run after a failure, not those around every route alone; false without it.
        failures_run_all: Option<At<bool>>,
    }
}

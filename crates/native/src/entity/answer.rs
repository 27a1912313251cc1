//! An answer as written.

use crate::decode::{At, Either, Json, OneOrMany, Pairs, Text, entity};

entity! {
    /// A response. Of `body`, `json` and `problem` it has one at most.
    Answer {
        /// The status; 200 in a route or policy, the failure's own in `answers` and `on_error`.
        status: Option<At<u16>>,
        /// Header fields; a list repeats the field.
        headers: Option<Pairs<OneOrMany<Text>>>,
        /// The body as text.
        body: Option<Text>,
        /// The body as a value that becomes JSON, with its `content-type`.
        json: Option<Json>,
        /// Problem details (RFC 9457) made from the failure.
        problem: Option<At<bool>>,
    }
}

/// Answers by failure code.
pub type Answers = Pairs<Either<Answer, Vec<Alternative>>>;

entity! {
    /// An answer for clients that accept a media type.
    Alternative {
        /// The media type, such as `text/html`; `*/*` without it.
        accept: Option<Text>,
        /// The answer.
        answer: Answer,
    }
}

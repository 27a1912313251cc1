//! An answer as written.

use crate::decode::{At, Either, Json, OneOrMany, Pairs, Text, entity, words};

entity! {
    /// A response. Of `body`, `json`, `problem`, `message` and `template` it has one at most.
    Answer {
        /// The status; 200 in a route or policy, the failure's own in `answers` and `on_error`.
        status: Option<At<u16>>,
        /// Header fields; a list repeats the field.
        headers: Option<Pairs<OneOrMany<Text>>>,
        /// A `Location` made from the request.
        location: Option<At<Location>>,
        /// The port of that location, if it is not the usual one.
        location_port: Option<At<u16>>,
        /// Instead, a `Location` at this scheme, host and port, with the request's path and query behind it:
        /// `https://new.example.com`.
        location_behind: Option<Text>,
        /// The body as text.
        body: Option<Text>,
        /// The body as a value that becomes JSON, with its `content-type`.
        json: Option<Json>,
        /// Problem details (RFC 9457) made from the failure.
        problem: Option<At<bool>>,
        /// This message in the form that the table has for messages (`messages`) and the client accepts.
        message: Option<Text>,
        /// A text with places to fill in.
        template: Option<Template>,
    }
}

words! {
    /// Where an answer sends the client.
    Location {
        /// To the same host, path and query by https.
        "https" Https,
    }
}

entity! {
    /// A text with places to fill in.
    Template {
        /// How what is filled in is written; as it is without it.
        escape: Option<At<Escape>>,
        /// Texts and places, one behind the other.
        text: OneOrMany<Either<Text, Place>>,
    }
}

words! {
    /// How something is written so that it stays text.
    Escape {
        /// As in a JSON string.
        "json" Json,
        /// As in HTML and XML.
        "markup" Markup,
    }
}

entity! {
    /// A place.
    Place {
        /// What stands there; the message without it.
        fill: Option<At<Fill>>,
    }
}

words! {
    /// What can be filled in.
    Fill {
        /// The message.
        "message" Message,
        /// The gateway's id of the request.
        "request-id" RequestId,
        /// The status.
        "status" Status,
        /// What was wrong with a function's reply.
        "reason" Reason,
    }
}

entity! {
    /// How a table writes messages.
    Messages {
        /// The forms. The first is for clients who ask for nothing, for everything, or for what is not there.
        forms: Vec<Form>,
        /// Status and message by failure code; the failure's own without it.
        kinds: Option<Pairs<KindMessage>>,
        /// Messages by status, for failures that have only a status.
        statuses: Option<Pairs<Text>>,
    }
}

entity! {
    /// How a message is written for one kind of media.
    Form {
        /// Media types whose clients get it.
        types: OneOrMany<Text>,
        /// Its `content-type`; the first of the types without it.
        content_type: Option<Text>,
        /// The text.
        template: Template,
    }
}

entity! {
    /// What is said of a kind of failure.
    KindMessage {
        /// The status; the failure's own without it.
        status: Option<At<u16>>,
        /// The message; the failure's own without it.
        message: Option<Text>,
        /// The media type of the form for clients who send no `Accept`; the first form without it.
        unasked: Option<Text>,
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

//! A policy in its place, as written.

use super::answer::Answer;
use super::aws::Call;
use super::matching::Match;
use crate::decode::{At, Either, Given, Lasting, OneOrMany, Pairs, Text, entity, words};

entity! {
    /// One policy, and where it stands if that is not told by its place in the list.
    Step {
        /// Cross-origin resource sharing.
        cors: Option<Given<Cors>>,
        /// Demands a key and makes the client known.
        "key-auth" key_auth: Option<Given<KeyAuth>>,
        /// Changes header fields of the request.
        "request-headers" request_headers: Option<HeaderEdits>,
        /// Changes header fields of the response.
        "response-headers" response_headers: Option<HeaderEdits>,
        /// Gives each request an id.
        "request-id" request_id: Option<Given<RequestId>>,
        /// Answers with this, or with this status.
        respond: Option<Either<At<u16>, Answer>>,
        /// Calls a function.
        call: Option<At<Call>>,
        /// Refuses every request: stands for a policy of this name that is not there.
        missing: Option<Text>,
        /// Only for requests that satisfy this.
        when: Option<At<Match>>,
        /// The phase in which it runs, and then on this side only.
        phase: Option<At<Phase>>,
        /// Its number within the phase, lower first; 10 for the first of a list, 20 for the second, and so on.
        order: Option<At<i64>>,
        /// Of equal slots the highest runs; 0 in the global list, 10 in a route, 20 for a group, 30 for a consumer.
        precedence: Option<At<u8>>,
        /// The name under which it competes; the policy's own without it.
        slot: Option<Text>,
    }
}

words! {
    /// The phases of an exchange in order.
    Phase {
        /// The request is changed before anyone judges it.
        "rewrite" Rewrite,
        /// Who may, and how often; calls that answer.
        "access" Access,
        /// The last chance before the endpoint.
        "endpoint" Endpoint,
        /// The response is there.
        "response" Response,
        /// The last byte has left.
        "log" Log,
    }
}

entity! {
    /// Who may call from another origin, and how.
    Cors {
        /// Origins such as `https://app.example.com`; `*` or nothing for all.
        origins: Option<OneOrMany<Text>>,
        /// Methods that may be used; the one asked for without it.
        methods: Option<OneOrMany<Text>>,
        /// Request headers that may be sent; those asked for without it.
        headers: Option<OneOrMany<Text>>,
        /// Response headers that a page may read.
        exposed: Option<OneOrMany<Text>>,
        /// Whether cookies and authorization may be sent; false without it.
        credentials: Option<At<bool>>,
        /// How long a browser may keep the answer to a preflight.
        max_age: Option<At<Lasting>>,
    }
}

entity! {
    /// Where the key is looked for.
    KeyAuth {
        /// Header names in order; `x-api-key` without it.
        headers: Option<OneOrMany<Text>>,
        /// Query parameters in order, after the headers.
        query: Option<OneOrMany<Text>>,
        /// Whether the key is taken off before anyone behind sees it; true without it.
        hide: Option<At<bool>>,
        /// The consumer that a client without a valid key is; without it such a client is refused.
        anonymous: Option<Text>,
    }
}

/// Changes of header fields: a set, or a list of such where their order matters.
pub type HeaderEdits = OneOrMany<HeaderEdit>;

entity! {
    /// Changes of header fields: first what is removed, then what is set, then what is added.
    HeaderEdit {
        /// No field of these names.
        remove: Option<OneOrMany<Text>>,
        /// One field of this name with this value, whatever was there.
        set: Option<Pairs<Text>>,
        /// One more field.
        add: Option<Pairs<Text>>,
    }
}

entity! {
    /// Where the id stands, and whose it is.
    RequestId {
        /// Header name; `x-request-id` without it.
        header: Option<Text>,
        /// Whether a client's own id is kept; false without it.
        trust_client: Option<At<bool>>,
        /// Whether the response carries it too; true without it.
        echo: Option<At<bool>>,
    }
}

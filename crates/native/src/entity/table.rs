//! A table as written: routes and what surrounds them.

use super::answer::{Answers, Messages};
use super::keyed::KeyedAnswers;
use super::route::Route;
use crate::decode::{At, Given, OneOrMany, Text, entity, words};
use crate::policy::Step;

entity! {
    /// A further table of routes.
    Table {
        /// Which requests go where.
        routes: Option<Vec<At<Route>>>,
        /// Policies around every route, and around the answer when there is none.
        policies: Option<Vec<At<Step>>>,
        /// Whether policies around every route leave alone a request that no route takes; false without it. They run on its response in any case.
        policies_need_route: Option<At<bool>>,
        /// What is said when nothing else answered, by failure code.
        answers: Option<Answers>,
        /// How messages are written; as problem details without it.
        messages: Option<Messages>,
        /// What is said by the failure's key, before `messages`.
        keyed_answers: Option<KeyedAnswers>,
        /// Whether all response policies run after a failure, not those around every route alone; false without it.
        failures_run_all: Option<At<bool>>,
        /// What every response shows of the gateway.
        marks: Option<Given<Marks>>,
        /// What happens to a path before routes are tried.
        path_normalization: Option<Normalization>,
        /// Policies for known clients.
        overlays: Option<Vec<At<Overlay>>>,
        /// When policies for a known client take effect; without it from the next step on.
        overlay_entry: Option<At<Entry>>,
    }
}

entity! {
    /// Header fields of every response.
    Marks {
        /// `Server` of all that no upstream answered, whatever a function says.
        server: Option<Text>,
        /// What is appended to `Via` of a function's reply: protocol and name.
        via_call: Option<Text>,
        /// What is appended to `Via` where an upstream was asked.
        via_upstream: Option<Text>,
        /// The field with the gateway's id of the request.
        request_id: Option<Text>,
        /// The field with the milliseconds that the gateway itself took, where no upstream was asked.
        own_latency: Option<Text>,
        /// The field with the milliseconds until an upstream was asked.
        proxy_latency: Option<Text>,
        /// The field with the milliseconds until an upstream's response header came.
        upstream_latency: Option<Text>,
        /// The field with the upstream's own status.
        upstream_status: Option<Text>,
        /// The same field where something went wrong: a status of 500 or more, or no answer of the upstream.
        upstream_error: Option<Text>,
        /// Whether `server` stands on what upstreams answer as well; false without it.
        server_everywhere: Option<At<bool>>,
        /// A character set for media types that are sent without one.
        charset: Option<Charset>,
    }
}

entity! {
    /// A character set, and the media types that get it.
    Charset {
        /// Its name.
        name: Text,
        /// Media types.
        types: OneOrMany<Text>,
    }
}

entity! {
    /// What happens to a path before routes are tried. The path that is sent on stays as it came.
    Normalization {
        /// Decode needless escapes such as `%41`; true without it.
        decode_unreserved: Option<At<bool>>,
        /// Decode all escapes, `%2F` too; patterns stand for themselves then. False without it.
        decode_all: Option<At<bool>>,
        /// Resolve `.` and `..`; true without it.
        resolve_dots: Option<At<bool>>,
        /// Make `//` one slash; false without it.
        merge_slashes: Option<At<bool>>,
        /// Keep an escaped slash where all other escapes are decoded; false without it.
        keep_escaped_slashes: Option<At<bool>>,
        /// Take a slash off the end, but for the root's; false without it.
        cut_end_slash: Option<At<bool>>,
        /// Take what follows a `;` off each segment; false without it.
        cut_parameters: Option<At<bool>>,
    }
}

entity! {
    /// Policies for a known client, instead of those of equal slot and lower precedence, or beside them.
    Overlay {
        /// For this consumer.
        consumer: Option<Text>,
        /// For the members of this group.
        group: Option<Text>,
        /// Only on these routes.
        routes: Option<OneOrMany<Text>>,
        /// The policies.
        policies: Option<Vec<At<Step>>>,
    }
}

words! {
    /// When policies for a known client take effect.
    Entry {
        /// From the step after the one that made the client known.
        "next-step" NextStep,
        /// When the rewrite phase has ended.
        "end-of-rewrite" Rewrite,
        /// When the access phase has ended.
        "end-of-access" Access,
        /// When the endpoint phase has ended.
        "end-of-endpoint" Endpoint,
        /// When the response phase has ended.
        "end-of-response" Response,
        /// When the log phase has ended.
        "end-of-log" Log,
    }
}

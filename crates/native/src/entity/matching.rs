//! Conditions on a request, as written.

use super::expression::Condition;
use crate::decode::{At, Either, Json, OneOrMany, Pairs, Text, entity};

entity! {
    /// Conditions, all of which must hold. A field that is not there asks nothing.
    Match {
        /// The path: `/ping`, `/users/{id}`, `/files/{rest+}`, or another way to compare it.
        path: Option<Either<Text, At<Path>>>,
        /// One of these hosts: `api.example.com`, `*.example.com`, `example.*`.
        hosts: Option<OneOrMany<Text>>,
        /// One of these methods.
        methods: Option<OneOrMany<Text>>,
        /// Header fields by name.
        headers: Option<Pairs<TextCondition>>,
        /// Query parameters by name.
        query: Option<Pairs<TextCondition>>,
        /// One of these schemes: `http`, `https`.
        schemes: Option<OneOrMany<Text>>,
        /// One of these networks holds the client's address.
        clients: Option<OneOrMany<Text>>,
        /// One of these names the client asked for when it began TLS; a connection without TLS is not asked.
        server_names: Option<OneOrMany<Text>>,
        /// An expression that is true of the request, in the language of routing expressions:
        /// `http.path ^= "/a" && net.dst.port == 8000`.
        expression: Option<Text>,
        /// A condition on variables, as lists: `[[arg_age, ">", 18], [OR, [host, "==", a], [http_x, "~~", "^b"]]]`.
        vars: Option<At<Vec<Json>>>,
        /// Whether the path is what follows the part that the route matched; not for routes.
        below: Option<At<bool>>,
        /// Expressions that must be true of the exchange as it stands, or more about them; not for routes.
        conditions: Option<OneOrMany<Either<Text, At<Condition>>>>,
        /// As `priority` of the route, for this alternative alone.
        priority: Option<At<i64>>,
        /// The four numbers by which alternatives are ordered, instead of those computed.
        rank: Option<At<Vec<u64>>>,
    }
}

entity! {
    /// Another way to compare a path; one of these.
    Path {
        /// The whole path, braces included.
        exact: Option<Text>,
        /// The beginning of the path, character by character: `/a` takes `/ab`.
        prefix: Option<Text>,
        /// A regular expression from the beginning of the path; named groups become parameters.
        regex: Option<Text>,
        /// Segments with parameters, even if there is none.
        template: Option<Text>,
    }
}

/// A condition on a value: one of these, or more about it.
pub type TextCondition = Either<OneOrMany<Text>, TextRule>;

entity! {
    /// Another condition on a value; one of these.
    TextRule {
        /// Whether it is there at all.
        present: Option<At<bool>>,
        /// A regular expression that matches somewhere in it.
        regex: Option<Text>,
        /// One of these.
        one_of: Option<OneOrMany<Text>>,
    }
}

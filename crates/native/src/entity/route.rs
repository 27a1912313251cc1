//! A route as written.

use super::answer::Answer;
use super::aws::{Function, Url};
use super::constant::Constants;
use super::endpoints;
use super::keyed::OwnAnswers;
use super::matching::Match;
use super::upstream::{PathRule, PathWord, RouteUpstream};
use crate::decode::{At, Either, Given, Json, OneOrMany, Text, entity, words};
use crate::policy::Step;

entity! {
    /// Which requests, what happens to them, and where they go. Of `function`, `url`, `upstream`, `endpoints` and
    /// `respond` it has one.
    Route {
        /// Its name, for logs, metrics and references; made from methods and path without it.
        name: Option<Text>,
        /// Which requests: conditions, a text such as `GET /users/{id}`, or a list of alternatives. Every request without it.
        "match" matches: Option<OneOrMany<Either<Text, At<Match>>>>,
        /// Above all others with a smaller number, whatever they match; 0 without it.
        priority: Option<At<i64>>,
        /// Policies in order.
        policies: Option<Vec<At<Step>>>,
        /// Further policies that share a condition.
        groups: Option<Vec<Group>>,
        /// Calls this function and answers with its reply: its name or ARN, or more about the call.
        function: Option<Either<Text, At<Function>>>,
        /// Calls a function behind this URL: a function URL, or a stage of API Gateway.
        url: Option<Either<Text, At<Url>>>,
        /// Sends the request on: to an upstream of this name, or to these nodes.
        upstream: Option<Either<Text, At<RouteUpstream>>>,
        /// Sends the request on to one of several: the names of upstreams, more about each, or groups of such.
        endpoints: Option<Box<At<endpoints::Written>>>,
        /// Answers with this, or with this status.
        respond: Option<Either<At<u16>, Answer>>,
        /// The service that it belongs to: limits by service count together by it.
        service: Option<Text>,
        /// What log records say of it and its service.
        about: Option<About>,
        /// What its expressions find beside the exchange.
        expressions: Option<Box<Given<World>>>,
        /// What is said when nobody answered, instead of what is said for all routes.
        own_answers: Option<Box<Given<OwnAnswers>>>,
        /// The path that events show as the forwarded one, where no upstream says it.
        forwarded_path: Option<Either<At<PathWord>, At<PathRule>>>,
        /// `none`: says that a route leads nowhere, deliberately.
        endpoint: Option<At<Nowhere>>,
    }
}

entity! {
    /// What log records and variables say; `route` and `service` are maps, or JSON objects as texts.
    About {
        /// The route's id as its source has it; the last part of its id without it.
        id: Option<Text>,
        /// The route's name.
        name: Option<Text>,
        /// The name of its service.
        service_name: Option<Text>,
        /// Of the route.
        route: Option<At<Json>>,
        /// Of its service.
        service: Option<At<Json>>,
    }
}

entity! {
    /// What expressions find beside `request`, `response`, `context` and what policies learn.
    World {
        /// Variables by name.
        variables: Option<Constants>,
        /// Attributes that every exchange has from its beginning.
        attributes: Option<Constants>,
        /// An attribute is found by its name with and without this before it.
        attribute_prefix: Option<Text>,
        /// Where parameters stand in the path, beside those of the route itself.
        paths: Option<Vec<ParamPath>>,
        /// Names for paths below the part that the route matched; the attribute `mapped-path` is that of the first that
        /// fits.
        mapped_paths: Option<Vec<MappedPath>>,
        /// What expressions may call, as `class java.lang.Math` or `method java.util.List get int`; all that there is
        /// without it.
        may_call: Option<Vec<Text>>,
    }
}

entity! {
    /// A name for paths.
    MappedPath {
        /// The name.
        name: Text,
        /// A regular expression for the whole path, with a slash at its end.
        regex: Text,
    }
}

entity! {
    /// A path with parameters, below the part that the route matched.
    ParamPath {
        /// A regular expression from the beginning of the path, with a group for each parameter.
        regex: Text,
        /// The parameters' names, in the order of the groups.
        names: OneOrMany<Text>,
    }
}

entity! {
    /// Policies that share a condition.
    Group {
        /// Groups with this number know of each other.
        set: Option<At<u16>>,
        /// Whether it runs only where no earlier group of its set has its condition fulfilled; false without it.
        otherwise: Option<At<bool>>,
        /// The condition; none without it.
        when: Option<At<Match>>,
        /// Whether its policies of the response run after a failure too; false without it.
        always: Option<At<bool>>,
        /// The policies.
        policies: Vec<At<Step>>,
    }
}

words! {
    /// No endpoint.
    Nowhere {
        /// Nothing answers but the policies.
        "none" None,
    }
}

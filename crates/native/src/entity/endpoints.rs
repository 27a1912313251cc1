//! Several endpoints behind one route as written.

use super::expression::Failure;
use super::upstream::{ClientTls, RouteUpstream};
use crate::decode::{At, Either, Given, OneOrMany, Text, entity, words};
use crate::policy::again;
use crate::policy::headers::HeaderEdits;

entity! {
    /// Several endpoints behind one route. A request goes to one of the first group, unless policies lead it elsewhere.
    Endpoints {
        /// The groups.
        groups: OneOrMany<EndpointGroup>,
        /// How policies lead requests elsewhere: by attributes; none does without it.
        lead: Option<Given<Lead>>,
        /// Asks again where none has answered: so many times, or more about it; never without it.
        again: Option<again::Written>,
    }
}

/// Endpoints: the names of upstreams, or more about each; or groups of such.
pub type Written = Either<Vec<Member>, Endpoints>;

/// One endpoint: the name of an upstream, or more about it.
pub type Member = Either<Text, At<EndpointMember>>;

entity! {
    /// Endpoints that serve the same.
    EndpointGroup {
        /// The name by which policies lead to it; `main` without it.
        name: Option<Text>,
        /// Whether they are asked at random instead of in turn; false without it.
        at_random: Option<At<bool>>,
        /// The endpoints.
        members: OneOrMany<Member>,
    }
}

entity! {
    /// One endpoint of a group.
    EndpointMember {
        /// The name by which policies lead to it; the upstream's without it, or its number in the group, from 1.
        name: Option<Text>,
        /// Its share of the group's requests; 1 without it, 0 takes none.
        weight: Option<At<u32>>,
        /// Whether it is asked only where none of the others is well; false without it.
        spare: Option<At<bool>>,
        /// Where it is: the name of an upstream, or one of its own, with one node.
        upstream: Either<Text, At<RouteUpstream>>,
        /// What stands in the query behind the client's.
        query: Option<Text>,
        /// Changes of the request's header fields, once it is this one's turn.
        headers: Option<HeaderEdits>,
        /// TLS towards other hosts that requests are led to on this one's way: `true`, or more about it.
        other_tls: Option<Either<At<bool>, ClientTls>>,
    }
}

entity! {
    /// The attributes by which policies lead requests elsewhere. A path that they say stands in the place of the client's.
    Lead {
        /// A URL, a path behind that of the endpoint, or `NAME:` of an endpoint or group with a path; `endpoint` without it.
        target: Option<Text>,
        /// Where this one is true, the path stands for that of the endpoint as well; none without it.
        instead: Option<Text>,
        /// The method that the endpoint sees; `method` without it.
        method: Option<Text>,
        /// What is said where that is no text; status 400 without it.
        no_method: Option<Failure>,
        /// How the target is read; `evaluated` without it.
        manner: Option<At<LeadManner>>,
    }
}

words! {
    /// How a target is read.
    LeadManner = model::endpoint::LeadManner {
        /// Its expressions are evaluated. A URL goes the way of the endpoint whose turn it is.
        "evaluated" Evaluated,
        /// As it stands; what has no slash at its beginning names an endpoint or group. A URL goes the way of the endpoint
        /// whose own begins it, else of the first one.
        "plain" Plain,
        /// It names an endpoint or group, which sees the path as any other would.
        "name" Name,
    }
}

//! Groups of endpoints behind one route: which of them takes a request, and how steps lead it elsewhere.

use super::{Again, HttpEndpoint};
use crate::answer::Keyed;
use crate::policy::HeaderEdits;
use crate::tls::ClientTls;
use serde::Serialize;

/// Groups of endpoints, at least one.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct EndpointGroups {
    /// The groups; the first takes what nobody leads elsewhere.
    pub groups: Vec<EndpointGroup>,
    /// How steps lead requests elsewhere; `None`: none does.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub lead: Option<Lead>,
    /// What becomes of a request that no endpoint has answered; `None`: it has failed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub again: Option<Box<Again>>,
}

/// Endpoints that serve the same.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct EndpointGroup {
    /// The name by which steps lead to it.
    pub name: String,
    /// They are asked at random instead of in turn.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub at_random: bool,
    /// The endpoints.
    pub members: Vec<EndpointMember>,
}

/// One endpoint of a group.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct EndpointMember {
    /// The name by which steps lead to it.
    pub name: String,
    /// Its share of the group's requests; 0 takes none.
    pub weight: u32,
    /// It is asked only where none of the others is well.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub spare: bool,
    /// Where it is: an upstream with one node.
    pub http: HttpEndpoint,
    /// What stands in the query behind the client's.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub query: Option<String>,
    /// Changes of the request's header fields, once it is this one's turn.
    #[serde(skip_serializing_if = "HeaderEdits::is_empty")]
    pub fields: HeaderEdits,
    /// TLS towards other hosts that requests are led to on this one's way.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub other_tls: Option<ClientTls>,
}

/// The attributes by which steps lead requests elsewhere. A path that they say stands in the place of the client's.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Lead {
    /// A URL, a path behind that of the endpoint whose turn it is, or `name:` of an endpoint or group with a path.
    pub target: String,
    /// Where this one is true, the path stands for that of the endpoint as well.
    pub instead: Option<String>,
    /// The method that the endpoint sees.
    pub method: String,
    /// What is said where that is no text.
    pub no_method: Keyed,
    /// How the target is read.
    pub manner: LeadManner,
}

/// How a target is read.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub enum LeadManner {
    /// Its expressions are evaluated. A URL goes the way of the endpoint whose turn it is.
    Evaluated,
    /// As it stands; what has no slash at its beginning names an endpoint or group. A URL goes the way of the endpoint
    /// whose own begins it, else of the first one.
    Plain,
    /// It names an endpoint or group, which sees the path as any other would.
    Name,
}

//! Endpoints: where a route leads when no step has answered.

mod again;
mod choice;
mod forward;
mod groups;
mod health;
mod load;
mod marks;
mod probe;
mod ring;
mod rotation;
mod stranger;
mod upstream;
mod way;

pub(crate) use marks::append_via;
pub use upstream::{UpstreamError, Upstreams};

use forward::HttpRoute;
use groups::ReadyGroups;
use model::answer::{Answer, FailureKind};
use model::endpoint::Endpoint;
use model::id::UpstreamId;
use model::table::PathNormalization;
use pieces::Pieces;
use policy::failure::Blame;
use policy::{EditError, Exchange, Failure};
use std::sync::Arc;
pub(crate) use upstream::ReadyUpstream;

/// An endpoint made ready.
pub(crate) enum ReadyEndpoint {
    None,
    Http(HttpRoute),
    Groups(Box<ReadyGroups>),
    Answer(Answer),
}

/// Why an endpoint cannot be made ready.
#[derive(Debug)]
pub(crate) enum EndpointError {
    /// The upstream is not there.
    NoUpstream(UpstreamId),
    /// A change of a header field that cannot be made.
    Edit(EditError),
}

fn running(id: &UpstreamId, upstreams: &ReadyUpstreams) -> Result<Arc<ReadyUpstream>, EndpointError> {
    upstreams.find(id).map(|(_, one)| one.clone()).ok_or_else(|| EndpointError::NoUpstream(id.clone()))
}

/// The upstreams of a gateway, made ready.
pub(crate) type ReadyUpstreams = Pieces<(UpstreamId, Arc<ReadyUpstream>)>;

impl ReadyEndpoint {
    /// Makes it ready.
    pub(crate) fn compile(
        endpoint: &Endpoint,
        normalization: PathNormalization,
        upstreams: &ReadyUpstreams,
    ) -> Result<Self, EndpointError> {
        Ok(match endpoint {
            Endpoint::None => Self::None,
            Endpoint::Answer(answer) => Self::Answer(answer.clone()),
            Endpoint::Http(http) => {
                Self::Http(HttpRoute::new(http, normalization, running(&http.upstream, upstreams)?))
            }
            Endpoint::Groups(groups) => Self::Groups(Box::new(ReadyGroups::compile(groups, normalization, upstreams)?)),
        })
    }

    /// The upstreams that it leads to.
    pub(crate) fn upstreams(&self) -> impl Iterator<Item = &Arc<ReadyUpstream>> {
        let (one, many) = match self {
            Self::Http(route) => (Some(route), None),
            Self::Groups(groups) => (None, Some(groups.routes())),
            Self::None | Self::Answer(_) => (None, None),
        };
        one.into_iter().chain(many.into_iter().flatten()).map(HttpRoute::upstream)
    }

    /// Leaves a response in the exchange: asked again where a step of the chain has said so.
    pub(crate) async fn answer(&self, exchange: &mut Exchange, behind_proxy: bool) -> Result<(), Box<Failure>> {
        match exchange.again.take() {
            None => self.once(exchange, behind_proxy).await,
            Some(rule) => {
                let try_it = again::Try::Whole(self, behind_proxy);
                Box::pin(again::answer(&rule, try_it, exchange)).await
            }
        }
    }

    async fn once(&self, exchange: &mut Exchange, behind_proxy: bool) -> Result<(), Box<Failure>> {
        match self {
            Self::Groups(groups) => groups.forward(exchange, behind_proxy).await,
            Self::None => Err(Failure::new(FailureKind::NoEndpoint, Blame::Config, "this route leads nowhere")),
            Self::Http(route) => route.forward(exchange, behind_proxy).await,
            Self::Answer(answer) => {
                exchange.response = Some(policy::answer::render(answer, exchange, None));
                Ok(())
            }
        }
    }
}

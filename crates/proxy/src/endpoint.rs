//! Endpoints: where a route leads when no step has answered.

mod choice;
mod forward;
mod health;
mod load;
mod marks;
mod probe;
mod ring;
mod rotation;
mod upstream;
mod way;

pub(crate) use marks::append_via;
pub use upstream::{UpstreamError, Upstreams};

use forward::HttpRoute;
use model::answer::{Answer, FailureKind};
use model::endpoint::Endpoint;
use model::table::PathNormalization;
use pieces::Pieces;
use policy::failure::Blame;
use policy::{Exchange, Failure};
use std::sync::Arc;
pub(crate) use upstream::ReadyUpstream;

/// An endpoint made ready.
pub(crate) enum ReadyEndpoint {
    None,
    Http(HttpRoute),
    Answer(Answer),
}

/// The upstreams of a gateway, made ready.
pub(crate) type ReadyUpstreams = Pieces<(model::id::UpstreamId, Arc<ReadyUpstream>)>;

impl ReadyEndpoint {
    /// Fails with the name of an upstream that is not there.
    pub(crate) fn compile(
        endpoint: &Endpoint,
        normalization: PathNormalization,
        upstreams: &ReadyUpstreams,
    ) -> Result<Self, model::id::UpstreamId> {
        Ok(match endpoint {
            Endpoint::None => Self::None,
            Endpoint::Answer(answer) => Self::Answer(answer.clone()),
            Endpoint::Http(http) => {
                let (_, upstream) = upstreams.find(&http.upstream).ok_or_else(|| http.upstream.clone())?;
                Self::Http(HttpRoute::new(http, normalization, upstream.clone()))
            }
        })
    }

    /// The upstream that it leads to.
    pub(crate) fn upstream(&self) -> Option<&Arc<ReadyUpstream>> {
        match self {
            Self::Http(route) => Some(route.upstream()),
            Self::None | Self::Answer(_) => None,
        }
    }

    /// Leaves a response in the exchange.
    pub(crate) async fn answer(&self, exchange: &mut Exchange, behind_proxy: bool) -> Result<(), Box<Failure>> {
        match self {
            Self::None => Err(Failure::new(FailureKind::NoEndpoint, Blame::Config, "this route leads nowhere")),
            Self::Http(route) => route.forward(exchange, behind_proxy).await,
            Self::Answer(answer) => {
                exchange.response = Some(policy::answer::render(answer, exchange, None));
                Ok(())
            }
        }
    }
}

//! Admin APIs: a dialect that can be configured over HTTP answers here, and changes nothing but through its desk.

use crate::finding::Finding;
use bytes::Bytes;
use http::{Request, Response};
use model::tls::ServerTls;
use std::future::Future;
use std::net::SocketAddr;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::SystemTime;
use store::{Change, Documents, Revision, Store, StoreError};
use tokio::sync::{mpsc, oneshot};

/// An answer of an Admin API on its way.
pub type Answering<'a> = Pin<Box<dyn Future<Output = Response<Bytes>> + Send + 'a>>;

/// An Admin API.
pub trait AdminApi: Send + Sync {
    /// Where it listens unless the command line says otherwise; empty: nowhere, or on a [`Port`] of its source.
    fn ports(&self) -> Vec<AdminPort> {
        Vec::new()
    }

    /// Answers one request, whose body is held already. Where it came from stands in its extensions, as a
    /// [`SocketAddr`].
    fn answer<'a>(&'a self, request: Request<Bytes>, desk: &'a Desk) -> Answering<'a>;
}

/// Where an Admin API listens.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AdminPort {
    /// The address.
    pub address: SocketAddr,
    /// With TLS. Where it has no certificate, one is made at the start that nobody vouches for.
    pub tls: Option<ServerTls>,
}

/// What an Admin API works with: the documents of its source, a way to change them, and figures of the run.
#[derive(Clone)]
pub struct Desk {
    /// The documents of its source.
    pub store: Arc<dyn Store>,
    /// Whoever brings changes into force.
    pub changes: mpsc::Sender<Proposal>,
    /// The number of its source on the command line, from 0.
    pub source: usize,
    /// What the process did so far.
    pub metrics: telemetry::Metrics,
    /// Whether new requests are welcome.
    pub serving: Arc<AtomicBool>,
}

/// A port beside that of an Admin API, on which a source only tells: its status, its metrics.
pub struct Port {
    /// What it is, for the log.
    pub name: &'static str,
    /// Where it listens.
    pub address: SocketAddr,
    /// It stands in the configuration. One that is only usual may be somebody else's already.
    pub is_written: bool,
    /// Who answers.
    pub api: Arc<dyn AdminApi>,
}

/// Changes that somebody asks for. They are tried, stored and brought into force, in this order, or refused as a whole.
pub struct Proposal {
    /// The number of the source on the command line, from 0.
    pub source: usize,
    /// What changes.
    pub changes: Vec<Change>,
    /// The revision they were thought out for; `None`: any.
    pub expected: Option<Revision>,
    /// Who waits for the end of it.
    pub done: oneshot::Sender<Result<Accepted, Refused>>,
}

/// Changes that are in force.
#[derive(Debug)]
pub struct Accepted {
    /// The store's revision with them.
    pub revision: Revision,
    /// How faithfully the source is understood now.
    pub findings: Vec<Finding>,
}

/// Why changes were refused. Nothing changed.
#[derive(Debug, thiserror::Error)]
pub enum Refused {
    /// The store refused: another was first, or it cannot be written.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// A document cannot be understood.
    #[error("{}", .0.first().map_or("a document cannot be understood".to_owned(), ToString::to_string))]
    Broken(Vec<Finding>),
    /// What they mean cannot run.
    #[error("{0}")]
    CannotRun(String),
    /// The process ends.
    #[error("the gateway is ending")]
    Ending,
}

impl Desk {
    /// Whether new requests are welcome.
    pub fn is_serving(&self) -> bool {
        self.serving.load(Ordering::Relaxed)
    }

    /// The documents of the source that have not ceased to be, and their revision.
    pub async fn documents(&self) -> Result<(Documents, Revision), StoreError> {
        let (documents, revision) = self.store.list().await?;
        Ok((documents.live(SystemTime::now()), revision))
    }

    /// Brings changes into force; when this is answered, the next request is served by them.
    pub async fn commit(&self, changes: Vec<Change>, expected: Option<Revision>) -> Result<Accepted, Refused> {
        let (done, answer) = oneshot::channel();
        let proposal = Proposal { source: self.source, changes, expected, done };
        self.changes.send(proposal).await.map_err(|_| Refused::Ending)?;
        answer.await.unwrap_or(Err(Refused::Ending))
    }
}

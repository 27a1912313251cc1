//! The status port: whether the process lives, whether it serves, what it serves, and its metrics.

mod identities;
mod page;

use crate::assemble::InForce;
use crate::exit::Refusal;
use crate::port;
use arc_swap::ArcSwap;
use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Instant;
use telemetry::Metrics;
use tokio::net::TcpListener;

/// What the status port tells; written by whoever starts, reloads and drains.
pub(crate) struct Status {
    started: Instant,
    pub(crate) serving: Arc<AtomicBool>,
    metrics: Metrics,
    services: policy::build::Services,
    figures: ArcSwap<Figures>,
}

/// What is served now.
#[derive(Clone, Debug, Default, serde::Serialize)]
pub(crate) struct Figures {
    pub(crate) sources: Vec<InForce>,
    pub(crate) listeners: Vec<SocketAddr>,
    pub(crate) routes: usize,
    pub(crate) last_reload: Option<LastReload>,
}

/// How the last reload ended; the start counts as one.
#[derive(Clone, Debug, serde::Serialize)]
pub(crate) struct LastReload {
    pub(crate) time: String,
    /// Whether everything that was read came into force.
    pub(crate) accepted: bool,
    /// Why it did not, if that is not told by a finding.
    pub(crate) reason: Option<String>,
    pub(crate) findings: Vec<dialect::Finding>,
}

impl Status {
    /// Of a process that starts now, and whose requests use these services.
    pub(crate) fn new(services: policy::build::Services) -> Arc<Self> {
        let (figures, metrics) = (ArcSwap::from_pointee(Figures::default()), services.metrics.clone());
        let identities = services.watch_identities();
        metrics.watch_identities(Box::new(move || identities::figures(identities())));
        Arc::new(Self { started: Instant::now(), serving: Arc::default(), metrics, services, figures })
    }

    /// Whether new requests are welcome.
    pub(crate) fn set_serving(&self, serving: bool) {
        self.serving.store(serving, Ordering::Relaxed);
    }

    /// Replaces what is served.
    pub(crate) fn set(&self, figures: Figures) {
        self.figures.store(Arc::new(figures));
    }

    /// What is served.
    pub(crate) fn figures(&self) -> Arc<Figures> {
        self.figures.load_full()
    }
}

/// Opens the port; nothing answers on it yet.
pub(crate) fn bind(address: SocketAddr) -> Result<std::net::TcpListener, Refusal> {
    let refusal = |error: net::listen::BindError| Refusal::new(format!("--status: {error}"), "choose another port");
    net::listen::bind(address, false).map_err(refusal)
}

/// Answers on the port until the runtime ends.
pub(crate) async fn serve(socket: TcpListener, status: Arc<Status>) {
    port::serve(socket, "status", None, move |request| std::future::ready(page::answer(&status, &request))).await;
}

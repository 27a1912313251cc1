//! From changed sources to changed traffic: a gateway that cannot run leaves the old one serving, and the log says why.

use crate::assemble::{Assembler, Draft, moment};
use crate::exit::Refusal;
use crate::findings;
use crate::status::{Figures, LastReload, Status};
use model::Gateway;
use proxy::{Server, Shared, Snapshot};
use std::sync::Arc;
use std::time::{Instant, SystemTime};
use store::Revision;
use telemetry::access::Format;

/// What brings a configuration into force.
pub(crate) struct Reload {
    pub(crate) assembler: Assembler,
    pub(crate) shared: Shared,
    pub(crate) status: Arc<Status>,
    /// Findings that change behaviour are refused.
    pub(crate) strict: bool,
    pub(crate) format: Format,
    /// Is told of every gateway that comes into force.
    pub(crate) told: Box<dyn Fn(&Draft)>,
    /// The revision of the store that was last looked at.
    pub(crate) seen: Revision,
}

impl Reload {
    /// Reads the sources into the store; what cannot be read stays as it was.
    pub(crate) async fn read(&self) {
        if let Err(error) = self.assembler.read().await {
            self.refused(&error.to_string(), Vec::new());
        }
    }

    /// Waits until the store has changed since the last look. Cancel-safe.
    pub(crate) async fn changed(&self) {
        if self.assembler.changed(self.seen).await.is_err() {
            std::future::pending::<()>().await; // a store in memory tells no errors
        }
    }

    /// What the store holds, as a gateway.
    pub(crate) async fn draft(&mut self) -> anyhow::Result<Draft> {
        let stored = self.assembler.stored().await?;
        self.seen = stored.revision;
        Ok(self.assembler.assemble(&stored)?)
    }

    /// Brings what the store holds into force.
    pub(crate) async fn run(&mut self, server: &Server) {
        let began = Instant::now();
        let before = self.status.figures();
        let draft = match self.draft().await {
            Ok(draft) => draft,
            Err(error) => return self.refused(&error.to_string(), Vec::new()),
        };
        findings::tell(&draft.findings, &draft.texts, self.format);
        if let Err(reason) = self.swap(&draft, server) {
            return self.refused(&reason, draft.findings);
        }
        for document in &draft.broken {
            tracing::error!(document, "not reloaded: this file is broken; its previous revision goes on serving");
        }
        let now = self.status.figures();
        if !draft.broken.is_empty() && now.sources == before.sources {
            return;
        }
        for address in now.listeners.iter().filter(|address| !before.listeners.contains(address)) {
            tracing::info!(%address, "listening");
        }
        let milliseconds = began.elapsed().as_micros() as f64 / 1000.0;
        tracing::info!(routes = now.routes, milliseconds, "reloaded");
    }

    fn swap(&mut self, draft: &Draft, server: &Server) -> Result<(), String> {
        if self.strict && findings::change_behaviour(&draft.findings) {
            return Err("findings change behaviour, and --strict is given".to_owned());
        }
        let snapshot = compile(&draft.gateway, &self.shared).map_err(|error| error.to_string())?;
        let routes = snapshot.routes();
        server.swap(snapshot).map_err(|error| error.to_string())?;
        self.in_force(draft, routes, server);
        Ok(())
    }

    /// A draft came into force.
    pub(crate) fn in_force(&mut self, draft: &Draft, routes: usize, server: &Server) {
        self.assembler.accept(draft);
        (self.told)(draft);
        let listeners = server.addresses();
        let accepted = draft.broken.is_empty();
        self.shared.metrics.reload(accepted);
        let last_reload = Some(LastReload {
            time: moment(SystemTime::now()),
            accepted,
            reason: None,
            findings: draft.findings.clone(),
        });
        self.status.set(Figures { sources: self.assembler.in_force(), listeners, routes, last_reload });
    }

    fn refused(&self, reason: &str, findings: Vec<dialect::Finding>) {
        tracing::error!(reason, "not reloaded: the previous configuration goes on serving");
        self.shared.metrics.reload(false);
        let time = moment(SystemTime::now());
        let last_reload = Some(LastReload { time, accepted: false, reason: Some(reason.to_owned()), findings });
        self.status.set(Figures { last_reload, ..(*self.status.figures()).clone() });
    }
}

/// Makes a gateway ready for traffic.
pub(crate) fn compile(gateway: &Gateway, shared: &Shared) -> Result<Snapshot, Refusal> {
    proxy::compile(gateway, shared).map_err(|error| Refusal::new(format!("cannot run: {error}"), ""))
}

//! From changed sources to changed traffic: a gateway that cannot run leaves the old one serving, and the log says why.

use crate::assemble::{Assembler, Draft, Revisions, moment};
use crate::exit::Refusal;
use crate::findings;
use crate::status::{Figures, LastReload, Status};
use dialect::Faith;
use dialect::admin::{Accepted, Proposal, Refused};
use model::Gateway;
use proxy::{Server, Shared, Snapshot};
use std::sync::Arc;
use std::time::{Instant, SystemTime};
use store::{Change, Revision};
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
    /// The revisions of the stores that were last looked at.
    pub(crate) seen: Revisions,
}

impl Reload {
    /// Reads the sources into the store; what cannot be read stays as it was.
    pub(crate) async fn read(&self) {
        if let Err(error) = self.assembler.read().await {
            self.refused(&error.to_string(), Vec::new());
        }
    }

    /// Waits until a store has changed since the last look. Cancel-safe.
    pub(crate) async fn changed(&self) {
        self.assembler.changed(&self.seen).await;
    }

    /// Waits until something in force ceases to be, and forgets it. Cancel-safe.
    pub(crate) async fn ended(&self) {
        let Some(end) = self.assembler.first_end() else { return std::future::pending().await };
        tokio::time::sleep(end.duration_since(SystemTime::now()).unwrap_or_default()).await;
        if let Err(error) = self.assembler.forget().await {
            tracing::error!(%error, "what has ceased to be cannot be removed");
            std::future::pending::<()>().await;
        }
    }

    /// Waits until a secret has changed where it is kept. Cancel-safe.
    pub(crate) async fn renewed(&self) {
        self.assembler.renewed().await;
    }

    /// What the stores hold, as a gateway.
    pub(crate) async fn draft(&mut self) -> anyhow::Result<Draft> {
        let stored = self.assembler.stored().await?;
        self.seen = stored.revisions();
        Ok(self.assembler.assemble_whole(&stored).await?)
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

    /// Tries what an Admin API proposes; then stores it and brings it into force, all or nothing.
    pub(crate) async fn propose(&mut self, proposal: Proposal, server: &Server) {
        let Proposal { source, changes, expected, done } = proposal;
        let outcome = match self.try_out(source, &changes, server).await {
            Err(refused) => Err(refused),
            Ok(tried) => self.carry_out(source, changes, expected, tried, server).await,
        };
        let _ = done.send(outcome); // whoever asked may have gone: what is done stays done
    }

    async fn try_out(&self, source: usize, changes: &[Change], server: &Server) -> Result<Tried, Refused> {
        let stored = self.assembler.stored().await?;
        let revision = stored.revisions()[source];
        let draft = self.assembler.assemble_whole(&stored.with(source, changes)).await;
        let draft = draft.map_err(|refusal| Refused::CannotRun(refusal.to_string()))?;
        if draft.broken_sources.contains(&source) {
            let invalid = draft.findings.into_iter().filter(|finding| finding.faith == Faith::Invalid);
            return Err(Refused::Broken(invalid.collect()));
        }
        let snapshot = compile(&draft.gateway, &self.shared, server.snapshot().as_deref())
            .map_err(|error| Refused::CannotRun(error.to_string()))?;
        Ok(Tried { revision, draft, snapshot })
    }

    async fn carry_out(
        &mut self,
        source: usize,
        changes: Vec<Change>,
        expected: Option<Revision>,
        tried: Tried,
        server: &Server,
    ) -> Result<Accepted, Refused> {
        let Tried { revision, draft, snapshot } = tried;
        let revision = self.assembler.store(source).commit(changes, expected.or(Some(revision))).await?;
        let routes = snapshot.routes();
        server.swap(snapshot).map_err(|error| Refused::CannotRun(error.to_string()))?;
        self.seen[source] = revision;
        self.in_force(&draft, routes, server);
        Ok(Accepted { revision, findings: draft.findings })
    }

    fn swap(&mut self, draft: &Draft, server: &Server) -> Result<(), String> {
        if self.strict && findings::change_behaviour(&draft.findings) {
            return Err("findings change behaviour, and --strict is given".to_owned());
        }
        let snapshot =
            compile(&draft.gateway, &self.shared, server.snapshot().as_deref()).map_err(|error| error.to_string())?;
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
        let services = self.shared.services.clone();
        tokio::spawn(async move { services.prepare().await });
    }

    fn refused(&self, reason: &str, findings: Vec<dialect::Finding>) {
        tracing::error!(reason, "not reloaded: the previous configuration goes on serving");
        self.shared.metrics.reload(false);
        let time = moment(SystemTime::now());
        let last_reload = Some(LastReload { time, accepted: false, reason: Some(reason.to_owned()), findings });
        self.status.set(Figures { last_reload, ..(*self.status.figures()).clone() });
    }
}

/// What changes would lead to.
struct Tried {
    /// Of the store that they were tried on.
    revision: Revision,
    draft: Draft,
    snapshot: Snapshot,
}

/// Makes a gateway ready for traffic.
pub(crate) fn compile(gateway: &Gateway, shared: &Shared, previous: Option<&Snapshot>) -> Result<Snapshot, Refusal> {
    proxy::compile(gateway, shared, previous).map_err(|error| Refusal::new(format!("cannot run: {error}"), ""))
}

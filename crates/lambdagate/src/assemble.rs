//! From sources to one gateway: files → store → documents → lower → merge, then what the command line changes.

mod calls;
mod opened;
mod overrides;
#[cfg(test)]
mod tests;

pub(crate) use calls::{calls, function_calls, targets_mut};
pub(crate) use opened::InForce;
pub(crate) use overrides::Overrides;

use crate::exit::Refusal;
use crate::findings::Texts;
use crate::local::LocalAccount;
use crate::source::Source;
use dialect::admin::{AdminApi, Port};
use dialect::resolve::ProcessEnvironment;
use dialect::{Finding, merge::merge};
use model::Gateway;
use opened::Opened;
use std::collections::BTreeSet;
use std::future::poll_fn;
use std::path::PathBuf;
use std::sync::Arc;
use std::task::Poll;
use std::time::SystemTime;
use store::{Change, Documents, Pending, Revision, Store, StoreError};

/// The sources of the command line, each with the store that its documents live in.
pub(crate) struct Assembler {
    sources: Vec<Opened>,
    adjustments: Adjustments,
}

/// What is changed in a gateway after it was lowered.
#[derive(Default)]
pub(crate) struct Adjustments {
    /// Listeners of the command line.
    pub(crate) overrides: Overrides,
    /// Where functions are called on this machine.
    pub(crate) local: Option<LocalAccount>,
}

/// What the stores hold: for each source its documents, and the revision they stand at.
pub(crate) struct Stored {
    sources: Vec<(Documents, Revision)>,
}

/// For each source the revision of its store.
pub(crate) type Revisions = Vec<Revision>;

impl Stored {
    /// The revisions they stand at.
    pub(crate) fn revisions(&self) -> Revisions {
        self.sources.iter().map(|(_, revision)| *revision).collect()
    }

    /// As it would be with these changes of a source.
    pub(crate) fn with(mut self, source: usize, changes: &[Change]) -> Self {
        let (documents, revision) = &mut self.sources[source];
        documents.change(changes, Revision(revision.0 + 1));
        self
    }
}

/// A gateway that might come into force.
#[derive(Default)]
pub(crate) struct Draft {
    /// What all sources mean together.
    pub(crate) gateway: Gateway,
    /// How faithfully they were understood.
    pub(crate) findings: Vec<Finding>,
    /// Documents whose newest revision cannot be understood; their previous one stands in for it, if there is one.
    pub(crate) broken: Vec<String>,
    /// The sources that those documents belong to.
    pub(crate) broken_sources: BTreeSet<usize>,
    /// Newest texts by key.
    pub(crate) texts: Texts,
    /// Functions whose code the sources say is on this machine.
    pub(crate) functions: Vec<native::sam::Function>,
    /// For each source the documents it was made from.
    documents: Vec<Documents>,
}

impl Assembler {
    /// Finds a reader for each source. Reads nothing yet.
    pub(crate) fn open(sources: &[Source], adjustments: Adjustments) -> Result<Self, Refusal> {
        let open = |source: &Source| Opened::new(source);
        let sources = sources.iter().map(open).collect::<Result<_, _>>()?;
        Ok(Self { sources, adjustments })
    }

    /// Reads the files of every source into its store; nothing is stored when one of them cannot be read.
    pub(crate) async fn read(&self) -> anyhow::Result<()> {
        let read = self.sources.iter().map(Opened::read);
        let read = read.collect::<Result<Vec<_>, _>>()?;
        for (source, files) in self.sources.iter().zip(read) {
            source.load(files).await?;
        }
        Ok(())
    }

    /// Waits until some store holds something newer than this. Cancel-safe.
    pub(crate) async fn changed(&self, seen: &[Revision]) {
        let waiting = self.sources.iter().zip(seen).map(|(source, seen)| source.store.changed(*seen));
        let mut waiting: Vec<_> = waiting.collect();
        poll_fn(|context| {
            // a store that cannot tell is not waited for; it says why when it is listed
            let told = |one: &mut Pending<'_, Revision>| matches!(one.as_mut().poll(context), Poll::Ready(Ok(_)));
            if waiting.iter_mut().any(told) { Poll::Ready(()) } else { Poll::Pending }
        })
        .await;
    }

    /// The documents of all sources that have not ceased to be.
    pub(crate) async fn stored(&self) -> Result<Stored, StoreError> {
        let mut sources = Vec::new();
        let now = SystemTime::now();
        for source in &self.sources {
            let (documents, revision) = source.store.list().await?;
            sources.push((documents.live(now), revision));
        }
        Ok(Stored { sources })
    }

    /// When the first of the documents in force ceases to be.
    pub(crate) fn first_end(&self) -> Option<SystemTime> {
        self.sources.iter().filter_map(Opened::first_end).min()
    }

    /// Forgets what has ceased to be.
    pub(crate) async fn forget(&self) -> Result<(), StoreError> {
        let now = SystemTime::now();
        for source in &self.sources {
            let (documents, _) = source.store.list().await?;
            let gone: Vec<Change> = documents.over(now).map(|key| Change::Remove { key: key.to_owned() }).collect();
            if !gone.is_empty() {
                source.store.commit(gone, None).await?;
            }
        }
        Ok(())
    }

    /// What stored documents mean, together.
    pub(crate) fn assemble(&self, stored: &Stored) -> Result<Draft, Refusal> {
        let mut draft = Draft::default();
        let mut gateways = Vec::new();
        for (at, (source, (documents, _))) in self.sources.iter().zip(&stored.sources).enumerate() {
            let part = source.lower(documents);
            gateways.push(part.gateway);
            draft.texts.extend(texts(&part.findings, documents));
            draft.findings.extend(part.findings);
            draft.broken_sources.extend((!part.broken.is_empty()).then_some(at));
            draft.broken.extend(part.broken);
            draft.functions.extend((source.declares)(&part.documents, &ProcessEnvironment));
            draft.documents.push(part.documents);
        }
        draft.gateway = merge(gateways);
        self.adjustments.apply(&mut draft.gateway)?;
        Ok(draft)
    }

    /// The same with the secrets that the documents refer to: what is not here yet is fetched first.
    pub(crate) async fn assemble_whole(&self, stored: &Stored) -> Result<Draft, Refusal> {
        let draft = self.assemble(stored)?;
        if !self.fetch(stored).await {
            return Ok(draft);
        }
        let draft = self.assemble(stored)?;
        self.sources.iter().for_each(|source| source.secrets.forget_unasked());
        Ok(draft)
    }

    /// Fetches secrets that are referred to and missing, or due. Says whether one has changed. Cancel-safe.
    async fn fetch(&self, stored: &Stored) -> bool {
        let mut changed = false;
        for (source, (documents, _)) in self.sources.iter().zip(&stored.sources) {
            changed |= source.secrets.fetch(&*source.dialect, documents).await;
        }
        changed
    }

    /// Waits until a secret has changed where it is kept. Cancel-safe.
    pub(crate) async fn renewed(&self) {
        loop {
            let Some(next) = self.sources.iter().filter_map(|source| source.secrets.next()).min() else {
                return std::future::pending().await;
            };
            tokio::time::sleep_until(next).await;
            match self.stored().await {
                Ok(stored) if self.fetch(&stored).await => return,
                Ok(_) => {}
                Err(error) => {
                    tracing::error!(%error, "secrets cannot be looked at again");
                    return std::future::pending().await;
                }
            }
        }
    }

    /// The store of a source.
    pub(crate) fn store(&self, source: usize) -> Arc<dyn Store> {
        self.sources[source].store.clone()
    }

    /// The Admin APIs of the sources, with the numbers of these.
    pub(crate) fn admin_apis(&self, draft: &Draft) -> Vec<(usize, Arc<dyn AdminApi>)> {
        let all = self.sources.iter().zip(&draft.documents).enumerate();
        let api = |(at, (source, documents)): (usize, (&Opened, &Documents))| {
            Some((at, source.dialect.admin(documents, &ProcessEnvironment)?))
        };
        all.filter_map(api).collect()
    }

    /// The ports on which sources tell of themselves, with the numbers of these.
    pub(crate) fn ports(&self, draft: &Draft) -> Vec<(usize, Port)> {
        let all = self.sources.iter().zip(&draft.documents).enumerate();
        all.flat_map(|(at, (source, documents))| {
            source.dialect.ports(documents, &ProcessEnvironment).into_iter().map(move |port| (at, port))
        })
        .collect()
    }

    /// A draft came into force: its documents are what a broken revision falls back to.
    pub(crate) fn accept(&mut self, draft: &Draft) {
        for (source, documents) in self.sources.iter_mut().zip(&draft.documents) {
            source.accept(documents.clone());
        }
    }

    /// The documents in force.
    pub(crate) fn in_force(&self) -> Vec<InForce> {
        self.sources.iter().flat_map(Opened::in_force).collect()
    }

    /// Sources and the files in force: what is worth watching.
    pub(crate) fn files(&self) -> Vec<PathBuf> {
        let files = self.sources.iter().flat_map(|source| {
            let files = source.loaded_files();
            std::iter::once(source.path.clone()).chain(files).collect::<Vec<_>>()
        });
        files.filter(|file| !file.as_os_str().is_empty()).collect::<BTreeSet<_>>().into_iter().collect()
    }
}

impl Adjustments {
    fn apply(&self, gateway: &mut Gateway) -> Result<(), Refusal> {
        self.overrides.apply(gateway)?;
        if let Some(local) = &self.local {
            local.apply(gateway);
        }
        Ok(())
    }
}

/// The texts that findings point into.
fn texts(findings: &[Finding], documents: &Documents) -> Texts {
    let of = |finding: &Finding| {
        let document = documents.find(&finding.place.document)?;
        Some((document.key.clone(), document.bytes.clone()))
    };
    findings.iter().filter_map(of).collect()
}

/// A time for people and machines: RFC 3339, UTC, whole seconds.
pub(crate) fn moment(time: SystemTime) -> String {
    let seconds = time.duration_since(SystemTime::UNIX_EPOCH).map_or(0, |since| since.as_secs());
    let timestamp = jiff::Timestamp::from_second(i64::try_from(seconds).unwrap_or_default()).unwrap_or_default();
    timestamp.to_string()
}

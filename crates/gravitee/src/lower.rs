//! What documents mean: settings and definitions become one gateway.

mod answers;
mod api;
mod chain;
mod cors;
mod endpoint;
mod flow;
mod groups;
mod health;
pub(crate) mod key;
mod listener;
mod mapped;
mod once;
mod plan;
pub(crate) mod property;
pub(crate) mod resource;
mod secrets;
mod step;
mod subscription;
mod target;
mod tls;
mod upstream;
mod world;

use crate::read::{Content, Notes, check, contents, is_settings};
use crate::settings::{Lines, Settings, settings};
use api::Api;
use dialect::Lowered;
use dialect::findings::Findings;
use dialect::resolve::Environment;
use model::Gateway;
use model::chain::{Phase, Step, StepRank};
use model::id::{Slot, TableId, UpstreamId};
use model::policy::{IdForm, Policy, RequestId};
use model::quirk::Marks;
use model::secret::Secret;
use model::table::{PathNormalization, Table};
use std::collections::BTreeMap;
use store::Documents;
use subscription::Book;

/// What lowering looks at.
pub(crate) struct Lowering<'a> {
    pub(crate) settings: &'a Settings,
    pub(crate) notes: &'a mut Notes,
    /// Policies that may be absent although they guard.
    pub(crate) allow_missing: &'a [String],
    /// Files that settings name.
    documents: &'a Documents,
    /// What the documents hold.
    contents: &'a [Content],
    /// Who may use which plan.
    book: Book,
    /// What `secrets.get` finds.
    secrets: BTreeMap<String, Secret>,
    /// Endpoints, as APIs name them.
    upstreams: BTreeMap<UpstreamId, model::endpoint::Upstream>,
    /// Some document asks for the attribute `resolved-path`.
    asks_resolved: bool,
    /// A step of the API that is lowered may lead its requests elsewhere.
    pub(crate) leads: bool,
}

/// What the documents of a source mean. A definition that cannot be understood leaves the others as they are.
pub fn lower(documents: &Documents, environment: &dyn Environment, allow_missing: &[String]) -> Lowered {
    let mut notes = Notes::default();
    let (settings, number) = read_settings(documents, environment, &mut notes);
    let contents = contents(documents, &mut notes);
    for content in &contents {
        content.parts().iter().for_each(|part| check(part, &mut notes));
    }
    let book = Book::of(&contents, &mut notes);
    let (upstreams, secrets) = (BTreeMap::new(), secrets::secrets(&contents, environment, &mut notes));
    let (settings, notes_at) = (&settings, &mut notes);
    let mut at = Lowering {
        settings,
        notes: notes_at,
        allow_missing,
        documents,
        contents: &contents,
        book,
        secrets,
        upstreams,
        asks_resolved: documents
            .iter()
            .any(|document| String::from_utf8_lossy(&document.bytes).contains("resolved-path")),
        leads: false,
    };
    let table = table(&mut at);
    let listeners = listener::listeners(&table.id, number, &mut at);
    let gateway = Gateway { listeners, tables: vec![table], upstreams: at.upstreams.into(), consumers: Vec::new() };
    let broken = notes.broken();
    Lowered { gateway, findings: notes.into_findings(), broken }
}

fn read_settings(documents: &Documents, environment: &dyn Environment, notes: &mut Notes) -> (Settings, usize) {
    let file = documents.iter().find(|document| is_settings(&document.key));
    let key = file.map_or("environment", |file| file.key.as_str());
    let text = file.map(|file| String::from_utf8_lossy(&file.bytes).into_owned()).unwrap_or_default();
    let mut findings = Findings::new(key);
    let lines = Lines::read(&text, &mut findings);
    let settings = settings(&lines, environment, &mut findings);
    let number = notes.document(findings);
    (settings, number)
}

fn table(at: &mut Lowering<'_>) -> Table {
    let mut routes = Vec::new();
    let mut known: BTreeMap<String, usize> = BTreeMap::new();
    for content in at.contents {
        let Some(definition) = content.definition().filter(|_| !content.is_stopped()) else { continue };
        if at.notes.is_broken(content.document()) {
            continue; // the others serve
        }
        let api = Api::new(&definition, content);
        if let Some(before) = known.insert(api.id.clone(), content.document()) {
            api.again(before, at);
            continue;
        }
        let route = api::route(&api, at);
        // what only lowering can see may break a definition too
        routes.extend(route.filter(|_| !at.notes.is_broken(content.document())));
    }
    Table {
        normalization: PathNormalization {
            decode_unreserved: false,
            decode_all: false,
            resolve_dots: false,
            merge_slashes: false,
            ..PathNormalization::NONE
        },
        routes: routes.into(),
        global: transaction(at.settings),
        answers: answers::outside(at.settings),
        marks: Some(Marks { request_id: Some(at.settings.request_header.clone()), ..Marks::default() }),
        ..Table::new(TableId::new("gravitee/table/main"))
    }
}

/// Every request belongs to a transaction, whose id the client may give, and the response tells it.
fn transaction(settings: &Settings) -> Vec<Step> {
    let policy = RequestId {
        header: settings.transaction_header.to_ascii_lowercase(),
        trust_client: true,
        echo: true,
        form: IdForm::Uuid,
        own: false,
    };
    let step = |phase, order| Step {
        slot: Slot::new("transaction"),
        rank: StepRank { phase, order },
        precedence: 0,
        predicate: None,
        policy: Policy::RequestId(policy.clone()),
    };
    vec![step(Phase::Rewrite, i64::MIN), step(Phase::Response, i64::MAX)]
}

impl Lowering<'_> {
    /// The text of a file that settings name.
    fn file(&self, name: &str) -> Option<String> {
        self.bytes(name).map(|bytes| String::from_utf8_lossy(bytes).into_owned())
    }

    /// A file that settings or definitions name.
    fn bytes(&self, name: &str) -> Option<&[u8]> {
        let last = |path: &str| path.rsplit('/').next().unwrap_or(path).to_owned();
        let document =
            self.documents.iter().find(|document| document.key == name || last(&document.key) == last(name))?;
        Some(&document.bytes)
    }
}

//! What a document holds: it is told by its members, whatever the file is called.

use super::stores::is_store;
use super::{Definition, Notes, Version, inner, is_settings};
use crate::entity::plan::{PLAN_V2, PLAN_V4};
use crate::entity::{ORGANIZATION, SECRETS, event, v2, v4};
use crate::part::{Part, scalar};
use crate::schema::same_word;
use dialect::Faith;
use dialect::findings::{Findings, Spot};
use dialect::tree::{Node, Tree, parse_json};
use store::{Document, Documents};

/// A document as trees, with the trees of texts in it.
pub(crate) struct Content {
    number: usize,
    /// The file itself.
    file: Tree,
    /// The definition with its path, where it stands in something else.
    definition: Option<(Tree, String)>,
    kind: Kind,
}

/// What a document is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    /// A definition, perhaps with subscriptions around it.
    Definition(Version),
    /// Subscriptions and keys alone.
    Subscriptions,
    /// Flows around the flows of all APIs.
    Organization,
    /// What `secrets.get` finds.
    Secrets,
}

/// What the documents hold, those left out that are not what they should be.
pub(crate) fn contents(documents: &Documents, notes: &mut Notes) -> Vec<Content> {
    let json = |document: &&Document| !is_settings(&document.key) && !is_store(&document.bytes);
    documents.iter().filter(json).filter_map(|document| content(document, notes)).collect()
}

fn content(document: &Document, notes: &mut Notes) -> Option<Content> {
    let mut findings = Findings::new(&document.key);
    let text = String::from_utf8_lossy(&document.bytes);
    let found = parse_json(&text, &mut findings).and_then(|file| opened(file, &mut findings));
    let number = notes.document(findings);
    found.map(|(file, definition, kind)| Content { number, file, definition, kind })
}

type Opened = (Tree, Option<(Tree, String)>, Kind);

fn opened(file: Tree, findings: &mut Findings) -> Option<Opened> {
    if !matches!(file.node, Node::Map(_)) {
        findings.invalid(&whole(&file), "an API definition is an object");
        return None;
    }
    if file.get("apiEvent").is_some() {
        return event(file, findings);
    }
    if let Some(api) = file.get("api").filter(|api| matches!(api.node, Node::Map(_))) {
        let definition = (api.clone(), "api".to_owned());
        let version = version(&definition.0, findings)?;
        return Some((file, Some(definition), Kind::Definition(version)));
    }
    if is_definition(&file) {
        let version = version(&file, findings)?;
        return Some((file, None, Kind::Definition(version)));
    }
    if file.get("secrets").is_some() {
        return Some((file, None, Kind::Secrets));
    }
    if file.get("subscriptions").is_some() || file.get("apiKeys").is_some() {
        return Some((file, None, Kind::Subscriptions));
    }
    if file.get("flows").is_some() {
        return Some((file, None, Kind::Organization));
    }
    let text = "this is no API definition: it has neither `proxy` (version 2) nor `listeners` (version 4)";
    findings.invalid(&whole(&file), text);
    None
}

/// The definition in an event: the payload may be a text, and the definition in it one more.
fn event(file: Tree, findings: &mut Findings) -> Option<Opened> {
    let mut path = "apiEvent.payload".to_owned();
    let mut tree = member(file.get("apiEvent")?, "payload", &path, findings)?;
    if tree.get("definition").is_some() {
        path.push_str(".definition");
        tree = member(&tree, "definition", &path, findings)?;
    }
    let version = version(&tree, findings)?;
    Some((file, Some((tree, path)), Kind::Definition(version)))
}

fn member(of: &Tree, name: &str, path: &str, findings: &mut Findings) -> Option<Tree> {
    let Some(value) = of.get(name) else {
        findings.invalid(&Spot { mark: of.mark, path: path.to_owned() }, format!("there is no {name} in it"));
        return None;
    };
    match scalar(value) {
        Some(text) => inner(text, &Spot { mark: value.mark, path: path.to_owned() }, findings),
        None => Some(value.clone()),
    }
}

fn whole(tree: &Tree) -> Spot {
    Spot { mark: tree.mark, path: String::new() }
}

fn is_definition(tree: &Tree) -> bool {
    let names = ["proxy", "listeners", "gravitee", "definitionVersion", "endpointGroups"];
    names.iter().any(|name| tree.get(name).is_some())
}

/// `None`: nothing can be served for it.
fn version(tree: &Tree, findings: &mut Findings) -> Option<Version> {
    let text = |name: &str| tree.get(name).and_then(scalar);
    let said = text("definitionVersion").unwrap_or_default();
    if same_word(said, "federated") || same_word(said, "federated-agent") {
        let text = "a federated API is served elsewhere: nothing is served for it";
        findings.say(Faith::Unsupported, &whole(tree), text);
        return None;
    }
    if said.starts_with('4')
        || same_word(said, "v4")
        || (tree.get("listeners").is_some() && tree.get("proxy").is_none())
    {
        return Some(Version::V4);
    }
    let first = text("gravitee").map_or_else(|| tree.get("paths").is_some(), |version| version == "1.0.0");
    if first && tree.get("flows").is_none() {
        let text = "a definition of version 1 (`paths`) is served without its rules, which may guard: nothing is served \
                    for it; migrate it to flows";
        findings.say(Faith::Unsupported, &whole(tree), text);
        return None;
    }
    Some(Version::V2)
}

impl Content {
    /// The number of the document.
    pub(crate) fn document(&self) -> usize {
        self.number
    }

    /// The definition, if that is what it holds.
    pub(crate) fn definition(&self) -> Option<Definition<'_>> {
        let Kind::Definition(version) = self.kind else { return None };
        let (record, plan) = match version {
            Version::V2 => (&v2::API, &PLAN_V2),
            Version::V4 => (&v4::API, &PLAN_V4),
        };
        let part = match &self.definition {
            Some((tree, path)) => Part::new(record, tree, self.number, path),
            None => Part::new(record, &self.file, self.number, ""),
        };
        let mut plans = part.parts("plans");
        if plans.is_empty() && self.definition.is_some() {
            // an export has them beside the definition
            plans = self.file().parts("plans").iter().map(|one| one.seen_as(plan)).collect();
        }
        Some(Definition { version, part, plans })
    }

    /// All parts of it, each by its own record.
    pub(crate) fn parts(&self) -> Vec<Part<'_>> {
        let Some(definition) = self.definition() else {
            return vec![self.organization().or_else(|| self.secrets()).unwrap_or_else(|| self.file())];
        };
        let beside = definition.plans.into_iter().filter(|_| !definition.part.has("plans"));
        let around = self.is_wrapped().then(|| self.file());
        around.into_iter().chain([definition.part.clone()]).chain(beside).collect()
    }

    /// Whether something stands around the definition.
    pub(crate) fn is_wrapped(&self) -> bool {
        self.definition.is_some()
    }

    /// What stands around the definition; the file itself where nothing does.
    pub(crate) fn file(&self) -> Part<'_> {
        Part::new(&event::FILE, &self.file, self.number, "")
    }

    /// Flows around those of all APIs.
    pub(crate) fn organization(&self) -> Option<Part<'_>> {
        (self.kind == Kind::Organization).then(|| Part::new(&ORGANIZATION, &self.file, self.number, ""))
    }

    /// What `secrets.get` finds.
    pub(crate) fn secrets(&self) -> Option<Part<'_>> {
        (self.kind == Kind::Secrets).then(|| Part::new(&SECRETS, &self.file, self.number, ""))
    }

    /// Whether the event says that the API is not served any more.
    pub(crate) fn is_stopped(&self) -> bool {
        let event = self.file().part("apiEvent");
        let ends = |word: &str| word.starts_with("UNPUBLISH") || word.starts_with("STOP");
        event.is_there() && event.word("type").is_some_and(ends)
    }
}

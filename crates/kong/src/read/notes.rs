//! Remarks on entities of documents, at the place where the value stands.

use crate::entity::{Entity, Origin};
use crate::schema::Step;
use dialect::findings::Findings;
use dialect::tree::{Mark, Node, Tree};
use dialect::{Faith, Finding};

/// The documents that were read, with what is remarked on them.
#[derive(Default)]
pub struct Notes {
    documents: Vec<Noted>,
}

struct Noted {
    tree: Option<Tree>,
    findings: Findings,
}

impl Notes {
    /// Takes in a document; its number is what [`Origin`] names.
    pub fn document(&mut self, tree: Option<Tree>, findings: Findings) -> usize {
        self.documents.push(Noted { tree, findings });
        self.documents.len() - 1
    }

    /// A remark on an entity, or on a field of it by its dotted path.
    pub fn say(&mut self, faith: Faith, entity: &Entity, field: &str, message: impl Into<String>) {
        let mut origin = entity.origin.clone();
        let steps = field.split('.').filter(|step| !step.is_empty());
        origin.path.extend(steps.map(|step| match step.parse::<usize>() {
            Ok(number) if number > 0 => Step::At(number - 1),
            _ => Step::Name(step.to_owned()),
        }));
        self.at(faith, &origin, message);
    }

    /// A remark on a place.
    pub fn at(&mut self, faith: Faith, origin: &Origin, message: impl Into<String>) {
        let Some(noted) = self.documents.get_mut(origin.document) else { return };
        let (mark, broken) = noted.tree.as_ref().map_or((Mark::default(), false), |tree| mark(tree, &origin.path));
        if broken && faith == Faith::Invalid {
            return; // what is broken was told already
        }
        noted.findings.add(faith, mark, &shown(&origin.path), message.into());
    }

    /// Whether a document is not what it should be, with its key.
    pub fn broken(&self) -> Vec<String> {
        let wrong = self.documents.iter().filter(|noted| noted.findings.any_invalid());
        wrong.map(|noted| noted.findings.document().to_owned()).collect()
    }

    /// All remarks.
    pub fn into_findings(self) -> Vec<Finding> {
        self.documents.into_iter().flat_map(|noted| noted.findings.into_list()).collect()
    }
}

/// The place of a value, or of the last thing on the way to it that is written; and whether that is broken.
fn mark(tree: &Tree, path: &[Step]) -> (Mark, bool) {
    let here = (tree.mark, matches!(tree.node, Node::Broken));
    let Some((step, rest)) = path.split_first() else { return here };
    let below = match (&tree.node, step) {
        (Node::Map(entries), Step::Name(name)) => {
            let entry = entries.iter().find(|(key, _)| key.text == *name);
            // of a value that is no scalar the key is shown
            entry.map(|(key, value)| match &value.node {
                Node::Null | Node::List(_) | Node::Map(_) if rest.is_empty() => (key.mark, false),
                _ => mark(value, rest),
            })
        }
        (Node::List(items), Step::At(at)) => items.get(*at).map(|item| mark(item, rest)),
        _ => None,
    };
    below.unwrap_or(here)
}

/// `services[0].routes[1].name`.
fn shown(path: &[Step]) -> String {
    let mut text = String::new();
    for step in path {
        match step {
            Step::Name(name) => {
                if !text.is_empty() {
                    text.push('.');
                }
                text.push_str(name);
            }
            Step::At(at) => text.push_str(&format!("[{at}]")),
        }
    }
    text
}

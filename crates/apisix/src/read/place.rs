//! Where objects were written, so that remarks find their lines.

use dialect::tree::{Mark, Node, Tree};
use dialect::{Faith, Finding, Place};
use std::collections::BTreeSet;

/// One step on the way to a value.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Step {
    /// A member.
    Name(String),
    /// An item, from 0.
    At(usize),
}

/// Where an object was written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Origin {
    /// The document's key.
    pub document: String,
    /// The way to it in the document.
    pub path: Vec<Step>,
}

impl Origin {
    /// A document as a whole.
    pub fn document(key: impl Into<String>) -> Self {
        Self { document: key.into(), path: Vec::new() }
    }
}

/// The texts of files as trees, and what was found in them.
#[derive(Default)]
pub(crate) struct Texts {
    trees: Vec<(String, Tree)>,
    findings: Vec<Finding>,
    told: BTreeSet<(String, String, String)>,
}

impl Texts {
    /// Takes in the tree of a document, with what was found while it was read.
    pub(crate) fn add(&mut self, key: &str, tree: Option<Tree>, findings: Vec<Finding>) {
        self.trees.extend(tree.map(|tree| (key.to_owned(), tree)));
        self.findings.extend(findings);
    }

    /// A remark on an object, or on a member of it by its dotted path; the same remark is made once.
    pub(crate) fn say(&mut self, faith: Faith, origin: &Origin, member: &str, message: impl Into<String>) {
        let mut path = origin.path.clone();
        path.extend(steps(member));
        let (shown, message) = (shown(&path), message.into());
        if !self.told.insert((origin.document.clone(), shown.clone(), message.clone())) {
            return;
        }
        let tree = self.trees.iter().find(|(key, _)| *key == origin.document);
        let Mark { line, column, length } = tree.map(|(_, tree)| mark(tree, &path)).unwrap_or_default();
        let place = Place { document: origin.document.clone(), path: shown, line, column, length };
        self.findings.push(Finding { faith, place, message });
    }

    /// All that was found.
    pub(crate) fn into_findings(self) -> Vec<Finding> {
        self.findings
    }
}

/// `plugins.cors.allow_origins[0]` as steps. Names of plugins have no dots.
fn steps(path: &str) -> impl Iterator<Item = Step> {
    path.split(['.', '[']).filter(|part| !part.is_empty()).map(|part| match part.strip_suffix(']') {
        Some(number) => Step::At(number.parse().unwrap_or_default()),
        None => Step::Name(part.to_owned()),
    })
}

/// The place of a value, or of the last thing on the way to it that is written.
fn mark(tree: &Tree, path: &[Step]) -> Mark {
    let Some((step, rest)) = path.split_first() else { return tree.mark };
    let below = match (&tree.node, step) {
        (Node::Map(entries), Step::Name(name)) => {
            let entry = entries.iter().find(|(key, _)| key.text == *name);
            // of a value that is no scalar the key is shown
            entry.map(|(key, value)| match &value.node {
                Node::Null | Node::List(_) | Node::Map(_) if rest.is_empty() => key.mark,
                _ => mark(value, rest),
            })
        }
        (Node::List(items), Step::At(at)) => items.get(*at).map(|item| mark(item, rest)),
        _ => None,
    };
    below.unwrap_or(tree.mark)
}

/// `routes[0].plugins.cors`.
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

//! A template with its sections, and what is known while it is read.

use super::condition::Decided;
use crate::findings::Findings;
use crate::tree::{Key, Mark, Node, Scalar, Tree};
use dialect::Faith;
use dialect::resolve::Environment;
use std::collections::{BTreeMap, BTreeSet};

/// The macro that makes a template one of SAM.
const MACRO: &str = "AWS::Serverless-2016-10-31";
/// Sections that are read, or that say nothing about what is served.
const SECTIONS: [&str; 10] = [
    "AWSTemplateFormatVersion",
    "Conditions",
    "Description",
    "Globals",
    "Mappings",
    "Metadata",
    "Outputs",
    "Parameters",
    "Resources",
    "Transform",
];

/// A template while it is read.
pub(super) struct Template<'t> {
    pub(super) tree: &'t Tree,
    pub(super) environment: &'t dyn Environment,
    /// Conditions that were looked at.
    pub(super) decided: BTreeMap<String, Decided>,
    findings: &'t mut Findings,
    /// What stands in `Globals` is met with every function and said once.
    said: BTreeSet<(u32, u32, String)>,
}

/// A resource whose condition holds.
pub(super) struct Resource<'t> {
    /// Its logical id.
    pub(super) id: &'t Key,
    /// `AWS::Serverless::Function` and the like.
    pub(super) kind: &'t str,
    pub(super) tree: &'t Tree,
}

impl<'t> Template<'t> {
    pub(super) fn new(tree: &'t Tree, environment: &'t dyn Environment, findings: &'t mut Findings) -> Self {
        Self { tree, environment, decided: BTreeMap::new(), findings, said: BTreeSet::new() }
    }

    /// Says what of the top level is not read.
    pub(super) fn judge_sections(&mut self) {
        for (key, value) in entries(Some(self.tree)) {
            if key.text == "Transform" {
                self.judge_macros(value);
            } else if !SECTIONS.contains(&key.text.as_str()) {
                self.say(Faith::Ignored, key.mark, &key.text, "this section is not read");
            }
        }
        for (key, _) in entries(self.section("Globals")) {
            if !matches!(key.text.as_str(), "Function" | "Api" | "HttpApi") {
                let path = format!("Globals.{}", key.text);
                self.say(Faith::Ignored, key.mark, &path, "only functions and their APIs are read");
            }
        }
    }

    fn judge_macros(&mut self, value: &Tree) {
        let list = match &value.node {
            Node::List(items) => items.as_slice(),
            Node::Null | Node::Scalar(_) | Node::Map(_) | Node::Broken => std::slice::from_ref(value),
        };
        for one in list {
            if !matches!(text(one), Some(MACRO | "AWS::LanguageExtensions")) {
                self.say(
                    Faith::Unsupported,
                    one.mark,
                    "Transform",
                    "what this macro would make of the template is not known",
                );
            }
        }
    }

    /// A section of the top level.
    pub(super) fn section(&self, name: &str) -> Option<&'t Tree> {
        self.tree.get(name)
    }

    /// The resources whose conditions hold, in the order written.
    pub(super) fn resources(&mut self) -> Vec<Resource<'t>> {
        let mut resources = Vec::new();
        for (id, tree) in entries(self.section("Resources")) {
            let path = format!("Resources.{}", id.text);
            let Some(kind) = tree.get("Type").and_then(text) else {
                let message = match id.text.starts_with("Fn::") {
                    true => "resources made by a loop are not read",
                    false => "this resource has no Type",
                };
                self.say(Faith::Unsupported, id.mark, &path, message);
                continue;
            };
            let condition = tree.get("Condition");
            if condition.is_none_or(|name| self.holds(name, &format!("{path}.Condition"))) {
                resources.push(Resource { id, kind, tree });
            }
        }
        resources
    }

    /// A resource by its logical id, whether its condition holds or not.
    pub(super) fn resource(&self, id: &str) -> Option<&'t Tree> {
        self.section("Resources")?.get(id)
    }

    /// Adds a finding, once.
    pub(super) fn say(&mut self, faith: Faith, mark: Mark, path: &str, message: impl Into<String>) {
        let message = message.into();
        if self.said.insert((mark.line, mark.column, message.clone())) {
            self.findings.add(faith, mark, path, message);
        }
    }

    /// Says that something has no value here; the value that stands for that.
    pub(super) fn lost(&mut self, mark: Mark, path: &str, message: impl Into<String>) -> Tree {
        self.say(Faith::Unsupported, mark, path, message);
        Tree { mark, node: Node::Broken }
    }

    /// Says that something is wrong; the value that stands for that.
    pub(super) fn wrong(&mut self, mark: Mark, path: &str, message: impl Into<String>) -> Tree {
        self.say(Faith::Invalid, mark, path, message);
        Tree { mark, node: Node::Broken }
    }

    /// The key of the document.
    pub(super) fn document(&self) -> &str {
        self.findings.document()
    }
}

impl Resource<'_> {
    /// Where it stands.
    pub(super) fn path(&self) -> String {
        format!("Resources.{}", self.id.text)
    }
}

/// The entries of a map; none of anything else.
pub(super) fn entries(tree: Option<&Tree>) -> &[(Key, Tree)] {
    match tree.map(|tree| &tree.node) {
        Some(Node::Map(entries)) => entries,
        _ => &[],
    }
}

/// The text of a scalar.
pub(super) fn text(tree: &Tree) -> Option<&str> {
    match &tree.node {
        Node::Scalar(scalar) => Some(&scalar.text),
        Node::Null | Node::List(_) | Node::Map(_) | Node::Broken => None,
    }
}

/// A text that was worked out.
pub(super) fn scalar(mark: Mark, text: impl Into<String>) -> Tree {
    Tree { mark, node: Node::Scalar(Scalar { text: text.into(), written: None, plain: false }) }
}

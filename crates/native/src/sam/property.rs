//! The properties of a resource, taken one by one; what nobody takes is told.

use super::template::{Template, text};
use crate::tree::{Key, Mark, Node, Tree};
use std::str::FromStr;

/// Properties with the place they stand in.
pub(super) struct Properties {
    path: String,
    left: Vec<(Key, Tree)>,
}

/// A property that was taken, not yet worked out.
pub(super) struct Property {
    pub(super) mark: Mark,
    pub(super) path: String,
    pub(super) tree: Tree,
}

impl Properties {
    /// All of a map.
    pub(super) fn new(tree: Tree, path: String) -> Self {
        let left = match tree.node {
            Node::Map(entries) => entries,
            Node::Null | Node::Scalar(_) | Node::List(_) | Node::Broken => Vec::new(),
        };
        Self { path, left }
    }

    /// The property of this name.
    pub(super) fn take(&mut self, name: &str) -> Option<Property> {
        let at = self.left.iter().position(|(key, _)| key.text == name)?;
        let (key, tree) = self.left.remove(at);
        Some(Property { mark: key.mark, path: format!("{}.{name}", self.path), tree })
    }

    /// Whether there is one of this name.
    pub(super) fn has(&self, name: &str) -> bool {
        self.left.iter().any(|(key, _)| key.text == name)
    }

    /// The text that a property comes to.
    pub(super) fn text(&mut self, name: &str, template: &mut Template<'_>) -> Option<String> {
        let Property { path, tree, .. } = self.take(name)?;
        template.text(&tree, &path)
    }

    /// The number or word that a property comes to; another one is said.
    pub(super) fn parsed<T: FromStr>(&mut self, name: &str, what: &str, template: &mut Template<'_>) -> Option<T> {
        let Property { path, tree, .. } = self.take(name)?;
        let written = template.text(&tree, &path)?;
        let parsed = written.parse().ok();
        if parsed.is_none() {
            template.wrong(tree.mark, &path, format!("{what} is meant here, not {written:?}"));
        }
        parsed
    }

    /// A map's own properties.
    pub(super) fn map(&mut self, name: &str, template: &mut Template<'_>) -> Option<Self> {
        let Property { path, tree, .. } = self.take(name)?;
        template.value(&tree, &path).map(|tree| Self::new(tree, path))
    }

    /// The texts of a list; a single text is a list of one.
    pub(super) fn texts(&mut self, name: &str, template: &mut Template<'_>) -> Vec<String> {
        let Some(Property { path, tree, .. }) = self.take(name) else { return Vec::new() };
        let Some(worked) = template.value(&tree, &path) else { return Vec::new() };
        match &worked.node {
            Node::List(items) => items.iter().filter_map(text).map(str::to_owned).collect(),
            Node::Scalar(scalar) => vec![scalar.text.clone()],
            Node::Null | Node::Map(_) | Node::Broken => Vec::new(),
        }
    }

    /// Names and texts of a map.
    pub(super) fn pairs(&mut self, name: &str, template: &mut Template<'_>) -> Vec<(String, String)> {
        let Some(map) = self.map(name, template) else { return Vec::new() };
        let mut pairs = Vec::new();
        for (key, value) in &map.left {
            match &value.node {
                Node::Scalar(scalar) => pairs.push((key.text.clone(), scalar.text.clone())),
                Node::Null => pairs.push((key.text.clone(), String::new())),
                Node::Broken => {}
                Node::List(_) | Node::Map(_) => {
                    let path = format!("{}.{}", map.path, key.text);
                    template.wrong(value.mark, &path, format!("a text is meant here, not {}", value.kind()));
                }
            }
        }
        pairs
    }

    /// What nobody has taken, with its path.
    pub(super) fn rest(self) -> impl Iterator<Item = (Key, String)> {
        let path = self.path;
        self.left.into_iter().map(move |(key, _)| {
            let path = format!("{path}.{}", key.text);
            (key, path)
        })
    }
}

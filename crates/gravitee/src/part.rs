//! A look at a part of a document by the names of its record: what is absent or null is `None`, and what stands in
//! another kind than it should is read as leniently as the original reads it.

use crate::schema::{Field, Kind, Record, same_word};
use dialect::findings::Spot;
use dialect::tree::{Mark, Node, Tree};

/// A part of a document.
#[derive(Clone, Debug)]
pub(crate) struct Part<'a> {
    record: &'static Record,
    tree: Option<&'a Tree>,
    /// Which of the documents.
    pub(crate) document: usize,
    path: String,
    mark: Mark,
}

impl<'a> Part<'a> {
    /// A whole document.
    pub(crate) fn new(record: &'static Record, tree: &'a Tree, document: usize, path: &str) -> Self {
        Self { record, tree: Some(tree), document, path: path.to_owned(), mark: tree.mark }
    }

    /// What it consists of.
    pub(crate) fn record(&self) -> &'static Record {
        self.record
    }

    /// The same value by the names of another record.
    pub(crate) fn seen_as(&self, record: &'static Record) -> Self {
        Self { record, ..self.clone() }
    }

    /// Whether anything is written there.
    pub(crate) fn is_there(&self) -> bool {
        self.tree.is_some()
    }

    /// What is written there.
    pub(crate) fn tree(&self) -> Option<&'a Tree> {
        self.tree
    }

    /// The text that stands for it.
    pub(crate) fn short(&self) -> Option<&'a str> {
        self.tree.and_then(scalar)
    }

    /// Where it stands.
    pub(crate) fn spot(&self) -> Spot {
        Spot { mark: self.mark, path: self.path.clone() }
    }

    /// Where a field of it stands; of one that is not there, where the part itself does.
    pub(crate) fn spot_of(&self, name: &str) -> Spot {
        let path = below(&self.path, name);
        let Some(Node::Map(entries)) = self.tree.map(|tree| &tree.node) else { return Spot { mark: self.mark, path } };
        let entry = entries.iter().find(|(key, _)| key.text == name);
        let mark = entry.map_or(self.mark, |(key, value)| match &value.node {
            Node::Scalar(_) => value.mark,
            Node::Null | Node::List(_) | Node::Map(_) | Node::Broken => key.mark,
        });
        Spot { mark, path }
    }

    /// A value; `null` counts as absent.
    pub(crate) fn value(&self, name: &str) -> Option<&'a Tree> {
        debug_assert!(self.record.field(name).is_some(), "{} has no field {name}", self.record.name);
        self.tree?.get(name).filter(|value| !matches!(value.node, Node::Null | Node::Broken))
    }

    /// Whether a field is written, and not as `null`.
    pub(crate) fn has(&self, name: &str) -> bool {
        self.value(name).is_some()
    }

    /// A text; the default where nothing is written and there is one.
    pub(crate) fn text(&self, name: &str) -> Option<&'a str> {
        let written = self.value(name).and_then(scalar);
        written.or_else(|| Some(self.field(name)?.default).filter(|default| !default.is_empty()))
    }

    /// A text that is not empty.
    pub(crate) fn filled(&self, name: &str) -> Option<&'a str> {
        self.text(name).filter(|text| !text.trim().is_empty())
    }

    /// A text of one's own.
    pub(crate) fn owned(&self, name: &str) -> Option<String> {
        self.text(name).map(str::to_owned)
    }

    /// One of the field's words, as the field spells it.
    pub(crate) fn word(&self, name: &str) -> Option<&'static str> {
        let Kind::Word(words) = self.field(name)?.kind else { return None };
        let text = self.text(name)?;
        words.iter().find(|word| same_word(word, text)).copied()
    }

    /// Yes or no.
    pub(crate) fn flag(&self, name: &str) -> bool {
        self.text(name).is_some_and(|text| text.trim().eq_ignore_ascii_case("true"))
    }

    /// A whole number that is not negative.
    pub(crate) fn count(&self, name: &str) -> Option<u64> {
        u64::try_from(self.integer(name)?).ok()
    }

    /// A whole number.
    pub(crate) fn integer(&self, name: &str) -> Option<i64> {
        whole(self.text(name)?)
    }

    /// Texts of a list; one text alone is a list of one.
    pub(crate) fn texts(&self, name: &str) -> Vec<String> {
        match self.value(name).map(|tree| &tree.node) {
            Some(Node::List(items)) => items.iter().filter_map(scalar).map(str::to_owned).collect(),
            Some(Node::Scalar(scalar)) => vec![scalar.text.clone()],
            Some(Node::Map(_) | Node::Null | Node::Broken) | None => Vec::new(),
        }
    }

    /// A record in it; one that is absent has no members but its defaults.
    pub(crate) fn part(&self, name: &str) -> Part<'a> {
        let record = self.field(name).and_then(|field| record_of(field.kind)).unwrap_or(self.record);
        let Spot { mark, path } = self.spot_of(name);
        Part { record, tree: self.value(name), document: self.document, path, mark }
    }

    /// Records of a list; one alone is a list of one.
    pub(crate) fn parts(&self, name: &str) -> Vec<Part<'a>> {
        let of = self.part(name);
        match of.tree.map(|tree| &tree.node) {
            Some(Node::List(items)) => {
                let items = items.iter().enumerate();
                items.map(|(at, item)| of.item(item, &format!("{}[{at}]", of.path))).collect()
            }
            Some(Node::Map(_) | Node::Scalar(_)) => vec![of],
            Some(Node::Null | Node::Broken) | None => Vec::new(),
        }
    }

    /// Members of a map, each as a record.
    pub(crate) fn members(&self, name: &str) -> Vec<(&'a str, Part<'a>)> {
        self.part(name).entries()
    }

    /// Members of the part itself, which is a map, each as a record.
    pub(crate) fn entries(&self) -> Vec<(&'a str, Part<'a>)> {
        let Some(Node::Map(entries)) = self.tree.map(|tree| &tree.node) else { return Vec::new() };
        let entries = entries.iter();
        entries.map(|(key, value)| (key.text.as_str(), self.item(value, &below(&self.path, &key.text)))).collect()
    }

    /// Members of the part itself that are texts.
    pub(crate) fn texts_of_map(&self) -> Vec<(&'a str, &'a str)> {
        let Some(Node::Map(entries)) = self.tree.map(|tree| &tree.node) else { return Vec::new() };
        entries.iter().filter_map(|(key, value)| Some((key.text.as_str(), scalar(value)?))).collect()
    }

    /// Members of a map of texts.
    pub(crate) fn pairs(&self, name: &str) -> Vec<(&'a str, &'a str)> {
        self.part(name).texts_of_map()
    }

    fn item(&self, tree: &'a Tree, path: &str) -> Part<'a> {
        Part { record: self.record, tree: Some(tree), document: self.document, path: path.to_owned(), mark: tree.mark }
    }

    fn field(&self, name: &str) -> Option<&'static Field> {
        self.record.field(name)
    }
}

/// The text of a text, number or word.
pub(crate) fn scalar(tree: &Tree) -> Option<&str> {
    match &tree.node {
        Node::Scalar(scalar) => Some(&scalar.text),
        Node::Null | Node::List(_) | Node::Map(_) | Node::Broken => None,
    }
}

/// A whole number, perhaps written with a fraction, which does not count.
pub(crate) fn whole(text: &str) -> Option<i64> {
    let text = text.trim();
    text.parse()
        .ok()
        .or_else(|| text.parse::<f64>().ok().filter(|number| number.is_finite()).map(|number| number as i64))
}

/// The path of a member.
pub(crate) fn below(path: &str, name: &str) -> String {
    if path.is_empty() { name.to_owned() } else { format!("{path}.{name}") }
}

/// The record that a kind is made of.
fn record_of(kind: Kind) -> Option<&'static Record> {
    match kind {
        Kind::Record(record) | Kind::Short(record) => Some(record),
        Kind::List(kind) | Kind::Map(kind) => record_of(*kind),
        Kind::Text | Kind::Secret | Kind::Number | Kind::Flag | Kind::Word(_) | Kind::Any => None,
    }
}

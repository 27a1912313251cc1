//! Whether a part is what its record says: values of another kind are remarked, and so is what is written and not
//! honoured. Members that nobody knows are dropped, as the original drops them.

use super::Notes;
use crate::part::{Part, below, scalar, whole};
use crate::schema::{Field, Honour, Kind, Record, same_word};
use dialect::Faith;
use dialect::findings::Spot;
use dialect::tree::{Node, Tree};

/// Remarks on a part and everything in it.
pub(crate) fn check(part: &Part<'_>, notes: &mut Notes) {
    let Some(tree) = part.tree() else { return };
    let spot = part.spot();
    Checker { notes, document: part.document }.record(part.record(), tree, &spot);
}

struct Checker<'n> {
    notes: &'n mut Notes,
    document: usize,
}

impl Checker<'_> {
    fn record(&mut self, record: &Record, tree: &Tree, spot: &Spot) {
        let Node::Map(entries) = &tree.node else { return self.wrong(tree, "an object", spot) };
        for (key, value) in entries {
            let Some(field) = record.field(&key.text) else { continue };
            let mark = if matches!(value.node, Node::Scalar(_)) { value.mark } else { key.mark };
            let spot = Spot { mark, path: below(&spot.path, &key.text) };
            if !is_quiet(field, value) {
                self.honour(field, &spot);
            }
            self.kind(field.kind, value, &spot);
        }
    }

    fn honour(&mut self, field: &Field, spot: &Spot) {
        let (faith, text) = match field.honour {
            Honour::Exact | Honour::Accepted(_) => return,
            Honour::Approximate(text) => (Faith::Approximate, text),
            Honour::Ignored(text) => (Faith::Ignored, text),
            Honour::Unsupported(text) => (Faith::Unsupported, text),
        };
        self.notes.at(faith, self.document, spot, format!("{}: {text}", field.name));
    }

    fn kind(&mut self, kind: Kind, value: &Tree, spot: &Spot) {
        if matches!(value.node, Node::Null | Node::Broken) {
            return;
        }
        match kind {
            Kind::Any => {}
            Kind::Text | Kind::Secret => self.scalar(value, "a text", spot, |_| true),
            Kind::Number => {
                self.scalar(value, "a number", spot, |text| text.trim().is_empty() || whole(text).is_some())
            }
            Kind::Flag => self.scalar(value, "true or false", spot, |text| {
                ["true", "false", ""].iter().any(|word| text.trim().eq_ignore_ascii_case(word))
            }),
            Kind::Word(words) => self.scalar(value, &format!("one of {}", words.join(", ")), spot, |text| {
                words.iter().any(|word| same_word(word, text))
            }),
            Kind::List(kind) => self.list(*kind, value, spot),
            Kind::Map(kind) => self.map(*kind, value, spot),
            Kind::Short(_) if scalar(value).is_some() => {}
            Kind::Record(record) | Kind::Short(record) => self.record(record, value, spot),
        }
    }

    fn scalar(&mut self, value: &Tree, wanted: &str, spot: &Spot, fits: impl Fn(&str) -> bool) {
        if !scalar(value).is_some_and(fits) {
            self.wrong(value, wanted, spot);
        }
    }

    /// One value alone counts as a list of one.
    fn list(&mut self, kind: Kind, value: &Tree, spot: &Spot) {
        let Node::List(items) = &value.node else { return self.kind(kind, value, spot) };
        for (at, item) in items.iter().enumerate() {
            self.kind(kind, item, &Spot { mark: item.mark, path: format!("{}[{at}]", spot.path) });
        }
    }

    fn map(&mut self, kind: Kind, value: &Tree, spot: &Spot) {
        let Node::Map(entries) = &value.node else { return self.wrong(value, "an object", spot) };
        for (key, item) in entries {
            self.kind(kind, item, &Spot { mark: item.mark, path: below(&spot.path, &key.text) });
        }
    }

    fn wrong(&mut self, value: &Tree, wanted: &str, spot: &Spot) {
        let found = match &value.node {
            Node::Scalar(scalar) if scalar.plain => format!("{:?}", scalar.text),
            Node::Scalar(_) | Node::Null | Node::List(_) | Node::Map(_) | Node::Broken => value.kind().to_owned(),
        };
        self.notes.at(Faith::Invalid, self.document, spot, format!("{wanted} is expected here, not {found}"));
    }
}

/// Whether a value says nothing: it is empty, off, or what it would be anyway.
fn is_quiet(field: &Field, value: &Tree) -> bool {
    match &value.node {
        Node::Null | Node::Broken => true,
        Node::Scalar(scalar) => {
            let off = scalar.text == "false" && field.default.is_empty();
            off || scalar.text.is_empty() || same_word(&scalar.text, field.default)
        }
        Node::List(items) => items.is_empty(),
        Node::Map(_) => is_off(value),
    }
}

/// Whether a record is empty or off, and so is everything in it: what consoles write for what nobody asked for.
fn is_off(value: &Tree) -> bool {
    let says = |name: &str, word: &str| value.get(name).and_then(scalar).is_some_and(|text| same_word(text, word));
    match &value.node {
        Node::Null | Node::Broken => true,
        Node::List(items) => items.is_empty(),
        Node::Map(entries) => {
            says("enabled", "false") || says("mode", "NONE") || entries.iter().all(|(_, member)| is_off(member))
        }
        Node::Scalar(scalar) => scalar.text.is_empty(),
    }
}

//! From YAML text to a tree, with findings for what is no YAML, stands twice, or refers to nothing.

use super::{Key, Mark, Node, Scalar, Tree};
use crate::Faith;
use crate::findings::Findings;
use crate::resolve::{Environment, expand};
use serde_saphyr::granit_parser::{self as yaml, Event, Parser, ScalarStyle, Span, Tag};
use std::borrow::Cow;
use std::collections::BTreeMap;

/// The most values a document may have once its aliases are written out.
const MOST_NODES: usize = 2_000_000;

/// Reads a document. `None`: it is no YAML, and a finding says where. An empty document is an empty map.
pub fn parse(text: &str, environment: &dyn Environment, findings: &mut Findings) -> Option<Tree> {
    read(text, Manner::References(environment), findings)
}

/// Reads a document in which `${…}` has no meaning yet and a tag is a short way to write a map of one key: `!Ref a` is
/// `{Ref: a}`, `!Sub a` is `{"Fn::Sub": a}`.
pub fn parse_template(text: &str, findings: &mut Findings) -> Option<Tree> {
    read(text, Manner::Template, findings)
}

/// Reads a document as it stands: `${…}` is text, and of a key that stands twice the last one counts.
pub fn parse_plain(text: &str, findings: &mut Findings) -> Option<Tree> {
    read(text, Manner::Plain, findings)
}

/// What scalars and tags mean.
#[derive(Clone, Copy)]
enum Manner<'e> {
    /// Scalars stay as they are; tags of one's own mean nothing.
    Plain,
    /// `${NAME}` is replaced; tags of one's own mean nothing.
    References(&'e dyn Environment),
    /// Scalars stay as they are; tags become maps.
    Template,
}

fn read(text: &str, manner: Manner<'_>, findings: &mut Findings) -> Option<Tree> {
    let options = yaml::options! { emit_comments: false };
    let events = Parser::new_from_str_with_options(text, options);
    let mut reader = Reader { events, manner, findings, anchors: BTreeMap::new(), nodes: 0 };
    match reader.document() {
        Ok(tree) => Some(tree),
        Err(stop) => {
            findings.add(Faith::Invalid, stop.mark, "", stop.message);
            None
        }
    }
}

struct Reader<'t, 'e> {
    events: Parser<'t, yaml::StrInput<'t>>,
    manner: Manner<'e>,
    findings: &'e mut Findings,
    /// Anchored values with the number of values in each.
    anchors: BTreeMap<usize, (Tree, usize)>,
    nodes: usize,
}

/// Why reading cannot go on.
struct Stop {
    mark: Mark,
    message: String,
}

impl<'t> Reader<'t, '_> {
    fn document(&mut self) -> Result<Tree, Stop> {
        let mut tree = None;
        while let Some((event, span)) = self.next()? {
            match event {
                Event::StreamStart | Event::DocumentStart(..) | Event::DocumentEnd | Event::StreamEnd => {}
                _ if tree.is_some() => {
                    return Err(stop(span, "a second document begins here; put it into a file of its own"));
                }
                event => tree = Some(self.value(event, span)?),
            }
        }
        Ok(match tree {
            Some(tree) if !matches!(tree.node, Node::Null) => tree,
            _ => Tree { mark: Mark { line: 1, column: 1, length: 0 }, node: Node::Map(Vec::new()) },
        })
    }

    fn next(&mut self) -> Result<Option<(Event<'t>, Span)>, Stop> {
        self.events.next_event().transpose().map_err(|error| {
            let at = error.marker();
            let mark = Mark { line: count(at.line()), column: count(at.col() + 1), length: 0 };
            Stop { mark, message: format!("this is no YAML: {}", error.info()) }
        })
    }

    /// The next event inside a collection, which cannot be the end of the text.
    fn inside(&mut self, start: Span) -> Result<(Event<'t>, Span), Stop> {
        self.next()?.ok_or_else(|| stop(start, "this is no YAML: the text ends before what begins here"))
    }

    fn value(&mut self, event: Event<'t>, span: Span) -> Result<Tree, Stop> {
        let before = self.nodes;
        self.count(1, span)?;
        let mark = mark(span);
        let (node, anchor, tag) = match event {
            Event::Scalar(text, style, anchor, tag) => (self.scalar(text.into_owned(), style, mark), anchor, tag),
            Event::SequenceStart(_, anchor, tag) => (self.list(span)?, anchor, tag),
            Event::MappingStart(_, anchor, tag) => (self.map(span)?, anchor, tag),
            Event::Alias(id) => return self.alias(id, span),
            _ => return Err(stop(span, "this is no YAML: a value is missing here")),
        };
        // A collection's place is its first key or value; its span may reach over many lines.
        let mark = match &node {
            Node::Map(entries) => entries.first().map_or(mark, |(key, _)| Mark { length: 0, ..key.mark }),
            Node::List(items) => items.first().map_or(mark, |item| Mark { length: 0, ..item.mark }),
            _ => mark,
        };
        let tree = self.tagged(Tree { mark, node }, tag);
        if anchor > 0 {
            self.anchors.insert(anchor, (tree.clone(), self.nodes - before));
        }
        Ok(tree)
    }

    fn tagged(&mut self, tree: Tree, tag: Option<Cow<'_, Tag>>) -> Tree {
        let Some(tag) = tag.filter(|tag| !tag.is_yaml_core_schema()) else { return tree };
        match (self.manner, tag.suffix()) {
            // `!` alone says that a value is what it looks like.
            (_, "" | "!") => tree,
            (Manner::Plain | Manner::References(_), name) => {
                let message = format!("the tag {}{name} means nothing here", tag.original_handle());
                self.findings.add(Faith::Invalid, tree.mark, "", message);
                Tree { mark: tree.mark, node: Node::Broken }
            }
            (Manner::Template, name) => {
                let text = if matches!(name, "Ref" | "Condition") { name.to_owned() } else { format!("Fn::{name}") };
                Tree { mark: tree.mark, node: Node::Map(vec![(Key { mark: tree.mark, text }, tree)]) }
            }
        }
    }

    fn list(&mut self, start: Span) -> Result<Node, Stop> {
        let mut items = Vec::new();
        loop {
            match self.inside(start)? {
                (Event::SequenceEnd, _) => return Ok(Node::List(items)),
                (event, span) => items.push(self.value(event, span)?),
            }
        }
    }

    fn map(&mut self, start: Span) -> Result<Node, Stop> {
        let mut entries: Vec<(Key, Tree)> = Vec::new();
        let mut merged = Vec::new();
        loop {
            let (event, span) = self.inside(start)?;
            let (text, plain) = match event {
                Event::MappingEnd => break,
                Event::Scalar(text, style, ..) => (text.into_owned(), style == ScalarStyle::Plain),
                _ => return Err(stop(span, "a key is a text; this one is a list, a map or an alias")),
            };
            let (event, value_span) = self.inside(start)?;
            let value = self.value(event, value_span)?;
            let key = Key { mark: mark(span), text };
            if plain && key.text == "<<" {
                merged.push((key, value));
            } else if let Some(at) = entries.iter().position(|(k, _)| k.text == key.text) {
                self.twice(&mut entries[at], key, value);
            } else {
                entries.push((key, value));
            }
        }
        for (key, value) in merged {
            self.merge(&mut entries, key, value);
        }
        Ok(Node::Map(entries))
    }

    fn twice(&mut self, first: &mut (Key, Tree), key: Key, value: Tree) {
        let text = format!("the key {:?} stands twice; the first is in line {}", key.text, first.0.mark.line);
        match self.manner {
            Manner::Plain => {
                self.findings.add(Faith::Approximate, key.mark, "", format!("{text}, and this one counts"));
                *first = (key, value);
            }
            Manner::References(_) | Manner::Template => self.findings.add(Faith::Invalid, key.mark, "", text),
        }
    }

    /// `<<: *base`: the keys of other maps, unless they stand here too.
    fn merge(&mut self, entries: &mut Vec<(Key, Tree)>, key: Key, value: Tree) {
        match value.node {
            Node::Map(others) => {
                let new: Vec<_> = others
                    .into_iter()
                    .filter(|(k, _)| !entries.iter().any(|(there, _)| there.text == k.text))
                    .collect();
                entries.extend(new);
            }
            Node::List(maps) => maps.into_iter().for_each(|map| self.merge(entries, key.clone(), map)),
            Node::Null | Node::Scalar(_) | Node::Broken => {
                self.findings.add(
                    Faith::Invalid,
                    key.mark,
                    "",
                    "\"<<\" takes an alias of a map, or a list of such".to_owned(),
                );
            }
        }
    }

    fn alias(&mut self, id: usize, span: Span) -> Result<Tree, Stop> {
        let Some((tree, size)) = self.anchors.get(&id) else {
            return Err(stop(span, "an alias may not stand inside what it stands for"));
        };
        let (node, size) = (tree.node.clone(), *size);
        self.count(size, span)?;
        Ok(Tree { mark: mark(span), node })
    }

    fn count(&mut self, more: usize, span: Span) -> Result<(), Stop> {
        self.nodes += more;
        if self.nodes > MOST_NODES {
            return Err(stop(span, "the document is too large: aliases written out, it has over two million values"));
        }
        Ok(())
    }

    fn scalar(&mut self, text: String, style: ScalarStyle, mark: Mark) -> Node {
        let plain = style == ScalarStyle::Plain;
        if plain && matches!(text.as_str(), "" | "~" | "null" | "Null" | "NULL") {
            return Node::Null;
        }
        let Manner::References(environment) = self.manner else {
            return Node::Scalar(Scalar { text, written: None, plain });
        };
        match expand(&text, environment) {
            Ok(value) => {
                let value = value.into_owned();
                let written = (value != text).then_some(text);
                Node::Scalar(Scalar { text: value, written, plain })
            }
            Err(errors) => {
                for error in errors {
                    self.findings.add(Faith::Invalid, mark, "", error.to_string());
                }
                Node::Broken
            }
        }
    }
}

fn stop(span: Span, message: &str) -> Stop {
    Stop { mark: mark(span), message: message.to_owned() }
}

fn mark(span: Span) -> Mark {
    let one_line = span.start.line() == span.end.line();
    let length = if one_line { span.end.col().saturating_sub(span.start.col()) } else { 0 };
    Mark { line: count(span.start.line()), column: count(span.start.col() + 1), length: count(length) }
}

fn count(number: usize) -> u32 {
    u32::try_from(number).unwrap_or(u32::MAX)
}

#[cfg(test)]
mod tests;

//! YAML or JSON with a place for every key and value: what entities are decoded from.
//!
//! A plain scalar has no type of its own here: `8080`, `on` and `1.0` are texts until an entity asks for something else.

mod json;
mod parse;
mod scalar;

pub use json::parse_json;
pub use parse::{parse, parse_plain, parse_template};
pub use scalar::{number, value};

/// A value with its place.
#[derive(Clone, Debug)]
pub struct Tree {
    /// Where it stands.
    pub mark: Mark,
    /// What it is.
    pub node: Node,
}

/// A place in the text of a document.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Mark {
    /// Line, from 1.
    pub line: u32,
    /// Column in characters, from 1.
    pub column: u32,
    /// Length in characters; 0 marks a point.
    pub length: u32,
}

/// What a value is.
#[derive(Clone, Debug)]
pub enum Node {
    /// Nothing, `~` or `null`.
    Null,
    /// A text, number or word.
    Scalar(Scalar),
    /// A sequence.
    List(Vec<Tree>),
    /// A mapping in the order written.
    Map(Vec<(Key, Tree)>),
    /// Something about which a finding was made already: whoever meets it says no more.
    Broken,
}

/// A key with its place.
#[derive(Clone, Debug)]
pub struct Key {
    /// Where it stands.
    pub mark: Mark,
    /// Its text.
    pub text: String,
}

/// A scalar with its references replaced.
#[derive(Clone, Debug)]
pub struct Scalar {
    /// Its value.
    pub text: String,
    /// As written, when a reference was replaced: findings show this, since the value may be a secret.
    pub written: Option<String>,
    /// Whether it stands without quotes.
    pub plain: bool,
}

impl Scalar {
    /// What a finding may show of it.
    pub fn shown(&self) -> &str {
        self.written.as_deref().unwrap_or(&self.text)
    }

    /// Whether it may be read as a number or a word: a quoted one is a text, but one from the environment may be anything.
    pub fn is_free(&self) -> bool {
        self.plain || self.written.is_some()
    }
}

impl Tree {
    /// What kind of thing it is, for people.
    pub fn kind(&self) -> &'static str {
        match &self.node {
            Node::Null => "nothing",
            Node::Scalar(_) => "a text",
            Node::List(_) => "a list",
            Node::Map(_) => "a map",
            Node::Broken => "something broken",
        }
    }

    /// The value of a key.
    pub fn get(&self, key: &str) -> Option<&Tree> {
        let Node::Map(entries) = &self.node else { return None };
        entries.iter().find(|(k, _)| k.text == key).map(|(_, value)| value)
    }
}

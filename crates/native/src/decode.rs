//! From a tree to entities: every problem becomes a finding, and decoding goes on to find the next one.

mod json;
mod macros;
mod moment;
mod rate;
mod scalar;
mod shape;
mod words;

pub use json::Json;
pub(crate) use macros::{entity, key, words};
pub use moment::Moment;
pub use rate::Rate;
pub use scalar::{Hidden, Lasting, Size};
pub use shape::{Either, Given, OneOrMany, Pairs};
pub(crate) use words::{decode_word, nearest, spelled};

use crate::findings::{Findings, Spot};
use crate::tree::{Key, Node, Scalar, Tree};
use dialect::Faith;
use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::{Serialize, Serializer};
use std::borrow::Cow;
use std::ops::Deref;

/// What can be read from a tree.
pub trait Decode: Sized {
    /// Whether it stands as one text, number or word, which `${NAME}` may stand for.
    const SCALAR: bool = false;

    /// Reads it. `None`: it cannot be, and findings say why. A list or an optional value leaves out what cannot be
    /// read, so that the rest can be judged; the findings keep the whole from being used.
    fn decode(tree: &Tree, at: &mut Decoder<'_>) -> Option<Self>;

    /// Whether the tree has the form of it, so that of several forms the right one is read.
    fn takes(tree: &Tree) -> bool;

    /// What is expected, for people: `a duration such as 30s`.
    fn wanted() -> Cow<'static, str>;

    /// What it is when its key is not there; `None`: the key is needed.
    fn absent() -> Option<Self> {
        None
    }

    /// What it is when its key stands there with nothing behind it; `None`: as if the key were not there.
    fn empty() -> Option<Self> {
        None
    }

    /// Whether it need not be written.
    fn is_absent(&self) -> bool {
        false
    }
}

/// Goes through a tree, knows where it is, and gathers findings.
pub struct Decoder<'f> {
    findings: &'f mut Findings,
    path: String,
}

impl<'f> Decoder<'f> {
    /// At the root.
    pub fn new(findings: &'f mut Findings) -> Self {
        Self { findings, path: String::new() }
    }

    /// Says that the value is wrong.
    pub fn refuse<T>(&mut self, tree: &Tree, message: impl Into<String>) -> Option<T> {
        self.findings.add(Faith::Invalid, tree.mark, &self.path, message.into());
        None
    }

    /// Says that something else was expected, unless that was said already.
    pub fn mismatch<T>(&mut self, tree: &Tree, wanted: &str) -> Option<T> {
        match &tree.node {
            Node::Broken => {
                self.findings.locate(tree.mark, &self.path);
                None
            }
            Node::Scalar(scalar) => {
                let quoted = if scalar.is_free() { "" } else { " in quotes" };
                self.refuse(tree, format!("expected {wanted}, found {:?}{quoted}", scalar.shown()))
            }
            Node::Null | Node::List(_) | Node::Map(_) => {
                self.refuse(tree, format!("expected {wanted}, found {}", tree.kind()))
            }
        }
    }

    /// The entries of a map whose keys are known; each other key is a finding.
    pub fn map<'t>(&mut self, tree: &'t Tree, known: &[&str]) -> Option<&'t [(Key, Tree)]> {
        let Node::Map(entries) = &tree.node else { return self.mismatch(tree, &format!("a map of {}", listed(known))) };
        for (key, _) in entries.iter().filter(|(key, _)| !known.contains(&key.text.as_str())) {
            let hint = match nearest(&key.text, known.iter().copied()) {
                Some(near) => format!("did you mean {near:?}?"),
                None => format!("known here: {}", listed(known)),
            };
            let path = join(&self.path, &key.text);
            self.findings.add(Faith::Invalid, key.mark, &path, format!("unknown key {:?}; {hint}", key.text));
        }
        Some(entries)
    }

    /// The value of a key in a map.
    pub fn field<T: Decode>(&mut self, tree: &Tree, key: &str) -> Option<T> {
        match tree.get(key) {
            Some(value) => self.within(key, |at| T::decode(value, at)),
            None => T::absent().or_else(|| self.refuse(tree, format!("{key:?} is missing: {}", T::wanted()))),
        }
    }

    /// One step down, by key or `[index]`.
    pub fn within<T>(&mut self, step: &str, work: impl FnOnce(&mut Self) -> T) -> T {
        let before = self.path.len();
        self.path = join(&self.path, step);
        let result = work(self);
        self.path.truncate(before);
        result
    }

    /// Where the value stands.
    pub fn spot(&self, tree: &Tree) -> Spot {
        Spot { mark: tree.mark, path: self.path.clone() }
    }
}

/// Keys or words for people.
fn listed(known: &[&str]) -> String {
    known.join(", ")
}

fn join(path: &str, step: &str) -> String {
    let dot = if path.is_empty() || step.starts_with('[') { "" } else { "." };
    let quoted = step.contains(['.', '/', ' ']) && !step.starts_with('[');
    if quoted { format!("{path}[{step:?}]") } else { format!("{path}{dot}{step}") }
}

/// A value with the place where it stands.
#[derive(Clone, Debug, Default)]
pub struct At<T> {
    /// The value.
    pub value: T,
    /// Its place; of no use in what is to be written.
    pub spot: Spot,
}

impl<T> At<T> {
    /// A value that stands nowhere yet.
    pub fn new(value: T) -> Self {
        Self { value, spot: Spot::default() }
    }
}

/// What is written, or what is usual.
pub(crate) fn said<T: Copy>(written: &Option<At<T>>, usual: T) -> T {
    written.as_ref().map_or(usual, |written| written.value)
}

/// What a written word means, or what is usual.
pub(crate) fn meant<W: Copy + Into<M>, M>(written: &Option<At<W>>, usual: M) -> M {
    written.as_ref().map_or(usual, |word| word.value.into())
}

/// The texts that are written.
pub(crate) fn values(texts: &Option<OneOrMany<Text>>) -> Vec<String> {
    texts.iter().flat_map(|texts| texts.all()).map(|text| text.value.clone()).collect()
}

/// A text with its place.
pub type Text = At<String>;

impl<T> Deref for At<T> {
    type Target = T;

    fn deref(&self) -> &T {
        &self.value
    }
}

impl<T: Decode> Decode for At<T> {
    const SCALAR: bool = T::SCALAR;

    fn decode(tree: &Tree, at: &mut Decoder<'_>) -> Option<Self> {
        Some(Self { value: T::decode(tree, at)?, spot: at.spot(tree) })
    }

    fn takes(tree: &Tree) -> bool {
        T::takes(tree)
    }

    fn wanted() -> Cow<'static, str> {
        T::wanted()
    }

    fn empty() -> Option<Self> {
        T::empty().map(Self::new)
    }
}

impl<T: Serialize> Serialize for At<T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.value.serialize(serializer)
    }
}

impl<T: JsonSchema + Decode> JsonSchema for At<T> {
    fn inline_schema() -> bool {
        true
    }

    fn schema_name() -> Cow<'static, str> {
        T::schema_name()
    }

    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        let schema = generator.subschema_for::<T>();
        if !T::SCALAR {
            return schema;
        }
        let is_text = schema.get("type").is_some_and(|kind| kind == "string") && schema.get("pattern").is_none();
        if is_text {
            // Whatever stands without quotes is a text where one is wanted, and it may hold a reference anyway.
            return json_schema!({ "type": TEXT });
        }
        json_schema!({ "anyOf": [schema, generator.subschema_for::<Reference>()] })
    }
}

/// The JSON types that are read as a text.
pub(crate) const TEXT: [&str; 3] = ["string", "number", "boolean"];

/// Only in the schema: what stands for a value of the environment.
struct Reference;

impl JsonSchema for Reference {
    fn schema_name() -> Cow<'static, str> {
        "Reference".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({
            "description": "`${NAME}` or `${NAME:-default}`: a value of the environment.",
            "type": "string",
            "pattern": "\\$\\{[A-Za-z_][A-Za-z0-9_]*(:-[^}]*)?\\}"
        })
    }
}

impl<T: Decode> Decode for Option<T> {
    const SCALAR: bool = T::SCALAR;

    fn decode(tree: &Tree, at: &mut Decoder<'_>) -> Option<Self> {
        match tree.node {
            Node::Null => Some(T::empty()),
            // What is wrong was said; what stands around it is looked at all the same.
            _ => Some(T::decode(tree, at)),
        }
    }

    fn takes(tree: &Tree) -> bool {
        matches!(tree.node, Node::Null) || T::takes(tree)
    }

    fn wanted() -> Cow<'static, str> {
        T::wanted()
    }

    fn absent() -> Option<Self> {
        Some(None)
    }

    fn is_absent(&self) -> bool {
        self.is_none()
    }
}

impl<T: Decode> Decode for Vec<T> {
    fn decode(tree: &Tree, at: &mut Decoder<'_>) -> Option<Self> {
        let Node::List(items) = &tree.node else { return at.mismatch(tree, &Self::wanted()) };
        let decode = |(n, item)| at.within(&format!("[{n}]"), |at| T::decode(item, at));
        Some(items.iter().enumerate().filter_map(decode).collect())
    }

    fn takes(tree: &Tree) -> bool {
        matches!(tree.node, Node::List(_) | Node::Broken)
    }

    fn wanted() -> Cow<'static, str> {
        format!("a list, each {}", T::wanted()).into()
    }
}

/// The scalar of a tree, if it is one.
fn scalar(tree: &Tree) -> Option<&Scalar> {
    match &tree.node {
        Node::Scalar(scalar) => Some(scalar),
        Node::Null | Node::List(_) | Node::Map(_) | Node::Broken => None,
    }
}

/// The map that a text stands for which is one of these names: `cors` for `cors:`.
pub(crate) fn named(tree: &Tree, names: &[&str]) -> Option<Tree> {
    let text = &scalar(tree)?.text;
    names.contains(&text.as_str()).then(|| {
        let key = Key { mark: tree.mark, text: text.clone() };
        Tree { mark: tree.mark, node: Node::Map(vec![(key, Tree { mark: tree.mark, node: Node::Null })]) }
    })
}

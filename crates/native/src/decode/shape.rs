//! Forms that several entities share: one or many, this or that, ordered pairs.

use super::{At, Decode, Decoder, Text};
use crate::tree::{Node, Tree};
use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::ser::{SerializeMap, SerializeSeq};
use serde::{Serialize, Serializer};
use std::borrow::Cow;
use std::collections::BTreeSet;

/// One of two forms, told apart by their look.
#[derive(Clone, Debug, Serialize, JsonSchema)]
#[serde(untagged)]
#[schemars(inline)]
pub enum Either<A, B> {
    /// The first form, mostly the short one.
    First(A),
    /// The second form.
    Second(B),
}

impl<A: Default, B> Default for Either<A, B> {
    fn default() -> Self {
        Self::First(A::default())
    }
}

impl<A: Decode, B: Decode> Decode for Either<A, B> {
    fn decode(tree: &Tree, at: &mut Decoder<'_>) -> Option<Self> {
        if A::takes(tree) {
            A::decode(tree, at).map(Self::First)
        } else if B::takes(tree) {
            B::decode(tree, at).map(Self::Second)
        } else {
            at.mismatch(tree, &Self::wanted())
        }
    }

    fn takes(tree: &Tree) -> bool {
        A::takes(tree) || B::takes(tree)
    }

    fn wanted() -> Cow<'static, str> {
        format!("{} or {}", A::wanted(), B::wanted()).into()
    }
}

/// One value, or a list of such.
#[derive(Clone, Debug, Serialize, JsonSchema)]
#[serde(untagged)]
#[schemars(inline)]
pub enum OneOrMany<T> {
    /// One.
    One(T),
    /// A list.
    Many(Vec<T>),
}

impl<T> Default for OneOrMany<T> {
    fn default() -> Self {
        Self::Many(Vec::new())
    }
}

impl<T> OneOrMany<T> {
    /// All of them.
    pub fn all(&self) -> &[T] {
        match self {
            Self::One(one) => std::slice::from_ref(one),
            Self::Many(many) => many,
        }
    }
}

impl<T> From<Vec<T>> for OneOrMany<T> {
    fn from(mut many: Vec<T>) -> Self {
        match many.pop() {
            Some(one) if many.is_empty() => Self::One(one),
            Some(last) => {
                many.push(last);
                Self::Many(many)
            }
            None => Self::Many(many),
        }
    }
}

impl<T: Decode> Decode for OneOrMany<T> {
    fn decode(tree: &Tree, at: &mut Decoder<'_>) -> Option<Self> {
        match &tree.node {
            Node::List(_) => Vec::decode(tree, at).map(Self::Many),
            _ if T::takes(tree) => T::decode(tree, at).map(Self::One),
            _ => at.mismatch(tree, &Self::wanted()),
        }
    }

    fn takes(tree: &Tree) -> bool {
        T::takes(tree) || matches!(tree.node, Node::List(_))
    }

    fn wanted() -> Cow<'static, str> {
        format!("{}, or a list of such", T::wanted()).into()
    }
}

/// Names with values, in order. A list of one-key maps where a name stands twice.
#[derive(Clone, Debug)]
pub struct Pairs<V>(pub Vec<(Text, V)>);

impl<V> Default for Pairs<V> {
    fn default() -> Self {
        Self(Vec::new())
    }
}

impl<V: Decode> Decode for Pairs<V> {
    fn decode(tree: &Tree, at: &mut Decoder<'_>) -> Option<Self> {
        match &tree.node {
            Node::Map(_) => entries(tree, at).map(Self),
            Node::List(items) => {
                let decode = |(n, item)| at.within(&format!("[{n}]"), |at| entries(item, at));
                Some(Self(items.iter().enumerate().filter_map(decode).flatten().collect()))
            }
            Node::Null | Node::Scalar(_) | Node::Broken => at.mismatch(tree, &Self::wanted()),
        }
    }

    fn takes(tree: &Tree) -> bool {
        match &tree.node {
            Node::Map(_) | Node::Broken => true,
            Node::List(items) => items.first().is_some_and(|item| matches!(item.node, Node::Map(_))),
            Node::Null | Node::Scalar(_) => false,
        }
    }

    fn wanted() -> Cow<'static, str> {
        format!("a map, each value {}", V::wanted()).into()
    }
}

fn entries<V: Decode>(tree: &Tree, at: &mut Decoder<'_>) -> Option<Vec<(Text, V)>> {
    let Node::Map(entries) = &tree.node else { return at.mismatch(tree, "a map") };
    let decoded = entries
        .iter()
        .filter_map(|(key, value)| {
            at.within(&key.text, |at| {
                let mut spot = at.spot(tree);
                spot.mark = key.mark;
                let value = match (&value.node, V::empty()) {
                    (Node::Null, Some(empty)) => Some(empty),
                    _ => V::decode(value, at),
                };
                Some((At { value: key.text.clone(), spot }, value?))
            })
        })
        .collect();
    Some(decoded)
}

impl<V: Serialize> Serialize for Pairs<V> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let names: BTreeSet<&str> = self.0.iter().map(|(name, _)| name.as_str()).collect();
        if names.len() == self.0.len() {
            let mut map = serializer.serialize_map(Some(self.0.len()))?;
            for (name, value) in &self.0 {
                map.serialize_entry(&name.value, value)?;
            }
            return map.end();
        }
        let mut list = serializer.serialize_seq(Some(self.0.len()))?;
        for (name, value) in &self.0 {
            list.serialize_element(&std::collections::BTreeMap::from([(&name.value, value)]))?;
        }
        list.end()
    }
}

impl<V: JsonSchema> JsonSchema for Pairs<V> {
    fn inline_schema() -> bool {
        true
    }

    fn schema_name() -> Cow<'static, str> {
        format!("Pairs_{}", V::schema_name()).into()
    }

    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        let map = json_schema!({ "type": "object", "additionalProperties": generator.subschema_for::<V>() });
        json_schema!({ "anyOf": [map, { "type": "array", "items": map }] })
    }
}

/// A large form that stands apart, so that what holds it stays small.
impl<T: Decode> Decode for Box<T> {
    const SCALAR: bool = T::SCALAR;

    fn decode(tree: &Tree, at: &mut Decoder<'_>) -> Option<Self> {
        T::decode(tree, at).map(Self::new)
    }

    fn takes(tree: &Tree) -> bool {
        T::takes(tree)
    }

    fn wanted() -> Cow<'static, str> {
        T::wanted()
    }

    fn absent() -> Option<Self> {
        T::absent().map(Self::new)
    }

    fn empty() -> Option<Self> {
        T::empty().map(Self::new)
    }

    fn is_absent(&self) -> bool {
        T::is_absent(self)
    }
}

/// A value whose key alone is enough: `cors:` means `cors: {}`.
#[derive(Clone, Debug, Default, Serialize, JsonSchema)]
#[serde(transparent)]
#[schemars(inline)]
pub struct Given<T>(pub T);

impl<T: Decode + Default> Decode for Given<T> {
    fn decode(tree: &Tree, at: &mut Decoder<'_>) -> Option<Self> {
        T::decode(tree, at).map(Self)
    }

    fn takes(tree: &Tree) -> bool {
        T::takes(tree)
    }

    fn wanted() -> Cow<'static, str> {
        T::wanted()
    }

    fn empty() -> Option<Self> {
        Some(Self::default())
    }
}

//! What an expression may ask of its world.

use crate::el::Allowed;
use crate::value::{List, Map, Text, Value};
use std::borrow::Cow;
use std::fmt;

/// A part of the world that has members: the whole with its variables, a request, its headers, attributes.
///
/// It never waits: what is not there yet is [`Value::Null`].
pub trait Lookup: Sync {
    /// The member called `name`; none when there is no such thing here.
    fn get(&self, name: &str) -> Option<Value<'_>>;

    /// The names of all members in order, where they can be listed.
    fn names(&self) -> Vec<Cow<'_, str>> {
        Vec::new()
    }

    /// What expressions in this world may call; none: all that there is.
    fn allowed(&self) -> Option<&Allowed> {
        None
    }
}

/// How an expression may use an object.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// Fixed properties; one that is not there is an error.
    Bean,
    /// Keys and values; a key that is not there is null.
    Map,
    /// Keys, each with a list of values.
    MultiMap,
    /// As `MultiMap`; the lookup itself takes care that case does not matter.
    Headers,
    /// Secrets by their path, which only `get` reaches.
    Secrets,
}

/// An object that the world owns.
#[derive(Clone, Copy)]
pub struct Object<'a> {
    /// How it may be used.
    pub kind: Kind,
    /// Its members.
    pub members: &'a dyn Lookup,
}

impl<'a> Object<'a> {
    /// Whether it has keys and values.
    pub(crate) fn is_map(self) -> bool {
        match self.kind {
            Kind::Map | Kind::MultiMap | Kind::Headers => true,
            Kind::Bean | Kind::Secrets => false,
        }
    }

    /// All entries as a map of the expression's own.
    pub(crate) fn to_map(self) -> Map<'a> {
        let names = self.members.names();
        let entry = |name: Cow<'a, str>| {
            let value = self.members.get(&name).unwrap_or(Value::Null);
            (Value::Str(name.into()), value)
        };
        Map::new(names.into_iter().map(entry).collect())
    }

    /// The first value of a key that has several.
    pub(crate) fn first(self, name: &str) -> Value<'a> {
        match self.members.get(name) {
            Some(Value::List(list)) => list.first().cloned().unwrap_or(Value::Null),
            Some(value) => value,
            None => Value::Null,
        }
    }
}

impl fmt::Debug for Object<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Object").field("kind", &self.kind).finish_non_exhaustive()
    }
}

impl<'a> From<Vec<Value<'a>>> for Value<'a> {
    fn from(items: Vec<Value<'a>>) -> Self {
        Value::List(List::new(items))
    }
}

impl<'a> From<&'a str> for Value<'a> {
    fn from(text: &'a str) -> Self {
        Value::Str(Text::Borrowed(text))
    }
}

impl From<String> for Value<'_> {
    fn from(text: String) -> Self {
        Value::Str(text.into())
    }
}

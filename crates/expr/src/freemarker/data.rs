//! What expressions of a template work on: values of the world as FreeMarker wraps them, and what the template made.

use super::compute::Problem;
use crate::lookup::{Kind, Object};
use crate::value::{Decimal, Text, Value};
use num_bigint::BigInt;
use std::sync::Arc;

/// A value.
#[derive(Clone, Debug)]
pub(super) enum Data<'w> {
    /// Nothing: what only `!`, `??` and their like bear.
    Missing,
    /// What `x!` is without `x`: an empty text, list and hash at once.
    Empty,
    Bool(bool),
    Number(Arc<Decimal>),
    Text(Text<'w>),
    List(Arc<Vec<Data<'w>>>),
    Hash(Arc<Vec<(Text<'w>, Data<'w>)>>),
    Range(Range),
    /// Something of the world that has members or items.
    World(Value<'w>),
}

/// Whole numbers, one behind the other, up or down.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Range {
    pub(super) first: i64,
    /// How many; `None`: it does not end.
    pub(super) count: Option<u64>,
    pub(super) down: bool,
}

impl Range {
    pub(super) fn at(self, index: u64) -> Option<i64> {
        let index = self.count.is_none_or(|count| index < count).then(|| i64::try_from(index).ok())??;
        if self.down { self.first.checked_sub(index) } else { self.first.checked_add(index) }
    }
}

/// What `<#list>` goes through.
pub(super) type Items<'w> = Vec<(Option<Data<'w>>, Data<'w>)>;

impl<'w> Data<'w> {
    /// A value of the world.
    pub(super) fn of(value: Value<'w>) -> Self {
        match value {
            Value::Null => Self::Missing,
            Value::Bool(truth) => Self::Bool(truth),
            Value::Str(text) => Self::Text(text),
            Value::Char(c) => Self::text(c.to_string()),
            Value::Int(_) | Value::Long(_) | Value::Float(_) | Value::Double(_) | Value::Big(_) | Value::Decimal(_) => {
                // what is not a number has a name
                value.as_decimal().map_or_else(|| Self::text(value.to_string()), Self::Number)
            }
            Value::List(_) | Value::Map(_) | Value::Entry(_) | Value::Object(_) | Value::Class(_) | Value::Thing(_) => {
                Self::World(value)
            }
        }
    }

    pub(super) fn text(text: impl Into<String>) -> Self {
        Self::Text(Text::from(text.into()))
    }

    pub(super) fn whole(number: impl Into<BigInt>) -> Self {
        Self::Number(Arc::new(Decimal::new(number.into(), 0)))
    }

    pub(super) fn list(items: Vec<Data<'w>>) -> Self {
        Self::List(Arc::new(items))
    }

    pub(super) fn is_missing(&self) -> bool {
        matches!(self, Self::Missing)
    }

    /// What it is, for messages.
    pub(super) fn kind(&self) -> &'static str {
        match self {
            Self::Missing => "nothing",
            Self::Empty | Self::Text(_) => "a text",
            Self::Bool(_) => "a truth",
            Self::Number(_) => "a number",
            Self::List(_) | Self::Range(_) | Self::World(Value::List(_)) => "a list",
            Self::Hash(_) | Self::World(Value::Map(_) | Value::Object(_)) => "a hash",
            Self::World(_) => "an object",
        }
    }

    /// The member of a hash; none when it is no hash.
    pub(super) fn member(&self, name: &str) -> Option<Data<'w>> {
        Some(match self {
            Self::Empty => Self::Missing,
            Self::Hash(entries) => {
                entries.iter().find(|(own, _)| &**own == name).map_or(Self::Missing, |(_, value)| value.clone())
            }
            Self::World(Value::Map(map)) => map.get_text(name).cloned().map_or(Self::Missing, Self::of),
            Self::World(Value::Object(object)) => Self::of(of_object(*object, name).unwrap_or(Value::Null)),
            Self::World(Value::Entry(entry)) => match name {
                "key" => Self::of(entry.0.clone()),
                "value" => Self::of(entry.1.clone()),
                _ => Self::Missing,
            },
            _ => return None,
        })
    }

    /// How many items or entries it has; none when it has none to count.
    pub(super) fn size(&self) -> Option<usize> {
        Some(match self {
            Self::Empty => 0,
            Self::List(items) => items.len(),
            Self::Range(range) => usize::try_from(range.count?).ok()?,
            Self::Hash(entries) => entries.len(),
            Self::World(Value::List(list)) => list.len(),
            Self::World(Value::Map(map)) => map.len(),
            Self::World(Value::Object(object)) if object.is_map() => object.members.names().len(),
            _ => return None,
        })
    }

    /// The item at a place of a list; none when it is no list.
    pub(super) fn item(&self, index: u64) -> Option<Data<'w>> {
        let at = usize::try_from(index).unwrap_or(usize::MAX);
        Some(match self {
            Self::Empty => Self::Missing,
            Self::List(items) => items.get(at).cloned().unwrap_or(Self::Missing),
            Self::Range(range) => range.at(index).map_or(Self::Missing, Self::whole),
            Self::World(Value::List(list)) => list.get(at).cloned().map_or(Self::Missing, Self::of),
            _ => return None,
        })
    }

    /// The names and values of a hash; none when it is no hash whose members can be listed.
    pub(super) fn entries(&self) -> Option<Vec<(Data<'w>, Data<'w>)>> {
        Some(match self {
            Self::Empty => Vec::new(),
            Self::Hash(entries) => {
                entries.iter().map(|(name, value)| (Self::Text(name.clone()), value.clone())).collect()
            }
            Self::World(Value::Map(map)) => {
                map.iter().map(|(key, value)| (Self::of(key.clone()), Self::of(value.clone()))).collect()
            }
            Self::World(Value::Object(object)) if object.is_map() => {
                object.to_map().iter().map(|(key, value)| (Self::of(key.clone()), Self::of(value.clone()))).collect()
            }
            _ => return None,
        })
    }

    /// What a list goes through: the items of a list, or a hash's names with their values.
    pub(super) fn items(&self, pairs: bool) -> Result<Items<'w>, Problem> {
        if pairs {
            let entries = self.entries().ok_or_else(|| Problem::wants("a hash", self))?;
            return Ok(entries.into_iter().map(|(key, value)| (Some(key), value)).collect());
        }
        let listed = matches!(self, Self::Empty | Self::List(_) | Self::Range(_) | Self::World(Value::List(_)));
        let size = self.size().filter(|_| listed).ok_or_else(|| Problem::wants("a list", self))?;
        Ok((0..size as u64).filter_map(|at| Some((None, self.item(at)?))).collect())
    }

    /// Whether there is something in it.
    pub(super) fn has_content(&self) -> bool {
        match self {
            Self::Missing | Self::Empty => false,
            Self::Text(text) => !text.is_empty(),
            Self::Range(range) => range.count != Some(0),
            Self::Bool(_) | Self::Number(_) => true,
            Self::List(_) | Self::Hash(_) | Self::World(_) => self.size() != Some(0),
        }
    }
}

fn of_object<'w>(object: Object<'w>, name: &str) -> Option<Value<'w>> {
    match object.kind {
        Kind::Secrets => None,
        Kind::Bean | Kind::Map | Kind::MultiMap | Kind::Headers => object.members.get(name),
    }
}

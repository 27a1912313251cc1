//! A look into an object whose defaults are filled in and whose schema holds: what is absent or null is `None`.

use crate::schema::{Object, at};
use serde_json::Value;

/// A part of an entity.
#[derive(Clone, Copy)]
pub(crate) struct Part<'a>(Option<&'a Object>);

impl<'a> Part<'a> {
    /// The whole of it.
    pub(crate) fn of(object: &'a Object) -> Self {
        Self(Some(object))
    }

    /// A value by its dotted path.
    pub(crate) fn value(self, path: &str) -> Option<&'a Value> {
        at(self.0?, path)
    }

    /// A record or map in it; one that is absent has no members.
    pub(crate) fn part(self, path: &str) -> Part<'a> {
        Part(self.value(path).and_then(Value::as_object))
    }

    /// A text.
    pub(crate) fn text(self, path: &str) -> Option<&'a str> {
        self.value(path)?.as_str()
    }

    /// A text of one's own.
    pub(crate) fn owned(self, path: &str) -> Option<String> {
        self.text(path).map(str::to_owned)
    }

    /// Yes or no; absent is no.
    pub(crate) fn flag(self, path: &str) -> bool {
        self.value(path).and_then(Value::as_bool).unwrap_or_default()
    }

    /// A number.
    pub(crate) fn number(self, path: &str) -> Option<f64> {
        self.value(path)?.as_f64()
    }

    /// A whole number that is not negative.
    pub(crate) fn count(self, path: &str) -> Option<u64> {
        let value = self.value(path)?;
        value.as_u64().or_else(|| value.as_f64().filter(|number| *number >= 0.0).map(|number| number as u64))
    }

    /// Texts of a list.
    pub(crate) fn texts(self, path: &str) -> Vec<String> {
        let items = self.value(path).and_then(Value::as_array).into_iter().flatten();
        items.filter_map(Value::as_str).map(str::to_owned).collect()
    }

    /// Members of a map or record.
    pub(crate) fn members(self) -> impl Iterator<Item = (&'a String, &'a Value)> {
        self.0.into_iter().flatten()
    }
}

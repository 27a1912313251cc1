//! A look into an object whose schema holds: what is absent or null is `None`.

use crate::schema::Object;
use expr::schema::member;
use serde_json::Value;

/// A part of an object.
#[derive(Clone, Copy)]
pub struct Part<'a>(Option<&'a Object>);

impl<'a> Part<'a> {
    /// The whole of it.
    pub fn of(object: &'a Object) -> Self {
        Self(Some(object))
    }

    /// What a value has, if it is an object.
    pub fn of_value(value: Option<&'a Value>) -> Self {
        Self(value.and_then(Value::as_object))
    }

    /// A value by its dotted path.
    pub fn value(self, path: &str) -> Option<&'a Value> {
        let (mut object, mut rest) = (self.0?, path);
        while let Some((name, below)) = rest.split_once('.') {
            (object, rest) = (member(object, name)?.as_object()?, below);
        }
        member(object, rest).filter(|value| !value.is_null())
    }

    /// An object in it; one that is absent has no members.
    pub fn part(self, path: &str) -> Part<'a> {
        Part(self.value(path).and_then(Value::as_object))
    }

    /// A text.
    pub fn text(self, path: &str) -> Option<&'a str> {
        self.value(path)?.as_str()
    }

    /// A text of one's own.
    pub fn owned(self, path: &str) -> Option<String> {
        self.text(path).map(str::to_owned)
    }

    /// Yes or no; absent is no.
    pub fn flag(self, path: &str) -> bool {
        self.value(path).and_then(Value::as_bool).unwrap_or_default()
    }

    /// A number.
    pub fn number(self, path: &str) -> Option<f64> {
        self.value(path)?.as_f64()
    }

    /// A whole number that is not negative.
    pub fn count(self, path: &str) -> Option<u64> {
        let value = self.value(path)?;
        value.as_u64().or_else(|| value.as_f64().filter(|number| *number >= 0.0).map(|number| number as u64))
    }

    /// A whole number.
    pub fn integer(self, path: &str) -> Option<i64> {
        let value = self.value(path)?;
        value.as_i64().or_else(|| value.as_f64().map(|number| number as i64))
    }

    /// A status.
    pub fn status(self, path: &str) -> Option<u16> {
        self.count(path).and_then(|status| u16::try_from(status).ok())
    }

    /// An id, which may be written as a number.
    pub fn id(self, path: &str) -> Option<String> {
        self.value(path).and_then(super::id_text)
    }

    /// The items of a list.
    pub fn items(self, path: &str) -> &'a [Value] {
        self.value(path).and_then(Value::as_array).map_or(&[], Vec::as_slice)
    }

    /// The texts of a list.
    pub fn texts(self, path: &str) -> Vec<String> {
        self.items(path).iter().filter_map(Value::as_str).map(str::to_owned).collect()
    }

    /// Members.
    pub fn members(self) -> impl Iterator<Item = (&'a String, &'a Value)> {
        self.0.into_iter().flatten()
    }

    /// Whether there is anything.
    pub fn is_there(self) -> bool {
        self.0.is_some()
    }
}

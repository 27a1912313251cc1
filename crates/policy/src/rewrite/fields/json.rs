//! The members of a JSON object, each value as it is written: a number keeps all its digits.

use serde::de::{Deserialize, Deserializer, MapAccess, Visitor};
use serde::ser::{Serialize, SerializeMap, Serializer};
use serde_json::Value;
use serde_json::value::{RawValue, to_raw_value};
use std::fmt;

/// Members in order; of a name that stands twice the last value counts.
pub(crate) struct Members(Vec<(String, Box<RawValue>)>);

impl Members {
    pub(crate) fn read(body: &[u8]) -> Option<Self> {
        serde_json::from_slice(body).ok()
    }

    pub(crate) fn write(&self) -> Vec<u8> {
        serde_json::to_vec(self).unwrap_or_default()
    }

    pub(crate) fn len(&self) -> usize {
        self.0.len()
    }

    pub(crate) fn get(&self, name: &str) -> Option<Value> {
        serde_json::from_str(self.0.iter().find(|(found, _)| found == name)?.1.get()).ok()
    }

    pub(crate) fn has(&self, name: &str) -> bool {
        self.0.iter().any(|(found, _)| found == name)
    }

    pub(crate) fn remove(&mut self, name: &str) {
        self.0.retain(|(found, _)| found != name);
    }

    pub(crate) fn rename(&mut self, old: &str, new: &str) {
        if let Some(at) = self.0.iter().position(|(found, _)| found == old) {
            let (_, value) = self.0.remove(at);
            self.insert(new, value);
        }
    }

    pub(crate) fn set(&mut self, name: &str, value: &Value) {
        if let Ok(value) = to_raw_value(value) {
            self.insert(name, value);
        }
    }

    /// What is there becomes a list.
    pub(crate) fn append(&mut self, name: &str, value: Value) {
        let list = match self.get(name) {
            None => value,
            Some(Value::Array(mut values)) => {
                values.push(value);
                values.into()
            }
            Some(other) => vec![other, value].into(),
        };
        self.set(name, &list);
    }

    fn insert(&mut self, name: &str, value: Box<RawValue>) {
        match self.0.iter_mut().find(|(found, _)| found == name) {
            Some((_, old)) => *old = value,
            None => self.0.push((name.to_owned(), value)),
        }
    }
}

impl<'de> Deserialize<'de> for Members {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Object;
        impl<'de> Visitor<'de> for Object {
            type Value = Members;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an object")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Members, A::Error> {
                let mut members = Members(Vec::new());
                while let Some((name, value)) = map.next_entry::<String, Box<RawValue>>()? {
                    members.insert(&name, value);
                }
                Ok(members)
            }
        }
        deserializer.deserialize_map(Object)
    }
}

impl Serialize for Members {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(Some(self.0.len()))?;
        for (name, value) in &self.0 {
            map.serialize_entry(name, value)?;
        }
        map.end()
    }
}

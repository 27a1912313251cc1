//! A JSON object or list whose values stay text.

use serde::Deserialize;
use serde::de::{Deserializer, MapAccess, SeqAccess, Visitor};
use serde_json::value::RawValue;
use std::borrow::Cow;
use std::collections::HashMap;
use std::fmt;

/// What can be read for arguments.
pub(super) enum Members<'a> {
    /// An object. Of equal names the last stays.
    Object(Vec<(Cow<'a, str>, &'a RawValue)>),
    /// A list.
    List(Vec<&'a RawValue>),
}

/// Reads it; `None` of what is neither, and of what is no JSON.
pub(super) fn read(json: &[u8]) -> Option<Members<'_>> {
    serde_json::from_slice(json).ok()
}

#[derive(Deserialize)]
struct Name<'a>(#[serde(borrow)] Cow<'a, str>);

impl<'de> Deserialize<'de> for Members<'de> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Any;
        impl<'de> Visitor<'de> for Any {
            type Value = Members<'de>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an object or a list")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Members<'de>, A::Error> {
                let mut all: Vec<(Cow<'de, str>, &'de RawValue)> = Vec::new();
                let mut places: HashMap<Cow<'de, str>, usize> = HashMap::new();
                while let Some((Name(name), value)) = map.next_entry()? {
                    match places.get(&name) {
                        Some(&at) => all[at].1 = value,
                        None => {
                            places.insert(name.clone(), all.len());
                            all.push((name, value));
                        }
                    }
                }
                Ok(Members::Object(all))
            }

            fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Members<'de>, A::Error> {
                let mut all = Vec::new();
                while let Some(value) = list.next_element()? {
                    all.push(value);
                }
                Ok(Members::List(all))
            }
        }
        deserializer.deserialize_any(Any)
    }
}

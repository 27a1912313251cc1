//! What stands as one text: texts, numbers, yes and no, durations, sizes, secrets.

use super::{Decode, Decoder, scalar};
use crate::tree::{Node, Tree};
use model::Secret;
use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::{Serialize, Serializer};
use std::borrow::Cow;
use std::time::Duration;

pub(super) fn takes_scalar(tree: &Tree) -> bool {
    matches!(tree.node, Node::Scalar(_) | Node::Broken)
}

impl Decode for String {
    const SCALAR: bool = true;

    fn decode(tree: &Tree, at: &mut Decoder<'_>) -> Option<Self> {
        match scalar(tree) {
            Some(scalar) => Some(scalar.text.clone()),
            None => at.mismatch(tree, "a text"),
        }
    }

    fn takes(tree: &Tree) -> bool {
        takes_scalar(tree)
    }

    fn wanted() -> Cow<'static, str> {
        "a text".into()
    }
}

macro_rules! free_scalars {
    ($($type:ty, $wanted:literal);* $(;)?) => {$(
        impl Decode for $type {
            const SCALAR: bool = true;

            fn decode(tree: &Tree, at: &mut Decoder<'_>) -> Option<Self> {
                let read = scalar(tree).filter(|s| s.is_free()).and_then(|s| s.text.parse().ok());
                read.or_else(|| at.mismatch(tree, $wanted))
            }

            fn takes(tree: &Tree) -> bool {
                scalar(tree).is_some_and(|s| s.is_free() && s.text.parse::<Self>().is_ok())
            }

            fn wanted() -> Cow<'static, str> {
                $wanted.into()
            }
        }
    )*};
}

free_scalars! {
    bool, "true or false";
    u8, "a number from 0 to 255";
    u16, "a number from 0 to 65535";
    u32, "a whole number";
    u64, "a whole number";
    usize, "a whole number";
    i64, "a whole number";
    f64, "a number";
}

/// A duration as people write it: `30s`, `1m30s`, `250ms`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Lasting(pub Duration);

const UNITS: [(&str, u128); 7] = [
    ("d", 86_400_000_000_000),
    ("h", 3_600_000_000_000),
    ("m", 60_000_000_000),
    ("s", 1_000_000_000),
    ("ms", 1_000_000),
    ("us", 1_000),
    ("ns", 1),
];

impl Lasting {
    pub(super) fn read(text: &str) -> Option<Self> {
        if text == "0" {
            return Some(Self(Duration::ZERO));
        }
        let (mut rest, mut nanos) = (text, 0u128);
        while !rest.is_empty() {
            let digits = rest.find(|c: char| !c.is_ascii_digit())?;
            let (number, tail) = rest.split_at(digits);
            let letters = tail.find(|c: char| !c.is_ascii_alphabetic()).unwrap_or(tail.len());
            let (unit, tail) = tail.split_at(letters);
            let (_, size) = UNITS.iter().find(|(name, _)| *name == unit)?;
            nanos = nanos.checked_add(number.parse::<u128>().ok()?.checked_mul(*size)?)?;
            rest = tail;
        }
        let seconds = u64::try_from(nanos / 1_000_000_000).ok()?;
        // A rest of less than a second fits.
        (!text.is_empty()).then(|| Self(Duration::new(seconds, (nanos % 1_000_000_000) as u32)))
    }

    pub(super) fn write(self) -> String {
        let (mut nanos, mut text) = (self.0.as_nanos(), String::new());
        for (unit, size) in UNITS {
            if nanos >= size {
                text.push_str(&format!("{}{unit}", nanos / size));
                nanos %= size;
            }
        }
        if text.is_empty() { "0s".to_owned() } else { text }
    }
}

/// A number of bytes as people write it: `100MiB`, `8KiB`, `1MB`, `4096`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Size(pub u64);

const SIZES: [(&str, u64); 7] = [
    ("GiB", 1 << 30),
    ("MiB", 1 << 20),
    ("KiB", 1 << 10),
    ("GB", 1_000_000_000),
    ("MB", 1_000_000),
    ("kB", 1_000),
    ("B", 1),
];

impl Size {
    fn read(text: &str) -> Option<Self> {
        let digits = text.find(|c: char| !c.is_ascii_digit()).unwrap_or(text.len());
        let (number, unit) = text.split_at(digits);
        let unit = unit.trim_start();
        let size = match unit {
            "" => 1,
            unit => SIZES.iter().find(|(name, _)| name.eq_ignore_ascii_case(unit))?.1,
        };
        number.parse::<u64>().ok()?.checked_mul(size).map(Self)
    }

    fn write(self) -> String {
        let whole = SIZES.iter().filter(|(unit, size)| *unit != "B" && self.0 > 0 && self.0.is_multiple_of(*size));
        let texts = whole.map(|(unit, size)| format!("{}{unit}", self.0 / size));
        texts.chain([self.0.to_string()]).min_by_key(String::len).unwrap_or_default()
    }
}

macro_rules! measures {
    ($($type:ty, $name:literal, $wanted:literal, $schema:tt);* $(;)?) => {$(
        impl Decode for $type {
            const SCALAR: bool = true;

            fn decode(tree: &Tree, at: &mut Decoder<'_>) -> Option<Self> {
                scalar(tree).and_then(|s| Self::read(&s.text)).or_else(|| at.mismatch(tree, $wanted))
            }

            fn takes(tree: &Tree) -> bool {
                takes_scalar(tree)
            }

            fn wanted() -> Cow<'static, str> {
                $wanted.into()
            }
        }

        impl Serialize for $type {
            fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.serialize_str(&self.write())
            }
        }

        impl JsonSchema for $type {
            fn schema_name() -> Cow<'static, str> {
                $name.into()
            }

            fn json_schema(_: &mut SchemaGenerator) -> Schema {
                json_schema!($schema)
            }
        }
    )*};
}

pub(super) use measures;

measures! {
    Lasting, "Duration", "a duration such as 30s, 1m30s or 250ms", {
        "description": "A duration: `30s`, `1m30s`, `250ms`; units d, h, m, s, ms, us, ns.",
        "type": "string",
        "pattern": "^(0|([0-9]+(d|h|m|s|ms|us|ns))+)$"
    };
    Size, "Size", "a size such as 100MiB, 8KiB or a number of bytes", {
        "description": "A size: `100MiB`, `8KiB`, `1MB`, or a number of bytes.",
        "type": ["string", "integer"],
        "pattern": "^[0-9]+ ?([GMK]iB|[GMk]?B)?$",
        "minimum": 0
    };
}

/// A secret. What is written of it is a reference, never the text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Hidden {
    /// Read: the text itself.
    Known(Secret),
    /// To be written: the variable that holds it.
    Variable(String),
}

impl Default for Hidden {
    fn default() -> Self {
        Self::Known(Secret::default())
    }
}

impl Hidden {
    /// The secret; a variable that is only to be written has none.
    pub fn secret(&self) -> Secret {
        match self {
            Self::Known(secret) => secret.clone(),
            Self::Variable(_) => Secret::default(),
        }
    }
}

impl Decode for Hidden {
    const SCALAR: bool = true;

    fn decode(tree: &Tree, at: &mut Decoder<'_>) -> Option<Self> {
        match scalar(tree) {
            Some(scalar) => Some(Self::Known(Secret::new(scalar.text.clone()))),
            None => at.mismatch(tree, &Self::wanted()),
        }
    }

    fn takes(tree: &Tree) -> bool {
        takes_scalar(tree)
    }

    fn wanted() -> Cow<'static, str> {
        "a secret, best as ${NAME}".into()
    }
}

impl Serialize for Hidden {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Known(secret) => secret.serialize(serializer),
            Self::Variable(name) => serializer.serialize_str(&format!("${{{name}}}")),
        }
    }
}

impl JsonSchema for Hidden {
    fn schema_name() -> Cow<'static, str> {
        "Secret".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({ "description": "A secret, best written as `${NAME}` and kept in the environment.", "type": "string" })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations_are_read_and_written() {
        let cases = [("30s", 30_000, "30s"), ("1m", 60_000, "1m"), ("90s", 90_000, "1m30s"), ("250ms", 250, "250ms")];
        for (text, millis, written) in cases {
            let read = Lasting::read(text).unwrap();
            assert_eq!(read.0, Duration::from_millis(millis), "{text}");
            assert_eq!(read.write(), written);
        }
        assert_eq!(Lasting::read("0"), Some(Lasting::default()));
        for bad in ["", "30", "s", "1.5s", "-1s", "1 s", "30sec", "99999999999999999999999d"] {
            assert_eq!(Lasting::read(bad), None, "{bad}");
        }
    }

    #[test]
    fn sizes_are_read_and_written() {
        let cases = [
            ("100MiB", 104_857_600, "100MiB"),
            ("8kib", 8192, "8KiB"),
            ("1MB", 1_000_000, "1MB"),
            ("7", 7, "7"),
            ("2 GB", 2_000_000_000, "2GB"),
        ];
        for (text, bytes, written) in cases {
            assert_eq!(Size::read(text), Some(Size(bytes)), "{text}");
            assert_eq!(Size(bytes).write(), written);
        }
        for bad in ["", "MiB", "1.5MiB", "-1", "1TB", "99999999999GiB"] {
            assert_eq!(Size::read(bad), None, "{bad}");
        }
    }
}

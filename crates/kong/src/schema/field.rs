//! One field, built step by step: `integer("port").default(443).rule(Rule::Between(0, 65535))`.

use super::{Honour, Kind, Record, Rule};
use serde_json::Value;

/// One field of a record, or the elements of a list.
#[derive(Clone, Debug)]
pub struct Field {
    /// Its name; empty for elements.
    pub name: &'static str,
    /// What it may be.
    pub kind: Kind,
    /// What it is when nobody wrote it.
    pub default: Option<Value>,
    /// Whether it may not be null.
    pub required: bool,
    /// What else must hold.
    pub rules: Vec<Rule>,
    /// Whether `{vault://…}` may stand for it.
    pub referenceable: bool,
    /// Whether nobody may see it.
    pub secret: bool,
    /// Whether no two entities may share it.
    pub unique: bool,
    /// Whether it was taken out of the original: accepted in files, unknown to the Admin API.
    pub removed: bool,
    /// Whether only closed versions of the original have it.
    pub newer: bool,
    /// How faithfully it is honoured.
    pub honour: Honour,
}

macro_rules! kinds {
    ($($(#[$doc:meta])* $name:ident => $kind:expr;)*) => {$(
        $(#[$doc])*
        pub fn $name(name: &'static str) -> Field {
            Field::new(name, $kind)
        }
    )*};
}

kinds! {
    /// A text.
    string => Kind::String;
    /// A number.
    number => Kind::Number;
    /// A whole number.
    integer => Kind::Integer;
    /// Yes or no.
    boolean => Kind::Boolean;
    /// Anything.
    any => Kind::Any;
}

/// A list of such elements.
pub fn array(name: &'static str, elements: Field) -> Field {
    Field::new(name, Kind::Array(Box::new(elements)))
}

/// A list of different elements.
pub fn set(name: &'static str, elements: Field) -> Field {
    Field::new(name, Kind::Set(Box::new(elements)))
}

/// Names with such values.
pub fn map(name: &'static str, values: Field) -> Field {
    Field::new(name, Kind::Map(Box::new(values)))
}

/// A nested record. It is required unless said otherwise, so that its defaults are always there.
pub fn nested(name: &'static str, record: Record) -> Field {
    Field { required: true, ..Field::new(name, Kind::Record(Box::new(record))) }
}

/// Another entity of this collection.
pub fn foreign(name: &'static str, collection: &'static str) -> Field {
    Field::new(name, Kind::Foreign(collection))
}

/// A field that the original no longer has.
pub fn removed(name: &'static str, why: &'static str) -> Field {
    Field { removed: true, honour: Honour::Ignored(why), ..Field::new(name, Kind::Any) }
}

impl Field {
    fn new(name: &'static str, kind: Kind) -> Self {
        Self {
            name,
            kind,
            default: None,
            required: false,
            rules: Vec::new(),
            referenceable: false,
            secret: false,
            unique: false,
            removed: false,
            newer: false,
            honour: Honour::Exact,
        }
    }

    /// With this default; it is then also required, as in the original.
    pub fn default(self, value: impl Into<Value>) -> Self {
        Self { default: Some(value.into()), required: true, ..self }
    }

    /// It may not be absent.
    pub fn required(self) -> Self {
        Self { required: true, ..self }
    }

    /// It may be absent or null, default or not.
    pub fn optional(self) -> Self {
        Self { required: false, ..self }
    }

    /// With a rule.
    pub fn rule(mut self, rule: Rule) -> Self {
        self.rules.push(rule);
        self
    }

    /// One of these texts.
    pub fn one_of(self, values: &'static [&'static str]) -> Self {
        self.rule(Rule::OneOf(values))
    }

    /// Within these bounds.
    pub fn between(self, least: i64, most: i64) -> Self {
        self.rule(Rule::Between(least, most))
    }

    /// A reference to a vault may stand for it.
    pub fn referenceable(self) -> Self {
        Self { referenceable: true, ..self }
    }

    /// A secret, which a reference may stand for.
    pub fn secret(self) -> Self {
        Self { secret: true, referenceable: true, ..self }
    }

    /// No two entities share it.
    pub fn unique(self) -> Self {
        Self { unique: true, ..self }
    }

    /// Closed versions of the original have it.
    pub fn newer(self) -> Self {
        Self { newer: true, ..self }
    }

    /// Honoured nearly.
    pub fn approximate(self, what: &'static str) -> Self {
        Self { honour: Honour::Approximate(what), ..self }
    }

    /// Without effect.
    pub fn ignored(self, what: &'static str) -> Self {
        Self { honour: Honour::Ignored(what), ..self }
    }

    /// Not to be had.
    pub fn unsupported(self, what: &'static str) -> Self {
        Self { honour: Honour::Unsupported(what), ..self }
    }
}

//! How a field of a definition is described: kind, default, and how faithfully it is honoured. What is remarked about
//! documents and the tables of the documentation both come from here.

/// What a part of a definition consists of.
#[derive(Debug)]
pub struct Record {
    /// What it is called in the documentation.
    pub name: &'static str,
    /// Its fields in the order in which they are shown.
    pub fields: &'static [Field],
}

/// One field.
#[derive(Clone, Copy, Debug)]
pub struct Field {
    /// Its name.
    pub name: &'static str,
    /// What its value may be.
    pub kind: Kind,
    /// What it is when it is not there, as it would be written; empty: nothing.
    pub default: &'static str,
    /// How faithfully it is honoured.
    pub honour: Honour,
}

/// What a value may be.
#[derive(Clone, Copy, Debug)]
pub enum Kind {
    /// A text; numbers and words count as their text.
    Text,
    /// A text that is nobody's business.
    Secret,
    /// A whole number; a text that is one counts.
    Number,
    /// `true` or `false`; a text that is one counts.
    Flag,
    /// One of these words; case does not matter, and `_` is `-`.
    Word(&'static [&'static str]),
    /// A list; one value alone counts as a list of one.
    List(&'static Kind),
    /// Names with values of one kind.
    Map(&'static Kind),
    /// A record of its own.
    Record(&'static Record),
    /// A record of its own, or one text that stands for it.
    Short(&'static Record),
    /// Anything.
    Any,
}

/// How faithfully a field is honoured; the text says what differs, for findings and for the documentation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Honour {
    /// As in the original.
    Exact,
    /// It is there for people or for a console; nothing depends on it here, and nothing is said of it.
    Accepted(&'static str),
    /// Nearly.
    Approximate(&'static str),
    /// It has no effect.
    Ignored(&'static str),
    /// What depends on it does not work.
    Unsupported(&'static str),
}

impl Record {
    /// The field of this name.
    pub fn field(&self, name: &str) -> Option<&'static Field> {
        self.fields.iter().find(|field| field.name == name)
    }
}

/// A text.
pub const fn text(name: &'static str) -> Field {
    of(name, Kind::Text)
}

/// A text that is nobody's business.
pub const fn secret(name: &'static str) -> Field {
    of(name, Kind::Secret)
}

/// A whole number.
pub const fn number(name: &'static str) -> Field {
    of(name, Kind::Number)
}

/// Yes or no.
pub const fn flag(name: &'static str) -> Field {
    of(name, Kind::Flag).default("false")
}

/// One of these words.
pub const fn word(name: &'static str, words: &'static [&'static str]) -> Field {
    of(name, Kind::Word(words))
}

/// Texts.
pub const fn texts(name: &'static str) -> Field {
    of(name, Kind::List(&Kind::Text))
}

/// A list of this kind.
pub const fn list(name: &'static str, kind: &'static Kind) -> Field {
    of(name, Kind::List(kind))
}

/// Names with values of this kind.
pub const fn map(name: &'static str, kind: &'static Kind) -> Field {
    of(name, Kind::Map(kind))
}

/// A record of its own.
pub const fn nested(name: &'static str, record: &'static Record) -> Field {
    of(name, Kind::Record(record))
}

/// Anything.
pub const fn any(name: &'static str) -> Field {
    of(name, Kind::Any)
}

const fn of(name: &'static str, kind: Kind) -> Field {
    Field { name, kind, default: "", honour: Honour::Exact }
}

impl Field {
    /// What it is when it is not there.
    pub const fn default(self, default: &'static str) -> Self {
        Self { default, ..self }
    }

    /// It is there for people or for a console.
    pub const fn accepted(self, text: &'static str) -> Self {
        Self { honour: Honour::Accepted(text), ..self }
    }

    /// It is honoured nearly.
    pub const fn approximate(self, text: &'static str) -> Self {
        Self { honour: Honour::Approximate(text), ..self }
    }

    /// It has no effect.
    pub const fn ignored(self, text: &'static str) -> Self {
        Self { honour: Honour::Ignored(text), ..self }
    }

    /// What depends on it does not work.
    pub const fn unsupported(self, text: &'static str) -> Self {
        Self { honour: Honour::Unsupported(text), ..self }
    }
}

/// Whether two words are the same: case does not matter, and `_` is `-`.
pub fn same_word(one: &str, other: &str) -> bool {
    let plain = |byte: u8| if byte == b'_' { b'-' } else { byte.to_ascii_lowercase() };
    one.bytes().map(plain).eq(other.bytes().map(plain))
}

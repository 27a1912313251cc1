//! What expressions may call, where a configuration says it: of what there is, so much as its lines name.
//!
//! A line is `class java.lang.Math`, `method java.util.Map get java.lang.Object` or `new java.lang.Double
//! java.lang.String`, as the original's own list has them. Properties, indexes and functions are not asked about.

mod probe;

use crate::lookup::Kind;
use crate::value::{List, Sequence, Value};
use serde::{Serialize, Serializer};
use std::fmt;

/// What may be called, and nothing else.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Allowed(Vec<Permit>);

/// One line of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Permit {
    class: String,
    what: What,
    line: String,
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum What {
    /// All methods and constructors of the class.
    Whole,
    /// The methods of this name with so many arguments.
    Method(String, usize),
    /// The constructors with so many arguments.
    New(usize),
}

/// Why a line permits nothing.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NoPermit {
    /// It begins with none of the three words.
    #[error("it begins with none of class, method and new")]
    NoWord,
    /// It lacks the name of a class or a method.
    #[error("it names no class, or no method of one")]
    NoName,
    /// What it names cannot be called here.
    #[error("what it names cannot be called here")]
    NotHere,
}

impl Allowed {
    /// What these lines permit.
    pub fn of(permits: impl IntoIterator<Item = Permit>) -> Self {
        Self(permits.into_iter().collect())
    }

    /// The lines.
    pub fn lines(&self) -> impl Iterator<Item = &str> {
        self.0.iter().map(Permit::line)
    }

    pub(super) fn method(&self, target: &Value<'_>, name: &str, arguments: usize) -> bool {
        self.0.iter().any(|permit| permit.method(target, name, arguments))
    }

    pub(super) fn constructor(&self, class: &str, arguments: usize) -> bool {
        self.0.iter().any(|permit| {
            permit.class == class
                && match permit.what {
                    What::Whole => true,
                    What::New(count) => count == arguments,
                    What::Method(..) => false,
                }
        })
    }
}

impl Permit {
    /// Reads a line.
    ///
    /// # Errors
    /// A line that is none, and one that names what is not here.
    pub fn read(line: &str) -> Result<Self, NoPermit> {
        let (word, rest) = line.split_once(' ').ok_or(NoPermit::NoWord)?;
        let mut names = rest.split(' ').filter(|name| !name.is_empty());
        let class = names.next().ok_or(NoPermit::NoName)?.to_owned();
        let (what, here) = match word {
            "class" => (What::Whole, probe::class(&class)),
            "new" => {
                let arguments: Vec<&str> = names.collect();
                (What::New(arguments.len()), probe::constructor(&class, &arguments))
            }
            "method" => {
                let name = names.next().ok_or(NoPermit::NoName)?;
                let arguments: Vec<&str> = names.collect();
                (What::Method(name.to_owned(), arguments.len()), probe::method(&class, name, &arguments))
            }
            _ => return Err(NoPermit::NoWord),
        };
        if !here {
            return Err(NoPermit::NotHere);
        }
        Ok(Self { class, what, line: line.trim().to_owned() })
    }

    /// As it was written.
    pub fn line(&self) -> &str {
        &self.line
    }

    fn method(&self, target: &Value<'_>, name: &str, arguments: usize) -> bool {
        let own = class(target);
        let above = || above(target).iter().find(|(class, _)| *class == self.class);
        match &self.what {
            What::New(_) => false,
            What::Method(known, count) => {
                known == name && *count == arguments && (own == self.class || above().is_some_and(|(_, has)| has(name)))
            }
            What::Whole => own == self.class || above().is_some_and(|(_, has)| has(name)),
        }
    }
}

impl fmt::Display for Permit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.line)
    }
}

impl Serialize for Permit {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

/// The class that a list names for a value; of a class itself, it.
fn class(target: &Value<'_>) -> &'static str {
    match target {
        Value::Class(class) => class,
        Value::Object(object) => match object.kind {
            Kind::Map => "java.util.LinkedHashMap",
            Kind::MultiMap => "io.gravitee.common.util.MultiValueMap",
            Kind::Headers => "io.gravitee.gateway.api.http.HttpHeaders",
            Kind::Bean => "object",
            Kind::Secrets => "secrets",
        },
        other => other.class(),
    }
}

/// A class above, and which methods it has itself.
type Above = (&'static str, fn(&str) -> bool);

const OBJECT: Above = ("java.lang.Object", |name| matches!(name, "equals" | "hashCode" | "toString"));
const COMPARABLE: Above = ("java.lang.Comparable", |name| name == "compareTo");
const NUMBER: Above = ("java.lang.Number", |name| name.ends_with("Value") && !name.starts_with("unscaled"));
const COLLECTION: Above = ("java.util.Collection", |name| matches!(name, "contains" | "isEmpty" | "size"));
const LIST: Above = ("java.util.List", |name| name == "get" || COLLECTION.1(name));
const CHARACTERS: Above = ("java.lang.CharSequence", |name| {
    matches!(name, "length" | "charAt" | "isEmpty" | "subSequence" | "toString" | "chars" | "codePoints")
});
const MAP: Above = ("java.util.Map", |name| {
    const OWN: [&str; 9] =
        ["containsKey", "containsValue", "entrySet", "get", "getOrDefault", "isEmpty", "keySet", "size", "values"];
    OWN.contains(&name)
});
const FORMAT: Above = ("java.text.Format", |name| matches!(name, "format" | "parseObject"));
const DATE_FORMAT: Above = ("java.text.DateFormat", |name| matches!(name, "format" | "parse"));
const NUMBER_FORMAT: Above = ("java.text.NumberFormat", |name| matches!(name, "format" | "parse"));

/// The classes above that of a value.
fn above(target: &Value<'_>) -> &'static [Above] {
    match target {
        Value::Class(_) => &[],
        Value::Str(_) => &[CHARACTERS, COMPARABLE, OBJECT],
        Value::List(List { kind: Sequence::List, .. }) => &[LIST, COLLECTION, OBJECT],
        Value::List(_) => &[COLLECTION, OBJECT],
        Value::Map(_) | Value::Object(_) => &[MAP, OBJECT],
        target if target.is_number() => &[NUMBER, COMPARABLE, OBJECT],
        target => match class(target) {
            "java.text.SimpleDateFormat" => &[DATE_FORMAT, FORMAT, OBJECT],
            "java.text.DecimalFormat" => &[NUMBER_FORMAT, FORMAT, OBJECT],
            _ => &[OBJECT],
        },
    }
}

#[cfg(test)]
mod tests;

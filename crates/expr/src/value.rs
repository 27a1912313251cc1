//! Values as Java has them: numbers of several widths, texts, lists, maps, and references into the world.

mod decimal;
mod number;
mod owned;
mod show;
mod text;

pub use decimal::Decimal;
pub(crate) use decimal::Rounding;
pub(crate) use number::{Number, double_text, float_text};
pub(crate) use show::java_text;
pub use text::Text;

use crate::lookup::Object;
use num_bigint::BigInt;
use std::sync::Arc;

/// A value.
#[derive(Clone, Debug)]
pub enum Value<'a> {
    /// Nothing.
    Null,
    /// `java.lang.Boolean`
    Bool(bool),
    /// `java.lang.Character`
    Char(char),
    /// `java.lang.Integer`
    Int(i32),
    /// `java.lang.Long`
    Long(i64),
    /// `java.lang.Float`
    Float(f32),
    /// `java.lang.Double`
    Double(f64),
    /// `java.math.BigInteger`
    Big(Arc<BigInt>),
    /// `java.math.BigDecimal`
    Decimal(Arc<Decimal>),
    /// `java.lang.String`
    Str(Text<'a>),
    /// A list, a set or an array.
    List(List<'a>),
    /// A map that keeps its order.
    Map(Map<'a>),
    /// An entry of a map: `key` and `value`.
    Entry(Arc<(Value<'a>, Value<'a>)>),
    /// A part of the world.
    Object(Object<'a>),
    /// A class, as `T(java.lang.Math)` gives it.
    Class(&'static str),
    /// Something of Java's library that is only handed around or asked for its text.
    Thing(Arc<Thing>),
}

/// An object of Java's library.
#[derive(Clone, Debug, PartialEq)]
pub enum Thing {
    /// A constant of an enum: class and name.
    Constant(&'static str, &'static str),
    /// A function such as `#jsonPath`, named without being called.
    Function(&'static str),
    /// A node of an XML document: its name, its text.
    Node(String, String),
    /// `java.time.LocalDate`
    Date(jiff::civil::Date),
    /// `java.time.LocalDateTime`
    DateTime(jiff::civil::DateTime),
    /// `java.time.ZonedDateTime`
    Zoned(jiff::Zoned),
    /// `java.util.Date`, in milliseconds since 1970.
    Instant(i64),
    /// `java.time.format.DateTimeFormatter`, by its pattern.
    DateFormat(String),
    /// `java.text.SimpleDateFormat`, by its pattern.
    SimpleDateFormat(String),
    /// `java.text.DecimalFormat`, by its pattern.
    DecimalFormat(String),
    /// `java.util.Base64` encoder or decoder; `true` for the one that is safe in URLs.
    Base64Encoder(bool, bool),
    /// The decoder's other half.
    Base64Decoder(bool),
    /// Something of this class that only its makers understand.
    Opaque(&'static str),
    /// `java.util.UUID`
    Uuid(String),
}

/// What kind of sequence a list is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Sequence {
    /// `java.util.List`
    List,
    /// `java.util.Set`, or a view such as the values of a map.
    Set,
    /// An array of this component type.
    Array(&'static str),
}

/// A sequence of values.
#[derive(Clone, Debug)]
pub struct List<'a> {
    /// What kind of sequence it is.
    pub kind: Sequence,
    items: Arc<Vec<Value<'a>>>,
}

impl<'a> List<'a> {
    /// A list of these.
    pub fn new(items: Vec<Value<'a>>) -> Self {
        Self::of(Sequence::List, items)
    }

    /// A sequence of the kind.
    pub fn of(kind: Sequence, items: Vec<Value<'a>>) -> Self {
        Self { kind, items: Arc::new(items) }
    }
}

impl<'a> std::ops::Deref for List<'a> {
    type Target = [Value<'a>];

    fn deref(&self) -> &Self::Target {
        &self.items
    }
}

/// Keys and values in the order in which they came.
#[derive(Clone, Debug)]
pub struct Map<'a>(Arc<Vec<(Value<'a>, Value<'a>)>>);

impl<'a> Map<'a> {
    /// A map of entries whose keys differ.
    pub fn new(entries: Vec<(Value<'a>, Value<'a>)>) -> Self {
        Self(Arc::new(entries))
    }

    /// The value of a key; none when it is not there.
    pub fn get(&self, key: &Value<'_>) -> Option<&Value<'a>> {
        self.0.iter().find(|(own, _)| own.equals(key)).map(|(_, value)| value)
    }

    /// The value of a key that is text.
    pub fn get_text(&self, key: &str) -> Option<&Value<'a>> {
        self.0.iter().find(|(own, _)| matches!(own, Value::Str(own) if &**own == key)).map(|(_, value)| value)
    }

    /// The same map with the key set to the value.
    pub(crate) fn with(
        mut entries: Vec<(Value<'a>, Value<'a>)>,
        key: Value<'a>,
        value: Value<'a>,
    ) -> Vec<(Value<'a>, Value<'a>)> {
        match entries.iter_mut().find(|(own, _)| own.equals(&key)) {
            Some(entry) => entry.1 = value,
            None => entries.push((key, value)),
        }
        entries
    }
}

impl<'a> std::ops::Deref for Map<'a> {
    type Target = [(Value<'a>, Value<'a>)];

    fn deref(&self) -> &Self::Target {
        &self.0
    }
}

impl<'a> Value<'a> {
    /// A text that the evaluation made.
    pub fn text(text: impl Into<String>) -> Self {
        Self::Str(text.into().into())
    }

    pub(crate) fn thing(thing: Thing) -> Self {
        Self::Thing(Arc::new(thing))
    }

    pub(crate) fn is_null(&self) -> bool {
        matches!(self, Self::Null)
    }

    /// `Object.equals`: of one type and equal. Texts are equal whoever owns them.
    pub(crate) fn equals(&self, other: &Value<'_>) -> bool {
        match (self, other) {
            (Value::Null, Value::Null) => true,
            (Value::Bool(a), Value::Bool(b)) => a == b,
            (Value::Char(a), Value::Char(b)) => a == b,
            (Value::Int(a), Value::Int(b)) => a == b,
            (Value::Long(a), Value::Long(b)) => a == b,
            (Value::Float(a), Value::Float(b)) => a.to_bits() == b.to_bits(),
            (Value::Double(a), Value::Double(b)) => a.to_bits() == b.to_bits(),
            (Value::Big(a), Value::Big(b)) => a == b,
            (Value::Decimal(a), Value::Decimal(b)) => a == b,
            (Value::Str(a), Value::Str(b)) => **a == **b,
            (Value::List(a), Value::List(b)) => a.len() == b.len() && a.iter().zip(b.iter()).all(|(a, b)| a.equals(b)),
            (Value::Map(a), Value::Map(b)) => {
                a.len() == b.len() && a.iter().all(|(key, value)| b.get(key).is_some_and(|other| value.equals(other)))
            }
            (Value::Entry(a), Value::Entry(b)) => a.0.equals(&b.0) && a.1.equals(&b.1),
            (Value::Class(a), Value::Class(b)) => a == b,
            (Value::Thing(a), Value::Thing(b)) => a == b,
            (Value::Object(a), Value::Object(b)) => std::ptr::addr_eq(a.members, b.members),
            _ => false,
        }
    }

    /// The Java class of a value.
    pub(crate) fn class(&self) -> &'static str {
        match self {
            Self::Null => "null",
            Self::Bool(_) => "java.lang.Boolean",
            Self::Char(_) => "java.lang.Character",
            Self::Int(_) => "java.lang.Integer",
            Self::Long(_) => "java.lang.Long",
            Self::Float(_) => "java.lang.Float",
            Self::Double(_) => "java.lang.Double",
            Self::Big(_) => "java.math.BigInteger",
            Self::Decimal(_) => "java.math.BigDecimal",
            Self::Str(_) => "java.lang.String",
            Self::List(list) => match list.kind {
                Sequence::List => "java.util.ArrayList",
                Sequence::Set => "java.util.Set",
                Sequence::Array(class) => class,
            },
            Self::Map(_) => "java.util.LinkedHashMap",
            Self::Entry(_) => "java.util.Map$Entry",
            Self::Object(object) => {
                if object.is_map() {
                    "java.util.Map"
                } else {
                    "object"
                }
            }
            Self::Class(_) => "java.lang.Class",
            Self::Thing(thing) => thing.class(),
        }
    }
}

impl Thing {
    pub(crate) fn class(&self) -> &'static str {
        match self {
            Self::Constant(class, _) => class,
            Self::Function(_) => "java.lang.reflect.Method",
            Self::Node(..) => "org.w3c.dom.Node",
            Self::Date(_) => "java.time.LocalDate",
            Self::DateTime(_) => "java.time.LocalDateTime",
            Self::Zoned(_) => "java.time.ZonedDateTime",
            Self::Instant(_) => "java.util.Date",
            Self::DateFormat(_) => "java.time.format.DateTimeFormatter",
            Self::SimpleDateFormat(_) => "java.text.SimpleDateFormat",
            Self::DecimalFormat(_) => "java.text.DecimalFormat",
            Self::Base64Encoder(..) => "java.util.Base64$Encoder",
            Self::Base64Decoder(_) => "java.util.Base64$Decoder",
            Self::Opaque(class) => class,
            Self::Uuid(_) => "java.util.UUID",
        }
    }
}

impl Value<'_> {
    /// The text, if it is one.
    pub fn as_str(&self) -> Option<&str> {
        match self {
            Self::Str(text) => Some(text),
            _ => None,
        }
    }
}

/// The text that Java's `toString` gives, for people to read; of a value that is too large a part.
impl std::fmt::Display for Value<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let limits = crate::Limits::default();
        match java_text(self, &mut crate::limits::Budget::new(&limits)) {
            Ok(text) => f.write_str(&text),
            Err(_) => f.write_str(self.class()),
        }
    }
}

//! Classes by name: which exist, their constants, `instanceof`, constructors and arrays.

use super::Evaluator;
use crate::el::ast::Node;
use crate::el::convert::{Wanted, number};
use crate::el::method;
use crate::error::Error;
use crate::value::{List, Rounding, Sequence, Thing, Value};

/// Classes that have constants, methods or constructors here.
const KNOWN: [&str; 38] = [
    "java.lang.Math",
    "java.lang.String",
    "java.lang.Integer",
    "java.lang.Double",
    "java.lang.Long",
    "java.lang.Float",
    "java.lang.Short",
    "java.lang.Boolean",
    "java.lang.Object",
    "java.lang.Number",
    "java.lang.Character",
    "java.lang.Byte",
    "java.lang.CharSequence",
    "java.lang.Comparable",
    "java.lang.System",
    "java.math.BigDecimal",
    "java.math.BigInteger",
    "java.math.RoundingMode",
    "java.util.Date",
    "java.util.Base64",
    "java.util.Calendar",
    "java.util.Collections",
    "java.util.List",
    "java.util.Map",
    "java.util.Set",
    "java.util.Collection",
    "java.util.ArrayList",
    "java.util.LinkedHashMap",
    "java.util.UUID",
    "java.util.Random",
    "java.time.LocalDate",
    "java.time.LocalDateTime",
    "java.time.ZonedDateTime",
    "java.time.format.DateTimeFormatter",
    "java.text.SimpleDateFormat",
    "java.text.DecimalFormat",
    "java.net.URLEncoder",
    "java.net.URLDecoder",
];

/// Classes that can be named and then refuse everything; what is in none of the lists does not exist.
const REFUSING: [&str; 44] = [
    "java.lang.Runtime",
    "java.lang.Class",
    "java.lang.ClassLoader",
    "java.lang.Process",
    "java.lang.ProcessBuilder",
    "java.lang.Thread",
    "java.lang.Iterable",
    "java.lang.Enum",
    "java.lang.StringBuilder",
    "java.lang.StringBuffer",
    "java.lang.Exception",
    "java.lang.RuntimeException",
    "java.lang.Throwable",
    "java.lang.Void",
    "java.lang.reflect.Method",
    "java.io.File",
    "java.io.InputStream",
    "java.io.FileInputStream",
    "java.net.URL",
    "java.net.URI",
    "java.net.InetAddress",
    "java.net.Socket",
    "java.nio.file.Files",
    "java.nio.file.Paths",
    "java.nio.file.Path",
    "java.nio.charset.StandardCharsets",
    "java.util.Arrays",
    "java.util.Objects",
    "java.util.Optional",
    "java.util.HashMap",
    "java.util.HashSet",
    "java.util.LinkedList",
    "java.util.Scanner",
    "java.util.TimeZone",
    "java.util.Locale",
    "java.util.Properties",
    "java.util.regex.Pattern",
    "java.util.stream.Collectors",
    "java.time.Instant",
    "java.time.Duration",
    "java.time.ZoneId",
    "java.text.NumberFormat",
    "java.text.MessageFormat",
    "java.text.DateFormat",
];

const PRIMITIVES: [&str; 8] = ["int", "long", "double", "float", "boolean", "char", "byte", "short"];

/// `T(name)`; classes of `java.lang` by their short name too.
pub(super) fn reference<'a>(name: &str, dimensions: usize) -> Result<Value<'a>, Error> {
    let class = named(name).ok_or_else(|| Error::evaluation("EL1005E", format!("there is no class '{name}'")))?;
    Ok(Value::Class(if dimensions > 0 { "array" } else { class }))
}

fn named(name: &str) -> Option<&'static str> {
    let all = || KNOWN.iter().chain(&REFUSING).chain(&PRIMITIVES).copied();
    let primitive =
        PRIMITIVES.iter().find(|own| own.eq_ignore_ascii_case(name) && name.starts_with(char::is_lowercase));
    primitive
        .copied()
        .or_else(|| all().find(|own| *own == name))
        .or_else(|| all().find(|own| own.strip_prefix("java.lang.").is_some_and(|short| short == name)))
}

/// A constant of a class.
pub(super) fn constant<'a>(class: &str, name: &str) -> Option<Value<'a>> {
    Some(match (class, name) {
        ("java.lang.Math", "PI") => Value::Double(std::f64::consts::PI),
        ("java.lang.Math", "E") => Value::Double(std::f64::consts::E),
        ("java.lang.Integer", "MAX_VALUE") => Value::Int(i32::MAX),
        ("java.lang.Integer", "MIN_VALUE") => Value::Int(i32::MIN),
        ("java.lang.Integer", "SIZE") => Value::Int(32),
        ("java.lang.Integer", "BYTES") => Value::Int(4),
        ("java.lang.Long", "MAX_VALUE") => Value::Long(i64::MAX),
        ("java.lang.Long", "MIN_VALUE") => Value::Long(i64::MIN),
        ("java.lang.Long", "SIZE") => Value::Int(64),
        ("java.lang.Long", "BYTES") => Value::Int(8),
        ("java.lang.Short", "MAX_VALUE") => Value::Int(i32::from(i16::MAX)),
        ("java.lang.Short", "MIN_VALUE") => Value::Int(i32::from(i16::MIN)),
        ("java.lang.Double", "MAX_VALUE") => Value::Double(f64::MAX),
        ("java.lang.Double", "MIN_VALUE") => Value::Double(5e-324),
        ("java.lang.Double", "NaN") => Value::Double(f64::NAN),
        ("java.lang.Double", "POSITIVE_INFINITY") => Value::Double(f64::INFINITY),
        ("java.lang.Double", "NEGATIVE_INFINITY") => Value::Double(f64::NEG_INFINITY),
        ("java.lang.Float", "MAX_VALUE") => Value::Float(f32::MAX),
        ("java.lang.Float", "NaN") => Value::Float(f32::NAN),
        ("java.lang.Boolean", "TRUE") => Value::Bool(true),
        ("java.lang.Boolean", "FALSE") => Value::Bool(false),
        ("java.math.BigDecimal", "ZERO") => Value::Decimal(Value::Int(0).as_decimal()?),
        ("java.math.BigDecimal", "ONE") => Value::Decimal(Value::Int(1).as_decimal()?),
        ("java.math.BigDecimal", "TEN") => Value::Decimal(Value::Int(10).as_decimal()?),
        ("java.math.RoundingMode", name) => {
            let (own, _) = Rounding::NAMES.iter().find(|(own, _)| *own == name)?;
            Value::thing(Thing::Constant("java.math.RoundingMode", own))
        }
        ("java.time.format.DateTimeFormatter", name) => Value::thing(Thing::DateFormat(method::date::standard(name)?)),
        _ => return None,
    })
}

/// `value instanceof T(class)`.
pub(super) fn is_instance(value: &Value<'_>, class: &str) -> bool {
    let own = value.class();
    match (class, value) {
        (_, Value::Null) => false,
        ("java.lang.Object", _) => true,
        ("java.lang.Number", value) => value.is_number(),
        ("java.lang.CharSequence", Value::Str(_)) => true,
        ("java.lang.Comparable", value) => {
            value.is_number() || matches!(value, Value::Str(_) | Value::Bool(_) | Value::Char(_))
        }
        (
            "java.util.List" | "java.util.Collection" | "java.lang.Iterable" | "java.util.ArrayList",
            Value::List(list),
        ) => {
            list.kind == Sequence::List
                || (list.kind == Sequence::Set && class != "java.util.List" && class != "java.util.ArrayList")
        }
        ("java.util.Set", Value::List(list)) => list.kind == Sequence::Set,
        ("java.util.Map", Value::Map(_)) => true,
        ("java.util.Map", Value::Object(object)) => object.is_map(),
        ("array", Value::List(list)) => matches!(list.kind, Sequence::Array(_)),
        _ => own == class && !matches!(value, Value::List(_)),
    }
}

impl<'a> Evaluator<'a, '_> {
    /// `new class(…)`.
    pub(super) fn construct(&mut self, class: &str, nodes: &'a [Node]) -> Result<Value<'a>, Error> {
        let arguments = self.arguments(nodes)?;
        let may = |class: &&str| self.may_call(|all| all.constructor(class, nodes.len()));
        let known = named(class).filter(may).and_then(|class| method::construct(class, &arguments, &mut self.budget));
        known.unwrap_or_else(|| {
            let message = format!("{class} cannot be constructed of these {} arguments", arguments.len());
            Err(Error::evaluation("EL1003E", message))
        })
    }

    /// `new int[3]` and `new int[]{1, 2}`.
    pub(super) fn array(
        &mut self,
        class: &str,
        dimensions: &'a [Option<Node>],
        items: Option<&'a Node>,
    ) -> Result<Value<'a>, Error> {
        let component =
            named(class).ok_or_else(|| Error::evaluation("EL1005E", format!("there is no class '{class}'")))?;
        let kind = Sequence::Array(component);
        let [dimension] = dimensions else {
            let code = if items.is_some() { "EL1062E" } else { "EL1063E" };
            return Err(Error::evaluation(code, "arrays have one dimension here"));
        };
        let size = match dimension {
            Some(node) => match number(&self.value(node)?, Wanted::Integer)? {
                Value::Int(size) => Some(
                    usize::try_from(size)
                        .map_err(|_| Error::runtime("NegativeArraySizeException", size.to_string()))?,
                ),
                _ => None,
            },
            None => None,
        };
        let items = match items {
            Some(node) => match self.value(node)? {
                Value::List(list) => list.to_vec(),
                _ => return Err(Error::evaluation("EL1061E", "an array is made of a list")),
            },
            None => {
                let size = size.ok_or_else(|| Error::evaluation("EL1063E", "the array has no size"))?;
                self.budget.elements(size)?;
                return Ok(Value::List(List::of(kind, vec![zero(component); size])));
            }
        };
        if size.is_some_and(|size| size != items.len()) {
            return Err(Error::evaluation("EL1064E", "the size is not that of the list"));
        }
        let items =
            items.into_iter().map(|item| component_value(item, component, self)).collect::<Result<Vec<_>, _>>()?;
        Ok(Value::List(List::of(kind, items)))
    }
}

fn zero<'a>(component: &str) -> Value<'a> {
    match component {
        "int" | "short" | "byte" => Value::Int(0),
        "long" => Value::Long(0),
        "double" => Value::Double(0.0),
        "float" => Value::Float(0.0),
        "boolean" => Value::Bool(false),
        "char" => Value::Char('\0'),
        _ => Value::Null,
    }
}

fn component_value<'a>(
    item: Value<'a>,
    component: &str,
    evaluator: &mut Evaluator<'a, '_>,
) -> Result<Value<'a>, Error> {
    let wanted = match component {
        "int" | "short" | "byte" | "java.lang.Integer" => Wanted::Integer,
        "long" | "java.lang.Long" => Wanted::Long,
        "double" | "java.lang.Double" => Wanted::Double,
        "boolean" | "java.lang.Boolean" => Wanted::Boolean,
        "java.lang.String" => Wanted::Text,
        _ => Wanted::Any,
    };
    super::converted(item, wanted, &mut evaluator.budget)
}

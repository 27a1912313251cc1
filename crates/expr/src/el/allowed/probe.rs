//! Whether something can be called here at all, found out by calling it: so there is no second list of what there is.

use super::super::template::Template;
use crate::el::convert::Wanted;
use crate::lookup::{Kind, Lookup, Object};
use crate::value::Value;

/// Classes whose methods can be called, each with an expression that makes one of it.
const SAMPLES: [(&str, Option<&str>); 36] = [
    ("java.lang.Object", Some("'1'")),
    ("java.lang.CharSequence", Some("'1'")),
    ("java.lang.Comparable", Some("'1'")),
    ("java.lang.Number", Some("1")),
    ("java.lang.String", Some("'1'")),
    ("java.lang.Integer", Some("1")),
    ("java.lang.Long", Some("1L")),
    ("java.lang.Short", Some("1")),
    ("java.lang.Double", Some("1.5")),
    ("java.lang.Float", Some("1.5f")),
    ("java.lang.Math", None),
    ("java.lang.System", None),
    ("java.math.BigDecimal", Some("new java.math.BigDecimal('1')")),
    ("java.net.URLDecoder", None),
    ("java.net.URLEncoder", None),
    ("java.text.DateFormat", Some("new java.text.SimpleDateFormat('yyyy')")),
    ("java.text.DecimalFormat", Some("new java.text.DecimalFormat('0')")),
    ("java.text.Format", Some("new java.text.DecimalFormat('0')")),
    ("java.text.NumberFormat", Some("new java.text.DecimalFormat('0')")),
    ("java.text.SimpleDateFormat", Some("new java.text.SimpleDateFormat('yyyy')")),
    ("java.time.LocalDate", Some("T(java.time.LocalDate).now()")),
    ("java.time.LocalDateTime", Some("T(java.time.LocalDateTime).now()")),
    ("java.time.ZonedDateTime", Some("T(java.time.ZonedDateTime).now()")),
    ("java.time.format.DateTimeFormatter", Some("T(java.time.format.DateTimeFormatter).ISO_DATE")),
    ("java.util.Base64", None),
    ("java.util.Base64$Decoder", Some("T(java.util.Base64).getDecoder()")),
    ("java.util.Base64$Encoder", Some("T(java.util.Base64).getEncoder()")),
    ("java.util.Collection", Some("{'1'}")),
    ("java.util.Collections", None),
    ("java.util.Date", Some("new java.util.Date()")),
    ("java.util.List", Some("{'1', '1'}")),
    ("java.util.Map", Some("{a: '1'}")),
    ("java.util.Map$Entry", Some("{a: '1'}.entrySet().![#this][0]")),
    ("java.util.UUID", Some("T(java.util.UUID).randomUUID()")),
    ("io.gravitee.common.util.MultiValueMap", Some("#several")),
    ("io.gravitee.gateway.api.http.HttpHeaders", Some("#headers")),
];

pub(super) fn class(name: &str) -> bool {
    SAMPLES.iter().any(|(class, _)| *class == name)
}

pub(super) fn method(class: &str, name: &str, arguments: &[&str]) -> bool {
    if !is_name(class) || !is_name(name) {
        return false;
    }
    let Some(arguments) = samples(arguments) else { return false };
    let sample = SAMPLES.iter().find(|(own, _)| *own == class).and_then(|(_, sample)| *sample);
    let of_one = sample.is_some_and(|sample| answers(&format!("{sample}.{name}({arguments})"), "EL1004E"));
    of_one || answers(&format!("T({class}).{name}({arguments})"), "EL1004E")
}

pub(super) fn constructor(class: &str, arguments: &[&str]) -> bool {
    is_name(class) && samples(arguments).is_some_and(|some| answers(&format!("new {class}({some})"), "EL1003E"))
}

fn is_name(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"._$".contains(&byte))
}

/// One argument of each of these classes.
fn samples(classes: &[&str]) -> Option<String> {
    let one = |class: &&str| {
        Some(match *class {
            "int" | "short" | "byte" => "1",
            "long" => "1L",
            "double" => "1.5",
            "float" => "1.5f",
            "boolean" => "true",
            "char" => "'1'.charAt(0)",
            "byte[]" => "'1'.bytes",
            "java.lang.Object[]" | "java.lang.String[]" | "java.lang.CharSequence[]" => "new String[]{'1'}",
            "java.util.List" | "java.util.Collection" | "java.lang.Iterable" => "{'1'}",
            "java.util.Map" => "{a: '1'}",
            "java.math.RoundingMode" => "T(java.math.RoundingMode).UP",
            class => SAMPLES.iter().find(|(own, _)| *own == class)?.1?,
        })
    };
    Some(classes.iter().map(one).collect::<Option<Vec<_>>>()?.join(", "))
}

/// Whether an expression does something, be it wrong; `absent` is what is said of what is not there.
fn answers(expression: &str, absent: &str) -> bool {
    let Ok(template) = Template::parse(&format!("{{({expression})}}")) else { return false };
    match template.evaluate(&Nothing, Wanted::Any) {
        Ok(_) => true,
        Err(error) => ![absent, "EL1005E"].contains(&error.code),
    }
}

/// A world with nothing but empty objects.
struct Nothing;

impl Lookup for Nothing {
    fn get(&self, name: &str) -> Option<Value<'_>> {
        let kind = match name {
            "headers" => Kind::Headers,
            "several" => Kind::MultiMap,
            _ => return None,
        };
        Some(Value::Object(Object { kind, members: &Self }))
    }
}

//! Static methods and constructors: which class offers which.

use super::{Answer, Call, base64, collection, date, decimal, math, number, string};
use crate::error::Error;
use crate::value::{Thing, Value};

/// A static method of a class.
pub(super) fn call<'a>(class: &str, call: &mut Call<'_, 'a, '_>) -> Answer<'a> {
    match class {
        "java.lang.Math" => math::call(call),
        "java.lang.String" => string::statics(call),
        "java.lang.Integer" | "java.lang.Long" | "java.lang.Short" | "java.lang.Double" | "java.lang.Float" => {
            number::statics(class, call)
        }
        "java.math.BigDecimal" => decimal::statics(call),
        "java.util.Collections" => collection::statics(call),
        "java.util.Base64" => Ok(base64::statics(call)),
        "java.net.URLEncoder" | "java.net.URLDecoder" => url(class, call),
        "java.lang.System" => Ok(clock(call)),
        "java.util.UUID" if call.name == "randomUUID" && call.arguments.is_empty() => {
            Ok(Some(Value::thing(Thing::Uuid(uuid()))))
        }
        _ => date::statics(class, call),
    }
}

/// `new class(…)`.
pub(super) fn construct<'a>(class: &str, call: &mut Call<'_, 'a, '_>) -> Answer<'a> {
    let wrong = |error: Error| if error.code == "EL1004E" { None } else { Some(error) };
    let made = match (class, call.arguments.len()) {
        ("java.lang.String", 0) => Ok(Some(Value::from(""))),
        ("java.lang.String", 1 | 2) => match base64::octets_of_array(&call.arguments[0]) {
            Some(bytes) => Ok(Some(Value::text(String::from_utf8_lossy(&bytes)))),
            None if call.arguments.len() == 2 => Ok(None),
            None => call.text(0).map(|text| Some(Value::Str(text))),
        },
        ("java.lang.Integer" | "java.lang.Short", 1) => call.int(0).map(|number| Some(Value::Int(number))),
        ("java.lang.Long", 1) => call.long(0).map(|number| Some(Value::Long(number))),
        ("java.lang.Double", 1) => call.double(0).map(|number| Some(Value::Double(number))),
        ("java.lang.Float", 1) => call.double(0).map(|number| Some(Value::Float(number as f32))),
        ("java.math.BigDecimal", 1) => decimal::construct(call),
        _ => date::construct(class, call),
    };
    match made {
        Ok(made) => Ok(made),
        // What a constructor throws is wrapped, unlike what a method throws.
        Err(error) => match wrong(error) {
            None => Ok(None),
            Some(error) if error.is_limit() => Err(error),
            Some(error) => Err(Error::evaluation("EL1003E", error.message)),
        },
    }
}

fn clock<'a>(call: &Call<'_, 'a, '_>) -> Option<Value<'a>> {
    let now = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap_or_default();
    match (call.name, call.arguments.len()) {
        ("currentTimeMillis", 0) => Some(Value::Long(now.as_millis() as i64)),
        ("nanoTime", 0) => Some(Value::Long(now.as_nanos() as i64)),
        _ => None,
    }
}

fn uuid() -> String {
    let bits = (fastrand::u128(..) & !(0xf000 << 64) & !(0xc << 60)) | (0x4000 << 64) | (0x8 << 60);
    let hex = format!("{bits:032x}");
    format!("{}-{}-{}-{}-{}", &hex[..8], &hex[8..12], &hex[12..16], &hex[16..20], &hex[20..])
}

/// `application/x-www-form-urlencoded`, in UTF-8 whatever other name is given.
fn url<'a>(class: &str, call: &mut Call<'_, 'a, '_>) -> Answer<'a> {
    let encode = class == "java.net.URLEncoder";
    if call.name != (if encode { "encode" } else { "decode" }) || call.arguments.len() != 2 {
        return Ok(None);
    }
    let (text, charset) = (call.text(0)?, call.text(1)?);
    let known =
        ["utf-8", "utf8", "us-ascii", "ascii", "iso-8859-1"].iter().any(|name| name.eq_ignore_ascii_case(&charset));
    if !known {
        let message = format!("there is no charset {}", &*charset);
        return Err(Error::runtime("ExpressionInvocationTargetException", message));
    }
    let result = if encode { encoded(&text) } else { decoded(&text)? };
    call.budget.text(result.len())?;
    Ok(Some(result.into()))
}

fn encoded(text: &str) -> String {
    let mut result = String::with_capacity(text.len() + 16);
    for byte in text.bytes() {
        match byte {
            b' ' => result.push('+'),
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'_' | b'.' | b'*' => result.push(char::from(byte)),
            _ => result.push_str(&format!("%{byte:02X}")),
        }
    }
    result
}

fn decoded(text: &str) -> Result<String, Error> {
    let wrong =
        || Error::runtime("IllegalArgumentException", "URLDecoder: Illegal hex characters in escape (%) pattern");
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.bytes();
    while let Some(byte) = rest.next() {
        bytes.push(match byte {
            b'+' => b' ',
            b'%' => {
                let digits = [rest.next().ok_or_else(wrong)?, rest.next().ok_or_else(wrong)?];
                let digits = std::str::from_utf8(&digits).map_err(|_| wrong())?;
                u8::from_str_radix(digits, 16).map_err(|_| wrong())?
            }
            byte => byte,
        });
    }
    Ok(String::from_utf8_lossy(&bytes).into_owned())
}

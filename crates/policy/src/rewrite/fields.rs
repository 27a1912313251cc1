//! The named fields of a request body: a JSON object, a form, or its multipart kind; read, changed, written again.

mod json;
mod multipart;

use crate::query::{self, encode};
use bytes::Bytes;
use http::HeaderMap;
use http::header::CONTENT_TYPE;
pub(crate) use json::Members;
use multipart::Multipart;
use serde_json::Value;
use std::borrow::Cow;

/// A body whose fields have names.
pub(crate) enum Fields {
    /// A JSON object.
    Json(Members),
    /// `application/x-www-form-urlencoded`.
    Form(Vec<(String, String)>),
    /// `multipart/form-data`.
    Multipart(Multipart),
}

impl Fields {
    /// `None` for a body of another kind, and for one that cannot be read as what it says it is.
    pub(crate) fn read(headers: &HeaderMap, body: &Bytes) -> Option<Self> {
        let content_type = headers.get(CONTENT_TYPE)?.to_str().ok()?;
        let media = content_type.split(';').next().unwrap_or("").trim().to_ascii_lowercase();
        match media.as_str() {
            "application/x-www-form-urlencoded" => read_form(body).map(Self::Form),
            "multipart/form-data" => Multipart::read(content_type, body).map(Self::Multipart),
            json if json == "application/json" || json.ends_with("+json") => Members::read(body).map(Self::Json),
            _ => None,
        }
    }

    /// The body again.
    pub(crate) fn write(&self) -> Bytes {
        match self {
            Self::Json(members) => members.write().into(),
            Self::Form(pairs) => {
                let pair = |(name, value): &(String, String)| format!("{}={}", encode(name), encode(value));
                pairs.iter().map(pair).collect::<Vec<_>>().join("&").into()
            }
            Self::Multipart(multipart) => multipart.write(),
        }
    }

    /// Number of fields.
    pub(crate) fn len(&self) -> usize {
        match self {
            Self::Json(members) => members.len(),
            Self::Form(pairs) => pairs.len(),
            Self::Multipart(multipart) => multipart.parts.len(),
        }
    }

    pub(crate) fn has(&self, name: &str) -> bool {
        match self {
            Self::Json(members) => members.has(name),
            Self::Form(pairs) => pairs.iter().any(|(found, _)| found == name),
            Self::Multipart(multipart) => multipart.parts.iter().any(|part| part.name == name),
        }
    }

    /// The values of this name that are texts.
    pub(crate) fn texts<'f>(&'f self, name: &str) -> Vec<Cow<'f, str>> {
        match self {
            Self::Json(members) => match members.get(name) {
                Some(Value::String(text)) => vec![Cow::Owned(text)],
                Some(Value::Number(number)) => vec![Cow::Owned(number.to_string())],
                Some(Value::Array(values)) => {
                    values.iter().filter_map(|value| Some(Cow::Owned(value.as_str()?.to_owned()))).collect()
                }
                Some(Value::Null | Value::Bool(_) | Value::Object(_)) | None => Vec::new(),
            },
            Self::Form(pairs) => {
                let named = pairs.iter().filter(|(found, _)| found == name);
                named.map(|(_, value)| Cow::Borrowed(value.as_str())).collect()
            }
            Self::Multipart(multipart) => {
                let named = multipart.parts.iter().filter(|part| part.name == name);
                named.filter_map(|part| std::str::from_utf8(&part.body).ok()).map(Cow::Borrowed).collect()
            }
        }
    }

    pub(crate) fn remove(&mut self, name: &str) {
        match self {
            Self::Json(members) => members.remove(name),
            Self::Form(pairs) => pairs.retain(|(found, _)| found != name),
            Self::Multipart(multipart) => multipart.parts.retain(|part| part.name != name),
        }
    }

    /// Gives the field another name.
    pub(crate) fn rename(&mut self, old: &str, new: &str) {
        match self {
            Self::Json(members) => members.rename(old, new),
            Self::Form(pairs) => {
                for (name, _) in pairs.iter_mut().filter(|(found, _)| found == old) {
                    *name = new.to_owned();
                }
            }
            Self::Multipart(multipart) => multipart.rename(old, new),
        }
    }

    /// One field of this name with this value, in the place of the first that was there.
    pub(crate) fn set(&mut self, name: &str, value: String) {
        match self {
            Self::Json(members) => members.set(name, &value.into()),
            Self::Form(pairs) => {
                let at = pairs.iter().position(|(found, _)| found == name).unwrap_or(pairs.len());
                pairs.retain(|(found, _)| found != name);
                pairs.insert(at.min(pairs.len()), (name.to_owned(), value));
            }
            Self::Multipart(multipart) => multipart.set(name, value),
        }
    }

    /// One more value of this name.
    pub(crate) fn append(&mut self, name: &str, value: String) {
        match self {
            Self::Json(members) => members.append(name, value.into()),
            Self::Form(pairs) => pairs.push((name.to_owned(), value)),
            Self::Multipart(multipart) => multipart.push(name, value),
        }
    }
}

fn read_form(body: &[u8]) -> Option<Vec<(String, String)>> {
    let text = std::str::from_utf8(body).ok()?;
    query::pairs(text).map(|(name, value)| Some((utf8(name)?, utf8(value)?))).collect()
}

fn utf8(bytes: Cow<'_, [u8]>) -> Option<String> {
    String::from_utf8(bytes.into_owned()).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(content_type: &str, body: &str) -> Option<Fields> {
        let mut headers = HeaderMap::new();
        headers.insert(CONTENT_TYPE, content_type.parse().unwrap());
        Fields::read(&headers, &Bytes::copy_from_slice(body.as_bytes()))
    }

    const PART: &str = "--b\r\nContent-Disposition: form-data; name=\"a\"\r\n\r\n1\r\n--b\r\nContent-Disposition: \
                        form-data; name=\"f\"; filename=\"x\"\r\nContent-Type: text/x\r\n\r\n\r\n--\r\n--b--\r\n";

    #[test]
    fn fields_are_changed_and_all_else_stays() {
        let cases = [
            ("application/json", r#"{"a":"1","f":[1.50,{}]}"#, r#"{"f":[1.50,{}],"b":"1","c":["x y","&"]}"#),
            ("application/x-www-form-urlencoded; charset=utf-8", "a=1&f=%20+", "b=1&f=%20%20&c=x%20y&c=%26"),
            (
                "multipart/form-data; boundary=b",
                PART,
                "--b\r\nContent-Disposition: form-data; name=\"b\"\r\n\r\n1\r\n--b\r\nContent-Disposition: form-data; \
                 name=\"f\"; filename=\"x\"\r\nContent-Type: text/x\r\n\r\n\r\n--\r\n--b\r\nContent-Disposition: \
                 form-data; name=\"c\"\r\n\r\nx y\r\n--b\r\nContent-Disposition: form-data; name=\"c\"\r\n\r\n&\r\n\
                 --b--\r\n",
            ),
        ];
        for (content_type, body, expected) in cases {
            let mut fields = read(content_type, body).expect(content_type);
            assert_eq!(fields.texts("a"), ["1"]);
            assert!(fields.has("f") && !fields.has("c"));
            fields.rename("a", "b");
            fields.remove("nothing");
            fields.append("c", "x y".into());
            fields.append("c", "&".into());
            assert_eq!(String::from_utf8_lossy(&fields.write()), expected, "{content_type}");
            fields.set("c", "one".into());
            assert_eq!(fields.texts("c"), ["one"]);
            fields.remove("c");
            assert!(!fields.has("c"));
        }
    }

    #[test]
    fn other_bodies_have_no_fields() {
        for (content_type, body) in [
            ("text/plain", "a=1"),
            ("application/json", "[1]"),
            ("application/json", "{"),
            ("application/x-www-form-urlencoded", "a=%ff"),
            ("multipart/form-data", PART),
            ("multipart/form-data; boundary=c", PART),
            ("multipart/form-data; boundary=b", "--b\r\nno disposition\r\n\r\n1\r\n--b--\r\n"),
        ] {
            assert!(read(content_type, body).is_none(), "{content_type} {body}");
        }
    }
}

//! Query strings: reading parameters, and taking some off without touching the rest.

use http::Uri;
use http::uri::PathAndQuery;
use percent_encoding::{AsciiSet, CONTROLS, NON_ALPHANUMERIC, percent_decode, utf8_percent_encode};
use serde_json::{Map, Value};
use std::borrow::Cow;

/// The value of each parameter of this (decoded) name, decoded; one without `=` has the empty value.
pub fn values<'a>(query: &'a str, name: &str) -> impl Iterator<Item = Cow<'a, [u8]>> {
    let named = move |(found, _): &(&str, &str)| *decode(found) == *name.as_bytes();
    parts(query).filter(named).map(|(_, value)| decode(value))
}

/// The first parameter of this (decoded) name: its value, decoded, or `None` for one without `=`.
pub(crate) fn first<'a>(query: &'a str, name: &str) -> Option<Option<Cow<'a, [u8]>>> {
    let part = query.split('&').find(|part| !part.is_empty() && is_named(part, name))?;
    Some(part.split_once('=').map(|(_, value)| decode(value)))
}

/// All parameters with their values, decoded.
pub(crate) fn pairs(query: &str) -> impl Iterator<Item = (Cow<'_, [u8]>, Cow<'_, [u8]>)> {
    parts(query).map(|(name, value)| (decode(name), decode(value)))
}

/// Takes off all parameters of these names; the others stay byte for byte.
pub(crate) fn remove(uri: &mut Uri, names: &[String]) {
    let Some(query) = uri.query() else { return };
    let goes = |part: &&str| names.iter().any(|name| *decode(split(part).0) == *name.as_bytes());
    if !query.split('&').any(|part| goes(&part)) {
        return;
    }
    let rest: Vec<&str> = query.split('&').filter(|part| !goes(part)).collect();
    let mark = if rest.is_empty() { "" } else { "?" };
    let target = format!("{}{mark}{}", uri.path(), rest.join("&"));
    replace(uri, &target);
}

/// All parameters as a JSON object; a name that stands twice has a list.
pub(crate) fn object(query: &str) -> Map<String, Value> {
    let mut object = Map::new();
    for (name, value) in pairs(query) {
        put(&mut object, &String::from_utf8_lossy(&name), String::from_utf8_lossy(&value).into_owned());
    }
    object
}

/// One more value of this name.
pub(crate) fn put(object: &mut Map<String, Value>, name: &str, value: String) {
    match object.get_mut(name) {
        None => drop(object.insert(name.to_owned(), value.into())),
        Some(Value::Array(values)) => values.push(value.into()),
        Some(first) => *first = Value::Array(vec![first.take(), value.into()]),
    }
}

/// A query whose parameters may be changed; those that are not stay byte for byte.
pub(crate) struct Query(Vec<String>);

impl Query {
    pub(crate) fn read(query: &str) -> Self {
        Self(query.split('&').filter(|part| !part.is_empty()).map(str::to_owned).collect())
    }

    pub(crate) fn has(&self, name: &str) -> bool {
        self.0.iter().any(|part| is_named(part, name))
    }

    pub(crate) fn remove(&mut self, name: &str) {
        self.0.retain(|part| !is_named(part, name));
    }

    /// The old name's values under the new one, whose own go.
    pub(crate) fn rename(&mut self, old: &str, new: &str) {
        if !self.has(old) || old == new {
            return;
        }
        self.remove(new);
        for part in self.0.iter_mut().filter(|part| is_named(part, old)) {
            *part = match part.split_once('=') {
                Some((_, value)) => format!("{}={value}", encode(new)),
                None => encode(new),
            };
        }
    }

    /// One parameter of this name, in the place of the first.
    pub(crate) fn set(&mut self, name: &str, value: &str) {
        let at = self.0.iter().position(|part| is_named(part, name)).unwrap_or(self.0.len());
        self.remove(name);
        self.0.insert(at.min(self.0.len()), format!("{}={}", encode(name), encode(value)));
    }

    pub(crate) fn push(&mut self, name: &str, value: &str) {
        self.0.push(format!("{}={}", encode(name), encode(value)));
    }

    /// One more, as it is written but for what may not stand in a query.
    pub(crate) fn push_written(&mut self, name: &str, value: &str) {
        let written = |text| utf8_percent_encode(text, FORBIDDEN);
        self.0.push(format!("{}={}", written(name), written(value)));
    }

    /// Puts it in the place of the target's own.
    pub(crate) fn write(self, uri: &mut Uri) {
        let mark = if self.0.is_empty() { "" } else { "?" };
        replace(uri, &format!("{}{mark}{}", uri.path(), self.0.join("&")));
    }
}

fn is_named(part: &str, name: &str) -> bool {
    *decode(split(part).0) == *name.as_bytes()
}

/// What needs no escape in a form or query.
const ESCAPED: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');

/// What may not stand in a query (RFC 3986 3.4).
const FORBIDDEN: &AsciiSet = &CONTROLS.add(b' ').add(b'"').add(b'#').add(b'<').add(b'>').add(b'`').add(b'\\').add(b'^');

/// A name or value as it stands in a form or query.
pub(crate) fn encode(text: &str) -> String {
    utf8_percent_encode(text, ESCAPED).to_string()
}

fn replace(uri: &mut Uri, target: &str) {
    let mut parts = std::mem::take(uri).into_parts();
    // a part of a valid target is valid, so the old one never has to stay
    parts.path_and_query = target.parse::<PathAndQuery>().ok().or(parts.path_and_query);
    *uri = Uri::from_parts(parts).unwrap_or_default();
}

fn parts(query: &str) -> impl Iterator<Item = (&str, &str)> {
    query.split('&').filter(|part| !part.is_empty()).map(split)
}

fn split(part: &str) -> (&str, &str) {
    part.split_once('=').unwrap_or((part, ""))
}

/// As forms are decoded: `+` is a space.
fn decode(text: &str) -> Cow<'_, [u8]> {
    if !text.contains(['%', '+']) {
        return Cow::Borrowed(text.as_bytes());
    }
    Cow::Owned(percent_decode(text.replace('+', " ").as_bytes()).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_are_found_by_decoded_name() {
        let query = "a=1&%61=x%20y+z&b&a";
        assert_eq!(values(query, "a").collect::<Vec<_>>(), [&b"1"[..], b"x y z", b""]);
        assert_eq!(values(query, "b").count(), 1);
        assert_eq!(values(query, "c").count(), 0);
    }

    #[test]
    fn parameters_are_taken_off_and_the_rest_stays() {
        let cases = [
            ("/p?key=1", "/p"),
            ("/p?a=%20&key=1&b=+", "/p?a=%20&b=+"),
            ("/p?%6bey=1&keys=2", "/p?keys=2"),
            ("/p?a&&b", "/p?a&&b"),
            ("/p", "/p"),
            ("http://h:1/p?key", "http://h:1/p"),
        ];
        for (before, after) in cases {
            let mut uri: Uri = before.parse().unwrap();
            remove(&mut uri, &["key".to_owned()]);
            assert_eq!(uri.to_string(), after);
        }
    }
}

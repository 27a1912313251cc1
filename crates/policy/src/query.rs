//! Query strings: reading parameters, and taking some off without touching the rest.

use http::Uri;
use http::uri::PathAndQuery;
use percent_encoding::percent_decode;
use std::borrow::Cow;

/// The value of each parameter of this (decoded) name, decoded; one without `=` has the empty value.
pub(crate) fn values<'a>(query: &'a str, name: &str) -> impl Iterator<Item = Cow<'a, [u8]>> {
    let named = move |(found, _): &(&str, &str)| *decode(found) == *name.as_bytes();
    parts(query).filter(named).map(|(_, value)| decode(value))
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

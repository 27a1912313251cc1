//! The `fields` payload: arguments of query and body merged into one object, or chosen parts of the request.
//!
//! An argument without `=` is `true`, a repeated one a list.

use super::body::{Written, media_type, written};
use super::json::Json;
use super::parts::{Argument, arguments, by_argument, by_name, decoded, fields, missing_host};
use super::{EventRequest, room};
use model::call::Fields;
use serde::Deserialize;
use serde::de::{Deserializer, MapAccess, Visitor};
use serde_json::value::RawValue;
use std::borrow::Cow;
use std::collections::HashMap;
use std::fmt;

pub(super) fn build(chosen: &Fields, request: &EventRequest<'_>) -> Vec<u8> {
    let mut json = Json::with_capacity(room(request));
    json.open(b'{');
    if chosen.method || chosen.uri || chosen.headers || chosen.body {
        parts(&mut json, chosen, request);
    } else {
        merged(&mut json, request);
    }
    json.close(b'}');
    json.into_bytes()
}

/// Query and body arguments; the query's win. A body that is neither form nor JSON object adds nothing.
fn merged(json: &mut Json, request: &EventRequest<'_>) {
    let query = arguments(request.query.unwrap_or(""), decoded);
    members(json, &query);
    let taken = |name: &str| query.binary_search_by(|argument| (*argument.name).cmp(name)).is_ok();
    match Kind::of(request) {
        Kind::Form(text) => {
            let form = arguments(text, decoded);
            let rest: Vec<_> = form.into_iter().filter(|argument| !taken(&argument.name)).collect();
            members(json, &rest);
        }
        Kind::Json => {
            let Ok(Members(all)) = serde_json::from_slice(request.body) else { return };
            for (name, value) in all.iter().filter(|(name, _)| !taken(name)) {
                json.key(name).raw(value.get());
            }
        }
        Kind::Other => {}
    }
}

fn members(json: &mut Json, all: &[Argument<'_>]) {
    for (name, group) in by_argument(all) {
        json.key(name);
        match group {
            [one] => argument(json, one),
            several => {
                json.open(b'[');
                several.iter().for_each(|one| argument(json.item(), one));
                json.close(b']');
            }
        }
    }
}

fn argument(json: &mut Json, argument: &Argument<'_>) {
    match &argument.value {
        Some(value) => json.text(value),
        None => json.bool(true),
    }
}

fn parts(json: &mut Json, chosen: &Fields, request: &EventRequest<'_>) {
    if chosen.method {
        json.member("request_method").text(request.method.as_str());
    }
    if chosen.uri {
        match request.query {
            Some(query) => json.member("request_uri").texts([request.path, "?", query]),
            None => json.member("request_uri").text(request.path),
        }
        json.member("request_uri_args").open(b'{');
        members(json, &arguments(request.query.unwrap_or(""), decoded));
        json.close(b'}');
    }
    if chosen.headers {
        headers(json, request);
    }
    if chosen.body {
        body(json, chosen, request);
    }
}

fn headers(json: &mut Json, request: &EventRequest<'_>) {
    json.member("request_headers").open(b'{');
    if let Some(host) = missing_host(request) {
        json.member("host").text(host);
    }
    for (name, group) in by_name(&fields(request)) {
        json.key(name.as_str());
        match group {
            [one] => json.value(one.1),
            several => {
                json.open(b'[');
                several.iter().for_each(|field| json.item().value(field.1));
                json.close(b']');
            }
        }
    }
    json.close(b'}');
}

/// Forms and JSON stand as text together with their arguments; other bodies as the rule says. JSON that cannot be
/// read has no arguments at all.
fn body(json: &mut Json, chosen: &Fields, request: &EventRequest<'_>) {
    let kind = Kind::of(request);
    let text = std::str::from_utf8(request.body);
    let as_written = match (&kind, text) {
        (Kind::Form(_) | Kind::Json, Ok(text)) => Written::Text(text),
        _ => written(&chosen.rules.body, request),
    };
    match as_written {
        Written::Absent => json.member("request_body").text(""),
        Written::Text(text) => json.member("request_body").text(text),
        Written::Base64(bytes) => json.member("request_body").base64(bytes),
    }
    match kind {
        Kind::Form(text) => {
            json.member("request_body_args").open(b'{');
            members(json, &arguments(text, decoded));
            json.close(b'}');
        }
        Kind::Json => {
            if let Ok(value) = serde_json::from_slice::<&RawValue>(request.body)
                && value.get().starts_with(['{', '['])
            {
                json.member("request_body_args").raw(value.get());
            }
        }
        Kind::Other => json.member("request_body_args").raw("{}"),
    }
    if as_written.is_base64() {
        json.member("request_body_base64").bool(true);
    }
}

/// What a body is, by its media type.
enum Kind<'a> {
    Form(&'a str),
    Json,
    Other,
}

impl<'a> Kind<'a> {
    fn of(request: &EventRequest<'a>) -> Self {
        let media = media_type(request);
        if request.body.is_empty() {
            return Self::Other;
        }
        if media.eq_ignore_ascii_case("application/x-www-form-urlencoded") {
            return std::str::from_utf8(request.body).map_or(Self::Other, Self::Form);
        }
        let json = media.eq_ignore_ascii_case("application/json") || media.to_ascii_lowercase().ends_with("+json");
        if json { Self::Json } else { Self::Other }
    }
}

/// A JSON object whose values stay text. Of equal names the last stays.
struct Members<'a>(Vec<(Cow<'a, str>, &'a RawValue)>);

#[derive(Deserialize)]
struct Name<'a>(#[serde(borrow)] Cow<'a, str>);

impl<'de> Deserialize<'de> for Members<'de> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Object;
        impl<'de> Visitor<'de> for Object {
            type Value = Members<'de>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an object")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Members<'de>, A::Error> {
                let mut all: Vec<(Cow<'de, str>, &'de RawValue)> = Vec::new();
                let mut places: HashMap<Cow<'de, str>, usize> = HashMap::new();
                while let Some((Name(name), value)) = map.next_entry()? {
                    match places.get(&name) {
                        Some(&at) => all[at].1 = value,
                        None => {
                            places.insert(name.clone(), all.len());
                            all.push((name, value));
                        }
                    }
                }
                Ok(Members(all))
            }
        }
        deserializer.deserialize_map(Object)
    }
}

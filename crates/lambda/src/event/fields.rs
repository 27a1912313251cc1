//! The `fields` payload: arguments of query and body merged into one object, or chosen parts of the request.
//!
//! An argument without `=` is `true`, a repeated one a list.

mod members;
mod multipart;
mod reading;

use super::body::{Written, empty_is_base64, written};
use super::json::Json;
use super::parts::{Argument, arguments, by_argument, by_name, decoded, fields, missing_host};
use super::{EventRequest, room};
use members::Members;
use model::call::{BodyReading, EmptyBody, Fields, Winner};
use reading::Kind;
use serde_json::value::RawValue;

/// `readable`: arguments may be read from the body.
pub(super) fn build(chosen: &Fields, readable: bool, request: &EventRequest<'_>) -> Vec<u8> {
    let mut json = Json::with_capacity(room(request));
    if chosen.method || chosen.uri || chosen.headers || chosen.body {
        json.open(b'{');
        parts(&mut json, chosen, readable, request);
        json.close(b'}');
    } else {
        merged(&mut json, chosen, readable, request);
    }
    json.into_bytes()
}

/// Arguments of query and body. A body that has none adds nothing.
fn merged(json: &mut Json, chosen: &Fields, readable: bool, request: &EventRequest<'_>) {
    let rules = chosen.rules.arguments;
    let query = arguments(request.query.unwrap_or(""), rules.most, decoded);
    let kind = if readable { Kind::of(rules.bodies, request) } else { Kind::Other };
    let wins = rules.winner == Winner::Body;
    match kind {
        Kind::Form(text) => pairs(json, query, arguments(text, rules.most, decoded), wins),
        Kind::Multipart(media) => pairs(json, query, multipart::arguments(media, request.body, rules.most), wins),
        Kind::Json => match members::read(request.body) {
            Some(Members::Object(all)) => object(json, query, all, wins),
            Some(Members::List(all)) if rules.bodies == BodyReading::ByPrefix => list(json, query, &all, wins),
            Some(Members::List(_)) | None => pairs(json, query, Vec::new(), wins),
        },
        Kind::Other => pairs(json, query, Vec::new(), wins),
    }
}

/// Query and form.
fn pairs(json: &mut Json, query: Vec<Argument<'_>>, form: Vec<Argument<'_>>, form_wins: bool) {
    let (winner, loser) = if form_wins { (form, query) } else { (query, form) };
    json.open(b'{');
    members(json, &winner);
    let rest: Vec<_> = loser.into_iter().filter(|argument| !has(&winner, &argument.name)).collect();
    members(json, &rest);
    json.close(b'}');
}

/// Query and the members of an object.
fn object<'a>(
    json: &mut Json,
    query: Vec<Argument<'_>>,
    all: Vec<(std::borrow::Cow<'a, str>, &'a RawValue)>,
    object_wins: bool,
) {
    json.open(b'{');
    let query = if object_wins {
        let names: std::collections::HashSet<&str> = all.iter().map(|(name, _)| &**name).collect();
        query.into_iter().filter(|argument| !names.contains(&*argument.name)).collect()
    } else {
        query
    };
    members(json, &query);
    for (name, value) in all.iter().filter(|(name, _)| object_wins || !has(&query, name)) {
        json.key(name).raw(value.get());
    }
    json.close(b'}');
}

/// Query and the items of a list: the list itself where there is no query, else each item under its number.
fn list(json: &mut Json, query: Vec<Argument<'_>>, all: &[&RawValue], list_wins: bool) {
    if query.is_empty() {
        json.open(b'[');
        all.iter().for_each(|value| json.item().raw(value.get()));
        return json.close(b']');
    }
    let numbered = all.iter().enumerate().map(|(at, value)| ((at + 1).to_string().into(), *value)).collect();
    object(json, query, numbered, list_wins);
}

/// Whether one of the arguments, which are in order, has this name.
fn has(all: &[Argument<'_>], name: &str) -> bool {
    all.binary_search_by(|argument| (*argument.name).cmp(name)).is_ok()
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

fn parts(json: &mut Json, chosen: &Fields, readable: bool, request: &EventRequest<'_>) {
    if chosen.method {
        json.member("request_method").text(request.method.as_str());
    }
    if chosen.uri {
        match (request.received, request.query) {
            (Some(target), _) => json.member("request_uri").text(target),
            (None, Some(query)) => json.member("request_uri").texts([request.path, "?", query]),
            (None, None) => json.member("request_uri").text(request.path),
        }
        let most = chosen.rules.arguments.most;
        args(json, &arguments(request.query.unwrap_or(""), most, decoded), "request_uri_args");
    }
    if chosen.headers {
        headers(json, request);
    }
    if chosen.body {
        body(json, chosen, readable, request);
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

/// What has arguments stands as text together with them; other bodies as the rule says. JSON that cannot be read has
/// no arguments at all.
fn body(json: &mut Json, chosen: &Fields, readable: bool, request: &EventRequest<'_>) {
    let kind = Kind::of(chosen.rules.arguments.bodies, request);
    let as_written = raw(json, chosen, &kind, request);
    let most = chosen.rules.arguments.most;
    match kind {
        Kind::Other => json.member("request_body_args").raw("{}"),
        _ if !readable => {}
        Kind::Form(text) => args(json, &arguments(text, most, decoded), "request_body_args"),
        Kind::Multipart(media) => {
            args(json, &multipart::arguments(media, request.body, most), "request_body_args");
        }
        Kind::Json => {
            if let Ok(value) = serde_json::from_slice::<&RawValue>(request.body)
                && value.get().starts_with(['{', '['])
            {
                json.member("request_body_args").raw(value.get());
            }
        }
    }
    let other_and_empty = matches!(kind, Kind::Other) && empty_is_base64(&chosen.rules, as_written);
    if as_written.is_base64() || other_and_empty {
        json.member("request_body_base64").bool(true);
    }
}

/// The body itself.
fn raw<'a>(json: &mut Json, chosen: &Fields, kind: &Kind<'_>, request: &EventRequest<'a>) -> Written<'a> {
    let text = std::str::from_utf8(request.body);
    let as_written = match (kind, text) {
        (Kind::Form(_) | Kind::Multipart(_) | Kind::Json, Ok(text)) if !request.body.is_empty() => Written::Text(text),
        _ => written(&chosen.rules.body, request),
    };
    match as_written {
        Written::Text(text) => json.member("request_body").text(text),
        Written::Base64(bytes) => json.member("request_body").base64(bytes),
        Written::Absent => match (chosen.rules.empty_body, kind) {
            (EmptyBody::Usual, _) | (EmptyBody::Base64, Kind::Other) => json.member("request_body").text(""),
            (EmptyBody::Base64 | EmptyBody::Omit, _) => {}
        },
    }
    as_written
}

fn args(json: &mut Json, all: &[Argument<'_>], name: &'static str) {
    json.member(name).open(b'{');
    members(json, all);
    json.close(b'}');
}

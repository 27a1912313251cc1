//! Events of functions: those of an API become routes, the others are told.

use super::api::{Api, Apis, Protocol};
use super::function::Read;
use super::intrinsic::intrinsic;
use super::property::Properties;
use super::route::{Routes, Seed};
use super::template::{Template, entries, text};
use super::told;
use crate::tree::{Key, Node, Tree};
use dialect::Faith;
use model::call::{BodyEncoding, EventRules, Payload, ReplyRules};
use std::time::Duration;

/// The routes that a function's events are.
pub(super) fn routes(function: &Read, apis: &Apis, routes: &mut Routes, template: &mut Template<'_>) {
    let before = routes.len();
    for (id, event) in entries(function.events.as_ref()) {
        let path = format!("{}.{}", function.path, id.text);
        match event.get("Type").and_then(text) {
            Some("Api") => api_event(Protocol::Rest, function, (id, event), &path, apis, routes, template),
            Some("HttpApi") => api_event(Protocol::Http, function, (id, event), &path, apis, routes, template),
            Some(other) => {
                let message = format!("nothing here sends events of type {other}; the function can be invoked by name");
                template.say(Faith::Ignored, id.mark, &path, message);
            }
            None => drop(template.wrong(id.mark, &path, "this event has no Type")),
        }
    }
    if let Some(mark) = function.unnamed.filter(|_| routes.len() > before) {
        routes.tell_once_of_names(mark, function.path.trim_end_matches(".Properties.Events"), template);
    }
}

/// The route of an event of an API.
fn api_event(
    protocol: Protocol,
    function: &Read,
    (id, event): (&Key, &Tree),
    path: &str,
    apis: &Apis,
    routes: &mut Routes,
    template: &mut Template<'_>,
) {
    let place = format!("{path}.Properties");
    // An HTTP API's event may have no properties at all.
    let written = event.get("Properties").cloned().unwrap_or(Tree { mark: id.mark, node: Node::Null });
    let mut properties = Properties::new(written, place.clone());
    let (owner, api) = belongs(protocol, &mut properties, apis, template);
    let way = way(protocol, &mut properties, id, &place, template);
    let version = properties.text("PayloadFormatVersion", template);
    let milliseconds: Option<u64> = properties.parsed("TimeoutInMillis", "a number of milliseconds", template);
    for (key, path) in properties.rest() {
        told::property(&key, &path, template);
    }
    let Some((methods, pattern)) = way else { return };
    let first = protocol == Protocol::Rest || version.is_some_and(|version| version.starts_with('1'));
    let seed = Seed {
        function: function.name.clone(),
        qualifier: function.alias.clone(),
        methods,
        path: pattern,
        payload: payload(protocol, first, &api),
        // Version 1.0 wants a statusCode; 2.0 takes what has none for the body.
        reply: ReplyRules { infer: !first, ..ReplyRules::default() },
        total: milliseconds.map_or(patience(protocol), Duration::from_millis),
        mark: id.mark,
        place,
    };
    routes.add(owner, seed, template);
}

/// The most that API Gateway waits for a function, unless it is told otherwise.
fn patience(protocol: Protocol) -> Duration {
    match protocol {
        Protocol::Rest => Duration::from_secs(29),
        Protocol::Http => Duration::from_secs(30),
    }
}

/// The API that an event belongs to.
fn belongs(
    protocol: Protocol,
    properties: &mut Properties,
    apis: &Apis,
    template: &mut Template<'_>,
) -> ((Protocol, Option<String>), Api) {
    let key = if protocol == Protocol::Rest { "RestApiId" } else { "ApiId" };
    let named = properties.take(key);
    let id = named.as_ref().and_then(|named| match intrinsic(&named.tree) {
        Some((function, inner)) if function.text == "Ref" => text(inner).map(str::to_owned),
        _ => None,
    });
    let implicit = apis[&(protocol, None)].clone();
    match (apis.get(&(protocol, id.clone())), named) {
        (Some(api), Some(_)) if id.is_some() => ((protocol, id), api.clone()),
        (_, Some(named)) => {
            let message =
                "this API is not one of the template: what it says of stage, media types and origins is not known";
            template.say(Faith::Approximate, named.mark, &named.path, message);
            ((protocol, None), implicit)
        }
        (_, None) => ((protocol, None), implicit),
    }
}

/// Methods and path; no path takes every request. Nothing when they cannot be read.
fn way(
    protocol: Protocol,
    properties: &mut Properties,
    id: &Key,
    place: &str,
    template: &mut Template<'_>,
) -> Option<(Vec<String>, Option<String>)> {
    let (has_path, has_method) = (properties.has("Path"), properties.has("Method"));
    let (path, method) = (properties.text("Path", template), properties.text("Method", template));
    // An HTTP API's event without both is its route for all the rest.
    if protocol == Protocol::Http && !has_path && !has_method {
        return Some((Vec::new(), None));
    }
    let Some(path) = path else {
        if !has_path {
            template.wrong(id.mark, place, "an event of an API has a Path");
        }
        return None;
    };
    if has_method && method.is_none() {
        return None;
    }
    let method = method.unwrap_or_else(|| "any".to_owned()).to_ascii_uppercase();
    let methods =
        if matches!(method.as_str(), "ANY" | "X-AMAZON-APIGATEWAY-ANY-METHOD") { Vec::new() } else { vec![method] };
    Some((methods, Some(path).filter(|path| path != "$default")))
}

fn payload(protocol: Protocol, first: bool, api: &Api) -> Payload {
    let rules = EventRules {
        body: match protocol {
            Protocol::Rest => BodyEncoding::BinaryTypes(api.binary.clone()),
            Protocol::Http => BodyEncoding::ByMediaType,
        },
        stage: api.stage.clone(),
        stage_variables: api.variables.clone(),
        ..EventRules::default()
    };
    if first { Payload::HttpV1(rules) } else { Payload::HttpV2(rules) }
}

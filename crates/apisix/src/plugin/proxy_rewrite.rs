//! `proxy-rewrite`: what upstreams see of a request.

use super::conditions::fields;
use super::{Parts, Steps};
use crate::entity::Part;
use crate::lower::At;
use model::chain::Phase;
use model::policy::{FieldTexts, PathSource, Policy, RequestText, Rewrite, Substitution};
use serde_json::{Value, json};

pub(super) fn parts() -> Parts {
    let methods = [
        "GET",
        "POST",
        "PUT",
        "HEAD",
        "DELETE",
        "OPTIONS",
        "MKCOL",
        "COPY",
        "MOVE",
        "PROPFIND",
        "PROPPATCH",
        "LOCK",
        "UNLOCK",
        "PATCH",
        "TRACE",
    ];
    let text = json!({"oneOf": [{"type": "string"}, {"type": "number"}]});
    let texts = json!({"type": "object", "minProperties": 1, "patternProperties": {"^[^:]+$": text}});
    let lists = json!({"type": "object", "minProperties": 1, "patternProperties": {"^[^:]+$": {"oneOf": [
        {"type": "string"}, {"type": "number"}, {"type": "array", "minItems": 1, "items": text}]}}});
    Parts::new(json!({
        "type": "object",
        "properties": {
            "uri": {"description": "new uri for upstream", "type": "string", "minLength": 1, "maxLength": 4096,
                "pattern": "^\\/.*"},
            "method": {"description": "proxy route method", "type": "string", "enum": methods},
            "regex_uri": {"description": "new uri that substitute from client uri for upstream, lower priority than \
                uri property", "type": "array", "minItems": 2,
                "items": {"description": "regex uri", "type": "string"}},
            "host": {"description": "new host for upstream", "type": "string",
                "pattern": "^[0-9a-zA-Z-.]+(:\\d{1,5})?$"},
            "headers": {"description": "new headers for request", "oneOf": [
                {"type": "object", "minProperties": 1, "additionalProperties": false, "properties": {
                    "add": lists,
                    "set": lists,
                    "remove": {"type": "array", "minItems": 1, "items": {"type": "string", "pattern": "^[^:]+$"}},
                }},
                texts,
            ]},
            "use_real_request_uri_unsafe": {
                "description": "use real_request_uri instead, THIS IS VERY UNSAFE.", "type": "boolean",
                "default": false},
        },
    }))
    .check(check)
}

fn check(conf: Part<'_>) -> Result<(), String> {
    let pairs = conf.texts("regex_uri");
    if !pairs.len().is_multiple_of(2) {
        return Err("The length of regex_uri should be an even number".to_owned());
    }
    for pair in pairs.chunks_exact(2) {
        if let Some(error) = expr::vars::regex_error(&pair[0]) {
            return Err(format!("invalid regex_uri({}, {}): {error}", pair[0], pair[1]));
        }
    }
    let headers = conf.part("headers");
    let names = headers.part("add").members().chain(headers.part("set").members()).map(|(name, _)| name);
    let flat = headers.members().filter(|(_, value)| !value.is_object() && !value.is_array()).map(|(name, _)| name);
    match names.chain(flat).find(|name| !name.bytes().all(|byte| byte.is_ascii_graphic() && byte != b':')) {
        Some(_) => Err("invalid field character in header".to_owned()),
        None => Ok(()),
    }
}

pub(super) fn lower(conf: Part<'_>, _: &mut At<'_>) -> Steps {
    let pairs = conf.texts("regex_uri");
    let path = match (conf.text("uri"), pairs.is_empty()) {
        _ if conf.flag("use_real_request_uri_unsafe") => PathSource::Received,
        (Some(uri), _) => PathSource::Text(RequestText::with_variables(uri)),
        (None, true) => PathSource::Normal,
        (None, false) => PathSource::FirstOf(pairs.chunks_exact(2).map(substitution).collect()),
    };
    let rewrite = Rewrite {
        path,
        method: conf.owned("method"),
        host: conf.text("host").map(RequestText::plain),
        headers: headers(conf.part("headers")),
    };
    vec![(Phase::Rewrite, Policy::Rewrite(Box::new(rewrite)))]
}

fn substitution(pair: &[String]) -> Substitution {
    Substitution { regex: pair[0].clone(), replacement: RequestText::with_captures(&pair[1]) }
}

/// In one of its two forms: by what is done, or a map of what is set.
fn headers(headers: Part<'_>) -> FieldTexts {
    let is_new = headers.members().any(|(name, value)| match name.as_str() {
        "add" | "set" => value.is_object(),
        "remove" => value.is_array(),
        _ => false,
    });
    let read = RequestText::with_captures;
    if !is_new {
        return FieldTexts { set: fields(headers, read), ..FieldTexts::default() };
    }
    let remove = headers.items("remove").iter().filter_map(Value::as_str).map(str::to_owned).collect();
    FieldTexts { add: fields(headers.part("add"), read), set: fields(headers.part("set"), read), remove }
}

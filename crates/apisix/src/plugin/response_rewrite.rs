//! `response-rewrite`: another status, header or body of the response.

use super::conditions::{fields, written};
use super::{Parts, Steps};
use crate::entity::Part;
use crate::lower::At;
use crate::schema::{Honour, honour};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use dialect::Faith;
use model::chain::Phase;
use model::policy::{BodyFilter, FieldTexts, Policy, RequestText, ResponseRewrite, Substitution};
use serde_json::json;

pub(super) fn parts() -> Parts {
    let texts = json!({"type": "object", "minProperties": 1, "patternProperties": {
        "^[^:]+$": {"oneOf": [{"type": "string"}, {"type": "number"}]}}});
    let filters = Honour::Approximate("a body with a content encoding, and one that is not UTF-8, stays as it is");
    Parts::new(json!({
        "type": "object",
        "properties": {
            "headers": {"description": "new headers for response", "anyOf": [
                texts,
                {"properties": {
                    "add": {"type": "array", "minItems": 1,
                        "items": {"type": "string", "pattern": "^[^:]+:[^:]*[^/]$"}},
                    "set": texts,
                    "remove": {"type": "array", "minItems": 1, "items": {"type": "string", "pattern": "^[^:]+$"}},
                }},
            ]},
            "body": {"description": "new body for response", "type": "string"},
            "body_base64": {"description": "whether new body for response need base64 decode before return",
                "type": "boolean", "default": false},
            "status_code": {"description": "new status code for response", "type": "integer", "minimum": 200,
                "maximum": 598},
            "vars": {"type": "array"},
            "filters": honour(json!({"description": "a group of filters that modify response bodyby replacing one \
                specified string by another", "type": "array", "minItems": 1, "items": {
                "description": "filter that modifies response body", "type": "object",
                "required": ["regex", "replace"],
                "properties": {
                    "regex": {"description": "match pattern on response body", "type": "string", "minLength": 1},
                    "scope": {"description": "regex substitution range", "type": "string",
                        "enum": ["once", "global"], "default": "once"},
                    "replace": {"description": "regex substitution content", "type": "string"},
                    "options": {"description": "regex options", "type": "string", "default": "jo"},
                },
            }}), filters),
            "max_resp_body_size": {"type": "integer", "minimum": 1},
        },
        "dependencies": {"body": {"not": {"required": ["filters"]}}, "filters": {"not": {"required": ["body"]}}},
    }))
    .check(check)
}

fn check(conf: Part<'_>) -> Result<(), String> {
    if conf.flag("body_base64") && body(conf).is_none_or(|body| body.is_empty()) {
        return Err("invalid base64 content".to_owned());
    }
    written(conf.items("vars")).map_err(|error| format!("failed to validate the 'vars' expression: {error}"))?;
    for filter in conf.items("filters") {
        let filter = Part::of_value(Some(filter));
        let regex = filter.text("regex").unwrap_or("");
        // the original takes such a filter, and then empties every body
        if let Some(error) = expr::vars::regex_error(regex) {
            return Err(format!("regex \"{regex}\" validation failed: {error}"));
        }
    }
    Ok(())
}

fn body(conf: Part<'_>) -> Option<Vec<u8>> {
    let text = conf.text("body")?;
    if conf.flag("body_base64") { STANDARD.decode(text).ok() } else { Some(text.as_bytes().to_vec()) }
}

pub(super) fn lower(conf: Part<'_>, at: &mut At<'_>) -> Steps {
    let rules = conf.items("vars");
    let filters = conf.items("filters").iter().map(|filter| filter_of(Part::of_value(Some(filter)))).collect();
    let known = |option: char| matches!(option, 'j' | 'o' | 'i' | 'u');
    let options = conf.items("filters").iter().filter_map(|filter| filter.get("options")?.as_str());
    if options.flat_map(str::chars).any(|option| !known(option)) {
        at.say(Faith::Approximate, "filters", "of the options of expressions only i has a meaning");
    }
    let rewrite = ResponseRewrite {
        when: if rules.is_empty() { None } else { written(rules).ok() },
        status: conf.status("status_code"),
        headers: headers(conf.part("headers")),
        body: body(conf),
        filters,
        largest_body: conf.count("max_resp_body_size"),
    };
    vec![(Phase::Response, Policy::ResponseRewrite(Box::new(rewrite)))]
}

fn filter_of(filter: Part<'_>) -> BodyFilter {
    let substitution = Substitution {
        regex: filter.owned("regex").unwrap_or_default(),
        replacement: RequestText::with_captures(filter.text("replace").unwrap_or("")),
    };
    let ignore_case = filter.text("options").is_some_and(|options| options.contains('i'));
    BodyFilter { substitution, everywhere: filter.text("scope") == Some("global"), ignore_case }
}

/// In one of its two forms: by what is done, or a map of what is set.
fn headers(headers: Part<'_>) -> FieldTexts {
    let is_new = headers.members().any(|(name, value)| match name.as_str() {
        "add" | "remove" => value.is_array(),
        "set" => value.is_object(),
        _ => false,
    });
    let read = RequestText::with_variables;
    if !is_new {
        return FieldTexts { set: fields(headers, read), ..FieldTexts::default() };
    }
    let line = |line: String| line.split_once(':').map(|(name, value)| (name.trim().to_owned(), read(value.trim())));
    FieldTexts {
        add: headers.texts("add").into_iter().filter_map(line).collect(),
        set: fields(headers.part("set"), read),
        remove: headers.texts("remove"),
    }
}

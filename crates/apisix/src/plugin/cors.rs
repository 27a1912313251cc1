//! `cors`: cross-origin resource sharing.

use super::{Parts, Steps};
use crate::entity::Part;
use crate::lower::At;
use model::chain::Phase;
use model::policy::{Cors, Origins, Policy};
use serde_json::json;
use std::time::Duration;

pub(super) fn parts() -> Parts {
    let origin = "^(\\*|\\*\\*|null|\\w+://[^,]+(,\\w+://[^,]+)*)$";
    let patterns = json!({"type": "array", "minItems": 1, "uniqueItems": true,
        "items": {"type": "string", "minLength": 1, "maxLength": 4096}});
    Parts::new(json!({"type": "object", "properties": {
        "allow_origins": {"type": "string", "pattern": origin, "default": "*"},
        "allow_methods": {"type": "string", "default": "*"},
        "allow_headers": {"type": "string", "default": "*"},
        "expose_headers": {"type": "string"},
        "max_age": {"type": "integer", "default": 5},
        "allow_credential": {"type": "boolean", "default": false},
        "allow_origins_by_regex": patterns,
        "allow_origins_by_metadata": {"type": "array", "minItems": 1, "uniqueItems": true,
            "items": {"type": "string", "minLength": 1, "maxLength": 4096}},
        "timing_allow_origins": {"type": "string", "pattern": origin},
        "timing_allow_origins_by_regex": patterns,
    }}))
    .metadata(json!({"type": "object", "properties": {
        "allow_origins": {"type": "object", "additionalProperties": {"type": "string", "pattern": origin}},
    }}))
    .check(check)
}

fn check(conf: Part<'_>) -> Result<(), String> {
    let star = |name: &str| conf.text(name).unwrap_or("*") == "*";
    let all = ["allow_origins", "allow_methods", "allow_headers"].into_iter().any(star)
        || conf.text("expose_headers") == Some("*");
    if conf.flag("allow_credential") && all {
        return Err("you can not set '*' for other option when 'allow_credential' is true".to_owned());
    }
    let patterns = ["allow_origins_by_regex", "timing_allow_origins_by_regex"].into_iter();
    for pattern in patterns.flat_map(|name| conf.texts(name)) {
        regex::Regex::new(&pattern).map_err(|error| error.to_string())?;
    }
    Ok(())
}

pub(super) fn lower(conf: Part<'_>, _: &mut At<'_>) -> Steps {
    let list = |name: &str| match conf.text(name) {
        None | Some("*" | "**") => Vec::new(),
        Some(text) => text.split(',').map(|one| one.trim().to_owned()).collect(),
    };
    let origins = match (conf.text("allow_origins").unwrap_or("*"), conf.texts("allow_origins_by_regex")) {
        (_, patterns) if !patterns.is_empty() => Origins::Matching { texts: list("allow_origins"), patterns },
        ("*" | "**", _) => Origins::Any,
        _ => Origins::List(list("allow_origins")),
    };
    let policy = Policy::Cors(Cors {
        origins,
        methods: list("allow_methods"),
        headers: list("allow_headers"),
        exposed: list("expose_headers"),
        credentials: conf.flag("allow_credential"),
        max_age: conf.count("max_age").map(Duration::from_secs),
        ..Cors::default()
    });
    vec![(Phase::Rewrite, policy.clone()), (Phase::Response, policy)]
}

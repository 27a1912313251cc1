//! `cors`: cross-origin resource sharing.

use super::{Parts, Steps};
use crate::entity::Part;
use crate::lower::At;
use model::chain::Phase;
use model::policy::{Cors, CorsManner, Origins, Policy};
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
        "timing_allow_origins_by_regex": patterns.clone(),
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

/// What `**` stands for.
const ALL_METHODS: [&str; 9] = ["GET", "POST", "PUT", "DELETE", "PATCH", "HEAD", "OPTIONS", "CONNECT", "TRACE"];

pub(super) fn lower(conf: Part<'_>, at: &mut At<'_>) -> Steps {
    let list = |text: &str| -> Vec<String> { text.split(',').map(|one| one.trim().to_owned()).collect() };
    let exposed = conf.text("expose_headers").map(list).unwrap_or_default();
    let policy = Policy::Cors(Cors {
        origins: origins(conf, at),
        timing: timing(conf),
        methods: match conf.text("allow_methods").unwrap_or("*") {
            "**" => ALL_METHODS.map(str::to_owned).to_vec(),
            text => list(text),
        },
        // none: those that are asked for
        headers: match conf.text("allow_headers").unwrap_or("*") {
            "**" => Vec::new(),
            text => list(text),
        },
        exposed,
        credentials: conf.flag("allow_credential"),
        max_age: conf.count("max_age").map(Duration::from_secs),
        manner: CorsManner {
            preflight_status: 200,
            dense: true,
            everywhere: true,
            keeps: true,
            ..CorsManner::default()
        },
        ..Cors::default()
    });
    vec![(Phase::Rewrite, policy.clone()), (Phase::Response, policy)]
}

fn origins(conf: Part<'_>, at: &At<'_>) -> Origins {
    let written = conf.text("allow_origins").unwrap_or("*");
    let metadata = at.metadata().part("allow_origins");
    let named = conf.texts("allow_origins_by_metadata");
    let mut texts: Vec<String> = named.iter().filter_map(|name| metadata.owned(name)).collect();
    let mut patterns = conf.texts("allow_origins_by_regex");
    match written {
        // the patterns are asked instead of it
        "*" if !patterns.is_empty() => {}
        "*" if texts.is_empty() => return Origins::Any,
        "*" | "**" => patterns.push(".*".to_owned()),
        text => texts.push(text.to_owned()),
    }
    let texts: Vec<String> = texts.iter().flat_map(|text| text.split(',')).map(|one| one.trim().to_owned()).collect();
    if patterns.is_empty() { Origins::List(texts) } else { Origins::Matching { texts, patterns } }
}

/// Whose pages may measure; nobody's where nothing is said of it.
fn timing(conf: Part<'_>) -> Option<Origins> {
    let mut patterns = conf.texts("timing_allow_origins_by_regex");
    let texts = match conf.text("timing_allow_origins") {
        None if patterns.is_empty() => return None,
        None => Vec::new(),
        Some("*") => return Some(Origins::Any),
        Some("**") => {
            patterns.push(".*".to_owned());
            Vec::new()
        }
        Some(text) => text.split(',').map(|one| one.trim().to_owned()).collect(),
    };
    Some(if patterns.is_empty() { Origins::List(texts) } else { Origins::Matching { texts, patterns } })
}

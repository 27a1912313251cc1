//! `gzip`: responses encoded for clients that accept it.

use super::{Parts, Steps};
use crate::entity::Part;
use crate::lower::At;
use crate::schema::{Honour, honour};
use model::chain::Phase;
use model::policy::{Compress, Encoding, Policy};
use serde_json::{Value, json};

pub(super) fn parts() -> Parts {
    let ignored = |schema| honour(schema, Honour::Ignored("bodies are encoded as they flow"));
    let buffers = json!({
        "type": "object",
        "properties": {
            "number": ignored(json!({"type": "integer", "minimum": 1, "default": 32})),
            "size": ignored(json!({"type": "integer", "minimum": 1, "default": 4096})),
        },
        "default": {"number": 32, "size": 4096},
    });
    Parts::new(json!({
        "type": "object",
        "properties": {
            "types": types(),
            "min_length": {"type": "integer", "minimum": 1, "default": 20},
            "comp_level": {"type": "integer", "minimum": 1, "maximum": 9, "default": 1},
            "http_version": {"enum": [1.1, 1.0], "default": 1.1},
            "buffers": buffers,
            "vary": {"type": "boolean"},
        },
    }))
}

/// Media types, or any.
pub(super) fn types() -> Value {
    json!({
        "anyOf": [
            {"type": "array", "minItems": 1, "items": {"type": "string", "minLength": 1}},
            {"enum": ["*"]},
        ],
        "default": ["text/html"],
    })
}

pub(super) fn lower(conf: Part<'_>, _: &mut At<'_>) -> Steps {
    let level = conf.count("comp_level").and_then(|level| u8::try_from(level).ok()).unwrap_or(1);
    steps(conf, Encoding::Gzip { level })
}

/// With what both plugins have.
pub(super) fn steps(conf: Part<'_>, encoding: Encoding) -> Steps {
    let listed = conf.value("types").is_none_or(Value::is_array);
    let compress = Compress {
        encodings: vec![encoding],
        types: listed.then(|| conf.texts("types").iter().map(|one| one.to_ascii_lowercase()).collect()),
        least: conf.count("min_length").unwrap_or(20),
        http_1_0: conf.value("http_version").and_then(Value::as_f64) == Some(1.0),
        vary: conf.flag("vary"),
    };
    vec![(Phase::Response, Policy::Compress(Box::new(compress)))]
}

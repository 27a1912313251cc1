//! `brotli`: responses encoded for clients that accept it.

use super::{Parts, Steps, gzip};
use crate::entity::Part;
use crate::lower::At;
use model::policy::{BrotliMode, Encoding};
use serde_json::json;

pub(super) fn parts() -> Parts {
    Parts::new(json!({
        "type": "object",
        "properties": {
            "types": gzip::types(),
            "min_length": {"type": "integer", "minimum": 1, "default": 20},
            "mode": {"type": "integer", "minimum": 0, "maximum": 2, "default": 0},
            "comp_level": {"type": "integer", "minimum": 0, "maximum": 11, "default": 6},
            "lgwin": {"type": "integer", "default": 19,
                "enum": [0, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21, 22, 23, 24]},
            "lgblock": {"type": "integer", "default": 0, "enum": [0, 16, 17, 18, 19, 20, 21, 22, 23, 24]},
            "http_version": {"enum": [1.1, 1.0], "default": 1.1},
            "vary": {"type": "boolean"},
        },
    }))
}

pub(super) fn lower(conf: Part<'_>, _: &mut At<'_>) -> Steps {
    let number = |name: &str, usual: u8| conf.count(name).and_then(|number| u8::try_from(number).ok()).unwrap_or(usual);
    let mode = match number("mode", 0) {
        1 => BrotliMode::Text,
        2 => BrotliMode::Font,
        _ => BrotliMode::Any,
    };
    // a window of 0 is the library's own
    let window = Some(number("lgwin", 19)).filter(|window| *window > 0).unwrap_or(22);
    let (quality, block) = (number("comp_level", 6), number("lgblock", 0));
    gzip::steps(conf, Encoding::Brotli { quality, window, block, mode })
}

//! `file-logger`: records of requests, a line each in a file.

use super::{Parts, Steps, records};
use crate::entity::Part;
use crate::lower::At;
use dialect::Faith;
use model::policy::{LogShape, LogSink};
use serde_json::json;

pub(super) fn parts() -> Parts {
    let own = json!({
        "path": {"type": "string"},
        "match": {"type": "array", "maxItems": 20, "items": {"type": "array"}},
    });
    records::parts(own, &[], None)
}

pub(super) fn lower(conf: Part<'_>, at: &mut At<'_>) -> Steps {
    let path = conf.owned("path").or_else(|| at.metadata().owned("path"));
    let Some(path) = path else {
        let message = "property \"path\" is not set in either the plugin conf or the metadata: nothing is logged";
        at.say(Faith::Unsupported, "path", message);
        return Vec::new();
    };
    records::steps(conf, at, LogSink::File { path }, records::at_once(), LogShape::Plain)
}

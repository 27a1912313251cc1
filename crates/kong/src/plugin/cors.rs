//! `cors`: requests from other origins.

use super::{Parts, Steps};
use crate::entity::Entity;
use crate::lower::Lowering;
use crate::part::Part;
use crate::schema::{Rule, array, boolean, number, string};
use model::chain::Phase;
use model::policy::{Cors, CorsManner, Origins, Policy};
use serde_json::json;
use std::time::Duration;

const METHODS: &[&str] = &["GET", "HEAD", "PUT", "PATCH", "POST", "DELETE", "OPTIONS", "TRACE", "CONNECT"];

pub(super) fn parts() -> Parts {
    Parts::new(vec![
        array("origins", string("").rule(Rule::Text(origin))),
        array("headers", string("")),
        array("exposed_headers", string("")),
        array("methods", string("").one_of(METHODS)).default(json!(METHODS)).optional(),
        number("max_age"),
        boolean("credentials").default(false),
        boolean("preflight_continue").default(false),
        boolean("private_network").default(false),
        boolean("allow_origin_absent").default(true).optional(),
    ])
    .no_consumer()
}

fn origin(text: &str) -> Result<(), String> {
    if text == "*" || regex_syntax::parse(text).is_ok() {
        return Ok(());
    }
    Err(format!("'{text}' is not a valid regex"))
}

pub(super) fn lower(entity: &Entity, _: &mut Lowering<'_>) -> Steps {
    let part = Part::of(&entity.object).part("config");
    let cors = Cors {
        timing: None,
        origins: origins(part.texts("origins")),
        methods: part.texts("methods"),
        headers: part.texts("headers"),
        exposed: part.texts("exposed_headers"),
        credentials: part.flag("credentials"),
        max_age: part.count("max_age").map(Duration::from_secs),
        private_network: part.flag("private_network"),
        preflight_on: part.flag("preflight_continue"),
        manner: CorsManner {
            preflight_status: 200,
            names_sole_origin: true,
            tells_strangers: true,
            star_without_origin: true,
            needs_origin: !part.flag("allow_origin_absent"),
            dense: true,
            ..CorsManner::default()
        },
    };
    vec![(Phase::Access, Policy::Cors(cors.clone())), (Phase::Response, Policy::Cors(cors))]
}

/// An origin with other characters than origins have is a regular expression.
fn origins(written: Vec<String>) -> Origins {
    if written.is_empty() || written.iter().any(|origin| origin == "*") {
        return Origins::Any;
    }
    let plain = |origin: &String| origin.chars().all(|c| c.is_ascii_alphanumeric() || ".:/-_".contains(c));
    let (texts, patterns): (Vec<String>, Vec<String>) = written.into_iter().partition(plain);
    if patterns.is_empty() { Origins::List(texts) } else { Origins::Matching { texts, patterns } }
}

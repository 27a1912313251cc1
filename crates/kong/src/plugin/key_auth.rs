//! `key-auth`: a key names the client.

use super::Parts;
use crate::schema::{Rule, array, boolean, string, text};
use serde_json::json;

pub(super) fn parts() -> Parts {
    Parts::new(vec![
        array("key_names", string("").rule(Rule::Text(text::header_name))).default(json!(["apikey"])),
        boolean("hide_credentials").default(false),
        string("anonymous"),
        boolean("key_in_header").default(true),
        boolean("key_in_query").default(true),
        boolean("key_in_body").default(false),
        boolean("run_on_preflight").default(true),
        string("realm"),
    ])
    .no_consumer()
}

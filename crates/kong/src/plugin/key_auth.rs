//! `key-auth`: a key names the client.

use super::{Parts, Steps, words};
use crate::entity::Entity;
use crate::lower::Lowering;
use crate::part::Part;
use crate::schema::{Rule, array, boolean, string, text};
use model::chain::Phase;
use model::policy::{Case, KeyAuth, Policy};
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

pub(super) fn lower(entity: &Entity, at: &mut Lowering<'_>) -> Steps {
    let part = Part::of(&entity.object).part("config");
    let names = |wanted: &str| if part.flag(wanted) { part.texts("key_names") } else { Vec::new() };
    let policy = KeyAuth {
        headers: names("key_in_header").iter().map(|name| name.to_ascii_lowercase()).collect(),
        query: names("key_in_query"),
        body: names("key_in_body"),
        by_name: true,
        hide: part.flag("hide_credentials"),
        preflight: part.flag("run_on_preflight"),
        anonymous: super::anonymous(entity, at),
        identity: words::identity(),
        challenge: words::challenge("Key", entity),
        refusals: words::by_accept([
            (Case::Absent, 401, "No API key found in request"),
            (Case::Several, 401, "Duplicate API key found"),
            (Case::Unknown, 401, "Unauthorized"),
        ]),
    };
    vec![(Phase::Access, Policy::KeyAuth(Box::new(policy)))]
}

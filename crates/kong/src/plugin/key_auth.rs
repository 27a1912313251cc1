//! `key-auth`: a key names the client.

use super::{Parts, Steps};
use crate::entity::Entity;
use crate::lower::Lowering;
use crate::part::Part;
use crate::schema::{Rule, array, boolean, string, text};
use model::chain::Phase;
use model::policy::{KeyAuth, Policy};
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
    let headers = names("key_in_header").iter().map(|name| name.to_ascii_lowercase()).collect();
    let anonymous = super::anonymous(entity, at);
    let policy = KeyAuth { headers, query: names("key_in_query"), hide: part.flag("hide_credentials"), anonymous };
    vec![(Phase::Access, Policy::KeyAuth(policy))]
}

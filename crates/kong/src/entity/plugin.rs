//! `plugins`: what is done to requests, where, and for whom.

use super::with_common;
use crate::schema::{Record, Rule, any, boolean, foreign, map, removed, set, string, text};
use serde_json::json;

/// Everything but `config`, whose schema is that of the plugin of this name.
pub(super) fn record() -> Record {
    let protocols: &[&str] = &["grpc", "grpcs", "http", "https", "tcp", "tls", "tls_passthrough", "udp", "ws", "wss"];
    let ordering = "plugins run in the order of their priorities";
    Record::new(with_common(vec![
        string("name").required(),
        string("instance_name").unique().rule(Rule::Text(text::name)),
        foreign("consumer", "consumers"),
        foreign("service", "services"),
        foreign("route", "routes"),
        set("protocols", string("").one_of(protocols))
            .default(json!(["grpc", "grpcs", "http", "https"]))
            .rule(Rule::AtLeast(1)),
        boolean("enabled").default(true),
        any("config"),
        map("ordering", any("")).newer().unsupported(ordering),
        foreign("consumer_group", "consumer_groups")
            .newer()
            .unsupported("there are no consumer groups of Kong Enterprise"),
        string("condition").newer().unsupported("the plugin runs whatever its condition says"),
        removed("run_on", "plugins run on the one gateway there is"),
    ]))
}

//! `cache`: responses that are kept, and answer later requests.

use super::{Does, List, Place, When};
use crate::expression;
use crate::lower::{Lowering, resource};
use crate::part::Part;
use crate::schema::{Kind, Record, flag, list, number, text, word};
use dialect::Faith;
use model::answer::Keyed;
use model::policy::{
    Cache, CacheKey, CachePath, CacheQuery, CacheRules, CacheSteer, CacheTold, CacheZone, Lifetime, LimitPart, Policy,
};
use std::time::Duration;

/// The fields of its configuration.
pub(super) static CONFIG: Record = Record {
    name: "cache",
    fields: &[
        text("cacheName"),
        text("key"),
        number("timeToLiveSeconds").default("600"),
        flag("useResponseCacheHeaders"),
        word("scope", &["APPLICATION", "API"]).default("APPLICATION"),
        list("methods", &Kind::Word(super::override_request_method::METHODS)),
        text("responseCondition"),
    ],
};

/// Methods of requests that are answered with kept responses, where nothing is said.
const SAFE: [&str; 3] = ["GET", "OPTIONS", "HEAD"];

pub(super) fn lower(place: &Place<'_>, at: &mut Lowering<'_>) -> Does {
    if place.list == List::Response {
        return Vec::new();
    }
    let config = &place.config;
    let name = config.text("cacheName").unwrap_or_default();
    let Some(room) = resource::room(name, place.home.resources, at) else {
        let text = format!("there is no cache {name:?}: requests that come here fail");
        at.notes.say(Faith::Exact, config, "cacheName", text);
        let message = Some(format!("No cache has been defined with name {name}"));
        return vec![(When::Turn, Policy::Fail(Keyed { status: 500, key: None, message }))];
    };
    let own = Duration::from_secs(config.count("timeToLiveSeconds").unwrap_or(600));
    let methods = config.texts("methods");
    let policy = Policy::Cache(Box::new(Cache {
        zone: CacheZone {
            name: format!("gravitee/{}/{name}", place.home.api),
            bytes: 128 << 20,
            entries: room.entries,
            largest: 8 << 20,
        },
        key: key(config, place.home.api, at),
        methods: match methods.is_empty() {
            true => SAFE.map(str::to_owned).to_vec(),
            false => methods.iter().map(|method| method.to_ascii_uppercase()).collect(),
        },
        statuses: vec![(200, 299)],
        types: None,
        time: room.time.map_or(own, |time| time.min(own)),
        keep: None,
        obeys: CacheRules {
            request: false,
            authorization: false,
            private: false,
            public: false,
            lifetime: if config.flag("useResponseCacheHeaders") { Lifetime::AtMost } else { Lifetime::Ignored },
            cookies: true,
        },
        bypass: Vec::new(),
        skip: Vec::new(),
        condition: config.filled("responseCondition").and(expression::field(config, "responseCondition", at.notes)),
        steer: Some(CacheSteer {
            header: "X-Gravitee-Cache".to_owned(),
            query: "cache".to_owned(),
            bypass: "BY_PASS".to_owned(),
            refresh: Some("REFRESH".to_owned()),
        }),
        told: CacheTold::default(),
        hidden: Vec::new(),
        purge: false,
        later: true,
    }));
    vec![(When::Turn, policy.clone()), (When::Answer, policy)]
}

/// Of the API, and where the scope says so of the application: path, query, and what the configuration adds.
fn key(config: &Part<'_>, api: &str, at: &mut Lowering<'_>) -> CacheKey {
    let mut parts = Vec::new();
    if config.word("scope") == Some("APPLICATION") {
        parts.push(LimitPart::Attribute("gravitee.attribute.application".to_owned()));
    }
    parts.extend(config.filled("key").and(expression::field(config, "key", at.notes)).map(LimitPart::Text));
    CacheKey {
        scope: format!("gravitee/{api}"),
        path: Some(CachePath::Exact),
        query: CacheQuery::All,
        parts,
        ..CacheKey::default()
    }
}

//! `proxy-cache`: responses that are kept.

use super::{Parts, Steps};
use crate::entity::Part;
use crate::lower::At;
use crate::schema::{Honour, honour};
use model::chain::Phase;
use model::policy::{Cache, CacheKey, CacheRules, CacheTold, CacheWords, CacheZone, Lifetime, Policy, RequestText};
use serde_json::json;
use std::time::Duration;

/// What the original's cache on disk keeps a response for that says nothing.
const ON_DISK: Duration = Duration::from_secs(10);

pub(super) fn parts() -> Parts {
    let text = || json!({"type": "string", "pattern": "(^[^\\$].+$|^\\$[0-9a-zA-Z_]+$)"});
    let texts = || json!({"type": "array", "minItems": 1, "items": text()});
    Parts::new(json!({
        "type": "object",
        "properties": {
            "cache_zone": {"type": "string", "minLength": 1, "maxLength": 100, "default": "disk_cache_one"},
            "cache_strategy": honour(
                json!({"type": "string", "enum": ["disk", "memory"], "default": "disk"}),
                Honour::Approximate("responses are kept in memory: a restart forgets them"),
            ),
            "cache_key": {"type": "array", "minItems": 1, "items": text(), "default": ["$host", "$request_uri"]},
            "cache_http_status": {"type": "array", "minItems": 1, "uniqueItems": true,
                "items": {"type": "integer", "minimum": 200, "maximum": 599}, "default": [200, 301, 404]},
            "cache_method": {"type": "array", "minItems": 1, "uniqueItems": true,
                "items": {"type": "string", "enum": ["GET", "POST", "HEAD"]}, "default": ["GET", "HEAD"]},
            "hide_cache_headers": {"type": "boolean", "default": false},
            "cache_control": {"type": "boolean", "default": false},
            "cache_bypass": texts(),
            "no_cache": texts(),
            "cache_ttl": {"type": "integer", "minimum": 1, "default": 300},
        },
    }))
    .check(check)
}

fn check(conf: Part<'_>) -> Result<(), String> {
    if conf.texts("cache_key").iter().any(|one| one == "$request_method") {
        return Err("cache_key variable $request_method unsupported".to_owned());
    }
    let zone = conf.text("cache_zone").unwrap_or("disk_cache_one");
    if conf.text("cache_strategy") == Some("memory") && zone == "disk_cache_one" {
        return Err("invalid or empty cache_zone for cache_strategy: memory".to_owned());
    }
    Ok(())
}

pub(super) fn lower(conf: Part<'_>, at: &mut At<'_>) -> Steps {
    let texts = |name: &str| conf.texts(name).iter().map(|text| RequestText::with_variables(text)).collect();
    let (memory, control) = (conf.text("cache_strategy") == Some("memory"), conf.flag("cache_control"));
    let hidden: &[&str] = if conf.flag("hide_cache_headers") { &["cache-control", "expires"] } else { &[] };
    let statuses = conf.items("cache_http_status").iter().filter_map(serde_json::Value::as_u64);
    let ttl = Duration::from_secs(conf.count("cache_ttl").unwrap_or(300));
    let policy = Policy::Cache(Box::new(Cache {
        zone: zone(conf),
        key: CacheKey { scope: at.counter(), texts: texts("cache_key"), ..CacheKey::default() },
        methods: conf.texts("cache_method"),
        statuses: statuses.filter_map(|code| u16::try_from(code).ok()).map(|code| (code, code)).collect(),
        types: None,
        time: if memory { ttl } else { ON_DISK },
        keep: None,
        obeys: CacheRules {
            request: memory && control,
            authorization: false,
            private: true,
            public: false,
            lifetime: match (memory, control) {
                (false, _) => Lifetime::Preferred,
                (true, true) => Lifetime::Needed,
                (true, false) => Lifetime::Ignored,
            },
            cookies: false,
        },
        bypass: texts("cache_bypass"),
        skip: texts("no_cache"),
        condition: None,
        steer: None,
        told: CacheTold {
            status: Some("Apisix-Cache-Status".to_owned()),
            key: None,
            age: memory.then(|| "Age".to_owned()),
            words: words(memory),
        },
        hidden: hidden.iter().map(|name| (*name).to_owned()).collect(),
        purge: true,
        later: false,
    }));
    vec![(Phase::Access, policy.clone()), (Phase::Response, policy)]
}

/// Zones have the size that the original's configuration gives them.
fn zone(conf: Part<'_>) -> CacheZone {
    let name = conf.text("cache_zone").unwrap_or("disk_cache_one");
    CacheZone { name: format!("apisix/{name}"), bytes: 50 << 20, entries: u64::MAX, largest: 8 << 20 }
}

fn words(memory: bool) -> CacheWords {
    let word = |text: &str| text.to_owned();
    CacheWords {
        hit: word("HIT"),
        miss: word("MISS"),
        bypass: word("BYPASS"),
        method: word(if memory { "MISS" } else { "BYPASS" }),
        stale: word("STALE"),
        expired: word("EXPIRED"),
        unkept: word("MISS"),
    }
}

//! `proxy-cache`: responses that are kept. It stands below `aws-lambda`, so that what a function answers is not kept.

use super::{Parts, Steps};
use crate::entity::Entity;
use crate::lower::Lowering;
use crate::part::Part;
use crate::schema::{Record, Rule, array, boolean, integer, nested, string};
use model::chain::Phase;
use model::policy::{
    Cache, CacheKey, CachePath, CacheQuery, CacheRules, CacheTold, CacheWords, CacheZone, Lifetime, Policy,
};
use serde_json::{Value, json};
use std::time::Duration;

pub(super) fn parts() -> Parts {
    let methods = string("elements").one_of(&["HEAD", "GET", "POST", "PATCH", "PUT"]);
    let told = |name| boolean(name).default(true).optional();
    let codes = array("response_code", integer("elements").between(100, 900)).rule(Rule::AtLeast(1));
    Parts::new(vec![
        codes.default(json!([200, 301, 404])),
        array("request_method", methods).default(json!(["GET", "HEAD"])),
        array("content_type", string("elements")).default(json!(["text/plain", "application/json"])),
        integer("cache_ttl").rule(Rule::Above(0)).default(300).optional(),
        string("strategy").one_of(&["memory"]).required(),
        boolean("cache_control").default(false),
        boolean("ignore_uri_case").default(false).optional(),
        integer("storage_ttl"),
        nested("memory", Record::new(vec![string("dictionary_name").default("kong_db_cache")])),
        array("vary_query_params", string("elements")),
        array("vary_headers", string("elements")).default(json!(["Accept-Encoding"])).optional(),
        nested("response_headers", Record::new(vec![told("Age"), told("X-Cache-Status"), told("X-Cache-Key")])),
    ])
}

pub(super) fn lower(entity: &Entity, _: &mut Lowering<'_>) -> Steps {
    let part = Part::of(&entity.object).part("config");
    let control = part.flag("cache_control");
    let seconds = |name: &str| part.count(name).map(Duration::from_secs);
    let policy = Policy::Cache(Box::new(Cache {
        zone: CacheZone {
            name: format!("kong/{}", part.text("memory.dictionary_name").unwrap_or("kong_db_cache")),
            bytes: 128 << 20,
            entries: u64::MAX,
            largest: 8 << 20,
        },
        key: key(part),
        methods: part.texts("request_method"),
        statuses: statuses(part.value("response_code")),
        types: Some(part.texts("content_type")),
        time: seconds("cache_ttl").unwrap_or(Duration::from_secs(300)),
        keep: seconds("storage_ttl"),
        obeys: CacheRules {
            request: control,
            authorization: control,
            private: control,
            public: control,
            lifetime: if control { Lifetime::Needed } else { Lifetime::Ignored },
            cookies: true,
        },
        bypass: Vec::new(),
        skip: Vec::new(),
        condition: None,
        steer: None,
        told: told(part.part("response_headers")),
        hidden: Vec::new(),
        purge: false,
        later: false,
    }));
    vec![(Phase::Access, policy.clone()), (Phase::Response, policy)]
}

fn key(part: Part<'_>) -> CacheKey {
    let params = part.texts("vary_query_params");
    let any_case = part.flag("ignore_uri_case");
    CacheKey {
        scope: "kong".to_owned(),
        route: true,
        consumer: true,
        path: Some(if any_case { CachePath::AnyCase } else { CachePath::Exact }),
        query: if params.is_empty() { CacheQuery::All } else { CacheQuery::Of(params) },
        headers: part.texts("vary_headers").iter().map(|name| name.to_ascii_lowercase()).collect(),
        ..CacheKey::default()
    }
}

fn statuses(value: Option<&Value>) -> Vec<(u16, u16)> {
    let codes = value.and_then(Value::as_array).into_iter().flatten().filter_map(Value::as_u64);
    codes.filter_map(|code| u16::try_from(code).ok()).map(|code| (code, code)).collect()
}

fn told(headers: Part<'_>) -> CacheTold {
    let name = |member: &str, name: &str| {
        let shown = headers.value(member).and_then(Value::as_bool).unwrap_or(true);
        shown.then(|| name.to_owned())
    };
    let word = |text: &str| text.to_owned();
    CacheTold {
        status: name("X-Cache-Status", "X-Cache-Status"),
        key: name("X-Cache-Key", "X-Cache-Key"),
        age: name("Age", "Age"),
        words: CacheWords {
            hit: word("Hit"),
            miss: word("Miss"),
            bypass: word("Bypass"),
            method: word("Bypass"),
            stale: word("Refresh"),
            expired: word("Miss"),
            unkept: word("Bypass"),
        },
    }
}

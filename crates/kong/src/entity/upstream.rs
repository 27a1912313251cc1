//! `upstreams` and their `targets`: nodes, and how one is chosen.

use super::{texts, with_common};
use crate::schema::{Field, Record, Rule, array, boolean, foreign, integer, map, nested, number, string, text};
use serde_json::json;

const HASH: &[&str] = &["none", "consumer", "ip", "header", "cookie", "path", "query_arg", "uri_capture"];
pub(super) fn record() -> Record {
    let hash = |name| string(name).default("none").optional().one_of(HASH);
    let by = |name| string(name);
    let algorithms: &[&str] = &["consistent-hashing", "least-connections", "round-robin", "latency", "sticky-sessions"];
    Record::new(with_common(vec![
        string("name").required().unique().rule(Rule::Text(text::upstream_name)),
        string("algorithm")
            .default("round-robin")
            .optional()
            .one_of(algorithms)
            .approximate("sticky sessions are not kept: nodes take turns there"),
        hash("hash_on"),
        hash("hash_fallback"),
        by("hash_on_header"),
        by("hash_fallback_header"),
        by("hash_on_cookie"),
        string("hash_on_cookie_path").default("/").optional(),
        by("hash_on_query_arg"),
        by("hash_fallback_query_arg"),
        by("hash_on_uri_capture"),
        by("hash_fallback_uri_capture"),
        integer("slots").default(10_000).optional().between(10, 65_536).ignored("there is no ring of slots"),
        healthchecks(),
        string("host_header").rule(Rule::Text(text::host)),
        foreign("client_certificate", "certificates"),
        boolean("use_srv_name").default(false).optional().unsupported("SRV records are not asked for"),
    ]))
}

fn healthchecks() -> Field {
    nested(
        "healthchecks",
        Record::new(vec![
            active(),
            passive(),
            number("threshold").default(0).optional().unsupported("a group counts as healthy while one node is"),
        ]),
    )
}

fn statuses(default: serde_json::Value) -> Field {
    array("http_statuses", integer("").between(100, 999)).default(default).optional()
}

fn count(name: &'static str, most: i64) -> Field {
    integer(name).default(0).optional().between(0, most)
}

fn active() -> Field {
    let seconds = |name| number(name).default(0).optional().between(0, 65_535);
    let kinds: &[&str] = &["tcp", "http", "https", "grpc", "grpcs"];
    let healthy = vec![seconds("interval"), statuses(json!([200, 302])), count("successes", 255)];
    let unhealthy = vec![
        seconds("interval"),
        statuses(json!([429, 404, 500, 501, 502, 503, 504, 505])),
        count("tcp_failures", 255),
        count("timeouts", 255),
        count("http_failures", 255),
    ];
    nested(
        "active",
        Record::new(vec![
            string("type").default("http").optional().one_of(kinds),
            number("timeout").default(1).optional(),
            integer("concurrency").default(10).optional(),
            string("http_path").default("/").optional(),
            map("headers", texts("")),
            string("https_sni").ignored("the node's own name is asked for"),
            boolean("https_verify_certificate")
                .default(true)
                .optional()
                .approximate("probes verify as requests do: by tls_verify of the service"),
            nested("healthy", Record::new(healthy)),
            nested("unhealthy", Record::new(unhealthy)),
        ]),
    )
}

fn passive() -> Field {
    let kinds: &[&str] = &["tcp", "http", "https", "grpc", "grpcs"];
    let good = json!([200, 201, 202, 203, 204, 205, 206, 207, 208, 226, 300, 301, 302, 303, 304, 305, 306, 307, 308]);
    let again = "a node that is left alone is asked by active checks alone";
    let unhealthy = vec![
        statuses(json!([429, 500, 503])),
        count("tcp_failures", 255),
        count("timeouts", 255),
        count("http_failures", 255),
    ];
    nested(
        "passive",
        Record::new(vec![
            string("type").default("http").optional().one_of(kinds).ignored("only requests over HTTP are seen"),
            nested("healthy", Record::new(vec![statuses(good).ignored(again), count("successes", 255).ignored(again)])),
            nested("unhealthy", Record::new(unhealthy)),
        ]),
    )
}

pub(super) fn target() -> Record {
    Record::new(with_common(vec![
        foreign("upstream", "upstreams"),
        string("target").required().rule(Rule::Text(text::target)),
        integer("weight").default(100).optional().between(0, 65_535),
        boolean("failover").newer().unsupported("the node takes its share at all times"),
    ]))
}

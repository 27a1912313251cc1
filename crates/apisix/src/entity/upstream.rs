//! Upstreams: nodes, their choice, their health.

use super::route::{desc, host, id, labels, name, time, timeout};
use crate::schema::{Honour, honour};
use serde_json::{Value, json};

/// An upstream, alone or inside a route or service.
pub(super) fn schema() -> Value {
    let discovery = Honour::Approximate(
        "`dns`: the name is resolved as the system does, and is one node; no other registry is asked",
    );
    json!({
        "type": "object",
        "properties": {
            "id": id(),
            "create_time": time(),
            "update_time": time(),
            "nodes": nodes(),
            "retries": {"type": "integer", "minimum": 0},
            "retry_timeout": honour(
                json!({"type": "number", "minimum": 0}),
                Honour::Ignored("nodes are tried until there are none left; each try has its own time limits"),
            ),
            "timeout": timeout(),
            "tls": tls(),
            "keepalive_pool": keepalive_pool(),
            "type": {"description": "algorithms of load balancing", "type": "string", "default": "roundrobin"},
            "checks": checks(),
            "hash_on": {"type": "string", "default": "vars",
                "enum": ["vars", "header", "cookie", "consumer", "vars_combinations"]},
            "key": {"description": "the key of chash for dynamic load balancing", "type": "string"},
            "scheme": {"default": "http",
                "enum": ["grpc", "grpcs", "http", "https", "tcp", "tls", "udp", "kafka"]},
            "labels": labels(),
            "discovery_type": honour(json!({"description": "discovery type", "type": "string"}), discovery),
            "discovery_args": honour(json!({"type": "object"}), discovery),
            "pass_host": {"description": "mod of host passing", "type": "string", "enum": ["pass", "node", "rewrite"],
                "default": "pass"},
            "upstream_host": host(),
            "name": name(),
            "desc": desc(),
            "service_name": honour(json!({"type": "string", "maxLength": 256, "minLength": 1}), discovery),
        },
        "oneOf": [{"required": ["nodes"]}, {"required": ["service_name", "discovery_type"]}],
        "additionalProperties": false,
    })
}

fn nodes() -> Value {
    let weight = json!({"description": "weight of node", "type": "integer", "minimum": 0});
    let node = json!({
        "type": "object",
        "properties": {
            "host": host(),
            "port": {"description": "port of node", "type": "integer", "minimum": 1, "maximum": 65535},
            "weight": weight,
            "priority": {"description": "priority of node", "type": "integer", "default": 0},
            "metadata": honour(
                json!({"description": "metadata of node", "type": "object"}),
                Honour::Ignored("nobody asks for it"),
            ),
        },
        "required": ["host", "weight"],
    });
    json!({"anyOf": [
        {"type": "object", "patternProperties": {".*": weight}},
        {"type": "array", "items": node},
    ]})
}

fn tls() -> Value {
    let text = json!({"type": "string", "minLength": 1, "maxLength": 65536});
    json!({
        "type": "object",
        "properties": {
            "client_cert": text,
            "client_key": text,
            "client_cert_id": id(),
            "verify": {"type": "boolean", "default": false},
        },
        "dependencies": {
            "client_cert": {"required": ["client_key"], "not": {"required": ["client_cert_id"]}},
            "client_key": {"required": ["client_cert"], "not": {"required": ["client_cert_id"]}},
            "client_cert_id": {"not": {"anyOf": [{"required": ["client_cert"]}, {"required": ["client_key"]}]}},
        },
    })
}

fn keepalive_pool() -> Value {
    json!({"type": "object", "properties": {
        "size": {"type": "integer", "default": 320, "minimum": 1},
        "idle_timeout": {"type": "number", "default": 60, "minimum": 0},
        "requests": honour(
            json!({"type": "integer", "default": 1000, "minimum": 1}),
            Honour::Ignored("a connection is kept for as many requests as come"),
        ),
    }})
}

/// The limits of a judgement: so many of something.
fn limit(default: u64) -> Value {
    json!({"type": "integer", "minimum": 1, "maximum": 254, "default": default})
}

fn statuses(default: &[u16]) -> Value {
    json!({"type": "array", "minItems": 1, "uniqueItems": true, "default": default,
        "items": {"type": "integer", "minimum": 200, "maximum": 599}})
}

fn checks() -> Value {
    json!({
        "type": "object",
        "properties": {"active": active(), "passive": passive()},
        "additionalProperties": false,
        "anyOf": [{"required": ["active"]}, {"required": ["active", "passive"]}],
    })
}

fn active() -> Value {
    let method = Honour::Approximate("checks are GET requests");
    let interval = json!({"type": "integer", "minimum": 1, "default": 1});
    json!({
        "type": "object",
        "properties": {
            "type": {"type": "string", "enum": ["http", "https", "tcp"], "default": "http"},
            "timeout": {"type": "number", "default": 1},
            "concurrency": {"type": "integer", "default": 10},
            "host": host(),
            "port": {"type": "integer", "minimum": 1, "maximum": 65535},
            "http_path": {"type": "string", "default": "/"},
            "http_method": honour(
                json!({"type": "string", "default": "GET", "enum": ["GET", "POST", "PUT", "DELETE", "PATCH", "HEAD",
                    "OPTIONS", "CONNECT", "TRACE"]}),
                method,
            ),
            "http_req_body": honour(json!({"type": "string", "default": ""}), method),
            "https_verify_certificate": honour(
                json!({"type": "boolean", "default": true}),
                Honour::Approximate("checks verify certificates as requests do (`tls.verify`)"),
            ),
            "healthy": {"type": "object", "default": {}, "properties": {
                "interval": interval,
                "http_statuses": statuses(&[200, 302]),
                "successes": limit(2),
            }},
            "unhealthy": {"type": "object", "default": {}, "properties": {
                "interval": interval,
                "http_statuses": statuses(&[429, 404, 500, 501, 502, 503, 504, 505]),
                "http_failures": limit(5),
                "tcp_failures": limit(2),
                "timeouts": limit(3),
            }},
            "req_headers": {"type": "array", "minItems": 1, "items": {"type": "string"}},
        },
    })
}

fn passive() -> Value {
    let well = Honour::Approximate(
        "a node that answers well starts its count anew; it is taken in again by the active checks",
    );
    let good = [200, 201, 202, 203, 204, 205, 206, 207, 208, 226, 300, 301, 302, 303, 304, 305, 306, 307, 308];
    json!({
        "type": "object",
        "properties": {
            "type": {"type": "string", "enum": ["http", "https", "tcp"], "default": "http"},
            "healthy": {"type": "object", "default": {}, "properties": {
                "http_statuses": honour(statuses(&good), well),
                "successes": honour(limit(5), well),
            }},
            "unhealthy": {"type": "object", "default": {}, "properties": {
                "http_statuses": statuses(&[429, 500, 503]),
                "tcp_failures": limit(2),
                "timeouts": limit(7),
                "http_failures": limit(5),
            }},
        },
    })
}

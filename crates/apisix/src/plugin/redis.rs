//! The Redis that limits may count in: its fields, which several plugins share.

use crate::entity::Part;
use crate::schema::{Honour, honour};
use model::policy::{CounterStore, RedisStore};
use model::secret::Secret;
use model::tls::ClientTls;
use serde_json::{Value, json};
use std::time::Duration;

/// Adds the fields to the schema of a plugin that has `policy`, with what each policy asks for.
pub(super) fn extend(schema: &mut Value) {
    if let (Some(Value::Object(all)), Value::Object(redis)) = (schema.get_mut("properties"), fields()) {
        all.extend(redis);
    }
    schema["if"] = json!({"properties": {"policy": {"enum": ["redis"]}}, "required": ["policy"]});
    schema["then"] = json!({"required": ["redis_host"]});
    schema["else"] = json!({
        "if": {"properties": {"policy": {"enum": ["redis-cluster"]}}, "required": ["policy"]},
        "then": {"required": ["redis_cluster_nodes", "redis_cluster_name"]},
    });
}

fn fields() -> Value {
    let elsewhere =
        Honour::Unsupported("clusters and sentinels are not spoken to: requests are counted by this gateway alone");
    json!({
        "redis_host": {"type": "string", "minLength": 2},
        "redis_port": {"type": "integer", "minimum": 1, "default": 6379},
        "redis_username": {"type": "string", "minLength": 1},
        "redis_password": {"type": "string", "minLength": 0},
        "redis_database": {"type": "integer", "minimum": 0, "default": 0},
        "redis_timeout": {"type": "integer", "minimum": 1, "default": 1000},
        "redis_ssl": {"type": "boolean", "default": false},
        "redis_ssl_verify": {"type": "boolean", "default": false},
        "redis_keepalive_timeout": honour(json!({"type": "integer", "minimum": 1000, "default": 10000}),
            Honour::Ignored("connections are kept as long as they are good")),
        "redis_keepalive_pool": honour(json!({"type": "integer", "minimum": 1, "default": 100}),
            Honour::Ignored("connections are kept as long as they are good")),
        "redis_cluster_nodes": honour(json!({"type": "array", "minItems": 1, "items": {"type": "string", "minLength": 2, "maxLength": 100}}), elsewhere),
        "redis_cluster_name": honour(json!({"type": "string"}), elsewhere),
        "redis_cluster_ssl": honour(json!({"type": "boolean", "default": false}), elsewhere),
        "redis_cluster_ssl_verify": honour(json!({"type": "boolean", "default": false}), elsewhere),
        "redis_sentinels": honour(json!({"type": "array", "minItems": 1}), elsewhere),
        "redis_master_name": honour(json!({"type": "string"}), elsewhere),
        "redis_role": honour(json!({"type": "string", "enum": ["master", "slave"]}), elsewhere),
        "sentinel_username": honour(json!({"type": "string"}), elsewhere),
        "sentinel_password": honour(json!({"type": "string"}), elsewhere),
    })
}

/// Where the counts of a plugin stand.
pub(super) fn store(conf: Part<'_>) -> CounterStore {
    let Some(host) = conf.owned("redis_host").filter(|_| conf.text("policy") == Some("redis")) else {
        return CounterStore::Local;
    };
    let tls = ClientTls { verify: conf.flag("redis_ssl_verify"), ..ClientTls::default() };
    CounterStore::Redis(Box::new(RedisStore {
        host,
        port: conf.status("redis_port").unwrap_or(6379),
        username: conf.owned("redis_username"),
        password: conf.text("redis_password").filter(|text| !text.is_empty()).map(Secret::new),
        database: conf.count("redis_database").and_then(|number| u32::try_from(number).ok()).unwrap_or_default(),
        tls: conf.flag("redis_ssl").then_some(tls),
        timeout: Duration::from_millis(conf.count("redis_timeout").unwrap_or(1000)),
        pass_without: conf.flag("allow_degradation"),
    }))
}

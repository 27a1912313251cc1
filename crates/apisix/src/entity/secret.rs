//! Where secrets are kept: Vault, AWS, GCP.

use super::route::time;
use crate::schema::{Honour, Schema, honour};
use serde_json::{Value, json};
use std::sync::LazyLock;

/// What all of them have; the rest is told by the manager.
pub(super) fn schema() -> Value {
    json!({"type": "object"})
}

/// The schema of a manager's objects.
pub(super) fn of(manager: &str) -> Option<&'static Schema> {
    static VAULT: LazyLock<Schema> = LazyLock::new(|| Schema::of(vault()));
    static MANAGER: LazyLock<Schema> = LazyLock::new(|| Schema::of(secrets_manager()));
    static GCP: LazyLock<Schema> = LazyLock::new(|| Schema::of(gcp()));
    match manager {
        "vault" => Some(&VAULT),
        "aws" => Some(&MANAGER),
        "gcp" => Some(&GCP),
        _ => None,
    }
}

const UNASKED: Honour = Honour::Unsupported(
    "the manager is not asked: what refers to it keeps its literal text, as in the original when it cannot be resolved",
);

fn with(mut members: Value, required: &[&str]) -> Value {
    if let Value::Object(all) = &mut members {
        all.extend([("create_time".to_owned(), time()), ("update_time".to_owned(), time())]);
    }
    json!({"type": "object", "properties": members, "required": required})
}

fn text() -> Value {
    honour(json!({"type": "string"}), UNASKED)
}

fn vault() -> Value {
    let uri = json!({"type": "string", "pattern": "^[^\\/]+:\\/\\/([\\da-zA-Z.-]+|\\[[\\da-fA-F:]+\\])(:\\d+)?"});
    let members = json!({"uri": honour(uri, UNASKED), "prefix": text(), "token": text(), "namespace": text()});
    with(members, &["uri", "prefix", "token"])
}

fn secrets_manager() -> Value {
    let members = json!({
        "access_key_id": text(),
        "secret_access_key": text(),
        "session_token": text(),
        "region": honour(json!({"type": "string", "default": "us-east-1"}), UNASKED),
        "endpoint_url": text(),
    });
    with(members, &["access_key_id", "secret_access_key"])
}

fn gcp() -> Value {
    let object = honour(json!({"type": "object"}), UNASKED);
    let members = json!({
        "auth_config": object,
        "auth_file": text(),
        "ssl_verify": honour(json!({"type": "boolean", "default": true}), UNASKED),
    });
    let mut schema = with(members, &[]);
    schema["oneOf"] = json!([{"required": ["auth_config"]}, {"required": ["auth_file"]}]);
    schema
}

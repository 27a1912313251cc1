//! Where secrets are kept: Vault, AWS, GCP.

use super::route::time;
use crate::schema::Schema;
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

fn with(mut members: Value, required: &[&str]) -> Value {
    if let Value::Object(all) = &mut members {
        all.extend([("create_time".to_owned(), time()), ("update_time".to_owned(), time())]);
    }
    json!({"type": "object", "properties": members, "required": required})
}

fn text() -> Value {
    json!({"type": "string"})
}

fn url() -> Value {
    json!({"type": "string", "pattern": "^[^\\/]+:\\/\\/([\\da-zA-Z.-]+|\\[[\\da-fA-F:]+\\])(:\\d+)?"})
}

fn vault() -> Value {
    let members = json!({"uri": url(), "prefix": text(), "token": text(), "namespace": text()});
    with(members, &["uri", "prefix", "token"])
}

fn secrets_manager() -> Value {
    let members = json!({
        "access_key_id": text(),
        "secret_access_key": text(),
        "session_token": text(),
        "region": {"type": "string", "default": "us-east-1"},
        "endpoint_url": url(),
    });
    with(members, &["access_key_id", "secret_access_key"])
}

fn gcp() -> Value {
    let usual = |text: &str| json!({"type": "string", "default": text});
    let account = json!({"type": "object", "properties": {
        "client_email": text(),
        "private_key": text(),
        "project_id": text(),
        "token_uri": usual("https://oauth2.googleapis.com/token"),
        "scopes": usual("https://www.googleapis.com/auth/cloud-platform"),
        "entries_uri": usual("https://secretmanager.googleapis.com/v1/"),
    }, "required": ["client_email", "private_key", "project_id", "token_uri"]});
    let members = json!({
        "auth_config": account,
        "auth_file": text(),
        "ssl_verify": {"type": "boolean", "default": true},
    });
    let mut schema = with(members, &[]);
    schema["oneOf"] = json!([{"required": ["auth_config"]}, {"required": ["auth_file"]}]);
    schema
}

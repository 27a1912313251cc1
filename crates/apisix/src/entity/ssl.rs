//! Certificates.

use super::route::{desc, id, labels, time};
use crate::schema::{Honour, honour};
use serde_json::{Value, json};

/// A certificate with its key, or the authority that clients' certificates come from.
pub(super) fn schema() -> Value {
    let cert = json!({"type": "string", "minLength": 128, "maxLength": 65536});
    let key = json!({"type": "string", "minLength": 64, "maxLength": 65536});
    let sni = json!({"type": "string", "pattern": "^\\*?[0-9a-zA-Z-.]+$"});
    json!({
        "type": "object",
        "properties": {
            "id": id(),
            "type": {"description": "ssl certificate type, server to server certificate, client to client certificate for upstream",
                "type": "string", "default": "server", "enum": ["server", "client"]},
            "cert": cert,
            "key": key,
            "sni": sni,
            "snis": {"type": "array", "items": sni, "minItems": 1},
            "certs": {"type": "array", "items": cert},
            "keys": {"type": "array", "items": key},
            "client": {
                "type": "object",
                "properties": {
                    "ca": cert.clone(),
                    "depth": honour(
                        json!({"type": "integer", "minimum": 0, "default": 1}),
                        Honour::Approximate("chains may have any length"),
                    ),
                    "skip_mtls_uri_regex":
                        {"type": "array", "minItems": 1, "uniqueItems": true, "items": {"type": "string"}},
                },
                "required": ["ca"],
            },
            "labels": labels(),
            "status": {"description": "ssl status, 1 to enable, 0 to disable", "type": "integer", "enum": [1, 0],
                "default": 1},
            "ssl_protocols": honour(
                json!({"description": "set ssl protocols", "type": "array", "maxItems": 3, "uniqueItems": true,
                    "items": {"enum": ["TLSv1.1", "TLSv1.2", "TLSv1.3"]}}),
                Honour::Ignored("TLS 1.2 and 1.3 are spoken"),
            ),
            "desc": desc(),
            "validity_start": time(),
            "validity_end": time(),
            "create_time": time(),
            "update_time": time(),
        },
        "if": {"properties": {"type": {"enum": ["server"]}}},
        "then": {"oneOf": [{"required": ["sni", "key", "cert"]}, {"required": ["snis", "key", "cert"]}]},
        "else": {"required": ["key", "cert"]},
        "additionalProperties": false,
    })
}

//! Files that definitions name: certificates, keys and stores of both.

use dialect::Source;
use serde_json::Value;
use std::path::{Path, PathBuf};

/// Whether a document is such a file rather than a definition.
pub(crate) fn is_store(bytes: &[u8]) -> bool {
    let magic = matches!(bytes, [0x30, 0x80..=0xff, ..] | [0xfe, 0xed, 0xfe, 0xed, ..] | [0xce, 0xce, 0xce, 0xce, ..]);
    magic || bytes.trim_ascii_start().starts_with(b"-----BEGIN ")
}

/// The files that these definitions name, as far as they can be read: a path goes from where the gateway was started,
/// or from the folder of the definition.
pub(super) fn named(definitions: &[Source]) -> Vec<Source> {
    let mut found: Vec<Source> = Vec::new();
    for definition in definitions {
        let Ok(json) = serde_json::from_slice::<Value>(&definition.bytes) else { continue };
        let mut names = Vec::new();
        collect(&json, &mut names);
        for name in names {
            let path = placed(&name, &definition.key);
            let key = path.to_string_lossy().into_owned();
            let known = found.iter().chain(definitions).any(|source| source.key == key);
            if let (false, Ok(bytes)) = (known, std::fs::read(&path)) {
                found.push(Source { key, bytes });
            }
        }
    }
    found
}

fn placed(name: &str, definition: &str) -> PathBuf {
    let given = PathBuf::from(name);
    let beside = Path::new(definition).parent().map(|folder| folder.join(name));
    if given.is_file() { given } else { beside.unwrap_or(given) }
}

fn collect(json: &Value, names: &mut Vec<String>) {
    match json {
        Value::Object(members) => {
            for (name, value) in members {
                if matches!(name.as_str(), "trustStore" | "keyStore") {
                    let paths = ["path", "certPath", "keyPath"].map(|name| value.get(name).and_then(Value::as_str));
                    names.extend(paths.into_iter().flatten().filter(|path| !path.is_empty()).map(str::to_owned));
                }
                collect(value, names);
            }
        }
        Value::Array(items) => items.iter().for_each(|item| collect(item, names)),
        // events have definitions in texts
        Value::String(text) if text.starts_with('{') => {
            if let Ok(inner) = serde_json::from_str(text) {
                collect(&inner, names);
            }
        }
        Value::String(_) | Value::Null | Value::Bool(_) | Value::Number(_) => {}
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn stores_are_found_wherever_they_are_named() {
        let json = serde_json::json!({
            "proxy": {"groups": [{"ssl": {"trustStore": {"type": "PEM", "path": "a.pem"}}}]},
            "payload": "{\"ssl\": {\"keyStore\": {\"certPath\": \"b\", \"keyPath\": \"c\", \"path\": \"\"}}}",
            "other": {"path": "d"},
        });
        let mut names = Vec::new();
        collect(&json, &mut names);
        names.sort();
        assert_eq!(names, ["a.pem", "b", "c"]);
    }

    #[test]
    fn stores_are_told_from_definitions() {
        for (bytes, expected) in [
            (&b"{}"[..], false),
            (b"0", false),
            (b"0{", false),
            (b" -----BEGIN CERTIFICATE-----", true),
            (&[0x30, 0x82, 1, 2], true),
            (&[0xfe, 0xed, 0xfe, 0xed, 0], true),
        ] {
            assert_eq!(is_store(bytes), expected, "{bytes:?}");
        }
    }
}

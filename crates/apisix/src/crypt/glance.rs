//! Whether an object may have texts that are encrypted in etcd: most have none, and need not be read for it.

use crate::plugin::Plugin;
use serde::Deserialize;
use serde::de::{Deserializer, IgnoredAny, MapAccess, Visitor};
use std::fmt;

/// The members that may hold such texts.
#[derive(Deserialize)]
struct Glance {
    #[serde(default)]
    plugins: Plugins,
    upstream: Option<Upstream>,
    tls: Option<IgnoredAny>,
    key: Option<IgnoredAny>,
    keys: Option<IgnoredAny>,
}

#[derive(Deserialize)]
struct Upstream {
    tls: Option<IgnoredAny>,
}

/// Whether there is a plugin with such texts.
#[derive(Default)]
struct Plugins(bool);

/// Whether it may have some. What cannot be told at a glance may.
pub(super) fn may_have_secrets(text: &[u8], of_plugins: bool) -> bool {
    let Ok(Glance { plugins, upstream, tls, key, keys }) = serde_json::from_slice(text) else { return true };
    let of_upstream = tls.is_some() || upstream.is_some_and(|upstream| upstream.tls.is_some());
    of_upstream || key.is_some() || keys.is_some() || of_plugins && plugins.0
}

impl<'de> Deserialize<'de> for Plugins {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_map(Names)
    }
}

struct Names;

impl<'de> Visitor<'de> for Names {
    type Value = Plugins;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("plugins by name")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Plugins, A::Error> {
        let mut any = false;
        // a name that is written with escapes is no text that can be borrowed: it cannot be told at a glance
        while let Some(name) = map.next_key::<&str>()? {
            any |= Plugin::named(name).is_some_and(|plugin| !plugin.encrypted().is_empty());
            map.next_value::<IgnoredAny>()?;
        }
        Ok(Plugins(any))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_glance_tells_what_has_no_secrets() {
        let cases = [
            (r#"{"uri": "/", "plugins": {}, "upstream": {"nodes": {"a": 1}}}"#, false, false),
            (r#"{"uri": "/", "plugins": {"cors": {"key": "x"}, "nobody": {}}}"#, false, false),
            (r#"{"plugins": {"cors": {}, "key-auth": {"key": "x"}}}"#, true, false),
            (r#"{"plugins": {"key\u002dauth": {"key": "x"}}}"#, true, true),
            (r#"{"plugins": {"cors": {}}, "plugins": {"key-auth": {"key": "x"}}}"#, true, true),
            (r#"{"upstream": {"tls": {"client_key": "x"}}}"#, true, true),
            (r#"{"upstream": 1}"#, true, true),
            (r#"{"tls": {"client_key": "x"}}"#, true, true),
            (r#"{"key": "x"}"#, true, true),
            (r#"{"keys": []}"#, true, true),
            (r#"{"plugins": []}"#, true, true),
            (r#"{"plugins": null}"#, true, true),
            (r#"{"desc": "a\"b"}"#, false, false),
            ("no JSON", true, true),
        ];
        for (text, with_plugins, without) in cases {
            let found = [true, false].map(|of_plugins| may_have_secrets(text.as_bytes(), of_plugins));
            assert_eq!(found, [with_plugins, without], "{text}");
        }
    }
}

//! Keys that the local Lambda takes beside its own: those of a file, and those that the sources sign with.

use crate::exit::Refusal;
use emulator::KeyPair;
use model::aws::{Aws, Source};
use model::call::{Call, Target, UrlAuth};
use model::policy::Policy;
use model::{Gateway, Secret};
use std::path::Path;

/// The pairs of a file; see `emulator::keys` for how it is written.
pub(crate) fn read(file: &Path) -> Result<Vec<KeyPair>, Refusal> {
    emulator::keys::read(file).map_err(|error| {
        let remedy = "write one key a line: the access key, a blank, the secret key";
        Refusal::new(format!("--local-keys {error}"), remedy)
    })
}

/// The static keys of all calls: whoever has the same configuration may call here too.
pub(crate) fn of_sources(gateway: &Gateway) -> Vec<KeyPair> {
    let mut pairs: Vec<KeyPair> = Vec::new();
    for account in calls(gateway).map(account) {
        for source in &account.credentials.sources {
            if let Source::Static { access_key, secret_key, session_token } = source.clone() {
                add(&mut pairs, KeyPair { access_key, secret_key, session_token });
            }
        }
    }
    pairs
}

/// What the calls by URL send as `x-api-key`.
pub(crate) fn api_keys(gateway: &Gateway) -> Vec<Secret> {
    let mut keys: Vec<Secret> = Vec::new();
    for call in calls(gateway) {
        let Target::Url(target) = &call.target else { continue };
        let key = match &target.auth {
            UrlAuth::ApiKey(key) => Some(key),
            UrlAuth::Relay(relay) => relay.fields.iter().find(|(name, _)| name == "x-api-key").map(|(_, key)| key),
            UrlAuth::None | UrlAuth::Sign(_) => None,
        };
        if let Some(key) = key.filter(|key| !keys.contains(key)) {
            keys.push(key.clone());
        }
    }
    keys
}

/// Adds a pair, unless its access key is there: one that stands first is the one that is checked.
pub(crate) fn add(pairs: &mut Vec<KeyPair>, pair: KeyPair) {
    if !pairs.iter().any(|known| known.access_key == pair.access_key) {
        pairs.push(pair);
    }
}

fn account(call: &Call) -> &Aws {
    match &call.target {
        Target::Function(target) => &target.aws,
        Target::Url(target) => &target.aws,
    }
}

fn calls(gateway: &Gateway) -> impl Iterator<Item = &Call> {
    let steps = gateway.tables.iter().flat_map(|table| {
        let routes = table.routes.iter().flat_map(|route| &route.chain.groups).flat_map(|group| &group.steps);
        let overlays = table.overlays.iter().flat_map(|overlay| &overlay.steps);
        table.global.iter().chain(routes).chain(overlays)
    });
    steps.filter_map(|step| match &step.policy {
        Policy::Call(call) => Some(call.as_ref()),
        _ => None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use dialect::Dialect;

    const CONFIG: &str = "
aws: { credentials: { access_key: A, secret_key: B } }
routes:
  - { match: /a, function: a }
  - { match: /b, function: b }
  - { match: /c, function: { name: c, aws: { credentials: { access_key: C, secret_key: D, session_token: E } } } }
  - { match: /d, url: { to: 'http://127.0.0.1:1/d', api_key: F } }
";

    #[test]
    fn sources_bring_their_keys() {
        let (bytes, revision) = (bytes::Bytes::from_static(CONFIG.as_bytes()), store::Revision(1));
        let document =
            store::Document { key: "a.yaml".into(), bytes, created: revision, modified: revision, expires: None };
        let lowered = native::Native.lower(&[document].into(), &std::collections::BTreeMap::new());
        let pairs = of_sources(&lowered.gateway);
        let seen: Vec<_> = pairs.iter().map(|pair| (pair.access_key.as_str(), pair.session_token.is_some())).collect();
        assert_eq!(seen, [("A", false), ("C", true)], "{:?}", lowered.findings);
        assert_eq!(api_keys(&lowered.gateway), [Secret::new("F")]);
    }
}

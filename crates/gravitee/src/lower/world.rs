//! What expressions of an API may ask that is the same for every request.

use super::api::{Api, Place};
use super::mapped::mapped;
use super::{Lowering, key, property};
use crate::entity::VERSION;
use crate::part::Part;
use crate::read::Version;
use dialect::Faith;
use model::secret::Secret;
use model::world::{Constant, World};
use std::collections::BTreeMap;

/// Variables and attributes of an API.
pub(super) fn world(api: &Api<'_>, places: &[Place], at: &mut Lowering<'_>) -> World {
    let properties = properties(api, at);
    let version = match api.version {
        Version::V2 => api.part.text("version"),
        Version::V4 => api.part.text("apiVersion"),
    };
    let about = bean([
        ("id", Constant::text(&api.id)),
        ("name", Constant::text(&api.name)),
        ("version", version.map_or(Constant::Null, Constant::text)),
        ("properties", properties.clone()),
    ]);
    let variables = BTreeMap::from([
        ("api".to_owned(), about),
        ("properties".to_owned(), properties),
        ("dictionaries".to_owned(), Constant::Map(BTreeMap::new())),
        ("endpoints".to_owned(), endpoints(api)),
        ("node".to_owned(), node(at)),
        ("secrets".to_owned(), Constant::Secrets(at.secrets.clone())),
    ]);
    World {
        variables,
        attributes: attributes(api, places),
        attribute_prefix: key::PREFIX.to_owned(),
        paths: Vec::new(),
        mapped: mapped(api, at),
        allowed: at.settings.allowed.clone(),
    }
}

fn attributes(api: &Api<'_>, places: &[Place]) -> BTreeMap<String, Constant> {
    let mut attributes = BTreeMap::from([
        ("api", Constant::text(&api.id)),
        ("api.name", Constant::text(&api.name)),
        ("organization", Constant::text("DEFAULT")),
        ("environment", Constant::text("DEFAULT")),
    ]);
    if let [place] = places {
        attributes.insert("context-path", Constant::text(&place.path));
    }
    attributes.into_iter().map(|(name, value)| (format!("{}{name}", key::PREFIX), value)).collect()
}

/// How often a property may name another that names another.
const DEEPEST: usize = 16;

fn properties(api: &Api<'_>, at: &mut Lowering<'_>) -> Constant {
    let mut written: Vec<(String, String)> = Vec::new();
    let mut encrypted: Vec<String> = Vec::new();
    let parts = api.part.parts("properties");
    for part in &parts {
        match part.filled("key") {
            Some(key) => {
                encrypted.extend(part.flag("encrypted").then(|| key.to_owned()));
                written.push((key.to_owned(), value(part, at)));
            }
            // older definitions write them as a map
            None => written.extend(plain(part)),
        }
    }
    let resolved = written.iter().map(|(name, value)| (name.clone(), resolve(value, &written, 0)));
    let constant = |(name, value): (String, String)| match encrypted.contains(&name) {
        true => (name, Constant::Secret(Secret::new(value))),
        false => (name, Constant::Text(value)),
    };
    Constant::Map(resolved.map(constant).collect())
}

fn value(part: &Part<'_>, at: &mut Lowering<'_>) -> String {
    let written = part.owned("value").unwrap_or_default();
    if !part.flag("encrypted") {
        return written;
    }
    let plain = property::decrypted(&written, &at.settings.property_key);
    if plain.is_none() {
        let text = "api.properties.encryption.secret does not decrypt it: expressions see the encrypted text";
        at.notes.say(Faith::Unsupported, part, "value", text);
    }
    plain.unwrap_or(written)
}

fn plain(part: &Part<'_>) -> Vec<(String, String)> {
    part.texts_of_map().into_iter().map(|(name, value)| (name.to_owned(), value.to_owned())).collect()
}

/// `{{name}}` in a value is the value of another property.
fn resolve(value: &str, all: &[(String, String)], depth: usize) -> String {
    let mut out = String::new();
    let mut rest = value;
    while let Some((before, tail)) = rest.split_once("{{") {
        let Some((name, after)) = tail.split_once("}}") else { break };
        out.push_str(before);
        match all.iter().find(|(key, _)| key == name.trim()).filter(|_| depth < DEEPEST) {
            Some((_, other)) => out.push_str(&resolve(other, all, depth + 1)),
            None => out.push_str(&format!("{{{{{name}}}}}")),
        }
        rest = after;
    }
    out.push_str(rest);
    out
}

/// The name of each endpoint and group, as policies name them: with a colon.
fn endpoints(api: &Api<'_>) -> Constant {
    let mut names = BTreeMap::new();
    for group in super::endpoint::written(api) {
        let endpoints = group.parts("endpoints");
        for part in std::iter::once(&group).chain(&endpoints) {
            if let Some(name) = part.filled("name") {
                names.insert(name.to_owned(), Constant::Text(format!("{name}:")));
            }
        }
    }
    Constant::Map(names)
}

fn node(at: &Lowering<'_>) -> Constant {
    let tags = at.settings.tags.iter().map(Constant::text).collect();
    bean([
        ("id", Constant::text("lambdagate")),
        ("version", Constant::text(VERSION)),
        ("tenant", at.settings.tenant.as_ref().map_or(Constant::Null, Constant::text)),
        ("shardingTags", Constant::List(tags)),
        ("zone", Constant::Null),
    ])
}

fn bean<const N: usize>(members: [(&str, Constant); N]) -> Constant {
    Constant::Bean(members.into_iter().map(|(name, value)| (name.to_owned(), value)).collect())
}

//! Whether an object is what it should be, in the Admin API's words: schema, plugins, and what no schema can say.
//!
//! What it refers to is not looked at; that needs the other objects.

use crate::document::Place;
use crate::entity::{Kind, Part, secret_schema};
use crate::plugin::{Plugin, Side, absent, meta::Meta};
use crate::schema::{Object, Schema};
use net::tls::{PemProblem, ServerCertificate, check_certificate};
use serde_json::{Value, json};
use std::borrow::Cow;
use std::sync::LazyLock;

/// Which plugins are known by name: those that are enabled.
pub type Known<'a> = &'a dyn Fn(&str) -> bool;

/// What is wrong with an object, as the Admin API tells it.
pub fn check(place: &Place, value: &Value, known: Known<'_>) -> Result<(), String> {
    let invalid = |error: String| format!("invalid configuration: {error}");
    let named = with_id(place, value);
    place.kind.schema().check(&named).map_err(invalid)?;
    if place.kind == Kind::Secrets {
        let manager = place.parent.as_deref().unwrap_or_default();
        let schema = secret_schema(manager).ok_or_else(|| format!("invalid secret manager: {manager}"))?;
        return schema.check(value).map_err(invalid);
    }
    if place.kind == Kind::PluginMetadata {
        return metadata(&place.id, value, known);
    }
    let Value::Object(object) = value else { return Ok(()) };
    let side = match place.kind {
        Kind::Consumers | Kind::Credentials => Side::Consumer,
        _ => Side::Route,
    };
    if place.kind == Kind::Upstreams {
        return upstream(object);
    }
    if let Some(inner) = object.get("upstream").and_then(Value::as_object) {
        upstream(inner)?;
    }
    if let Some(confs) = object.get("plugins") {
        plugins(confs, side, known)?;
        only_auth(place, confs)?;
    }
    vars(object)?;
    if place.kind == Kind::Ssls { certificate(object) } else { Ok(()) }
}

/// An object with the id that its key says, where it does not say it itself.
fn with_id<'v>(place: &Place, value: &'v Value) -> Cow<'v, Value> {
    let unnamed = matches!(place.kind, Kind::Consumers | Kind::PluginMetadata | Kind::Secrets);
    match value {
        Value::Object(object) if !unnamed && !object.contains_key("id") => {
            let mut named = object.clone();
            named.insert("id".to_owned(), json!(place.id));
            Cow::Owned(Value::Object(named))
        }
        _ => Cow::Borrowed(value),
    }
}

/// What is wrong with plugins' configurations.
pub fn plugins(confs: &Value, side: Side, known: Known<'_>) -> Result<(), String> {
    for (name, conf) in confs.as_object().into_iter().flatten() {
        plugin(name, conf, side, known)?;
    }
    Ok(())
}

/// What is wrong with a plugin's configuration.
pub fn plugin(name: &str, conf: &Value, side: Side, known: Known<'_>) -> Result<(), String> {
    if !known(name) {
        return Err(format!("unknown plugin [{name}]"));
    }
    let empty = json!({});
    let conf = match conf {
        Value::Object(_) => conf,
        Value::Array(items) if items.is_empty() => &empty,
        other => return Err(format!("invalid plugin conf {other} for plugin [{name}]")),
    };
    if Meta::of(conf).disabled() {
        return Ok(());
    }
    let told = |error: String| format!("failed to check the configuration of plugin {name} err: {error}");
    match Plugin::named(name) {
        Some(plugin) => plugin.check(side, conf).map_err(told)?,
        None => return Ok(()),
    }
    match Meta::of(conf).filter() {
        Some(filter) => {
            expression(filter).map_err(|error| format!("failed to validate the 'vars' expression: {error}"))
        }
        None => Ok(()),
    }
}

/// A credential has what authenticates and nothing else.
fn only_auth(place: &Place, confs: &Value) -> Result<(), String> {
    let mut names = confs.as_object().into_iter().flatten().map(|(name, _)| name);
    let other = names.any(|name| Plugin::named(name).is_none_or(|plugin| !plugin.authenticates()));
    match place.kind == Kind::Credentials && other {
        true => Err("only supports auth type plugins in consumer credential".to_owned()),
        false => Ok(()),
    }
}

fn metadata(name: &str, value: &Value, known: Known<'_>) -> Result<(), String> {
    if !known(name) {
        return Err("invalid plugin name".to_owned());
    }
    match Plugin::named(name).and_then(Plugin::metadata) {
        Some(schema) => schema.check(value).map_err(|error| format!("invalid configuration: {error}")),
        None => Ok(()),
    }
}

/// What no schema says about an upstream.
fn upstream(object: &Object) -> Result<(), String> {
    let part = Part::of(object);
    if part.text("pass_host") == Some("rewrite") && part.text("upstream_host").is_none_or(str::is_empty) {
        return Err("`upstream_host` can't be empty when `pass_host` is `rewrite`".to_owned());
    }
    if part.text("type") != Some("chash") || part.text("hash_on") == Some("consumer") {
        return Ok(());
    }
    let key = part.value("key").ok_or_else(|| "missing key".to_owned())?;
    let schema: &Schema = match part.text("hash_on").unwrap_or("vars") {
        "vars" => &HASH_VARS,
        "header" | "cookie" => &HASH_NAME,
        _ => return Ok(()),
    };
    schema.check(key).map_err(|error| format!("invalid configuration: {error}"))
}

static HASH_VARS: LazyLock<Schema> = LazyLock::new(|| {
    let names =
        "uri|server_name|server_addr|request_uri|remote_port|remote_addr|query_string|host|hostname|mqtt_client_id";
    Schema::of(json!({"type": "string", "pattern": format!("^(({names})|arg_[0-9a-zA-z_-]+)$")}))
});

static HASH_NAME: LazyLock<Schema> =
    LazyLock::new(|| Schema::of(json!({"type": "string", "pattern": "^[a-zA-Z0-9-_]+$"})));

fn vars(object: &Object) -> Result<(), String> {
    let Some(vars) = object.get("vars") else { return Ok(()) };
    expression(vars).map_err(|error| format!("failed to validate the 'vars' expression: {error}"))
}

/// Whether an expression can be read.
fn expression(value: &Value) -> Result<(), String> {
    let rules = value.as_array().map_or(&[][..], Vec::as_slice);
    expr::vars::read(rules, &|name: &str| name.to_owned()).map(|_| ()).map_err(|error| error.to_string())
}

fn certificate(object: &Object) -> Result<(), String> {
    let part = Part::of(object);
    let (certs, keys) = (part.items("certs").len(), part.items("keys").len());
    if certs != keys {
        return Err("mismatched number of certs and keys".to_owned());
    }
    let pem = |text: &str| text.contains("-----BEGIN ") || text.starts_with("$");
    let texts = |name: &str| part.items(name).iter().map(Value::as_str).collect::<Vec<_>>();
    let pairs = texts("certs").into_iter().zip(texts("keys")).chain([(part.text("cert"), part.text("key"))]);
    for (cert, key) in pairs {
        if cert.is_some_and(|cert| !pem(cert)) {
            return Err(format!("failed to parse cert: {NO_CERTIFICATE}"));
        }
        cert.zip(key).map_or(Ok(()), |(cert, key)| readable(cert, key))?;
    }
    if part.text("client.ca").is_some_and(|ca| !pem(ca)) {
        return Err(format!("failed to validate client_cert: failed to parse cert: {NO_CERTIFICATE}"));
    }
    Ok(())
}

/// What the original's library says.
const NO_CERTIFICATE: &str = "PEM_read_bio_X509_AUX() failed";

/// A certificate and its key can be shown to clients, where both are written out and not encrypted.
fn readable(cert: &str, key: &str) -> Result<(), String> {
    if !cert.contains("-----BEGIN ") || !key.contains("-----BEGIN ") {
        return Ok(());
    }
    let pair = ServerCertificate { hosts: Vec::new(), chain_pem: cert.to_owned(), key_pem: key.to_owned() };
    check_certificate(&pair).map_err(|why| match why {
        PemProblem::KeyMismatch => format!("failed to parse key: {why}"),
        why if why.is_of_key() => "failed to parse key: PEM_read_bio_PrivateKey() failed".to_owned(),
        _ => format!("failed to parse cert: {NO_CERTIFICATE}"),
    })
}

/// Whether a plugin exists at all, here or in the original.
pub fn exists(name: &str) -> bool {
    Plugin::named(name).is_some() || absent(name).is_some()
}

#[cfg(test)]
mod tests;

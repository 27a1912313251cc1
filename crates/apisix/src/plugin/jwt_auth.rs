//! `jwt-auth`: a signed token that names the client.

use super::{Parts, Steps, words};
use crate::entity::Part;
use crate::lower::At;
use crate::schema::{Honour, honour};
use model::chain::Phase;
use model::consumer::{Algorithm, Proof, Verifier};
use model::policy::{Case, Challenge, Jwt, Policy, RegisteredClaim};
use model::secret::Secret;
use serde_json::{Value, json};
use std::time::Duration;

pub(super) fn parts() -> Parts {
    let schema = json!({"type": "object", "properties": {
        "header": {"type": "string", "default": "authorization"},
        "query": {"type": "string", "default": "jwt"},
        "cookie": {"type": "string", "default": "jwt"},
        "hide_credentials": {"type": "boolean", "default": false},
        "key_claim_name": {"type": "string", "default": "key", "minLength": 1},
        "store_in_ctx": honour(
            json!({"type": "boolean", "default": false}),
            Honour::Ignored("it is kept in any case; only Lua could read it in the original's place"),
        ),
        "realm": super::realm("jwt"),
        "claims_to_verify": {"type": "array", "items": {"type": "string", "enum": ["exp", "nbf"]}, "uniqueItems": true},
        "anonymous_consumer": super::anonymous_consumer(),
    }});
    Parts::new(schema).consumer(consumer(), check, proof).encrypted(&["secret"])
}

fn consumer() -> Value {
    let names: Vec<&str> = Algorithm::ALL.into_iter().map(Algorithm::name).collect();
    let (shared, public): (Vec<&str>, Vec<&str>) = names.iter().copied().partition(|name| name.starts_with("HS"));
    json!({
        "type": "object",
        "properties": {
            "key": {"type": "string", "minLength": 1},
            "secret": {"type": "string", "minLength": 1},
            "algorithm": {"type": "string", "enum": names, "default": "HS256"},
            "exp": honour(
                json!({"type": "integer", "minimum": 1, "default": 86400}),
                Honour::Ignored("it is for making tokens, which is not done here; tokens are checked by their own exp"),
            ),
            "base64_secret": {"type": "boolean", "default": false},
            "lifetime_grace_period": {"type": "integer", "minimum": 0, "default": 0},
            "public_key": {"type": "string"},
        },
        "dependencies": {"algorithm": {"oneOf": [
            {"properties": {"algorithm": {"enum": shared}}},
            {"properties": {"public_key": {"type": "string"}, "algorithm": {"enum": public}}, "required": ["public_key"]},
        ]}},
        "required": ["key"],
    })
}

fn check(conf: Part<'_>) -> Result<(), String> {
    let shared = algorithm(conf).is_some_and(Algorithm::is_shared);
    let secret = conf.text("secret");
    if shared && secret.is_none() {
        return Err("property \"secret\" is required when using HS based algorithms".to_owned());
    }
    if conf.flag("base64_secret") && secret.is_some_and(|secret| decoded(secret).is_none()) {
        return Err("base64_secret required but the secret is not in base64 format".to_owned());
    }
    Ok(())
}

fn algorithm(conf: Part<'_>) -> Option<Algorithm> {
    Algorithm::from_name(conf.text("algorithm").unwrap_or("HS256"))
}

fn decoded(secret: &str) -> Option<Vec<u8>> {
    use base64::Engine;
    base64::engine::general_purpose::STANDARD.decode(secret).ok()
}

fn proof(conf: Part<'_>) -> Option<Proof> {
    let (key, algorithm) = (conf.owned("key")?, algorithm(conf)?);
    let verifier = match algorithm.is_shared() {
        true => {
            let secret = Secret::new(conf.text("secret").filter(|secret| !secret.is_empty())?);
            if conf.flag("base64_secret") { Verifier::Encoded(secret) } else { Verifier::Shared(secret) }
        }
        false => Verifier::Public(conf.owned("public_key")?),
    };
    let grace = Duration::from_secs(conf.count("lifetime_grace_period").unwrap_or_default());
    Some(Proof::Token { key, algorithm, verifier, grace })
}

pub(super) fn lower(conf: Part<'_>, at: &mut At<'_>) -> Steps {
    let text = |name: &str, usual: &str| conf.text(name).unwrap_or(usual).to_owned();
    let claims = conf.texts("claims_to_verify");
    let claim = |name: &String| match name.as_str() {
        "exp" => Some(RegisteredClaim::Expires),
        "nbf" => Some(RegisteredClaim::NotBefore),
        _ => None,
    };
    let late = "failed to verify jwt";
    let policy = Jwt {
        headers: vec![text("header", "authorization").to_ascii_lowercase()],
        query: vec![text("query", "jwt")],
        cookies: vec![text("cookie", "jwt")],
        in_order: true,
        bare: true,
        key_claim: text("key_claim_name", "key"),
        claims: claims.iter().filter_map(claim).collect(),
        hide: conf.flag("hide_credentials"),
        anonymous: at.anonymous(conf),
        identity: super::identity(),
        challenge: Challenge::of(format!("Bearer realm=\"{}\"", text("realm", "jwt"))),
        refusals: words::messages([
            (Case::Absent, 401, "Missing JWT token in request"),
            (Case::Several, 401, "JWT token invalid"),
            (Case::Unreadable, 401, "JWT token invalid"),
            (Case::NoKeyClaim, 401, "missing user key in JWT token"),
            (Case::BadKeyClaim, 401, "missing user key in JWT token"),
            (Case::UnknownKey, 401, "Invalid user key in JWT token"),
            (Case::Algorithm, 401, late),
            (Case::BadKey, 401, late),
            (Case::Signature, 401, late),
            (Case::Claims, 401, late),
        ]),
        ..Jwt::default()
    };
    vec![(Phase::Rewrite, Policy::Jwt(Box::new(policy)))]
}

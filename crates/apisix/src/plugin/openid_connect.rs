//! `openid-connect`: tokens of an identity provider. What sends browsers to log in is not there.

use super::{Parts, Steps, words};
use crate::entity::Part;
use crate::lower::At;
use crate::schema::{Honour, honour};
use dialect::Faith;
use expr::schema::Judge;
use model::chain::Phase;
use model::consumer::{Algorithm, Verifier};
use model::forward::{Forward, ForwardProxy};
use model::policy::{
    AccessToken, Audience, Believed, Case, Challenge, ClientLogin, Introspection, KeySet, Policy, Refusal, RefusalForm,
    Refusals, TokenFact, TokenProof, TokenSpot,
};
use model::secret::Secret;
use model::server::Server;
use model::tls::ClientTls;
use serde_json::{Value, json};
use std::time::Duration;

/// What is for the flow of browsers alone.
const OF_BROWSERS: [&str; 27] = [
    "scope",
    "token_endpoint_auth_method",
    "session",
    "session_contents",
    "logout_path",
    "redirect_uri",
    "post_logout_redirect_uri",
    "use_pkce",
    "par",
    "dpop",
    "set_id_token_header",
    "set_raw_id_token_header",
    "set_refresh_token_header",
    "authorization_params",
    "client_rsa_private_key",
    "client_rsa_private_key_id",
    "client_jwt_assertion_expires_in",
    "client_jwt_assertion_alg",
    "client_jwt_assertion_audience",
    "renew_access_token_on_expiry",
    "access_token_expires_in",
    "access_token_expires_leeway",
    "refresh_session_interval",
    "iat_slack",
    "force_reauthorize",
    "use_nonce",
    "revoke_tokens_on_logout",
];

pub(super) fn parts() -> Parts {
    let text = || json!({"type": "string"});
    let flag = |usual: bool| json!({"type": "boolean", "default": usual});
    let mut schema = json!({"type": "object", "properties": {
        "client_id": text(),
        "client_secret": text(),
        "discovery": text(),
        "ssl_verify": flag(true),
        "timeout": {"type": "integer", "minimum": 1, "default": 3},
        "introspection_endpoint": text(),
        "introspection_endpoint_auth_method": {"type": "string", "default": "client_secret_basic"},
        "bearer_only": flag(false),
        "realm": {"type": "string", "default": "apisix"},
        "claim_validator": {"type": "object", "properties": {
            "issuer": {"type": "object", "properties": {
                "valid_issuers": {"type": "array", "items": text()},
            }},
            "audience": {"type": "object", "properties": {
                "claim": {"type": "string", "default": "aud"},
                "required": flag(false),
                "match_with_client_id": flag(false),
            }},
        }},
        "unauth_action": {"type": "string", "default": "auth", "enum": ["auth", "deny", "pass"]},
        "public_key": text(),
        "use_jwks": flag(false),
        "token_signing_alg_values_expected": text(),
        "set_access_token_header": flag(true),
        "access_token_in_authorization_header": flag(false),
        "set_userinfo_header": flag(true),
        "proxy_opts": {"type": "object", "properties": {
            "http_proxy": text(), "https_proxy": text(), "http_proxy_authorization": text(),
            "https_proxy_authorization": text(), "no_proxy": text(),
        }},
        "accept_none_alg": honour(flag(false), Honour::Ignored("a token without a signature is never good")),
        "accept_unsupported_alg": honour(flag(true), Honour::Ignored("a signature that cannot be checked is never good")),
        "jwk_expires_in": {"type": "integer", "default": 86400},
        "jwt_verification_cache_ignore": honour(flag(false), Honour::Ignored("signatures are checked each time")),
        "cache_segment": honour(text(), Honour::Ignored("answers are kept apart by what is asked, and how")),
        "introspection_interval": {"type": "integer", "default": 0},
        "introspection_expiry_claim": honour(text(), Honour::Ignored("an answer is believed until its exp at most")),
        "introspection_addon_headers": {"type": "array", "minItems": 1, "items": {"type": "string", "pattern": "^[^:]+$"}},
        "required_scopes": {"type": "array", "items": text()},
        "claim_schema": {"type": "object"},
    }, "required": ["client_id", "discovery"]});
    if let Some(Value::Object(all)) = schema.get_mut("properties") {
        for name in OF_BROWSERS {
            all.insert(name.to_owned(), honour(of_browsers(name), Honour::Ignored("browsers are not sent to log in")));
        }
    }
    Parts::new(schema).check(check).encrypted(&["client_secret", "client_rsa_private_key", "session.secret"])
}

fn of_browsers(name: &str) -> Value {
    match name {
        "session" => json!({"type": "object", "properties": {"secret": {"type": "string", "minLength": 16}},
            "required": ["secret"]}),
        "session_contents" | "par" | "dpop" | "authorization_params" => json!({"type": "object"}),
        "client_jwt_assertion_expires_in"
        | "access_token_expires_in"
        | "access_token_expires_leeway"
        | "refresh_session_interval"
        | "iat_slack" => json!({"type": "integer"}),
        "use_pkce"
        | "set_id_token_header"
        | "set_raw_id_token_header"
        | "set_refresh_token_header"
        | "renew_access_token_on_expiry"
        | "force_reauthorize"
        | "use_nonce"
        | "revoke_tokens_on_logout" => {
            json!({"type": "boolean"})
        }
        _ => json!({"type": "string"}),
    }
}

fn check(conf: Part<'_>) -> Result<(), String> {
    let bearer_only = conf.flag("bearer_only");
    if !bearer_only && conf.value("session").is_none() {
        return Err("property \"session.secret\" is required when \"bearer_only\" is false".to_owned());
    }
    let by_key = conf.value("public_key").is_some() || conf.flag("use_jwks");
    let method = |name: &str| conf.text(name) == Some("private_key_jwt");
    let without_secret = match bearer_only {
        true => by_key || method("introspection_endpoint_auth_method"),
        false => method("token_endpoint_auth_method") || conf.flag("use_pkce"),
    };
    if !without_secret && conf.value("client_secret").is_none() {
        return Err("property \"client_secret\" is required".to_owned());
    }
    match conf.value("claim_schema").map(Judge::read) {
        Some(Err(error)) => Err(format!("check claim_schema failed: {error}")),
        Some(Ok(_)) | None => Ok(()),
    }
}

pub(super) fn lower(conf: Part<'_>, at: &mut At<'_>) -> Steps {
    let bearer_only = conf.flag("bearer_only");
    let by_key = conf.value("public_key").is_some() || conf.flag("use_jwks");
    if !bearer_only && !by_key && conf.value("introspection_endpoint").is_none() {
        let text = "browsers are not sent to log in, and nothing else is configured that lets in: requests get 503";
        at.say(Faith::Unsupported, "bearer_only", text);
        return vec![(Phase::Rewrite, Policy::Missing { name: "openid-connect".to_owned() })];
    }
    let action = conf.text("unauth_action").unwrap_or("auth");
    if !bearer_only && action == "auth" {
        let text = "browsers are not sent to log in: a request without a token is refused";
        at.say(Faith::Unsupported, "unauth_action", text);
    }
    let unknown = conf.value("claim_schema").map(Judge::unknown).unwrap_or_default();
    if !unknown.is_empty() {
        at.say(Faith::Unsupported, "claim_schema", format!("not judged of this schema: {}", unknown.join(", ")));
    }
    let issuers = conf.texts("claim_validator.issuer.valid_issuers");
    let realm = conf.text("realm").unwrap_or("apisix").replace(['"', '\\'], "'");
    let proof = proof(conf, !issuers.is_empty(), at);
    let token = AccessToken {
        bare_headers: vec!["x-access-token".to_owned()],
        audience: audience(conf),
        scopes: conf.texts("required_scopes"),
        schema: conf.value("claim_schema").map(Value::to_string),
        optional: !bearer_only && action == "pass",
        tell: tell(conf),
        forget: forget(conf),
        challenge: Challenge {
            absent: if bearer_only { format!("Bearer realm=\"{realm}\"") } else { String::new() },
            wrong: format!("Bearer realm=\"{realm}\", error=\"invalid_token\", error_description=\"{{}}\""),
        },
        refusals: refusals(),
        issuers: if by_key { issuers } else { Vec::new() },
        ..AccessToken::by(proof)
    };
    vec![(Phase::Rewrite, Policy::AccessToken(Box::new(token)))]
}

fn proof(conf: Part<'_>, any_issuer: bool, at: &mut At<'_>) -> TokenProof {
    let expected = conf.text("token_signing_alg_values_expected").and_then(Algorithm::from_name);
    if let Some(key) = conf.owned("public_key") {
        let algorithm = expected.unwrap_or_else(|| usual(&key));
        if expected.is_none() {
            let text = format!(
                "tokens must be signed with {}; token_signing_alg_values_expected names another",
                algorithm.name()
            );
            at.say(Faith::Approximate, "public_key", text);
        }
        if !any_issuer {
            let text = "the issuer is not looked at unless claim_validator.issuer.valid_issuers names some";
            at.say(Faith::Approximate, "public_key", text);
        }
        return TokenProof::Key { algorithm, verifier: Verifier::Public(key.replace("\\n", "\n")) };
    }
    let discovery = server(conf, conf.text("discovery").unwrap_or_default());
    if conf.flag("use_jwks") {
        let fresh = Duration::from_secs(conf.count("jwk_expires_in").filter(|time| *time > 0).unwrap_or(86_400));
        let algorithms = expected.into_iter().collect();
        return TokenProof::KeySet(Box::new(KeySet {
            server: discovery,
            discovery: true,
            any_issuer,
            algorithms,
            fresh,
        }));
    }
    let own = conf.text("introspection_endpoint");
    TokenProof::Introspection(Box::new(Introspection {
        server: own.map_or(discovery, |url| server(conf, url)),
        discovery: own.is_none(),
        post: true,
        token: vec![TokenSpot::Form("token".to_owned())],
        login: login(conf, at),
        along: conf.texts("introspection_addon_headers").iter().map(|name| name.to_ascii_lowercase()).collect(),
        silent_is_active: false,
        believed: match conf.count("introspection_interval").filter(|time| *time > 0) {
            Some(seconds) => Believed::AtMost(Duration::from_secs(seconds)),
            None => Believed::UntilItsEnd,
        },
    }))
}

/// How a key of this kind usually signs.
fn usual(pem: &str) -> Algorithm {
    let body: String = pem.lines().filter(|line| !line.starts_with("-----")).map(str::trim).collect();
    match body {
        body if body.starts_with("MFkwEwYHKoZIzj0C") => Algorithm::ES256,
        body if body.starts_with("MHYwEAYHKoZIzj0C") => Algorithm::ES384,
        body if body.starts_with("MCowBQYDK2Vw") => Algorithm::EdDSA,
        _ => Algorithm::RS256,
    }
}

fn server(conf: Part<'_>, url: &str) -> Server {
    // seconds; older files have milliseconds
    let time = conf.count("timeout").unwrap_or(3);
    let time =
        if time >= 1000 && time.is_multiple_of(1000) { Duration::from_millis(time) } else { Duration::from_secs(time) };
    let tls = ClientTls { verify: conf.flag("ssl_verify"), ..ClientTls::default() };
    Server { tls, forward: forward(conf, url.starts_with("https:")), connect: time, time, ..Server::at(url) }
}

fn forward(conf: Part<'_>, https: bool) -> Forward {
    let (name, login) = match https {
        true => ("proxy_opts.https_proxy", "proxy_opts.https_proxy_authorization"),
        false => ("proxy_opts.http_proxy", "proxy_opts.http_proxy_authorization"),
    };
    let Some(url) = conf.owned(name) else { return Forward::Direct };
    let login = conf.text(login).and_then(decoded);
    Forward::Through(Box::new(ForwardProxy {
        url,
        user: login.as_ref().map(|(user, _)| user.clone()),
        password: login.map(|(_, password)| Secret::new(password)),
        except: conf.text("proxy_opts.no_proxy").map(names).unwrap_or_default(),
        ..ForwardProxy::default()
    }))
}

fn names(list: &str) -> Vec<String> {
    list.split(',').map(str::trim).filter(|name| !name.is_empty()).map(str::to_owned).collect()
}

/// User and password of `Basic …`.
fn decoded(text: &str) -> Option<(String, String)> {
    use base64::Engine;
    let encoded = text.trim().strip_prefix("Basic ")?.trim();
    let bytes = base64::engine::general_purpose::STANDARD.decode(encoded).ok()?;
    let text = String::from_utf8(bytes).ok()?;
    text.split_once(':').map(|(user, password)| (user.to_owned(), password.to_owned()))
}

fn login(conf: Part<'_>, at: &mut At<'_>) -> Option<ClientLogin> {
    let (id, secret) =
        (conf.owned("client_id").unwrap_or_default(), Secret::new(conf.text("client_secret").unwrap_or("")));
    match conf.text("introspection_endpoint_auth_method") {
        Some("client_secret_post") => Some(ClientLogin::Form { id, secret }),
        Some("client_secret_basic") | None => {
            Some(ClientLogin::Header { field: "authorization".to_owned(), scheme: "Basic".to_owned(), id, secret })
        }
        Some(_) => {
            let text = "the server is asked without it: only client_secret_basic and client_secret_post are shown";
            at.say(Faith::Unsupported, "introspection_endpoint_auth_method", text);
            None
        }
    }
}

fn audience(conf: Part<'_>) -> Option<Audience> {
    conf.value("claim_validator.audience")?;
    let matched = conf.flag("claim_validator.audience.match_with_client_id");
    Some(Audience {
        claim: conf.owned("claim_validator.audience.claim").unwrap_or_else(|| "aud".to_owned()),
        required: conf.flag("claim_validator.audience.required"),
        values: if matched { conf.owned("client_id").into_iter().collect() } else { Vec::new() },
    })
}

const TOLD: [&str; 5] = ["x-access-token", "x-userinfo", "x-id-token", "x-refresh-token", "x-raw-id-token"];

fn tell(conf: Part<'_>) -> Vec<(String, TokenFact)> {
    let mut tell = Vec::new();
    if conf.flag("set_access_token_header") {
        tell.push(match conf.flag("access_token_in_authorization_header") {
            true => ("authorization".to_owned(), TokenFact::Bearer),
            false => (TOLD[0].to_owned(), TokenFact::Token),
        });
    }
    if conf.flag("set_userinfo_header") {
        tell.push((TOLD[1].to_owned(), TokenFact::Claims));
    }
    tell
}

/// What is not told is taken off all the same: nobody forges it.
fn forget(conf: Part<'_>) -> Vec<String> {
    let told = tell(conf);
    let rest = TOLD.into_iter().filter(|name| !told.iter().any(|(own, _)| own == name));
    rest.map(str::to_owned).collect()
}

fn refusals() -> Refusals {
    let mut refusals =
        words::pages([(Case::Absent, 401), (Case::Unreadable, 400), (Case::Unknown, 401), (Case::Away, 401)]);
    let form = RefusalForm::Text { content_type: "text/plain; charset=utf-8".to_owned() };
    let message = "{\"error\":\"{}\"}".to_owned();
    refusals.0.insert(Case::Forbidden, Refusal { status: 403, message, form });
    refusals
}

//! `jwt`: what a plan of this kind asks for.

use crate::lower::resource::FRESH;
use crate::part::Part;
use crate::schema::{Record, any, flag, nested, number, secret, text, texts, word};
use crate::settings::Settings;
use model::answer::Keyed;
use model::consumer::{Algorithm, Verifier};
use model::forward::Forward;
use model::policy::{Bound, KeySet, TokenEntrance, TokenProof, TokenTypes};
use model::secret::Secret;
use model::server::Server;
use std::time::Duration;

/// The fields of its configuration.
pub static CONFIG: Record = Record {
    name: "jwt",
    fields: &[
        word("signature", SIGNATURES).default("RSA_RS256"),
        word("publicKeyResolver", &["GIVEN_KEY", "GATEWAY_KEYS", "JWKS_URL"]).default("GIVEN_KEY"),
        secret("resolverParameter"),
        flag("useSystemProxy"),
        flag("followRedirects").unsupported("redirects of the server of keys are not followed"),
        number("connectTimeout").default("2000"),
        number("requestTimeout").default("2000"),
        flag("extractClaims"),
        flag("propagateAuthHeader").default("true"),
        text("userClaim").default("sub"),
        text("clientIdClaim"),
        texts("requiredScopes"),
        flag("checkRequiredScopes"),
        flag("modeStrict"),
        nested("confirmationMethodValidation", &CONFIRMATION),
        nested("tokenTypValidation", &TYPE),
        any("revocationCheck").unsupported("tokens that were taken back are not known"),
    ],
};

/// What a token must be bound to.
pub(super) static CONFIRMATION: Record = Record {
    name: "jwt confirmationMethodValidation",
    fields: &[flag("ignoreMissing"), nested("certificateBoundThumbprint", &THUMBPRINT)],
};

static THUMBPRINT: Record = Record {
    name: "jwt certificateBoundThumbprint",
    fields: &[
        flag("enabled"),
        flag("extractCertificateFromHeader").unsupported("the certificate is that of the connection"),
        text("headerName").accepted("part of it"),
    ],
};

static TYPE: Record = Record {
    name: "jwt tokenTypValidation",
    fields: &[
        flag("enabled"),
        flag("ignoreMissing"),
        texts("expectedValues").approximate("of JWT and at+jwt: tokens of another type are never taken"),
        flag("ignoreCase"),
    ],
};

const SIGNATURES: &[&str] = &["RSA_RS256", "RSA_RS384", "RSA_RS512", "HMAC_HS256", "HMAC_HS384", "HMAC_HS512"];

/// Why tokens of a plan cannot be checked.
pub(crate) struct Cannot {
    pub(crate) field: &'static str,
    pub(crate) text: &'static str,
}

/// What must hold of a token.
pub(crate) fn entrance(config: &Part<'_>, settings: &Settings) -> Result<TokenEntrance, Cannot> {
    let signature = config.word("signature").unwrap_or("RSA_RS256");
    let algorithm = signature.split_once('_').and_then(|(_, name)| Algorithm::from_name(name));
    let algorithm = algorithm.unwrap_or(Algorithm::RS256);
    let own = |name: &str| Some(format!("gravitee.attribute.{name}"));
    let client_claims = match config.filled("clientIdClaim") {
        Some(claim) => vec![claim.to_owned()],
        None => ["azp", "aud", "client_id"].map(str::to_owned).to_vec(),
    };
    let proof = match config.word("publicKeyResolver") {
        Some("JWKS_URL") => TokenProof::KeySet(Box::new(key_set(config, algorithm)?)),
        Some("GATEWAY_KEYS") => TokenProof::Issuers { algorithm, keys: gateway_keys(settings, algorithm)? },
        _ => TokenProof::Key { algorithm, verifier: verifier(config, algorithm)? },
    };
    Ok(TokenEntrance {
        types: types(&config.part("tokenTypValidation")),
        bound: bound(config, "JWT_INVALID_CERTIFICATE_BOUND_THUMBPRINT"),
        client_claims,
        user_claim: config.owned("userClaim").unwrap_or_default(),
        scopes: if config.flag("checkRequiredScopes") { config.texts("requiredScopes") } else { Vec::new() },
        all_scopes: config.flag("modeStrict"),
        hide: !config.flag("propagateAuthHeader"),
        claims_attribute: config.flag("extractClaims").then(|| "gravitee.attribute.jwt.claims".to_owned()),
        token_attribute: own("jwt.token"),
        client_attribute: own("oauth.client_id"),
        user_attribute: own("user"),
        wrong: Keyed::new(401, "JWT_INVALID_TOKEN", "Unauthorized"),
        insufficient: Keyed::new(401, "JWT_INVALID_TOKEN", "Unauthorized"),
        away: Keyed::new(500, "JWT_JWKS_RESOLUTION_ERROR", "Internal Server Error"),
        ..TokenEntrance::by(proof)
    })
}

fn types(part: &Part<'_>) -> Option<TokenTypes> {
    let names = match part.texts("expectedValues") {
        none if none.is_empty() => vec!["JWT".to_owned()],
        some => some,
    };
    let (any_case, missing) = (part.flag("ignoreCase"), part.flag("ignoreMissing"));
    part.flag("enabled").then_some(TokenTypes { names, any_case, missing })
}

/// The certificate of the connection, where the configuration says so.
pub(super) fn bound(config: &Part<'_>, key: &str) -> Option<Bound> {
    let part = config.part("confirmationMethodValidation");
    let wrong = Keyed::new(401, key, "Unauthorized");
    let missing = part.flag("ignoreMissing");
    part.part("certificateBoundThumbprint").flag("enabled").then_some(Bound { missing, wrong })
}

/// Keys of a server.
fn key_set(config: &Part<'_>, algorithm: Algorithm) -> Result<KeySet, Cannot> {
    let field = "resolverParameter";
    let url = config.filled(field).ok_or(Cannot { field, text: "there is no URL to have keys from" })?.trim();
    if url.contains("{#") {
        return Err(Cannot { field, text: "a URL that is an expression is not asked" });
    }
    let host = url.strip_prefix("https://").or_else(|| url.strip_prefix("http://"));
    if host.is_none_or(|host| host.is_empty() || host.contains('@')) {
        return Err(Cannot { field, text: "this is no URL to have keys from" });
    }
    if algorithm.is_shared() {
        return Err(Cannot { field: "signature", text: "keys that everybody can read prove nothing with HMAC" });
    }
    let time = |name: &str| Duration::from_millis(config.count(name).filter(|time| *time > 0).unwrap_or(2000));
    let server = Server {
        forward: if config.flag("useSystemProxy") { Forward::Environment } else { Forward::Direct },
        connect: time("connectTimeout"),
        time: time("requestTimeout"),
        ..Server::at(url)
    };
    Ok(KeySet { server, discovery: false, any_issuer: false, algorithms: vec![algorithm], fresh: FRESH })
}

/// Keys that the gateway's settings have for issuers.
fn gateway_keys(settings: &Settings, algorithm: Algorithm) -> Result<Vec<(String, Verifier)>, Cannot> {
    let verifier = |key: &Secret| match algorithm.is_shared() {
        true => Some(Verifier::Shared(key.clone())),
        false => public(key.expose().trim()).map(Verifier::Public),
    };
    let known = settings.issuer_keys.iter();
    let keys: Vec<_> = known.filter_map(|(issuer, key)| Some((issuer.clone(), verifier(key)?))).collect();
    let text = "gravitee.yml has no key for it under policy.jwt.issuer";
    if keys.is_empty() { Err(Cannot { field: "publicKeyResolver", text }) } else { Ok(keys) }
}

fn verifier(config: &Part<'_>, algorithm: Algorithm) -> Result<Verifier, Cannot> {
    let field = "resolverParameter";
    let key = config.filled(field).ok_or(Cannot { field, text: "there is no key to check tokens with" })?;
    if key.contains("{#") {
        return Err(Cannot { field, text: "a key that is an expression is not looked up" });
    }
    if algorithm.is_shared() {
        return Ok(Verifier::Shared(Secret::new(key)));
    }
    public(key.trim()).map(Verifier::Public).ok_or(Cannot { field, text: "the key is neither PEM nor ssh-rsa" })
}

/// A public key as PEM: it may be written without its first and last line, or as OpenSSH writes it.
fn public(key: &str) -> Option<String> {
    use base64::Engine;
    use base64::engine::general_purpose::STANDARD;
    if key.starts_with("-----BEGIN ") {
        return Some(key.to_owned());
    }
    let der = match key.strip_prefix("ssh-rsa ") {
        Some(rest) => spki(&STANDARD.decode(rest.split_whitespace().next()?).ok()?)?,
        None => STANDARD.decode(key.split_whitespace().collect::<String>()).ok()?,
    };
    let text = STANDARD.encode(der);
    let lines: Vec<&str> = (0..text.len()).step_by(64).map(|at| &text[at..text.len().min(at + 64)]).collect();
    Some(format!("-----BEGIN PUBLIC KEY-----\n{}\n-----END PUBLIC KEY-----\n", lines.join("\n")))
}

/// From OpenSSH's form, texts with their length before each, to the form that certificates have.
fn spki(key: &[u8]) -> Option<Vec<u8>> {
    let (name, rest) = field(key)?;
    let (exponent, rest) = field(rest)?;
    let (modulus, _) = field(rest)?;
    if name != b"ssh-rsa" {
        return None;
    }
    let numbers = [der(0x02, modulus), der(0x02, exponent)].concat();
    let mut bits = vec![0];
    bits.extend(der(0x30, &numbers));
    // rsaEncryption, without parameters
    let algorithm = [0x30, 0x0d, 0x06, 0x09, 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x01, 0x01, 0x05, 0x00];
    Some(der(0x30, &[algorithm.to_vec(), der(0x03, &bits)].concat()))
}

fn field(bytes: &[u8]) -> Option<(&[u8], &[u8])> {
    let (length, rest) = bytes.split_first_chunk::<4>()?;
    let length = usize::try_from(u32::from_be_bytes(*length)).ok()?;
    rest.split_at_checked(length)
}

fn der(tag: u8, content: &[u8]) -> Vec<u8> {
    let mut out = vec![tag];
    let length = content.len().to_be_bytes();
    let short: Vec<u8> = length.iter().copied().skip_while(|byte| *byte == 0).collect();
    match content.len() {
        0..128 => out.push(content.len() as u8),
        _ => {
            out.push(0x80 | short.len() as u8);
            out.extend(short);
        }
    }
    out.extend_from_slice(content);
    out
}

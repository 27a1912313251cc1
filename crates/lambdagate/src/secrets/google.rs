//! Google's Secret Manager: a token for a service account, then the latest version of a secret.

use super::web::ask;
use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::signature::{RSA_PKCS1_SHA256, RsaKeyPair};
use base64::Engine;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use bytes::Bytes;
use dialect::resolve::GoogleAccount;
use http::header::{AUTHORIZATION, CONTENT_TYPE};
use http::{Request, StatusCode};
use model::Secret;
use serde::Deserialize;
use serde_json::{Value, json};
use std::time::SystemTime;

/// A service account as Google's file has it, with what the configuration may add.
#[derive(Deserialize)]
struct Account {
    client_email: String,
    private_key: String,
    project_id: String,
    #[serde(default = "token_uri")]
    token_uri: String,
    #[serde(default = "scopes", alias = "scope")]
    scopes: String,
    #[serde(default = "entries_uri")]
    entries_uri: String,
}

fn token_uri() -> String {
    "https://oauth2.googleapis.com/token".to_owned()
}

fn scopes() -> String {
    "https://www.googleapis.com/auth/cloud-platform".to_owned()
}

fn entries_uri() -> String {
    "https://secretmanager.googleapis.com/v1/".to_owned()
}

/// The text of a secret's latest version.
pub(super) async fn read(account: &GoogleAccount, verify: bool, name: &str) -> Result<Secret, String> {
    let account = known(account).await?;
    let token = token(&account, verify).await?;
    let Account { entries_uri, project_id, .. } = &account;
    let url = format!("{entries_uri}projects/{project_id}/secrets/{name}/versions/latest:access");
    let request = Request::get(url).header(AUTHORIZATION, token.expose()).header(CONTENT_TYPE, "application/json");
    let answer = answer(request.body(Bytes::new()), verify).await?;
    let data = answer.pointer("/payload/data").and_then(Value::as_str);
    let text = data.and_then(|data| STANDARD.decode(data).ok()).and_then(|bytes| String::from_utf8(bytes).ok());
    text.map(Secret::new).ok_or_else(|| format!("what Google answers for the secret {name} has no payload"))
}

async fn known(account: &GoogleAccount) -> Result<Account, String> {
    let text = match account {
        GoogleAccount::Json(text) => text.expose().to_owned(),
        GoogleAccount::File(path) => {
            tokio::fs::read_to_string(path).await.map_err(|cause| format!("auth_file {path}: {cause}"))?
        }
    };
    // what serde says may show the key
    serde_json::from_str(&text)
        .map_err(|_| "the service account lacks client_email, private_key or project_id".to_owned())
}

/// Type and text of an access token, for a signed claim about who asks (RFC 7523).
async fn token(account: &Account, verify: bool) -> Result<Secret, String> {
    let assertion = assertion(account)?;
    let form = format!("grant_type=urn%3Aietf%3Aparams%3Aoauth%3Agrant-type%3Ajwt-bearer&assertion={assertion}");
    let request = Request::post(account.token_uri.as_str()).header(CONTENT_TYPE, "application/x-www-form-urlencoded");
    let answer = answer(request.body(form.into()), verify).await?;
    let text = |name: &str| answer.get(name).and_then(Value::as_str);
    let token = text("access_token").ok_or_else(|| "Google's answer has no access_token".to_owned())?;
    Ok(Secret::new(format!("{} {token}", text("token_type").unwrap_or("Bearer"))))
}

fn assertion(account: &Account) -> Result<String, String> {
    let now = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).map_or(0, |since| since.as_secs());
    let claims = json!({"iss": account.client_email, "aud": account.token_uri, "scope": account.scopes, "iat": now,
        "exp": now + 3600});
    let part = |value: Value| URL_SAFE_NO_PAD.encode(value.to_string());
    let signed = format!("{}.{}", part(json!({"alg": "RS256", "typ": "JWT"})), part(claims));
    let key = key(&account.private_key).ok_or_else(|| "private_key is no RSA key in PEM (PKCS #8)".to_owned())?;
    let mut signature = vec![0; key.public_modulus_len()];
    key.sign(&RSA_PKCS1_SHA256, &SystemRandom::new(), signed.as_bytes(), &mut signature)
        .map_err(|_| "the token cannot be signed with private_key".to_owned())?;
    Ok(format!("{signed}.{}", URL_SAFE_NO_PAD.encode(signature)))
}

fn key(pem: &str) -> Option<RsaKeyPair> {
    let body: String =
        pem.lines().filter(|line| !line.starts_with("-----")).flat_map(|line| line.trim().chars()).collect();
    RsaKeyPair::from_pkcs8(&STANDARD.decode(body).ok()?).ok()
}

async fn answer(request: http::Result<Request<Bytes>>, verify: bool) -> Result<Value, String> {
    let request = request.map_err(|cause| cause.to_string())?;
    let place = format!("{}{}", request.uri().authority().map_or("", |one| one.as_str()), request.uri().path());
    let (status, body) = ask(request, verify).await.map_err(|cause| format!("{place}: {cause}"))?;
    if status != StatusCode::OK {
        return Err(format!("{place} answers {status}"));
    }
    serde_json::from_slice(&body).map_err(|_| format!("what {place} answers is no JSON"))
}

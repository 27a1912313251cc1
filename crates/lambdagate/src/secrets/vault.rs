//! HashiCorp Vault: a secret of the engine KV, version 1.

use super::web::ask;
use bytes::Bytes;
use http::{HeaderValue, Request, StatusCode};
use model::Secret;
use serde_json::Value;

/// Where it is, and who asks.
pub(super) struct Asked<'a> {
    pub(super) url: &'a str,
    pub(super) prefix: &'a str,
    pub(super) token: &'a Secret,
    pub(super) namespace: Option<&'a str>,
}

/// All members of a secret as one JSON object.
pub(super) async fn read(asked: &Asked<'_>, name: &str) -> Result<Secret, String> {
    let path = ["v1", asked.prefix, name].map(|part| part.trim_matches('/')).join("/");
    let mut token = HeaderValue::from_str(asked.token.expose()).map_err(|_| "the token is no text".to_owned())?;
    token.set_sensitive(true);
    let mut request =
        Request::get(format!("{}/{path}", asked.url.trim_end_matches('/'))).header("x-vault-token", token);
    if let Some(namespace) = asked.namespace {
        request = request.header("x-vault-namespace", namespace);
    }
    let request = request.body(Bytes::new()).map_err(|cause| cause.to_string())?;
    let (status, body) = ask(request, true).await.map_err(|cause| format!("Vault at {}: {cause}", asked.url))?;
    if status != StatusCode::OK {
        return Err(format!("Vault at {} answers {status} for {path}", asked.url));
    }
    let answer: Option<Value> = serde_json::from_slice(&body).ok();
    match answer.as_ref().and_then(|answer| answer.get("data")) {
        Some(data @ Value::Object(_)) => Ok(Secret::new(data.to_string())),
        _ => Err(format!("what Vault at {} answers for {path} has no data", asked.url)),
    }
}

//! Secrets kept by AWS Secrets Manager: the current text of one, by its name or ARN.

use crate::endpoint::{Service, of};
use crate::error::CallError;
use crate::invoke::{Lambda, UrlRequest};
use http::header::{CONTENT_TYPE, HeaderMap, HeaderName, HeaderValue};
use http::{Method, StatusCode};
use model::Secret;
use model::aws::Aws;
use model::call::{CallTimeouts, UrlAuth, UrlPath, UrlTarget};
use serde::Deserialize;
use std::time::Duration;

/// No secret is larger; AWS's own limit is 64 KB.
const LARGEST: u64 = 256 * 1024;
const TIMES: CallTimeouts = CallTimeouts { connect: Duration::from_secs(5), total: Duration::from_secs(5) };
const TARGET: HeaderName = HeaderName::from_static("x-amz-target");

/// Where secrets are kept, and whose keys sign.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Keeper {
    /// The region.
    pub region: String,
    /// Base URL instead of the region's own.
    pub endpoint: Option<String>,
    /// Access key id.
    pub access_key: String,
    /// Secret access key.
    pub secret_key: Secret,
    /// Belongs to temporary keys.
    pub session_token: Option<Secret>,
}

/// What `GetSecretValue` answers.
#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Answer {
    secret_string: Option<String>,
}

/// Asks keepers; clones share connections and signing keys.
#[derive(Clone, Default)]
pub struct Asker(Lambda);

impl Asker {
    /// The current text of a secret.
    pub async fn ask(&self, keeper: &Keeper, name: &str) -> Result<Secret, CallError> {
        let target = self.0.url(&target(keeper)?, TIMES)?;
        let body = serde_json::json!({"SecretId": name, "VersionStage": "AWSCURRENT"}).to_string();
        let headers = HeaderMap::from_iter([(CONTENT_TYPE, HeaderValue::from_static("application/x-amz-json-1.1"))]);
        let own = HeaderMap::from_iter([(TARGET, HeaderValue::from_static("secretsmanager.GetSecretValue"))]);
        let (method, path, query) = (&Method::POST, "/", None);
        let request = UrlRequest { method, path, query, headers: &headers, body: body.into() };
        let answer = target.call_with(request, own).await?;
        let status = answer.status;
        let body = answer.body.hold(LARGEST).await;
        let body = body.map_err(|cause| CallError::config(format!("Secrets Manager's answer: {cause}")))?;
        if status != StatusCode::OK {
            let said = String::from_utf8_lossy(&body[..body.len().min(300)]).into_owned();
            return Err(CallError::config(format!("Secrets Manager answers {status}: {said}")));
        }
        let found: Option<Answer> = serde_json::from_slice(&body).ok();
        let text = found.and_then(|answer| answer.secret_string);
        text.map(Secret::new).ok_or_else(|| CallError::config("Secrets Manager's answer has no text".to_owned()))
    }
}

fn target(keeper: &Keeper) -> Result<UrlTarget, CallError> {
    let url = match &keeper.endpoint {
        Some(url) => url.trim_end_matches('/').to_owned(),
        None => {
            let host = of(Service::SecretsManager, &keeper.region, false, false);
            format!("https://{}", host.map_err(|error| CallError::config(error.to_string()))?)
        }
    };
    let Keeper { access_key, secret_key, session_token, .. } = keeper.clone();
    let aws = Aws {
        region: Some(keeper.region.clone()),
        credentials: model::aws::Credentials::keys(access_key, secret_key, session_token),
        ..Aws::default()
    };
    Ok(UrlTarget { url, path: UrlPath::Fixed, auth: UrlAuth::Sign("secretsmanager".to_owned()), aws })
}

//! The event of a function URL: version 2.0, with the account, id and caller that a URL has.

use crate::settings::KeyPair;
use crate::shape::{self, Route};
use crate::visit::Visit;
use bytes::Bytes;
use lambda::CallError;
use model::call::{EventRules, Payload};
use serde_json::{Value, json};

/// `key` is that of whoever signed the request; `path` is what is behind the URL.
pub(super) fn of(visit: &Visit<Bytes>, key: Option<&KeyPair>, name: &str, path: &str) -> Result<Bytes, CallError> {
    let host = &visit.host;
    let domain = format!("{name}.lambda-url.localhost:{}", host.port());
    let path = if path.is_empty() { "/" } else { path };
    let route = Route { path, domain: &domain, template: "", params: &[] };
    let mut event = shape::event(&Payload::HttpV2(EventRules::default()), visit, &route)?;
    let context = &mut event["requestContext"];
    context["apiId"] = json!(name);
    context["domainPrefix"] = json!(name);
    // Of whoever shows no key nobody knows who it is.
    context["accountId"] = key.map_or(json!("anonymous"), |_| json!(host.account));
    if let Some(key) = key {
        context["authorizer"] = json!({ "iam": identity(&host.account, &key.access_key) });
    }
    Ok(event.to_string().into())
}

/// Every key is a user of its own.
fn identity(account: &str, user: &str) -> Value {
    json!({
        "accessKey": user,
        "accountId": account,
        "callerId": user,
        "cognitoIdentity": null,
        "principalOrgId": null,
        "userArn": format!("arn:aws:iam::{account}:user/{user}"),
        "userId": user,
    })
}

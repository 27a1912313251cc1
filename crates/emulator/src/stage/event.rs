//! The event of a stage: version 1.0 as REST APIs have it, with the stage, id and caller that an API has.

use super::Caller;
use crate::shape::{self, Route};
use crate::visit::Visit;
use bytes::Bytes;
use lambda::CallError;
use model::call::{BodyEncoding, EventRules, Payload};
use percent_encoding::percent_decode_str;
use serde_json::{Value, json};
use std::sync::Arc;

/// Where in which stage a request goes.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Place<'a> {
    pub(super) stage: &'a str,
    pub(super) name: &'a str,
    /// Begins with a slash.
    pub(super) path: &'a str,
}

impl<'a> Place<'a> {
    /// Reads `STAGE/NAME/…`.
    pub(super) fn read(rest: &'a str) -> Option<Self> {
        let (stage, rest) = rest.split_once('/').filter(|(stage, _)| is_stage(stage))?;
        let (name, path) = rest.split_at(rest.find('/').unwrap_or(rest.len()));
        Some(Self { stage, name, path: if path.is_empty() { "/" } else { path } })
    }

    /// The resource's pattern.
    pub(super) fn template(&self) -> &'static str {
        if self.path == "/" { "/" } else { "/{proxy+}" }
    }

    pub(super) fn params(&self) -> Vec<(Arc<str>, String)> {
        match self.path.trim_start_matches('/') {
            "" => Vec::new(),
            rest => vec![("proxy".into(), percent_decode_str(rest).decode_utf8_lossy().into_owned())],
        }
    }
}

/// What AWS lets a stage be called.
fn is_stage(text: &str) -> bool {
    let allowed = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_');
    (1..=128).contains(&text.len()) && text.bytes().all(allowed)
}

pub(super) fn of(visit: &Visit<Bytes>, place: &Place<'_>, caller: &Caller) -> Result<Bytes, CallError> {
    let host = &visit.host;
    let domain = format!("{}.execute-api.localhost:{}", place.name, host.port());
    let rules = EventRules { stage: place.stage.to_owned(), body: BodyEncoding::Utf8, ..EventRules::default() };
    let params = place.params();
    let route = Route { path: place.path, domain: &domain, template: place.template(), params: &params };
    let mut event = shape::event(&Payload::HttpV1(rules), visit, &route)?;
    if let Some(members) = event.as_object_mut() {
        // Only HTTP APIs say it.
        members.shift_remove("version");
    }
    let context = &mut event["requestContext"];
    context["accountId"] = json!(host.account);
    context["apiId"] = json!(place.name);
    context["domainPrefix"] = json!(place.name);
    context["path"] = json!(format!("/{}{}", place.stage, place.path));
    context["resourceId"] = json!("local");
    identify(&mut context["identity"], caller, &host.account);
    Ok(event.to_string().into())
}

fn identify(identity: &mut Value, caller: &Caller, account: &str) {
    match caller {
        Caller::ApiKey(key) => {
            identity["apiKey"] = json!(key);
            identity["apiKeyId"] = json!("local");
        }
        Caller::AccessKey(user) => {
            for name in ["accessKey", "caller", "user"] {
                identity[name] = json!(user);
            }
            identity["accountId"] = json!(account);
            identity["userArn"] = json!(format!("arn:aws:iam::{account}:user/{user}"));
        }
        Caller::Anyone => {}
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn stage_and_name_lead_to_a_path() {
        check("prod/f", Some(("prod", "f", "/")));
        check("prod/f/", Some(("prod", "f", "/")));
        check("v1_b-2/f/a%20b/c", Some(("v1_b-2", "f", "/a%20b/c")));
        check("prod", None);
        check("/f/a", None);
        check("a.b/f", None);
    }

    fn check(rest: &str, expected: Option<(&str, &str, &str)>) {
        let place = Place::read(rest).map(|place| (place.stage, place.name, place.path));
        assert_eq!(place, expected, "{rest}");
    }
}

//! `azure-functions`: calls a function behind a URL with Azure's keys.

use super::aws_lambda::by_url;
use super::{Parts, Steps};
use crate::entity::Part;
use crate::lower::At;
use model::chain::Phase;
use model::policy::Policy;
use serde_json::json;

pub(super) fn parts() -> Parts {
    let schema = by_url::schema(by_url::texts(&["apikey", "clientid"]));
    let text = json!({"type": "string", "default": ""});
    Parts::new(schema)
        .metadata(json!({"type": "object", "properties": {"master_apikey": text, "master_clientid": text}}))
        .encrypted(&["authorization.apikey", "authorization.clientid"])
}

pub(super) fn lower(conf: Part<'_>, at: &mut At<'_>) -> Steps {
    let call = by_url::call(conf, model::call::UrlAuth::None, at);
    vec![(Phase::Access, Policy::Call(Box::new(call)))]
}

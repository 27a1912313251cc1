//! `azure-functions`: calls a function behind a URL with Azure's keys.

use super::aws_lambda::by_url;
use super::{Parts, Steps};
use crate::entity::Part;
use crate::lower::At;
use model::call::UrlRelay;
use model::secret::Secret;
use serde_json::json;

/// The fields that carry the keys.
const FIELDS: [&str; 2] = ["x-functions-key", "x-functions-clientid"];

pub(super) fn parts() -> Parts {
    let schema = by_url::schema(by_url::texts(&["apikey", "clientid"]));
    let text = json!({"type": "string", "default": ""});
    Parts::new(schema)
        .metadata(json!({"type": "object", "properties": {"master_apikey": text, "master_clientid": text}}))
        .encrypted(&["authorization.apikey", "authorization.clientid"])
}

pub(super) fn lower(conf: Part<'_>, at: &mut At<'_>) -> Steps {
    let own = conf.part("authorization");
    let metadata = at.metadata();
    let keys = match own.is_there() {
        true => [own.text("apikey"), own.text("clientid")],
        false => [metadata.text("master_apikey"), metadata.text("master_clientid")],
    };
    let fields = FIELDS.into_iter().zip(keys);
    let fields =
        fields.filter_map(|(name, key)| Some((name.to_owned(), Secret::new(key.filter(|key| !key.is_empty())?))));
    let relay =
        UrlRelay { fields: fields.collect(), unless: FIELDS.map(str::to_owned).to_vec(), ..UrlRelay::default() };
    by_url::foreign(conf, relay, at)
}

//! `openfunction`: calls a function behind a URL with a service token.

use super::aws_lambda::by_url;
use super::{Parts, Steps};
use crate::entity::Part;
use crate::lower::At;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use model::call::UrlRelay;
use model::secret::Secret;

pub(super) fn parts() -> Parts {
    Parts::new(by_url::schema(by_url::texts(&["service_token"]))).encrypted(&["authorization.service_token"])
}

pub(super) fn lower(conf: Part<'_>, at: &mut At<'_>) -> Steps {
    let token = conf.text("authorization.service_token").filter(|token| !token.is_empty());
    let field =
        token.map(|token| ("authorization".to_owned(), Secret::new(format!("Basic {}", STANDARD.encode(token)))));
    by_url::foreign(conf, UrlRelay { fields: field.into_iter().collect(), ..UrlRelay::default() }, at)
}

//! `openfunction`: calls a function behind a URL with a service token.

use super::aws_lambda::by_url;
use super::{Parts, Steps};
use crate::entity::Part;
use crate::lower::At;
use model::chain::Phase;
use model::policy::Policy;

pub(super) fn parts() -> Parts {
    Parts::new(by_url::schema(by_url::texts(&["service_token"]))).encrypted(&["authorization.service_token"])
}

pub(super) fn lower(conf: Part<'_>, at: &mut At<'_>) -> Steps {
    let call = by_url::call(conf, model::call::UrlAuth::None, at);
    vec![(Phase::Access, Policy::Call(Box::new(call)))]
}

//! `correlation-id`: an id for each request.

use super::{Parts, Steps};
use crate::entity::Entity;
use crate::lower::Lowering;
use crate::part::Part;
use crate::schema::{boolean, string};
use model::chain::Phase;
use model::policy::{IdForm, Policy, RequestId};

pub(super) fn parts() -> Parts {
    Parts::new(vec![
        string("header_name").default("Kong-Request-ID").optional(),
        string("generator").default("uuid#counter").one_of(&["uuid", "uuid#counter", "tracker"]),
        boolean("echo_downstream").default(false),
    ])
}

pub(super) fn lower(entity: &Entity, _: &mut Lowering<'_>) -> Steps {
    let part = Part::of(&entity.object).part("config");
    let id = RequestId {
        header: part.text("header_name").unwrap_or("Kong-Request-ID").to_ascii_lowercase(),
        trust_client: true,
        echo: part.flag("echo_downstream"),
        form: match part.text("generator") {
            Some("uuid") => IdForm::Uuid,
            Some("tracker") => IdForm::Tracker,
            _ => IdForm::UuidCounter,
        },
        own: false,
    };
    vec![(Phase::Access, Policy::RequestId(id.clone())), (Phase::Response, Policy::RequestId(id))]
}

//! `basic-auth`: name and password.

use super::{Parts, Steps, words};
use crate::entity::Entity;
use crate::lower::Lowering;
use crate::part::Part;
use crate::schema::{boolean, string};
use model::chain::Phase;
use model::policy::{BasicAuth, Case, Policy};

pub(super) fn parts() -> Parts {
    Parts::new(vec![
        string("anonymous"),
        boolean("hide_credentials").default(false),
        string("realm").default("service"),
    ])
    .no_consumer()
}

pub(super) fn lower(entity: &Entity, at: &mut Lowering<'_>) -> Steps {
    let part = Part::of(&entity.object).part("config");
    let policy = BasicAuth {
        headers: vec!["proxy-authorization".to_owned(), "authorization".to_owned()],
        hide: part.flag("hide_credentials"),
        preflight: true,
        anonymous: super::anonymous(entity, at),
        identity: words::identity(),
        challenge: words::challenge("Basic", entity),
        refusals: words::by_accept([(Case::Absent, 401, "Unauthorized"), (Case::Unknown, 401, "Unauthorized")]),
    };
    vec![(Phase::Access, Policy::BasicAuth(Box::new(policy)))]
}

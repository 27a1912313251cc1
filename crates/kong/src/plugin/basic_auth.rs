//! `basic-auth`: name and password.

use super::{Parts, Steps};
use crate::entity::Entity;
use crate::lower::Lowering;
use crate::schema::{boolean, string};

pub(super) fn parts() -> Parts {
    Parts::new(vec![
        string("anonymous"),
        boolean("hide_credentials").default(false),
        string("realm").default("service"),
    ])
    .no_consumer()
}

pub(super) fn lower(entity: &Entity, at: &mut Lowering<'_>) -> Steps {
    super::not_there(entity, at, true)
}

//! `request-size-limiting`: bodies that are too large.

use super::{Parts, Steps};
use crate::entity::Entity;
use crate::lower::Lowering;
use crate::schema::{boolean, integer, string};

pub(super) fn parts() -> Parts {
    Parts::new(vec![
        integer("allowed_payload_size").default(128).optional(),
        string("size_unit").default("megabytes").one_of(&["megabytes", "kilobytes", "bytes"]),
        boolean("require_content_length").default(false),
    ])
}

pub(super) fn lower(entity: &Entity, at: &mut Lowering<'_>) -> Steps {
    super::not_there(entity, at, true)
}

//! `request-size-limiting`: bodies that are too large.

use super::Parts;
use crate::schema::{boolean, integer, string};

pub(super) fn parts() -> Parts {
    Parts::new(vec![
        integer("allowed_payload_size").default(128).optional(),
        string("size_unit").default("megabytes").one_of(&["megabytes", "kilobytes", "bytes"]),
        boolean("require_content_length").default(false),
    ])
}

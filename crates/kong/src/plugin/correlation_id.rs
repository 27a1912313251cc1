//! `correlation-id`: an id for each request.

use super::Parts;
use crate::schema::{boolean, string};

pub(super) fn parts() -> Parts {
    Parts::new(vec![
        string("header_name").default("Kong-Request-ID").optional(),
        string("generator").default("uuid#counter").one_of(&["uuid", "uuid#counter", "tracker"]),
        boolean("echo_downstream").default(false),
    ])
}

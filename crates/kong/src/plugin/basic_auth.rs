//! `basic-auth`: name and password.

use super::Parts;
use crate::schema::{boolean, string};

pub(super) fn parts() -> Parts {
    Parts::new(vec![
        string("anonymous"),
        boolean("hide_credentials").default(false),
        string("realm").default("service"),
    ])
    .no_consumer()
}

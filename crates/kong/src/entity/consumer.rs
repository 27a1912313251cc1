//! `consumers`: clients.

use super::with_common;
use crate::schema::{Check, Record, string};

pub(super) fn record() -> Record {
    let fields = vec![string("username").unique(), string("custom_id").unique()];
    Record::new(with_common(fields)).check(Check::AtLeastOneOf(&["custom_id", "username"]))
}

//! `vaults`: prefixes under which `{vault://…}` finds values.

use super::with_common;
use crate::schema::{Check, Object, Record, Violation, any, map, string};

pub(super) fn record() -> Record {
    let fields = vec![
        string("prefix").required().unique(),
        string("name").required(),
        string("description"),
        map("config", any("")),
    ];
    Record::new(with_common(fields)).check(Check::Custom(prefix))
}

/// Names of kinds of vaults are no prefixes of one's own.
fn prefix(object: &Object) -> Vec<Violation> {
    let prefix = object.get("prefix").and_then(|value| value.as_str()).unwrap_or_default();
    let mut bytes = prefix.bytes();
    let starts = bytes.next().is_some_and(|byte| byte.is_ascii_lowercase());
    let right = starts && prefix.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-');
    let taken = ["env", "aws", "gcp", "hcv", "azure", "konnect"].contains(&prefix);
    match (right, taken) {
        (false, _) => vec![Violation::field("prefix", format!("invalid value: {prefix}"))],
        (_, true) => vec![Violation::field("prefix", format!("must not be one of: {prefix}"))],
        (true, false) => Vec::new(),
    }
}

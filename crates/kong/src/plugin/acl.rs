//! `acl`: groups that may or may not.

use super::{Parts, Steps};
use crate::entity::Entity;
use crate::lower::Lowering;
use crate::schema::{Check, Shorthand, array, boolean, string};

pub(super) fn parts() -> Parts {
    let mut parts = Parts::new(vec![
        array("allow", string("")),
        array("deny", string("")),
        boolean("hide_groups_header").default(false),
        boolean("include_consumer_groups")
            .default(false)
            .optional()
            .ignored("there are no consumer groups of Kong Enterprise"),
        boolean("always_use_authenticated_groups").default(false),
    ])
    .check(Check::OnlyOneOf(&["config.allow", "config.deny"]))
    .no_consumer();
    parts.config = parts
        .config
        .shorthand(Shorthand { name: "whitelist", expand: |value| Ok(vec![("allow", value.clone())]) })
        .shorthand(Shorthand { name: "blacklist", expand: |value| Ok(vec![("deny", value.clone())]) });
    parts
}

pub(super) fn lower(entity: &Entity, at: &mut Lowering<'_>) -> Steps {
    super::not_there(entity, at, true)
}

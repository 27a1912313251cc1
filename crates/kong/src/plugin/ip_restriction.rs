//! `ip-restriction`: addresses that may or may not.

use super::{Parts, Steps};
use crate::entity::Entity;
use crate::lower::Lowering;
use crate::schema::{Check, Rule, Shorthand, array, number, string, text};

pub(super) fn parts() -> Parts {
    let addresses = || string("").rule(Rule::Text(text::ip_or_cidr));
    let mut parts =
        Parts::new(vec![array("allow", addresses()), array("deny", addresses()), number("status"), string("message")])
            .check(Check::AtLeastOneOf(&["config.allow", "config.deny"]));
    parts.config = parts
        .config
        .shorthand(Shorthand { name: "whitelist", expand: |value| Ok(vec![("allow", value.clone())]) })
        .shorthand(Shorthand { name: "blacklist", expand: |value| Ok(vec![("deny", value.clone())]) });
    parts
}

pub(super) fn lower(entity: &Entity, at: &mut Lowering<'_>) -> Steps {
    super::not_there(entity, at, true)
}

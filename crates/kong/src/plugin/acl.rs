//! `acl`: groups that may or may not.

use super::{Parts, Steps, words};
use crate::entity::Entity;
use crate::lower::Lowering;
use crate::part::Part;
use crate::schema::{Check, Shorthand, array, boolean, string};
use dialect::Faith;
use model::chain::Phase;
use model::policy::{Acl, Case, GroupRule, Policy};

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
    let part = Part::of(&entity.object).part("config");
    if part.flag("always_use_authenticated_groups") {
        let text = "groups that another plugin found are not looked at: those of the consumer count";
        at.say(Faith::Unsupported, entity, "config.always_use_authenticated_groups", text);
    }
    let allow = part.texts("allow");
    let policy = Acl {
        rule: if allow.is_empty() { GroupRule::Deny(part.texts("deny")) } else { GroupRule::Allow(allow) },
        header: (!part.flag("hide_groups_header")).then(|| "x-consumer-groups".to_owned()),
        refusals: words::by_accept([
            (Case::Anonymous, 401, "Unauthorized"),
            (Case::Forbidden, 403, "You cannot consume this service"),
        ]),
    };
    vec![(Phase::Access, Policy::Acl(policy))]
}

//! `ip-restriction`: addresses that may or may not.

use super::{Parts, Steps, words};
use crate::entity::Entity;
use crate::lower::Lowering;
use crate::part::Part;
use crate::schema::{Check, Rule, Shorthand, array, number, string, text};
use ipnet::IpNet;
use model::chain::Phase;
use model::policy::{Case, IpRestriction, Policy};
use std::net::IpAddr;

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

pub(super) fn lower(entity: &Entity, _: &mut Lowering<'_>) -> Steps {
    let part = Part::of(&entity.object).part("config");
    let networks = |name: &str| part.texts(name).iter().filter_map(|text| network(text)).collect();
    let status = part.count("status").and_then(|status| u16::try_from(status).ok()).unwrap_or(403);
    let message = part.text("message").unwrap_or("IP address not allowed: {}");
    let policy = IpRestriction {
        allow: networks("allow"),
        deny: networks("deny"),
        refusals: words::by_accept([(Case::Forbidden, status, message)]),
    };
    vec![(Phase::Access, Policy::IpRestriction(policy))]
}

fn network(text: &str) -> Option<IpNet> {
    text.parse::<IpNet>().ok().or_else(|| text.parse::<IpAddr>().ok().map(IpNet::from))
}

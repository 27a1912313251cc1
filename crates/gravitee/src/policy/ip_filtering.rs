//! `ip-filtering`: addresses that may, or may not.

use super::{Does, List, Place, When};
use crate::expression;
use crate::lower::Lowering;
use crate::schema::{Record, flag, text, texts, word};
use dialect::Faith;
use expr::el::Template;
use ipnet::IpNet;
use model::answer::Keyed;
use model::policy::{AddressOf, CheckAddresses, Policy};
use model::text::Text;
use std::net::IpAddr;

/// The fields of its configuration.
pub(super) static CONFIG: Record = Record {
    name: "ip-filtering",
    fields: &[
        texts("whitelistIps"),
        texts("blacklistIps"),
        flag("matchAllFromXForwardedFor"),
        flag("useCustomIPAddress"),
        text("customIPAddress"),
        flag("isInclusiveHostCount"),
        word("lookupIpVersion", &["IPV4", "IPV6", "ALL"]).accepted("names of hosts are not resolved"),
    ],
};

const NAME: &str = "ip-filtering";

pub(super) fn lower(place: &Place<'_>, at: &mut Lowering<'_>) -> Does {
    if place.list == List::Response {
        return Vec::new();
    }
    let mut hosts = false;
    for field in ["whitelistIps", "blacklistIps"] {
        for host in place.config.texts(field).iter().flat_map(|text| unresolved(text)) {
            hosts = true;
            let open = at.allow_missing.iter().any(|one| one == NAME);
            let end = if open {
                "it is left out"
            } else {
                "what the policy guards answers 503; `--allow-missing ip-filtering` leaves it out"
            };
            at.notes.say(Faith::Unsupported, &place.config, field, format!("the name {host:?} is not resolved: {end}"));
        }
    }
    if hosts && !at.allow_missing.iter().any(|one| one == NAME) {
        return vec![(When::Turn, Policy::Missing { name: NAME.to_owned() })];
    }
    vec![(When::Turn, Policy::CheckAddresses(Box::new(policy(place, at))))]
}

fn policy(place: &Place<'_>, at: &mut Lowering<'_>) -> CheckAddresses {
    let config = &place.config;
    let list = |field: &str| {
        let known = config.texts(field).into_iter().filter(|text| unresolved(text).is_empty());
        known.map(Text::Expression).collect()
    };
    let of = if config.flag("useCustomIPAddress") {
        let text = expression::field(config, "customIPAddress", at.notes);
        AddressOf::Text(text.unwrap_or(Text::Plain(String::new())))
    } else if config.flag("matchAllFromXForwardedFor") {
        AddressOf::Forwarded
    } else {
        AddressOf::Client
    };
    let message =
        "Your IP ({}) or some proxies whereby your request pass through are not allowed to reach this resource.";
    CheckAddresses {
        allow: list("whitelistIps"),
        deny: list("blacklistIps"),
        of,
        edges: config.flag("isInclusiveHostCount"),
        refusal: Keyed { status: 403, key: None, message: Some(message.to_owned()) },
    }
}

/// What is written as it is and is neither address nor network.
fn unresolved(text: &str) -> Vec<String> {
    if Template::parse(text).map_or(true, |template| template.literal().is_none()) {
        return Vec::new();
    }
    let parts = text.split(',').map(str::trim).filter(|part| !part.is_empty());
    let named = parts.filter(|part| part.parse::<IpAddr>().is_err() && part.parse::<IpNet>().is_err());
    named.map(str::to_owned).collect()
}

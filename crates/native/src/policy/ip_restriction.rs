//! `ip-restriction`: addresses that may, or may not.

use super::Around;
use super::refusals::{self, Refusals};
use crate::decode::{At, OneOrMany, Text, entity};
use crate::lower::{Lowering, listener};
use crate::write::texts;
use ipnet::IpNet;
use model::policy::{self, Case, Policy};

entity! {
    /// From where clients may come. Who is denied stays denied, also where it is allowed.
    IpRestriction {
        /// Only these networks or addresses may; all without it.
        allow: Option<OneOrMany<Text>>,
        /// These networks or addresses may not.
        deny: Option<OneOrMany<Text>>,
        /// What a refusal says: `forbidden`, where `{}` is the client's address.
        refusals: Option<Refusals>,
    }
}

const CASES: &[Case] = &[Case::Forbidden];

pub(crate) fn lower(written: &At<IpRestriction>, _: &Around<'_>, at: &mut Lowering<'_>) -> Option<Policy> {
    if written.allow.is_none() && written.deny.is_none() {
        at.incomplete(
            &written.spot,
            "a restriction of addresses says who may, in \"allow\", or who may not, in \"deny\"",
        );
    }
    Some(Policy::IpRestriction(policy::IpRestriction {
        allow: listener::networks(written.allow.as_ref(), at),
        deny: listener::networks(written.deny.as_ref(), at),
        refusals: refusals::lower(&written.refusals, CASES, at),
    }))
}

pub(crate) fn write(one: &policy::IpRestriction) -> IpRestriction {
    let networks = |all: &[IpNet]| texts(&all.iter().map(ToString::to_string).collect::<Vec<_>>());
    let nobody = one.allow.is_empty() && one.deny.is_empty();
    IpRestriction {
        allow: networks(&one.allow),
        deny: networks(&one.deny).or_else(|| nobody.then(OneOrMany::default)),
        refusals: refusals::write(&one.refusals),
    }
}

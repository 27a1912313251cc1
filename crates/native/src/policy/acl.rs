//! `acl`: groups of known clients that may, or may not.

use super::Around;
use super::refusals::{self, Refusals};
use crate::decode::{At, OneOrMany, Text, entity};
use crate::lower::{Lowering, header};
use crate::write::{all, text};
use dialect::Faith;
use model::policy::{self, Case, GroupRule, Policy};

entity! {
    /// Who of the known clients may pass; one of `allow` and `deny`.
    Acl {
        /// Members of one of these groups may, all others may not.
        allow: Option<OneOrMany<Text>>,
        /// Members of one of these groups may not, all others may.
        deny: Option<OneOrMany<Text>>,
        /// The request header that tells those behind the client's groups; none without it.
        header: Option<Text>,
        /// What a refusal says: `anonymous`, `forbidden`.
        refusals: Option<Refusals>,
    }
}

const CASES: &[Case] = &[Case::Anonymous, Case::Forbidden];

pub(crate) fn lower(written: &At<Acl>, _: &Around<'_>, at: &mut Lowering<'_>) -> Option<Policy> {
    let rule = match (&written.allow, &written.deny) {
        (Some(groups), None) => GroupRule::Allow(known(groups, at)),
        (None, Some(groups)) => GroupRule::Deny(known(groups, at)),
        (Some(_), Some(_)) | (None, None) => {
            at.incomplete(&written.spot, "an access list says who may, in \"allow\", or who may not, in \"deny\"");
            return None;
        }
    };
    Some(Policy::Acl(policy::Acl {
        rule,
        header: written.header.as_ref().map(|name| header::name(name, &name.spot, at).to_ascii_lowercase()),
        refusals: refusals::lower(&written.refusals, CASES, at),
    }))
}

fn known(groups: &OneOrMany<Text>, at: &mut Lowering<'_>) -> Vec<String> {
    for name in groups.all().iter().filter(|name| !name.is_empty()) {
        if !at.access.contains(&name.value) {
            at.findings.say(Faith::Ignored, &name.spot, "no consumer belongs to this group");
        }
    }
    groups.all().iter().map(|name| name.value.clone()).collect()
}

pub(crate) fn write(one: &policy::Acl) -> Acl {
    let (allow, deny) = match &one.rule {
        GroupRule::Allow(groups) => (all(groups, &[]).or_else(|| Some(OneOrMany::default())), None),
        GroupRule::Deny(groups) => (None, all(groups, &[]).or_else(|| Some(OneOrMany::default()))),
    };
    Acl { allow, deny, header: one.header.as_deref().map(text), refusals: refusals::write(&one.refusals) }
}

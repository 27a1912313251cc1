//! `host-certificates`: hosts whose clients must have shown a certificate when they began TLS.

use super::Around;
use super::refusals::{self, Refusals};
use crate::decode::{At, OneOrMany, Text, entity, said};
use crate::lower::{Lowering, matching};
use crate::write::{texts, unless};
use model::policy::{self, Case, Policy};

entity! {
    /// Hosts that demand certificates, for clients who name one host when they begin TLS and ask for another.
    HostCertificates {
        /// Hosts; the exact name counts before `*.` ones.
        hosts: Vec<At<HostDemand>>,
        /// What a refusal says: `forbidden`.
        refusals: Option<Refusals>,
    }
}

entity! {
    /// What hosts demand.
    HostDemand {
        /// Names, `*.example.com` among them.
        names: OneOrMany<Text>,
        /// Whether a certificate is demanded; true without it.
        demanded: Option<At<bool>>,
        /// Regular expressions that match decoded paths for which none is.
        open: Option<OneOrMany<Text>>,
    }
}

const CASES: &[Case] = &[Case::Forbidden];

pub(crate) fn lower(written: &At<HostCertificates>, _: &Around<'_>, at: &mut Lowering<'_>) -> Option<Policy> {
    let mut hosts = Vec::new();
    for host in &written.hosts {
        let open = host.open.iter().flat_map(|open| open.all());
        hosts.push(policy::HostDemand {
            names: host.names.all().iter().map(|name| name.value.clone()).collect(),
            demanded: said(&host.demanded, true),
            open: open.map(|text| matching::regex(text, at)).collect(),
        });
    }
    let refusals = refusals::lower(&written.refusals, CASES, at);
    Some(Policy::HostCertificates(Box::new(policy::HostCertificates { hosts, refusals })))
}

pub(crate) fn write(one: &policy::HostCertificates) -> HostCertificates {
    let host = |host: &policy::HostDemand| {
        At::new(HostDemand {
            names: texts(&host.names).unwrap_or_default(),
            demanded: unless(host.demanded, &true),
            open: texts(&host.open),
        })
    };
    HostCertificates { hosts: one.hosts.iter().map(host).collect(), refusals: refusals::write(&one.refusals) }
}

//! Holds clients to the certificate that the host they ask for demands.

use crate::build::BuildCause;
use crate::exchange::Exchange;
use crate::path::decoded;
use crate::refusal::ReadyRefusals;
use crate::{Outcome, Policy, Running};
use model::policy::{Case, HostCertificates as Data};
use regex::RegexSet;
use std::collections::HashMap;
use std::sync::Arc;

/// Refuses what comes without the certificate that its host demands.
pub(crate) struct HostCertificates {
    /// By name in lower case; `*.` ones without the star.
    demands: HashMap<String, Arc<Demand>>,
    refusals: ReadyRefusals,
}

struct Demand {
    demanded: bool,
    open: RegexSet,
}

impl HostCertificates {
    pub(crate) fn compile(data: &Data) -> Result<Self, BuildCause> {
        let mut demands = HashMap::new();
        for host in &data.hosts {
            let demand = Arc::new(Demand { demanded: host.demanded, open: open(&host.open)? });
            for name in &host.names {
                let name = name.strip_prefix('*').unwrap_or(name).to_ascii_lowercase();
                demands.entry(name).or_insert_with(|| demand.clone());
            }
        }
        Ok(Self { demands, refusals: ReadyRefusals::compile(&data.refusals)? })
    }

    /// What the host demands, if it is one of ours.
    fn demand(&self, host: &str) -> Option<&Demand> {
        let exact = self.demands.get(host);
        let wide = || self.demands.get(host.find('.').map(|dot| &host[dot..])?);
        exact.or_else(wide).map(|demand| &**demand)
    }

    fn passes(&self, exchange: &Exchange) -> bool {
        let client = &exchange.client;
        if !client.tls {
            return true;
        }
        let host = exchange.host_name().to_ascii_lowercase();
        let Some(demand) = self.demand(&host).filter(|demand| demand.demanded) else { return true };
        if demand.open.is_match(&decoded(exchange.request.uri.path())) {
            return true;
        }
        let named = client.server_name.as_deref().is_some_and(|name| name.eq_ignore_ascii_case(&host));
        named && client.certificate.as_ref().is_some_and(|shown| shown.distrust.is_none())
    }
}

fn open(patterns: &[String]) -> Result<RegexSet, BuildCause> {
    let cannot = |cause: regex::Error| BuildCause::Regex { text: patterns.join(", "), cause: cause.to_string() };
    RegexSet::new(patterns).map_err(cannot)
}

impl Policy for HostCertificates {
    fn run<'a>(&'a self, exchange: &'a mut Exchange) -> Running<'a> {
        Running::Done(match self.passes(exchange) {
            true => Outcome::Continue,
            false => {
                let usual = "this host wants a certificate of its clients";
                Outcome::Fail(self.refusals.failure(Case::Forbidden, usual, ""))
            }
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::exchange::testing;
    use model::policy::HostDemand;
    use net::tls::PeerCertificate;

    #[test]
    fn a_client_shows_what_its_host_demands() {
        let host = |name: &str, demanded: bool, open: &[&str]| HostDemand {
            names: vec![name.to_owned()],
            demanded,
            open: open.iter().map(|pattern| (*pattern).to_owned()).collect(),
        };
        let hosts = vec![
            host("Strict.test", true, &[]),
            host("*.wide.test", true, &["^/open/"]),
            host("free.wide.test", false, &[]),
        ];
        let policy = HostCertificates::compile(&Data { hosts, refusals: Default::default() }).unwrap();
        // host asked for, host named, path, certificate, whether it passes; an empty name: no TLS
        let cases = [
            ("other.test", "other.test", "/", None, true),
            ("strict.test", "", "/", None, true),
            ("strict.test", "strict.test", "/", Some(true), true),
            ("STRICT.test:443", "Strict.test", "/", Some(true), true),
            ("strict.test", "strict.test", "/", Some(false), false),
            ("strict.test", "strict.test", "/", None, false),
            ("strict.test", "other.test", "/", None, false),
            ("strict.test", "other.test", "/", Some(true), false),
            ("a.wide.test", "a.wide.test", "/", None, false),
            ("a.wide.test", "a.wide.test", "/open/x", None, true),
            ("a.wide.test", "a.wide.test", "/open/../x", None, false),
            ("free.wide.test", "free.wide.test", "/", None, true),
            ("b.a.wide.test", "b.a.wide.test", "/", None, true),
        ];
        for (asked, named, path, shown, passes) in cases {
            let mut exchange = testing::of(http::Request::get(path).header("host", asked));
            exchange.client.tls = !named.is_empty();
            exchange.client.server_name = Some(named.into());
            exchange.client.certificate = shown.map(|trusted| {
                let distrust = (!trusted).then(|| "unknown issuer".to_owned());
                Arc::new(PeerCertificate { chain: Vec::new(), distrust, validity: None })
            });
            assert_eq!(policy.passes(&exchange), passes, "{asked} {named} {path} {shown:?}");
        }
    }
}

//! Addresses that may, or may not.

use crate::exchange::Exchange;
use crate::refusal::ReadyRefusals;
use crate::{Outcome, Policy, Running};
use ipnet::IpNet;
use model::policy::Case;
use std::net::IpAddr;

/// Looks at the client's address, as the listener found it.
pub(crate) struct IpRestriction {
    pub(crate) allow: Vec<IpNet>,
    pub(crate) deny: Vec<IpNet>,
    pub(crate) refusals: ReadyRefusals,
}

impl Policy for IpRestriction {
    fn run<'a>(&'a self, exchange: &'a mut Exchange) -> Running<'a> {
        let address = exchange.client.address.to_canonical();
        Running::Done(if self.may(address) {
            Outcome::Continue
        } else {
            let text = "clients from {} may not use this route";
            Outcome::Fail(self.refusals.failure(Case::Forbidden, text, &address.to_string()))
        })
    }
}

impl IpRestriction {
    fn may(&self, address: IpAddr) -> bool {
        let within = |nets: &[IpNet]| nets.iter().any(|net| net.contains(&address));
        !within(&self.deny) && (self.allow.is_empty() || within(&self.allow))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn denied_addresses_stay_out_and_allowed_ones_come_in() {
        let nets = |texts: &[&str]| texts.iter().map(|text| text.parse().unwrap()).collect::<Vec<IpNet>>();
        let cases: [(&[&str], &[&str], &str, bool); 9] = [
            (&["10.0.0.0/8"], &[], "10.1.2.3", true),
            (&["10.0.0.0/8"], &[], "11.1.2.3", false),
            (&["10.0.0.0/8"], &["10.1.0.0/16"], "10.1.2.3", false),
            (&["10.0.0.0/8"], &["10.1.0.0/16"], "10.2.2.3", true),
            (&[], &["10.1.0.0/16"], "10.1.2.3", false),
            (&[], &["10.1.0.0/16"], "::1", true),
            (&["::1/128"], &[], "::1", true),
            (&["127.0.0.1/32"], &[], "::ffff:127.0.0.1", true),
            (&[], &["127.0.0.0/8"], "::ffff:127.0.0.1", false),
        ];
        for (allow, deny, address, expected) in cases {
            let policy = IpRestriction { allow: nets(allow), deny: nets(deny), refusals: ReadyRefusals::default() };
            let mut exchange = crate::exchange::testing::get("/");
            exchange.client.address = address.parse().unwrap();
            let Running::Done(outcome) = policy.run(&mut exchange) else { panic!("waits") };
            match outcome {
                Outcome::Fail(failure) => {
                    assert!(!expected, "{address}");
                    assert_eq!(failure.kind.status(), 403);
                    let shown = address.trim_start_matches("::ffff:");
                    assert_eq!(failure.public, format!("clients from {shown} may not use this route"));
                }
                _ => assert!(expected, "{address}"),
            }
        }
    }
}

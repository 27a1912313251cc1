//! The client's address, as the request tells it.

use crate::exchange::Exchange;
use crate::predicate::Asked;
use crate::{Outcome, Policy, Running};
use expr::vars::Variables;
use model::policy::ClientAddress as Data;
use std::net::{IpAddr, SocketAddr};

/// Takes what the request tells.
pub(crate) struct ClientAddress(pub(crate) Data);

impl ClientAddress {
    fn told(&self, exchange: &Exchange) -> Option<IpAddr> {
        let known = exchange.client.address.to_canonical();
        if self.0.trusted.as_ref().is_some_and(|trusted| !trusted.iter().any(|network| network.contains(&known))) {
            return None;
        }
        let asked = Asked::of(exchange);
        let text = asked.fact(&self.0.source)?.into_text();
        let last = if self.0.last { text.rsplit(',').next().unwrap_or_default() } else { &*text };
        read(last.trim())
    }
}

/// An address, with or without a port.
fn read(text: &str) -> Option<IpAddr> {
    let bare = text.strip_prefix('[').and_then(|text| text.strip_suffix(']')).unwrap_or(text);
    let address = bare.parse::<IpAddr>().ok().or_else(|| text.parse::<SocketAddr>().ok().map(|socket| socket.ip()))?;
    Some(address.to_canonical())
}

impl Policy for ClientAddress {
    fn run<'a>(&'a self, exchange: &'a mut Exchange) -> Running<'a> {
        if let Some(address) = self.told(exchange) {
            exchange.client.address = address;
        }
        Running::Done(Outcome::Continue)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::exchange::testing;
    use model::variable::Variable;

    #[test]
    fn an_address_is_taken_from_those_who_are_believed() {
        let of = |source: &str, last, trusted: Option<&str>| Data {
            source: Variable::of(source),
            last,
            trusted: trusted.map(|network| vec![network.parse().unwrap()]),
        };
        let listed = || of("http_x_forwarded_for", true, None);
        for (data, field, value, expected) in [
            (of("http_x_real_ip", false, None), "x-real-ip", "1.2.3.4", "1.2.3.4"),
            (of("http_x_real_ip", false, None), "x-real-ip", "1.2.3.4:99", "1.2.3.4"),
            (of("http_x_real_ip", false, None), "x-real-ip", "[2001:db8::1]:99", "2001:db8::1"),
            (of("http_x_real_ip", false, None), "x-real-ip", "[2001:db8::1]", "2001:db8::1"),
            (of("http_x_real_ip", false, None), "x-real-ip", "::ffff:1.2.3.4", "1.2.3.4"),
            (of("http_x_real_ip", false, None), "x-real-ip", "1.2.3.4:99999", "127.0.0.1"),
            (of("http_x_real_ip", false, None), "x-real-ip", "nobody", "127.0.0.1"),
            (of("http_x_real_ip", false, None), "x-other", "1.2.3.4", "127.0.0.1"),
            (listed(), "x-forwarded-for", "5.6.7.8, 1.2.3.4", "1.2.3.4"),
            (listed(), "x-forwarded-for", "1.2.3.4", "1.2.3.4"),
            (of("http_x_real_ip", false, Some("127.0.0.0/8")), "x-real-ip", "1.2.3.4", "1.2.3.4"),
            (of("http_x_real_ip", false, Some("10.0.0.0/8")), "x-real-ip", "1.2.3.4", "127.0.0.1"),
        ] {
            let mut exchange = testing::of(http::Request::get("/").header(field, value));
            ClientAddress(data).run(&mut exchange).done();
            assert_eq!(exchange.client.address, expected.parse::<IpAddr>().unwrap(), "{value}");
        }
    }
}

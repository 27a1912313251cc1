//! Who the client is when proxies stand between: their word counts only where the configuration trusts them.

use http::{HeaderMap, HeaderName};
use ipnet::IpNet;
use model::listener::{ClientAddress, Listener};
use std::net::IpAddr;

/// Whom to believe, and where the client's address stands.
pub(crate) struct Trust {
    proxies: Vec<IpNet>,
    field: Option<HeaderName>,
    past_trusted: bool,
    /// The address is all that is believed.
    alone: bool,
}

/// What a trusted proxy says of the client; `None` where it says nothing.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Said {
    /// Whether there is a proxy that is believed.
    pub(super) trusted: bool,
    /// The client's address.
    pub(super) address: Option<IpAddr>,
    /// From `X-Forwarded-Proto`.
    pub(super) https: Option<bool>,
}

impl Trust {
    /// Fails with a name that no field can have.
    pub(crate) fn compile(listener: &Listener) -> Result<Self, String> {
        let ClientAddress { field, past_trusted, alone } = &listener.client_address;
        let name = |text: &String| HeaderName::from_bytes(text.as_bytes()).map_err(|_| text.clone());
        Ok(Self {
            proxies: listener.trusted_proxies.clone(),
            field: field.as_ref().map(name).transpose()?,
            past_trusted: *past_trusted,
            alone: *alone,
        })
    }

    /// Nothing is believed unless `peer` is trusted.
    pub(super) fn read(&self, headers: &HeaderMap, peer: IpAddr) -> Said {
        if self.proxies.is_empty() || !self.holds(peer) {
            return Said::default();
        }
        let address = self.client_address(headers);
        match self.alone {
            true => Said { trusted: false, address, https: None },
            false => Said { trusted: true, address, https: scheme(headers) },
        }
    }

    /// Whether the address is one of the trusted.
    fn holds(&self, address: IpAddr) -> bool {
        let address = address.to_canonical();
        self.proxies.iter().any(|net| net.contains(&address))
    }

    /// Reads the field from its end, as far as trusted addresses go.
    fn client_address(&self, headers: &HeaderMap) -> Option<IpAddr> {
        let mut nearest = None;
        let fields = headers.get_all(self.field.as_ref()?).iter().rev();
        for text in fields.filter_map(|field| field.to_str().ok()).flat_map(|field| field.rsplit(',')) {
            let Some(address) = parse(text.trim()) else { break };
            nearest = Some(address);
            if !self.past_trusted || !self.holds(address) {
                break;
            }
        }
        nearest
    }
}

/// `192.0.2.1`, `192.0.2.1:80`, `2001:db8::1`, `[2001:db8::1]:80`.
fn parse(text: &str) -> Option<IpAddr> {
    if let Ok(address) = text.parse() {
        return Some(address);
    }
    if let Some(inner) = text.strip_prefix('[') {
        return inner.split(']').next()?.parse().ok();
    }
    text.split(':').next()?.parse().ok()
}

fn scheme(headers: &HeaderMap) -> Option<bool> {
    let text = headers.get("x-forwarded-proto")?.to_str().ok()?;
    match text.rsplit(',').next()?.trim() {
        scheme if scheme.eq_ignore_ascii_case("https") => Some(true),
        scheme if scheme.eq_ignore_ascii_case("http") => Some(false),
        _ => None,
    }
}

#[cfg(test)]
mod tests;

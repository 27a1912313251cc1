//! Who is reached without the forward proxy: `NO_PROXY`, as the usual tools read it.

use ipnet::IpNet;
use std::net::IpAddr;

/// Origins that are reached directly.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Except {
    all: bool,
    rules: Vec<Rule>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
struct Rule {
    who: Who,
    port: Option<u16>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum Who {
    /// The name and every name below it.
    Name(String),
    /// Only names below it.
    Below(String),
    Network(IpNet),
}

impl Except {
    /// Reads entries with commas or blanks between: `example.com` (and all below), `.example.com` and
    /// `*.example.com` (below), `10.0.0.0/8`, an address, each with `:port` if need be, and `*` for all.
    pub fn read(text: &str) -> Self {
        Self::of(text.split([',', ' ', '\t', '\n']))
    }

    /// From entries.
    pub fn of<'a>(entries: impl IntoIterator<Item = &'a str>) -> Self {
        let mut except = Self::default();
        for entry in entries.into_iter().map(str::trim).filter(|entry| !entry.is_empty()) {
            match entry {
                "*" => except.all = true,
                entry => except.rules.push(Rule::read(entry)),
            }
        }
        except
    }

    /// Whether this origin is reached directly.
    pub fn covers(&self, host: &str, port: u16) -> bool {
        let host = bare(host);
        let address = host.parse::<IpAddr>().ok().map(|address| address.to_canonical());
        self.all || self.rules.iter().any(|rule| rule.port.is_none_or(|own| own == port) && rule.who.is(host, address))
    }
}

impl Rule {
    fn read(entry: &str) -> Self {
        let (who, port) = match entry.rsplit_once(':') {
            // an IPv6 address without brackets has no port
            Some((who, _)) if who.contains(':') && !who.ends_with(']') => (entry, None),
            Some((who, port)) => match port.parse() {
                Ok(port) => (who, Some(port)),
                Err(_) => (entry, None),
            },
            None => (entry, None),
        };
        let bare = bare(who);
        let network = bare.parse().ok().or_else(|| bare.parse::<IpAddr>().ok().map(IpNet::from));
        let who = match (network, bare.strip_prefix("*.").or_else(|| bare.strip_prefix('.'))) {
            (Some(network), _) => Who::Network(network),
            (None, Some(parent)) => Who::Below(parent.to_ascii_lowercase()),
            (None, None) => Who::Name(bare.to_ascii_lowercase()),
        };
        Self { who, port }
    }
}

impl Who {
    fn is(&self, host: &str, address: Option<IpAddr>) -> bool {
        let below = |parent: &str| {
            let at = host.len().checked_sub(parent.len() + 1);
            at.is_some_and(|at| {
                host.as_bytes()[at] == b'.' && host.as_bytes()[at + 1..].eq_ignore_ascii_case(parent.as_bytes())
            })
        };
        match self {
            Self::Name(name) => host.eq_ignore_ascii_case(name) || (address.is_none() && below(name)),
            Self::Below(parent) => address.is_none() && below(parent),
            Self::Network(network) => address.is_some_and(|address| network.contains(&address)),
        }
    }
}

/// Without brackets and the root's dot.
pub(super) fn bare(host: &str) -> &str {
    let host = host.strip_prefix('[').and_then(|host| host.strip_suffix(']')).unwrap_or(host);
    host.strip_suffix('.').unwrap_or(host)
}

//! What a route takes, and its place among the others.
//!
//! Exact paths come before prefixes, longer prefixes before shorter ones; among equals the priority decides, then the
//! longer pattern, then the older route. By default the host is asked first, and its specificity stands before all else.

use crate::entity::Part;
use crate::settings::Router;
use ipnet::IpNet;
use model::predicate::{HostPattern, PathPattern, Predicate, Vars};
use model::route::{Match, Rank};
use model::variable::Variable;
use serde_json::Value;

/// The parameter that a wildcard in the middle of a path becomes.
pub(super) const WILDCARD: &str = "ext";

/// Every way in which a route is reached.
pub(super) fn matches(route: Part<'_>, service: Part<'_>, router: Router) -> Vec<Match> {
    let hosts = hosts(route, service);
    let by_host: Vec<Vec<&String>> = match router {
        Router::HostUri if !hosts.is_empty() => hosts.iter().map(|host| vec![host]).collect(),
        Router::HostUri | Router::Uri | Router::UriWithParameter => vec![hosts.iter().collect()],
    };
    let priority = route.integer("priority").unwrap_or_default();
    let (methods, clients) = (route.texts("methods"), clients(route));
    let vars = conditions(route.value("vars"));
    let uris = uris(route);
    let mut found = Vec::with_capacity(uris.len() * by_host.len());
    for uri in uris {
        let path = Path::read(&uri, router);
        for hosts in &by_host {
            let predicate = Predicate {
                path: Some(path.pattern.clone()),
                hosts: hosts.iter().filter_map(|host| pattern(host)).collect(),
                methods: methods.clone(),
                clients: clients.clone(),
                vars: vars.clone(),
                ..Predicate::default()
            };
            let weight = if router == Router::HostUri { hosts.first().map_or(0, |host| host_weight(host)) } else { 0 };
            let priority = (priority as u64) ^ (1 << 63); // the order of signed numbers
            found.push(Match { rank: Rank([weight, path.weight, priority, uri.len() as u64]), predicate });
        }
    }
    found
}

/// Both spellings of what a route takes.
pub(super) fn uris(route: Part<'_>) -> Vec<String> {
    route.owned("uri").map_or_else(|| route.texts("uris"), |uri| vec![uri])
}

/// A route's own hosts, else its service's.
fn hosts(route: Part<'_>, service: Part<'_>) -> Vec<String> {
    let own = route.owned("host").map_or_else(|| route.texts("hosts"), |host| vec![host]);
    let hosts = if own.is_empty() { service.texts("hosts") } else { own };
    hosts.into_iter().map(|host| host.to_ascii_lowercase()).collect()
}

fn clients(route: Part<'_>) -> Vec<IpNet> {
    let own = route.owned("remote_addr").map_or_else(|| route.texts("remote_addrs"), |one| vec![one]);
    super::networks(&own)
}

/// `*` takes every host; a wildcard takes any depth.
fn pattern(host: &str) -> Option<HostPattern> {
    match host.strip_prefix('*') {
        Some("") => None,
        Some(end) => Some(HostPattern::Suffix(end.to_owned())),
        None => Some(HostPattern::Exact(host.to_owned())),
    }
}

/// Exact hosts first, then the longest wildcard, `*` last; no host is 0.
fn host_weight(host: &str) -> u64 {
    if host.starts_with('*') { host.len() as u64 } else { u64::MAX }
}

/// A path as it is written.
struct Path {
    pattern: PathPattern,
    weight: u64,
}

impl Path {
    fn read(uri: &str, router: Router) -> Self {
        let special: &[char] = if router == Router::UriWithParameter { &['*', ':'] } else { &['*'] };
        match uri.find(special) {
            None => Self { pattern: PathPattern::Exact(uri.to_owned()), weight: u64::MAX },
            Some(at) if at + 1 == uri.len() && uri.ends_with('*') => {
                Self { pattern: PathPattern::Prefix(uri[..at].to_owned()), weight: at as u64 }
            }
            Some(at) => Self { pattern: PathPattern::Regex(regex(uri, router)), weight: at as u64 },
        }
    }
}

/// The whole path as a regular expression: a segment that begins with `*` is anything, slashes too; with parameters, one
/// that begins with `:` is one segment. The last wildcard is the one that is led on.
fn regex(uri: &str, router: Router) -> String {
    let segments: Vec<&str> = uri.split('/').collect();
    let last = segments.iter().rposition(|segment| segment.starts_with('*'));
    let mut names: Vec<String> = Vec::new();
    let written = segments.iter().enumerate().map(|(at, segment)| {
        if Some(at) == last {
            return format!("(?P<{WILDCARD}>(?s:.*))");
        }
        if segment.starts_with('*') {
            return "(?s:.*)".to_owned();
        }
        match segment.strip_prefix(':').filter(|_| router == Router::UriWithParameter) {
            Some(name) if is_name(name) && !names.iter().any(|known| known == name) => {
                names.push(name.to_owned());
                format!("(?P<{name}>[^/]+)")
            }
            Some(_) => "[^/]+".to_owned(),
            // behind the first wildcard the original reads a `*` as one of regular expressions
            None => regex::escape(segment).replace("\\*", "*"),
        }
    });
    let written: Vec<String> = written.collect();
    format!("{}$", written.join("/"))
}

fn is_name(name: &str) -> bool {
    name.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_')
        && name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_')
        && name != WILDCARD
}

/// Conditions on variables. Those that cannot be read were told by the check of the object.
pub(crate) fn conditions(rules: Option<&Value>) -> Option<Vars> {
    let rules = rules?.as_array().filter(|rules| !rules.is_empty())?;
    expr::vars::read(rules, &Variable::of).ok()
}

#[cfg(test)]
mod tests;

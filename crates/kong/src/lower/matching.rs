//! From the attributes of a route to what is asked of requests.

use super::rank::Weights;
use crate::entity::{Entity, Flavor};
use crate::part::Part;
use crate::schema::text::split_port;
use model::predicate::{HeaderPattern, HostPattern, PathPattern, Predicate, TextPattern};
use model::route::{Match, Rank};
use serde_json::Value;

/// The ways in which a route matches, each with its place; without the paths of these numbers.
pub(super) fn matches(route: &Entity, flavor: Flavor, without: &[usize]) -> Vec<Match> {
    let part = Part::of(&route.object);
    if flavor == Flavor::Expressions
        && let Some(expression) = part.owned("expression")
    {
        let rank = Rank([part.count("priority").unwrap_or_default(), 0, 0, 0]);
        return vec![Match { rank, predicate: Predicate { expression: Some(expression), ..Predicate::default() } }];
    }
    let paths = part.texts("paths");
    let paths: Vec<Option<&str>> = match paths.is_empty() {
        true => vec![None],
        false => {
            let known = paths.iter().enumerate().filter(|(at, _)| !without.contains(at));
            known.map(|(_, path)| Some(path.as_str())).collect()
        }
    };
    let common = Predicate {
        methods: part.texts("methods"),
        headers: headers(part),
        server_names: part.texts("snis").iter().map(|name| host_pattern(name)).collect(),
        ..Predicate::default()
    };
    let mut found = Vec::new();
    for path in paths {
        let rank = Weights::of(route, path).rank(flavor);
        for hosts in hosts(part) {
            let mut predicate = common.clone();
            predicate.path = path.map(pattern);
            predicate.hosts = hosts.names;
            predicate.headers.extend(hosts.port);
            found.push(Match { rank, predicate });
        }
    }
    found
}

/// `~` begins a regular expression, everything else is a prefix.
fn pattern(path: &str) -> PathPattern {
    match path.strip_prefix('~') {
        Some(regex) => PathPattern::Regex(regex.to_owned()),
        None => PathPattern::Prefix(path.to_owned()),
    }
}

/// Hosts that are asked together.
struct Hosts {
    names: Vec<HostPattern>,
    /// What the `Host` field must say where a port counts.
    port: Option<HeaderPattern>,
}

/// Hosts without port together, each with a port alone.
fn hosts(part: Part<'_>) -> Vec<Hosts> {
    let mut plain = Vec::new();
    let mut ported = Vec::new();
    for host in part.texts("hosts") {
        match split_port(&host) {
            (name, Some(port)) => {
                // the port that a scheme has anyway is not written
                let usual = if matches!(port, "80" | "443") { "?" } else { "" };
                let value = TextPattern::Regex(format!("(?::{port}){usual}$"));
                let port = HeaderPattern { name: "host".to_owned(), value };
                ported.push(Hosts { names: vec![host_pattern(name)], port: Some(port) });
            }
            (name, None) => plain.push(host_pattern(name)),
        }
    }
    if !plain.is_empty() || ported.is_empty() {
        ported.insert(0, Hosts { names: plain, port: None });
    }
    ported
}

fn host_pattern(name: &str) -> HostPattern {
    let name = name.to_ascii_lowercase();
    match (name.strip_prefix('*'), name.strip_suffix('*')) {
        (Some(end), _) => HostPattern::Suffix(end.to_owned()),
        (None, Some(start)) => HostPattern::Prefix(start.to_owned()),
        (None, None) => HostPattern::Exact(name),
    }
}

/// One of the values, compared without case; `~*` begins a regular expression.
fn headers(part: Part<'_>) -> Vec<HeaderPattern> {
    let of = |(name, values): (&String, &Value)| {
        let values = values.as_array().into_iter().flatten().filter_map(Value::as_str);
        let one = |value: &str| match value.strip_prefix("~*") {
            Some(regex) => format!("(?:{regex})"),
            None => format!("^{}$", regex_syntax::escape(value)),
        };
        let text = format!("(?i){}", values.map(one).collect::<Vec<_>>().join("|"));
        HeaderPattern { name: name.to_ascii_lowercase(), value: TextPattern::Regex(text) }
    };
    part.part("headers").members().map(of).collect()
}

//! Conditions on a request, compiled once and asked many times.

use crate::exchange::Exchange;
use crate::path::{normalize, pattern_text};
use crate::query;
use http::HeaderName;
use ipnet::IpNet;
use model::predicate::{HostPattern, PathPattern, Predicate, Segment, TextPattern};
use model::table::PathNormalization;
use regex::bytes::Regex;
use std::borrow::Cow;

/// A predicate with its regular expressions and header names read.
#[derive(Debug)]
pub struct ReadyPredicate {
    path: Option<Path>,
    hosts: Vec<HostPattern>,
    methods: Vec<String>,
    headers: Vec<(HeaderName, Text)>,
    query: Vec<(String, Text)>,
    schemes: Vec<String>,
    clients: Vec<IpNet>,
    normalization: PathNormalization,
}

/// Why a predicate cannot be asked.
#[derive(Debug, thiserror::Error)]
pub enum PredicateError {
    /// A regular expression that cannot be read.
    #[error("the regular expression {text:?} cannot be read: {cause}")]
    Regex {
        /// As written.
        text: String,
        /// Why.
        cause: Box<regex::Error>,
    },
    /// A name that no header field can have.
    #[error("{name:?} is not the name of a header field")]
    Header {
        /// As written.
        name: String,
    },
}

#[derive(Debug)]
enum Path {
    Exact(String),
    Prefix(String),
    Template(Vec<Segment>),
    Regex(Regex),
}

#[derive(Debug)]
enum Text {
    Present,
    Absent,
    OneOf(Vec<String>),
    Regex(Regex),
}

impl ReadyPredicate {
    /// Reads what can be read beforehand.
    pub fn compile(predicate: &Predicate, normalization: PathNormalization) -> Result<Self, PredicateError> {
        let headers = predicate.headers.iter().map(|pattern| {
            let name = HeaderName::from_bytes(pattern.name.as_bytes());
            let name = name.map_err(|_| PredicateError::Header { name: pattern.name.clone() })?;
            Ok((name, Text::compile(&pattern.value)?))
        });
        let query = predicate.query.iter().map(|pattern| Ok((pattern.name.clone(), Text::compile(&pattern.value)?)));
        Ok(Self {
            path: predicate.path.as_ref().map(|pattern| Path::compile(pattern, normalization)).transpose()?,
            hosts: predicate.hosts.iter().map(comparable).collect(),
            methods: predicate.methods.clone(),
            headers: headers.collect::<Result<_, _>>()?,
            query: query.collect::<Result<_, _>>()?,
            schemes: predicate.schemes.clone(),
            clients: predicate.clients.clone(),
            normalization,
        })
    }

    /// Whether all of it is true of the request as it stands now.
    pub fn holds(&self, exchange: &Exchange) -> bool {
        let request = &exchange.request;
        let scheme = if exchange.client.https { "https" } else { "http" };
        let address = exchange.client.address.to_canonical();
        one_of(&self.methods, |method| request.method == method.as_str())
            && one_of(&self.schemes, |wanted| wanted.eq_ignore_ascii_case(scheme))
            && one_of(&self.clients, |network| network.contains(&address))
            && one_of(&self.hosts, |pattern| host_matches(pattern, bare(exchange.host())))
            && self.path.as_ref().is_none_or(|path| path.matches(&normalize(request.uri.path(), self.normalization)))
            && self.headers.iter().all(|(name, text)| {
                text.holds(request.headers.get_all(name).iter().map(|value| Cow::Borrowed(value.as_bytes())))
            })
            && self.query.iter().all(|(name, text)| text.holds(query::values(&request.uri, name)))
    }
}

/// An empty list asks nothing.
fn one_of<T>(list: &[T], holds: impl FnMut(&T) -> bool) -> bool {
    list.is_empty() || list.iter().any(holds)
}

/// The host without port, brackets and the dot of a full name (RFC 1034 3.1).
fn bare(host: &str) -> &str {
    let name = match host.strip_prefix('[').and_then(|host| host.split_once(']')) {
        Some((address, _)) => return address,
        None => match host.split_once(':') {
            Some((name, port)) if port.bytes().all(|b| b.is_ascii_digit()) => name,
            _ => host, // an IPv6 address without brackets has more colons
        },
    };
    name.strip_suffix('.').unwrap_or(name)
}

/// A pattern in the form that bare hosts have; the dots at a wildcard stay.
fn comparable(pattern: &HostPattern) -> HostPattern {
    let dotless = |name: &str| name.trim_matches('.').to_owned();
    match pattern {
        HostPattern::Exact(name) => HostPattern::Exact(bare(name).to_owned()),
        HostPattern::Suffix(end) => HostPattern::Suffix(format!(".{}", dotless(end))),
        HostPattern::Prefix(start) => HostPattern::Prefix(format!("{}.", dotless(start))),
    }
}

fn host_matches(pattern: &HostPattern, host: &str) -> bool {
    let host = host.as_bytes();
    match pattern {
        HostPattern::Exact(name) => host.eq_ignore_ascii_case(name.as_bytes()),
        HostPattern::Suffix(end) => {
            host.len() > end.len() && host[host.len() - end.len()..].eq_ignore_ascii_case(end.as_bytes())
        }
        HostPattern::Prefix(start) => {
            host.len() > start.len() && host[..start.len()].eq_ignore_ascii_case(start.as_bytes())
        }
    }
}

impl Path {
    fn compile(pattern: &PathPattern, rules: PathNormalization) -> Result<Self, PredicateError> {
        let segment = |segment: &Segment| match segment {
            Segment::Literal(text) => Segment::Literal(pattern_text(text, rules)),
            Segment::Param(_) | Segment::Rest(_) => segment.clone(),
        };
        Ok(match pattern {
            PathPattern::Exact(path) => Self::Exact(pattern_text(path, rules)),
            PathPattern::Prefix(start) => Self::Prefix(pattern_text(start, rules)),
            PathPattern::Template(template) => Self::Template(template.segments.iter().map(segment).collect()),
            PathPattern::Regex(text) => Self::Regex(compile_regex(text)?),
        })
    }

    fn matches(&self, path: &str) -> bool {
        match self {
            Self::Exact(whole) => whole == path,
            Self::Prefix(start) => path.starts_with(start.as_str()),
            Self::Template(template) => template_matches(template, path),
            // the leftmost match starts at 0 if any match does
            Self::Regex(regex) => regex.find(path.as_bytes()).is_some_and(|found| found.start() == 0),
        }
    }
}

fn template_matches(segments: &[Segment], path: &str) -> bool {
    let Some(mut rest) = path.strip_prefix('/') else { return false };
    for (at, segment) in segments.iter().enumerate() {
        let (part, tail) = rest.split_once('/').map_or((rest, None), |(part, tail)| (part, Some(tail)));
        let fits = match segment {
            Segment::Rest(_) => return !rest.is_empty(),
            Segment::Literal(text) => text == part,
            Segment::Param(_) => !part.is_empty(),
        };
        match (fits, tail, at + 1 == segments.len()) {
            (true, None, true) => return true,
            (true, Some(tail), false) => rest = tail,
            _ => return false,
        }
    }
    false
}

impl Text {
    fn compile(pattern: &TextPattern) -> Result<Self, PredicateError> {
        Ok(match pattern {
            TextPattern::Present => Self::Present,
            TextPattern::Absent => Self::Absent,
            TextPattern::OneOf(texts) => Self::OneOf(texts.clone()),
            TextPattern::Regex(text) => Self::Regex(compile_regex(text)?),
        })
    }

    fn holds<'v>(&self, mut values: impl Iterator<Item = Cow<'v, [u8]>>) -> bool {
        match self {
            Self::Present => values.next().is_some(),
            Self::Absent => values.next().is_none(),
            Self::OneOf(texts) => values.any(|value| texts.iter().any(|text| *text.as_bytes() == *value)),
            Self::Regex(regex) => values.any(|value| regex.is_match(&value)),
        }
    }
}

fn compile_regex(text: &str) -> Result<Regex, PredicateError> {
    Regex::new(text).map_err(|cause| PredicateError::Regex { text: text.to_owned(), cause: Box::new(cause) })
}

#[cfg(test)]
mod tests;

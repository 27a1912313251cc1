//! Conditions on a request, compiled once and asked many times.
//!
//! The router asks the same [`Conditions`] of a route, and has hosts and paths in an index instead.

mod condition;
mod conditions;
mod expression;
mod host;
mod pattern;

pub use conditions::Conditions;
pub(crate) use host::takes;
pub use host::{comparable_host, comparable_pattern};
pub use pattern::{Patterns, literal_beginning};

use crate::exchange::Exchange;
use crate::failure::{Blame, Failure};
use crate::path::{ComparablePath, pattern_text};
use crate::text::{Asks, TextError};
use condition::ReadyCondition;
use http::{HeaderMap, Method};
use model::answer::{FailureKind, Keyed};
use model::predicate::{HostPattern, PathPattern, Predicate, Segment};
use model::table::PathNormalization;
use regex::Regex;
use std::cell::Cell;
use std::net::{IpAddr, SocketAddr};

/// What a request shows of itself before it has a route.
pub struct Asked<'a> {
    /// Method.
    pub method: &'a Method,
    /// `Host` or `:authority` in any case; a port and a trailing dot do not matter.
    pub host: &'a str,
    /// The path as received.
    pub path: &'a str,
    /// The query as received, without `?`.
    pub query: Option<&'a str>,
    /// Header fields.
    pub headers: &'a HeaderMap,
    /// Whether the client came by https.
    pub https: bool,
    /// The client's address.
    pub client: IpAddr,
    /// The connection.
    pub wire: Wire<'a>,
    /// All else that is known of it; `None`: no more.
    pub exchange: Option<&'a Exchange>,
    /// Set when a condition that could not be asked needs the body, which is not held yet.
    pub wants_body: Option<&'a Cell<bool>>,
}

impl<'a> Asked<'a> {
    /// What an exchange shows as it stands now.
    pub fn of(exchange: &'a Exchange) -> Self {
        let request = &exchange.request;
        Self {
            method: &request.method,
            host: exchange.host(),
            path: request.uri.path(),
            query: request.uri.query(),
            headers: &request.headers,
            https: exchange.client.https,
            client: exchange.client.address,
            wire: exchange.client.wire(),
            exchange: Some(exchange),
            wants_body: None,
        }
    }
}

/// What a connection shows of itself.
#[derive(Clone, Copy, Debug)]
pub struct Wire<'a> {
    /// Its own peer.
    pub peer: SocketAddr,
    /// The address it connected to.
    pub local: SocketAddr,
    /// The name that the client asked for when it began TLS.
    pub server_name: Option<&'a str>,
}

/// A predicate with its regular expressions and header names read.
#[derive(Debug)]
pub struct ReadyPredicate {
    hosts: Vec<HostPattern>,
    path: Option<Path>,
    conditions: Option<Box<Conditions>>,
    normalization: PathNormalization,
    /// The path is what follows the part that the route matched.
    below: bool,
    /// Asked last, and only of an exchange.
    texts: Box<[ReadyCondition]>,
    asks: Asks,
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
    /// An expression that cannot be read.
    #[error("the expression {text:?} cannot be read: {cause}")]
    Expression {
        /// As written.
        text: String,
        /// Why.
        cause: String,
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

impl ReadyPredicate {
    /// Reads what can be read beforehand.
    pub fn compile(predicate: &Predicate, normalization: PathNormalization) -> Result<Self, PredicateError> {
        let mut patterns = Patterns::default();
        let path = predicate.path.as_ref().map(|pattern| Path::compile(pattern, normalization, &mut patterns));
        let texts: Box<[_]> = predicate.conditions.iter().map(ReadyCondition::compile).collect();
        Ok(Self {
            below: predicate.below,
            asks: texts.iter().map(ReadyCondition::asks).fold(Asks::default(), Asks::and),
            texts,
            hosts: predicate.hosts.iter().map(host::comparable_pattern).collect(),
            path: path.transpose()?,
            conditions: Conditions::compile(predicate, &mut patterns)?,
            normalization,
        })
    }

    /// Whether all of it is true of the exchange as it stands now.
    pub(crate) fn holds(&self, exchange: &Exchange) -> Result<bool, Box<Failure>> {
        if !self.request_holds(exchange) {
            return Ok(false);
        }
        for condition in &self.texts {
            if !condition.holds(exchange)? {
                return Ok(false);
            }
        }
        Ok(true)
    }

    /// Which bodies it will ask for.
    pub(crate) fn asks(&self, exchange: &Exchange) -> Asks {
        if self.asks.nothing() || !self.request_holds(exchange) { Asks::default() } else { self.asks }
    }

    fn request_holds(&self, exchange: &Exchange) -> bool {
        let mut asked = Asked::of(exchange);
        if self.below {
            asked.path = exchange.path_below();
        }
        self.host_holds(asked.host)
            && self
                .path
                .as_ref()
                .is_none_or(|path| path.takes(ComparablePath::of(asked.path, self.normalization).text()))
            && self.conditions.as_ref().is_none_or(|conditions| conditions.hold(&asked))
    }

    /// Whether the request's body must be held before it is asked.
    pub(crate) fn asks_body(&self) -> bool {
        self.conditions.as_ref().is_some_and(|conditions| conditions.asks_body())
    }

    /// No host asks nothing.
    fn host_holds(&self, host: &str) -> bool {
        self.hosts.is_empty() || {
            let host = comparable_host(host);
            self.hosts.iter().any(|pattern| host::takes(pattern, &host))
        }
    }
}

/// A text without a value, as the failure that its policy has for that.
pub(crate) fn text_failure(told: &Keyed, error: &TextError) -> Box<Failure> {
    Failure::keyed(FailureKind::Internal, Blame::Config, told).detail(error.to_string())
}

impl Path {
    fn compile(
        pattern: &PathPattern,
        rules: PathNormalization,
        patterns: &mut Patterns,
    ) -> Result<Self, PredicateError> {
        let segment = |segment: &Segment| match segment {
            Segment::Literal(text) => Segment::Literal(pattern_text(text, rules)),
            Segment::Param(_) | Segment::Rest(_) => segment.clone(),
        };
        Ok(match pattern {
            PathPattern::Exact(path) => Self::Exact(pattern_text(path, rules)),
            PathPattern::Prefix(start) => Self::Prefix(pattern_text(start, rules)),
            PathPattern::Template(template) => Self::Template(template.segments.iter().map(segment).collect()),
            PathPattern::Regex(text) => Self::Regex(patterns.path(text)?),
        })
    }

    fn takes(&self, path: &str) -> bool {
        match self {
            Self::Exact(whole) => whole == path,
            Self::Prefix(start) => path.starts_with(start.as_str()),
            Self::Template(template) => template_takes(template, path),
            Self::Regex(regex) => regex.is_match(path),
        }
    }
}

fn template_takes(segments: &[Segment], path: &str) -> bool {
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

#[cfg(test)]
mod tests;

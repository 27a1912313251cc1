//! What a predicate asks besides host and path.

use super::expression::Expression;
use super::host::{comparable_host, comparable_pattern, takes};
use super::pattern::Patterns;
use super::{Asked, PredicateError};
use crate::exchange::Params;
use crate::query;
use expr::vars::ReadyCondition;
use http::HeaderName;
use ipnet::IpNet;
use model::predicate::{HostPattern, Predicate, TextPattern, Vars};
use model::variable::Variable;
use std::borrow::Cow;
use std::net::IpAddr;

/// Conditions that are asked only after host and path hold; cheap ones first.
#[derive(Debug)]
pub struct Conditions {
    http: bool,
    https: bool,
    methods: Box<[Box<str>]>,
    clients: Box<[IpNet]>,
    headers: Box<[(HeaderName, Text)]>,
    query: Box<[(Box<str>, Text)]>,
    /// Asked of connections with TLS alone.
    server_names: Box<[HostPattern]>,
    expression: Option<Box<Expression>>,
    vars: Option<Box<ReadyVars>>,
}

/// A condition on variables.
#[derive(Debug)]
struct ReadyVars {
    condition: ReadyCondition<Variable>,
    asks_body: bool,
}

impl Conditions {
    /// `None`: nothing is asked.
    pub fn compile(predicate: &Predicate, patterns: &mut Patterns) -> Result<Option<Box<Self>>, PredicateError> {
        let Predicate { methods, headers, query, schemes, clients, server_names, expression, vars, .. } = predicate;
        let lists = [methods.len(), headers.len(), query.len(), schemes.len(), clients.len(), server_names.len()];
        if lists == [0; 6] && expression.is_none() && vars.is_none() {
            return Ok(None);
        }
        let allows = |scheme: &str| schemes.is_empty() || schemes.iter().any(|one| one.eq_ignore_ascii_case(scheme));
        let headers = headers.iter().map(|header| {
            let name = HeaderName::from_bytes(header.name.as_bytes())
                .map_err(|_| PredicateError::Header { name: header.name.clone() })?;
            Ok((name, Text::compile(&header.value, patterns)?))
        });
        let headers = headers.collect::<Result<_, _>>()?;
        let query = query.iter().map(|one| Ok((one.name.as_str().into(), Text::compile(&one.value, patterns)?)));
        Ok(Some(Box::new(Self {
            http: allows("http"),
            https: allows("https"),
            methods: methods.iter().map(|method| method.as_str().into()).collect(),
            clients: clients.iter().copied().collect(),
            headers,
            query: query.collect::<Result<_, _>>()?,
            server_names: server_names.iter().map(comparable_pattern).collect(),
            expression: expression.as_deref().map(Expression::compile).transpose()?.map(Box::new),
            vars: vars.as_ref().map(|vars| Box::new(ReadyVars::new(vars))),
        })))
    }

    /// Whether all of them are true of the request.
    pub fn hold(&self, asked: &Asked<'_>) -> bool {
        (if asked.https { self.https } else { self.http })
            && (self.methods.is_empty() || self.methods.iter().any(|method| **method == *asked.method.as_str()))
            && self.client_holds(asked.client)
            && self.headers.iter().all(|(name, text)| {
                text.holds(asked.headers.get_all(name).iter().map(|value| Cow::Borrowed(value.as_bytes())))
            })
            && self.query.iter().all(|(name, text)| text.holds(query::values(asked.query.unwrap_or(""), name)))
            && self.server_name_holds(asked)
            && self.expression.as_ref().is_none_or(|expression| expression.holds(asked))
            && self.vars.as_ref().is_none_or(|vars| vars.condition.holds(asked))
    }

    /// Whether the request's body must be held before they are asked.
    pub(crate) fn asks_body(&self) -> bool {
        self.vars.as_ref().is_some_and(|vars| vars.asks_body)
    }

    /// What a routing expression found in a request that they hold for: parameters, and bytes of the path.
    pub fn found(&self, asked: &Asked<'_>) -> Option<(Params, usize)> {
        self.expression.as_ref().map(|expression| expression.found(asked))
    }

    fn server_name_holds(&self, asked: &Asked<'_>) -> bool {
        if self.server_names.is_empty() || !asked.https {
            return true;
        }
        let name = comparable_host(asked.wire.server_name.unwrap_or(""));
        self.server_names.iter().any(|pattern| takes(pattern, &name))
    }

    fn client_holds(&self, client: IpAddr) -> bool {
        // an IPv4 client of a socket for both families looks like ::ffff:10.0.0.1
        let client = client.to_canonical();
        self.clients.is_empty() || self.clients.iter().any(|network| network.contains(&client))
    }
}

impl ReadyVars {
    fn new(condition: &Vars) -> Self {
        let mut asks_body = false;
        condition.tests(&mut |test| asks_body |= test.variable.asks_body());
        Self { condition: ReadyCondition::new(condition), asks_body }
    }
}

/// A condition on a text, ready.
#[derive(Debug)]
enum Text {
    Present,
    Absent,
    OneOf(Box<[Box<str>]>),
    Regex(regex::bytes::Regex),
}

impl Text {
    fn compile(pattern: &TextPattern, patterns: &mut Patterns) -> Result<Self, PredicateError> {
        Ok(match pattern {
            TextPattern::Present => Self::Present,
            TextPattern::Absent => Self::Absent,
            TextPattern::OneOf(texts) => Self::OneOf(texts.iter().map(|text| text.as_str().into()).collect()),
            TextPattern::Regex(regex) => Self::Regex(patterns.text(regex)?),
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

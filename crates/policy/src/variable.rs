//! The values of variables: what a request, its connection and its exchange show.

mod body;

use crate::exchange::Exchange;
use crate::path::decoded;
use crate::predicate::{Asked, comparable_host};
use crate::query;
use expr::vars::{Fact, Variables};
use http::{HeaderMap, Version};
use model::variable::Variable;
use std::borrow::Cow;
use std::net::IpAddr;
use std::time::{Duration, UNIX_EPOCH};

impl Variables<Variable> for Asked<'_> {
    fn fact(&self, variable: &Variable) -> Option<Fact<'_>> {
        let text = |text: &str| Fact::from(text.to_owned());
        let address = |address: IpAddr| Fact::from(address.to_canonical().to_string());
        let exchange = self.exchange;
        let known = || exchange.and_then(|exchange| exchange.route.as_ref());
        Some(match variable {
            Variable::Path => Fact::Text(decoded(self.path)),
            Variable::Target => Fact::Text(self.target()),
            Variable::Query => self.query?.into(),
            Variable::QueryMark => Fact::from(if self.query.is_some_and(|query| !query.is_empty()) { "?" } else { "" }),
            Variable::Method => self.method.as_str().into(),
            Variable::Host => Fact::Text(comparable_host(self.host)),
            Variable::Scheme => (if self.https { "https" } else { "http" }).into(),
            Variable::Protocol => protocol(exchange?.request.version).into(),
            Variable::ClientAddress => address(self.client),
            Variable::PeerAddress => address(self.wire.peer.ip()),
            Variable::PeerPort => Fact::from(self.wire.peer.port().to_string()),
            Variable::ServerAddress => address(self.wire.local.ip()),
            Variable::ServerPort => Fact::from(self.wire.local.port().to_string()),
            Variable::ServerName => self.wire.server_name?.into(),
            Variable::Header(name) => Fact::Text(header(self.headers, name)?),
            Variable::Argument(name) => match query::first(self.query?, name)? {
                Some(value) => Fact::from(String::from_utf8_lossy(&value).into_owned()),
                None => Fact::Bool(true),
            },
            Variable::Cookie(name) => cookie(self.headers, name)?.into(),
            Variable::Body(path) => body::part(self, path)?,
            Variable::WholeBody => Fact::Text(String::from_utf8_lossy(body::held(self)?)),
            Variable::Consumer => (*exchange?.identity.as_ref()?.name).into(),
            Variable::ConsumerGroup => text(exchange?.identity.as_ref()?.groups.first()?.bare()),
            Variable::ConsumerLabel(name) => {
                let labels = &exchange?.identity.as_ref()?.labels;
                (**labels.iter().find(|(label, _)| **label == **name).map(|(_, value)| value)?).into()
            }
            Variable::Route => known().map(|route| route.told.id.as_deref().unwrap_or(route.id.bare()))?.into(),
            Variable::RouteName => known()?.told.name.as_deref()?.into(),
            Variable::Service => known()?.told.service.as_deref()?.into(),
            Variable::ServiceLabel => known()?.told.service_name.as_deref()?.into(),
            Variable::PathParam(name) => {
                let (_, value) = exchange?.params.iter().find(|(param, _)| **param == **name)?;
                value.as_str().into()
            }
            Variable::RequestId => exchange?.id.as_str().into(),
            Variable::Time => seconds(exchange?.time.duration_since(UNIX_EPOCH).unwrap_or_default()),
            Variable::TimeText => {
                let time = jiff::Timestamp::try_from(exchange?.time).ok()?;
                Fact::from(time.strftime("%Y-%m-%dT%H:%M:%S+00:00").to_string())
            }
            Variable::Duration => seconds(exchange?.started.elapsed()),
            Variable::Status => Fact::from(status(exchange?)?.to_string()),
            Variable::ResponseHeader(name) => Fact::Text(response_header(exchange?, name)?),
            Variable::UpstreamStatus => Fact::from(exchange?.upstream.as_ref()?.status?.to_string()),
            Variable::UpstreamNode => (*exchange?.upstream.as_ref()?.node).into(),
            Variable::UpstreamAddress => exchange?.upstream.as_ref()?.node.rsplit_once(':')?.0.into(),
            Variable::UpstreamPort => exchange?.upstream.as_ref()?.node.rsplit_once(':')?.1.into(),
            Variable::Absent(_) => return None,
        })
    }
}

impl Asked<'_> {
    /// As received, also where a step changed the request's own.
    fn target(&self) -> Cow<'_, str> {
        let received =
            self.exchange.and_then(|exchange| exchange.received.as_ref()).and_then(http::Uri::path_and_query);
        let own = self.exchange.and_then(|exchange| exchange.request.uri.path_and_query());
        match (received.or(own), self.query) {
            (Some(target), _) => target.as_str().into(),
            (None, Some(query)) => format!("{}?{query}", self.path).into(),
            (None, None) => self.path.into(),
        }
    }
}

/// All values of the name, joined. In a field's own name `_` may stand where the variable has `-`.
fn header<'a>(headers: &'a HeaderMap, name: &str) -> Option<Cow<'a, str>> {
    let mut values = headers.get_all(name).iter();
    let Some(first) = values.next() else {
        let same = |(found, wanted): (u8, u8)| found == wanted || (found == b'_' && wanted == b'-');
        let named = |found: &str| found.len() == name.len() && found.bytes().zip(name.bytes()).all(same);
        let (_, value) = headers.iter().find(|(found, _)| name.contains('-') && named(found.as_str()))?;
        return Some(String::from_utf8_lossy(value.as_bytes()));
    };
    let mut joined = String::from_utf8_lossy(first.as_bytes());
    for value in values {
        let joined = joined.to_mut();
        joined.push_str(", ");
        joined.push_str(&String::from_utf8_lossy(value.as_bytes()));
    }
    Some(joined)
}

fn cookie<'a>(headers: &'a HeaderMap, name: &str) -> Option<&'a str> {
    let texts = headers.get_all(http::header::COOKIE).iter().filter_map(|value| value.to_str().ok());
    let pairs = texts.flat_map(|text| text.split(';')).filter_map(|pair| pair.trim().split_once('='));
    pairs.filter(|(found, _)| *found == name).map(|(_, value)| value).next()
}

/// What was sent once it is, else what stands to be sent.
fn status(exchange: &Exchange) -> Option<u16> {
    let sent = exchange.sent.as_ref().map(|sent| sent.status);
    sent.or_else(|| exchange.response.as_ref().map(|response| response.status().as_u16()))
}

fn response_header<'a>(exchange: &'a Exchange, name: &str) -> Option<Cow<'a, str>> {
    let sent = exchange.sent.as_ref().map(|sent| &sent.headers);
    header(sent.or_else(|| exchange.response.as_ref().map(http::Response::headers))?, name)
}

fn seconds(time: Duration) -> Fact<'static> {
    Fact::from(format!("{}.{:03}", time.as_secs(), time.subsec_millis()))
}

fn protocol(version: Version) -> &'static str {
    match version {
        Version::HTTP_09 => "HTTP/0.9",
        Version::HTTP_10 => "HTTP/1.0",
        Version::HTTP_2 => "HTTP/2.0",
        Version::HTTP_3 => "HTTP/3.0",
        _ => "HTTP/1.1",
    }
}

#[cfg(test)]
mod tests;

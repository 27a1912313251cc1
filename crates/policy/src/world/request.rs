//! The request, as expressions see it.

use super::constants::ReadyWorld;
use super::principal::Principal;
use super::text;
use crate::exchange::{Client, Exchange, Params};
use crate::query;
use bytes::Bytes;
use expr::el::content;
use expr::{Kind, Lookup, Object, Text, Value};
use http::request::Parts;
use http::{HeaderMap, Version};
use net::Body;
use percent_encoding::percent_decode_str;
use std::borrow::Cow;
use std::time::{SystemTime, UNIX_EPOCH};

pub(super) struct Request<'e> {
    parts: &'e Parts,
    id: &'e str,
    time: SystemTime,
    client: &'e Client,
    host: &'e str,
    target: &'e str,
    context_path: Cow<'e, str>,
    below: &'e str,
    content: Option<&'e Bytes>,
    headers: Headers<'e>,
    query: Query<'e>,
    params: PathParams<'e>,
    ssl: Ssl<'e>,
}

impl<'e> Request<'e> {
    pub(super) fn of(exchange: &'e Exchange) -> Self {
        let read = exchange.learned.as_ref().and_then(|learned| learned.request.as_ref());
        let content = read.map(|read| match &exchange.body {
            Body::Full(bytes) => bytes, // a step may have changed it
            _ => read,
        });
        Self {
            parts: &exchange.request,
            id: &exchange.id,
            time: exchange.time,
            client: &exchange.client,
            host: exchange.host(),
            target: target(exchange),
            context_path: context_path(exchange),
            below: exchange.path_below(),
            content,
            headers: Headers(&exchange.request.headers),
            query: Query(exchange.request.uri.query().unwrap_or("")),
            params: PathParams {
                own: &exchange.params,
                world: exchange.route.as_ref().and_then(|route| route.world.as_deref()),
                below: exchange.path_below(),
            },
            ssl: Ssl {
                client: &exchange.client,
                shown: Principal::of(exchange.client.certificate.as_deref()),
                nobody: Principal::of(None),
            },
        }
    }
}

/// The target that the client asked for.
pub(super) fn target(exchange: &Exchange) -> &str {
    let uri = exchange.received.as_ref().unwrap_or(&exchange.request.uri);
    uri.path_and_query().map_or("/", |target| target.as_str())
}

/// The part of the path that the route matched, as it is written, with a slash at its end.
pub(super) fn context_path(exchange: &Exchange) -> Cow<'_, str> {
    let template = exchange.route.as_ref().map_or("/", |route| &route.template);
    if template.ends_with('/') { Cow::Borrowed(template) } else { Cow::Owned(format!("{template}/")) }
}

impl Lookup for Request<'_> {
    fn get(&self, name: &str) -> Option<Value<'_>> {
        Some(match name {
            "id" | "transactionId" => self.id.into(),
            "uri" => self.target.into(),
            "path" => self.parts.uri.path().into(),
            "paths" => content::segments(&Text::Borrowed(self.parts.uri.path())),
            "contextPath" => (&*self.context_path).into(),
            "pathInfo" => self.below.into(),
            "pathInfos" => content::segments(&Text::Borrowed(self.below)),
            "params" => multi(&self.query),
            "pathParams" => multi(&self.params),
            "headers" => headers(&self.headers),
            "method" => self.parts.method.as_str().into(),
            "scheme" => scheme(self.client).into(),
            "host" => self.host.into(),
            "version" => version(self.parts.version).into(),
            "timestamp" => Value::Long(milliseconds(self.time)),
            "remoteAddress" => self.client.address.to_canonical().to_string().into(),
            "localAddress" => self.client.local.ip().to_canonical().to_string().into(),
            "content" => self.content.map_or(Value::Null, |bytes| Value::Str(text(bytes))),
            "jsonContent" => self.content.map_or(Value::Null, |bytes| content::json(&text(bytes))),
            "xmlContent" => self.content.map_or(Value::Null, |bytes| content::xml(&text(bytes))),
            "ssl" => super::bean(&self.ssl),
            _ => return None,
        })
    }
}

fn multi(members: &dyn Lookup) -> Value<'_> {
    Value::Object(Object { kind: Kind::MultiMap, members })
}

pub(super) fn headers<'h>(members: &'h Headers<'_>) -> Value<'h> {
    Value::Object(Object { kind: Kind::Headers, members })
}

fn scheme(client: &Client) -> &'static str {
    if client.https { "https" } else { "http" }
}

fn version(version: Version) -> &'static str {
    match version {
        Version::HTTP_09 | Version::HTTP_10 => "HTTP_1_0",
        Version::HTTP_2 | Version::HTTP_3 => "HTTP_2",
        _ => "HTTP_1_1",
    }
}

fn milliseconds(time: SystemTime) -> i64 {
    let since = time.duration_since(UNIX_EPOCH).unwrap_or_default();
    i64::try_from(since.as_millis()).unwrap_or(i64::MAX)
}

/// Header fields: a name has all its values.
pub(super) struct Headers<'e>(pub(super) &'e HeaderMap);

impl Lookup for Headers<'_> {
    fn get(&self, name: &str) -> Option<Value<'_>> {
        let values: Vec<Value<'_>> =
            self.0.get_all(name).iter().map(|value| Value::Str(text(value.as_bytes()))).collect();
        (!values.is_empty()).then(|| values.into())
    }

    fn names(&self) -> Vec<Cow<'_, str>> {
        self.0.keys().map(|name| Cow::Borrowed(name.as_str())).collect()
    }
}

/// Query parameters, decoded.
struct Query<'e>(&'e str);

impl Lookup for Query<'_> {
    fn get(&self, name: &str) -> Option<Value<'_>> {
        let values: Vec<Value<'_>> = query::values(self.0, name).map(decoded).collect();
        (!values.is_empty()).then(|| values.into())
    }

    fn names(&self) -> Vec<Cow<'_, str>> {
        let mut names: Vec<Cow<'_, str>> = Vec::new();
        for (name, _) in query::pairs(self.0) {
            let name = Cow::Owned(String::from_utf8_lossy(&name).into_owned());
            if !names.contains(&name) {
                names.push(name);
            }
        }
        names
    }
}

fn decoded(value: Cow<'_, [u8]>) -> Value<'_> {
    match value {
        Cow::Borrowed(bytes) => Value::Str(text(bytes)),
        Cow::Owned(bytes) => String::from_utf8_lossy(&bytes).into_owned().into(),
    }
}

/// What stands in the path: captured by the route, or found in what follows.
struct PathParams<'e> {
    own: &'e Params,
    world: Option<&'e ReadyWorld>,
    below: &'e str,
}

impl<'e> PathParams<'e> {
    /// Names and values, as they stand in the path.
    fn found(&self) -> impl Iterator<Item = (&'e str, Cow<'e, str>)> {
        let own = self.own.iter().map(|(name, value)| (&**name, Cow::Borrowed(value.as_str())));
        let below = self.below;
        let paths = self.world.map_or(&[][..], |world| &world.paths);
        let captured = paths.iter().filter_map(move |(regex, names)| Some((regex.captures(below)?, names)));
        let named = captured.flat_map(|(found, names)| {
            let values = (1..found.len()).map(move |at| found.get(at).map_or("", |value| value.as_str()));
            names.iter().zip(values.collect::<Vec<_>>())
        });
        own.chain(named.map(|(name, value)| (name.as_str(), percent_decode_str(value).decode_utf8_lossy())))
    }
}

impl Lookup for PathParams<'_> {
    fn get(&self, name: &str) -> Option<Value<'_>> {
        let (_, value) = self.found().find(|(own, _)| *own == name)?;
        Some(vec![Value::Str(value.into())].into())
    }

    fn names(&self) -> Vec<Cow<'_, str>> {
        self.found().map(|(name, _)| Cow::Borrowed(name)).collect()
    }
}

/// The connection's TLS.
struct Ssl<'e> {
    client: &'e Client,
    shown: Principal<'e>,
    /// The gateway's own certificate is not told.
    nobody: Principal<'e>,
}

impl Lookup for Ssl<'_> {
    fn get(&self, name: &str) -> Option<Value<'_>> {
        let tls = self.client.tls;
        Some(match name {
            "clientHost" if tls => self.client.peer.ip().to_canonical().to_string().into(),
            "clientPort" if tls => Value::Int(self.client.peer.port().into()),
            "clientHost" | "clientPort" => Value::Null,
            "client" => super::bean(&self.shown),
            "server" => super::bean(&self.nobody),
            _ => return None,
        })
    }
}

//! The world of expressions: an exchange as it stands, borrowed, and made out only as far as it is asked for.

mod attributes;
mod constants;
mod principal;
mod request;
mod response;

pub use constants::ReadyWorld;
pub(crate) use constants::value as constant;

use crate::exchange::Exchange;
use crate::failure::Failure;
use attributes::Attributes;
use constants::Members;
use expr::el::Allowed;
use expr::{Kind, Lookup, Object, Text, Value};
use request::Request;
use response::{Reply, Response};
use std::borrow::Cow;

/// What an expression may ask of an exchange.
pub(crate) struct World<'e> {
    request: Request<'e>,
    response: Option<Response<'e>>,
    context: Context<'e>,
    reply: Option<Reply<'e>>,
    constants: Option<&'e Members>,
    allowed: Option<&'e Allowed>,
    error: Option<ErrorFacts<'e>>,
    groups: Option<&'e Groups>,
}

/// What a regular expression captured.
#[derive(Debug, Default)]
pub(crate) struct Groups {
    pub(crate) numbered: Vec<Option<String>>,
    pub(crate) named: Vec<(String, Option<String>)>,
}

impl<'e> World<'e> {
    pub(crate) fn of(exchange: &'e Exchange) -> Self {
        let learned = exchange.learned.as_deref();
        let constants = exchange.route.as_ref().and_then(|route| route.world.as_deref());
        Self {
            request: Request::of(exchange),
            response: exchange.response.as_ref().map(|response| Response::of(response, learned)),
            context: Context(Attributes::of(exchange, constants)),
            reply: learned.and_then(|learned| learned.reply.as_ref()).map(Reply::of),
            constants: constants.map(|world| &world.variables),
            allowed: constants.and_then(|world| world.allowed.as_ref()),
            error: None,
            groups: None,
        }
    }

    /// The same with the failure that is being answered.
    pub(crate) fn with_error(self, failure: &'e Failure, status: u16) -> Self {
        Self { error: Some(ErrorFacts::of(failure, status)), ..self }
    }

    /// The same with what a regular expression captured.
    pub(crate) fn with_groups(self, groups: &'e Groups) -> Self {
        Self { groups: Some(groups), ..self }
    }
}

impl Groups {
    fn list(&self) -> Value<'_> {
        let all = self.numbered.iter();
        all.map(|group| group.as_deref().map_or(Value::Null, Value::from)).collect::<Vec<_>>().into()
    }
}

impl Lookup for Groups {
    fn get(&self, name: &str) -> Option<Value<'_>> {
        let group = &self.named.iter().find(|(own, _)| own == name)?.1;
        Some(group.as_deref().map_or(Value::Null, Value::from))
    }

    fn names(&self) -> Vec<Cow<'_, str>> {
        self.named.iter().map(|(name, _)| Cow::Borrowed(name.as_str())).collect()
    }
}

impl Lookup for World<'_> {
    fn get(&self, name: &str) -> Option<Value<'_>> {
        match name {
            "request" => Some(bean(&self.request)),
            // what a cache asks of the endpoint's response
            "response" | "upstreamResponse" => self.response.as_ref().map(|response| bean(response)),
            "context" => Some(bean(&self.context)),
            "lambdaResponse" => self.reply.as_ref().map(|reply| bean(reply)),
            "error" => self.error.as_ref().map(|error| bean(error)),
            "parameters" => self.error.as_ref().filter(|error| !error.parameters.0.is_empty()).map(ErrorFacts::map),
            "group" => self.groups.map(Groups::list),
            "groupName" => self.groups.map(|groups| Value::Object(Object { kind: Kind::Map, members: groups })),
            name => self.constants.and_then(|constants| constants.get(name)),
        }
    }

    fn allowed(&self) -> Option<&Allowed> {
        self.allowed
    }
}

struct Context<'e>(Attributes<'e>);

impl Lookup for Context<'_> {
    fn get(&self, name: &str) -> Option<Value<'_>> {
        (name == "attributes").then_some(Value::Object(Object { kind: Kind::Map, members: &self.0 }))
    }
}

/// The failure that is being answered.
struct ErrorFacts<'e> {
    key: Option<&'e str>,
    status: u16,
    message: &'e str,
    parameters: Parameters<'e>,
}

struct Parameters<'e>(&'e [(String, String)]);

impl<'e> ErrorFacts<'e> {
    fn of(failure: &'e Failure, status: u16) -> Self {
        let key = failure.key.as_deref();
        Self {
            key: key.and_then(|key| key.key.as_deref()),
            status,
            message: &failure.public,
            parameters: Parameters(key.map_or(&[], |key| &key.parameters)),
        }
    }

    fn map(&self) -> Value<'_> {
        Value::Object(Object { kind: Kind::Map, members: &self.parameters })
    }
}

impl Lookup for ErrorFacts<'_> {
    fn get(&self, name: &str) -> Option<Value<'_>> {
        match name {
            "key" => Some(self.key.map_or(Value::Null, Value::from)),
            "statusCode" => Some(Value::Int(self.status.into())),
            "message" => Some(if self.message.is_empty() { Value::Null } else { self.message.into() }),
            "parameters" => Some(if self.parameters.0.is_empty() { Value::Null } else { self.map() }),
            "cause" => Some(Value::Null),
            _ => None,
        }
    }
}

impl Lookup for Parameters<'_> {
    fn get(&self, name: &str) -> Option<Value<'_>> {
        self.0.iter().find(|(own, _)| own == name).map(|(_, value)| value.as_str().into())
    }

    fn names(&self) -> Vec<Cow<'_, str>> {
        self.0.iter().map(|(name, _)| Cow::Borrowed(name.as_str())).collect()
    }
}

fn bean(members: &dyn Lookup) -> Value<'_> {
    Value::Object(Object { kind: Kind::Bean, members })
}

/// Bytes as a text; what is no UTF-8 in them is replaced.
fn text(bytes: &[u8]) -> Text<'_> {
    String::from_utf8_lossy(bytes).into()
}

#[cfg(test)]
mod tests;

//! Attributes of an exchange: what steps have set, what its route brings, what the gateway knows by itself.

use super::constants::ReadyWorld;
use super::request::{context_path, target};
use crate::exchange::Exchange;
use crate::learned::Learned;
use expr::{Lookup, Value};
use regex::Regex;
use std::borrow::Cow;
use std::net::IpAddr;

pub(super) struct Attributes<'e> {
    learned: Option<&'e Learned>,
    world: Option<&'e ReadyWorld>,
    own: Own<'e>,
}

/// What attributes of the gateway's own are made of.
struct Own<'e> {
    context_path: Cow<'e, str>,
    host: &'e str,
    https: bool,
    target: &'e str,
    method: &'e str,
    server_name: Option<&'e str>,
    address: IpAddr,
    below: &'e str,
    mapped: &'e [(Regex, String)],
}

/// Attributes that the gateway knows by itself.
const OWN: [&str; 6] = ["context-path", "mapped-path", "request.method", "request.original-url", "sni", "user-id"];

impl<'e> Attributes<'e> {
    pub(super) fn of(exchange: &'e Exchange, world: Option<&'e ReadyWorld>) -> Self {
        let own = Own {
            context_path: context_path(exchange),
            host: exchange.host(),
            https: exchange.client.https,
            target: target(exchange),
            method: exchange.request.method.as_str(),
            server_name: exchange.client.server_name.as_deref(),
            address: exchange.client.address,
            below: exchange.path_below(),
            mapped: world.map_or(&[], |world| &world.mapped),
        };
        Self { learned: exchange.learned.as_deref(), world, own }
    }

    fn named(&self, name: &str) -> Option<Value<'_>> {
        let learned = self.learned.and_then(|learned| learned.attribute(name));
        learned.cloned().or_else(|| self.world?.attributes.get(name))
    }

    fn prefix(&self) -> &str {
        self.world.map_or("", |world| &world.prefix)
    }
}

impl Own<'_> {
    /// The name of the path, which is looked for with a slash at its end.
    fn mapped_path(&self) -> Option<&str> {
        let end = if self.below.ends_with('/') || self.mapped.is_empty() { "" } else { "/" };
        let path = if end.is_empty() { Cow::Borrowed(self.below) } else { Cow::Owned(format!("{}{end}", self.below)) };
        self.mapped.iter().find(|(regex, _)| regex.is_match(&path)).map(|(_, name)| name.as_str())
    }

    fn get(&self, name: &str) -> Option<Value<'_>> {
        match name {
            "context-path" => Some((&*self.context_path).into()),
            "mapped-path" => self.mapped_path().map(Value::from),
            "request.method" => Some(self.method.into()),
            "request.original-url" => {
                let scheme = if self.https { "https" } else { "http" };
                Some(format!("{scheme}://{}{}", self.host, self.target).into())
            }
            // nobody who is known: the address stands for it
            "user-id" => Some(self.address.to_canonical().to_string().into()),
            "sni" => self.server_name.map(Value::from),
            _ => None,
        }
    }
}

impl Lookup for Attributes<'_> {
    fn get(&self, name: &str) -> Option<Value<'_>> {
        let prefix = self.prefix();
        let short = name.strip_prefix(prefix).unwrap_or(name);
        self.named(name)
            .or_else(|| self.named(short))
            .or_else(|| (!prefix.is_empty()).then(|| self.named(&format!("{prefix}{short}")))?)
            .or_else(|| self.own.get(short))
    }

    fn names(&self) -> Vec<Cow<'_, str>> {
        let learned = self.learned.into_iter().flat_map(Learned::attributes).map(Cow::Borrowed);
        let mut names: Vec<Cow<'_, str>> = learned.collect();
        let constants = self.world.into_iter().flat_map(|world| world.attributes.names());
        for name in constants.chain(OWN.map(Cow::Borrowed)) {
            if !names.contains(&name) {
                names.push(name);
            }
        }
        names
    }
}

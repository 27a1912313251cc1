//! The nodes that one request may try, in order.

use super::ring::Ring;
use super::rotation::Rotation;
use super::upstream::ReadyNode;
use http::HeaderValue;
use http::header::COOKIE;
use model::endpoint::{Balance, HashKey, Node};
use policy::Exchange;
use std::borrow::Cow;

/// A way to choose, made ready.
pub(super) struct Balancer {
    rotation: Rotation,
    rule: Rule,
}

enum Rule {
    InTurn,
    Least,
    Fastest,
    Hash { keys: Vec<HashKey>, ring: Ring },
}

/// Indices of nodes, the one to try first first.
pub(super) enum Order<'b, I: Iterator<Item = usize> + 'b> {
    InTurn(I, std::marker::PhantomData<&'b ()>),
    Listed(std::vec::IntoIter<usize>),
}

impl<'b, I: Iterator<Item = usize> + 'b> Iterator for Order<'b, I> {
    type Item = usize;

    fn next(&mut self) -> Option<usize> {
        match self {
            Self::InTurn(rotation, _) => rotation.next(),
            Self::Listed(list) => list.next(),
        }
    }
}

impl Balancer {
    pub(super) fn new(balance: &Balance, nodes: &[Node], names: &[ReadyNode]) -> Self {
        let weights: Vec<u32> = nodes.iter().map(|node| node.weight).collect();
        let rule = match balance {
            Balance::RoundRobin => Rule::InTurn,
            Balance::LeastConnections => Rule::Least,
            Balance::Latency => Rule::Fastest,
            Balance::Hash(keys) => {
                let named = names.iter().zip(nodes).map(|(name, node)| (&*name.name, node.weight));
                Rule::Hash { keys: keys.clone(), ring: Ring::new(named) }
            }
        };
        Self { rotation: Rotation::new(&weights), rule }
    }

    /// Whether requests under way are counted.
    pub(super) fn counts(&self) -> bool {
        matches!(self.rule, Rule::Least)
    }

    /// Whether latencies are measured.
    pub(super) fn measures(&self) -> bool {
        matches!(self.rule, Rule::Fastest)
    }

    /// All nodes that take requests, each once. `cookie` is what the client is to be given, where that decides.
    pub(super) fn order<'b>(
        &'b self,
        nodes: &'b [ReadyNode],
        exchange: &Exchange,
        cookie: &mut Option<HeaderValue>,
    ) -> Order<'b, impl Iterator<Item = usize> + use<'b>> {
        let list = match &self.rule {
            Rule::InTurn => return Order::InTurn(self.rotation.take(), std::marker::PhantomData),
            Rule::Least => self.least(nodes),
            Rule::Fastest => self.fastest(nodes),
            Rule::Hash { keys, ring } => match keys.iter().find_map(|key| value(key, exchange, cookie)) {
                Some(value) => ring.order(&value),
                None => return Order::InTurn(self.rotation.take(), std::marker::PhantomData),
            },
        };
        Order::Listed(list.into_iter())
    }

    /// By requests under way for the weight; of equals the next in turn.
    fn least(&self, nodes: &[ReadyNode]) -> Vec<usize> {
        let mut all: Vec<usize> = self.rotation.take().collect();
        let share = |at: &usize| {
            let node = &nodes[*at];
            u64::from(node.load.under_way() + 1) * 1_000_000 / u64::from(node.weight.max(1))
        };
        all.sort_by_key(share);
        all
    }

    /// The faster of two well ones at random, then the others.
    fn fastest(&self, nodes: &[ReadyNode]) -> Vec<usize> {
        let mut all: Vec<usize> = self.rotation.take().collect();
        let well: Vec<usize> = (0..all.len()).filter(|at| nodes[all[*at]].health.is_well()).collect();
        if well.len() > 1 {
            let one = fastrand::usize(..well.len());
            let other = (one + 1 + fastrand::usize(..well.len() - 1)) % well.len();
            let latency = |at: usize| nodes[all[well[at]]].load.latency();
            let best = if latency(other) < latency(one) { other } else { one };
            all.swap(0, well[best]);
        }
        all
    }
}

/// What the key has of this request; nothing if that is empty.
fn value<'e>(key: &HashKey, exchange: &'e Exchange, cookie: &mut Option<HeaderValue>) -> Option<Cow<'e, [u8]>> {
    let head = &exchange.request;
    let uri = exchange.received.as_ref().unwrap_or(&head.uri);
    let value: Cow<'e, [u8]> = match key {
        HashKey::Header(name) => head.headers.get(name.as_str())?.as_bytes().into(),
        HashKey::Cookie { name, set } => return from_cookie(name, set.as_deref(), exchange, cookie),
        HashKey::Address => exchange.client.address.to_string().into_bytes().into(),
        HashKey::Consumer => exchange.identity.as_ref()?.consumer.as_str().as_bytes().into(),
        HashKey::Path => uri.path().as_bytes().into(),
        HashKey::Query(name) => policy::query::values(uri.query()?, name).next()?,
        HashKey::Param(name) => {
            exchange.params.iter().find(|(param, _)| **param == **name).map(|(_, value)| value.as_bytes())?.into()
        }
        HashKey::Target => uri.path_and_query()?.as_str().as_bytes().into(),
        HashKey::QueryString => uri.query()?.as_bytes().into(),
        HashKey::Host => exchange.host_name().to_ascii_lowercase().into_bytes().into(),
    };
    (!value.is_empty()).then_some(value)
}

fn from_cookie<'e>(
    name: &str,
    set: Option<&str>,
    exchange: &'e Exchange,
    cookie: &mut Option<HeaderValue>,
) -> Option<Cow<'e, [u8]>> {
    let fields = exchange.request.headers.get_all(COOKIE).iter().filter_map(|value| value.to_str().ok());
    let mut pairs = fields.flat_map(|field| field.split(';')).filter_map(|pair| pair.trim().split_once('='));
    if let Some((_, known)) = pairs.find(|(known, value)| *known == name && !value.is_empty()) {
        return Some(known.as_bytes().into());
    }
    let path = set?;
    let fresh = format!("{:032x}", fastrand::u128(..));
    *cookie = HeaderValue::try_from(format!("{name}={fresh}; Path={path}")).ok();
    cookie.is_some().then(|| fresh.into_bytes().into())
}

#[cfg(test)]
mod tests;

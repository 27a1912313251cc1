//! `client-address`: what a request tells for the client's address.

use super::Around;
use crate::decode::{At, OneOrMany, Text, entity, said};
use crate::lower::{Lowering, listener};
use crate::write::{text, texts, unless};
use model::policy::{self, Policy};
use model::variable::Variable;

entity! {
    /// Takes what a request tells for the client's address.
    TakenAddress {
        /// The variable in which the address stands: `http_x_real_ip`. What is no address changes nothing.
        source: Text,
        /// Whether of several with commas between them the last counts; false without it.
        last: Option<At<bool>>,
        /// Only clients of these networks or addresses are believed; without it all are, and may be whoever they like.
        trusted: Option<OneOrMany<Text>>,
    }
}

pub(crate) fn lower(written: &At<TakenAddress>, _: &Around<'_>, at: &mut Lowering<'_>) -> Option<Policy> {
    let trusted = written.trusted.as_ref().map(|all| listener::networks(Some(all), at));
    Some(Policy::ClientAddress(Box::new(policy::ClientAddress {
        source: Variable::of(&written.source),
        last: said(&written.last, false),
        trusted,
    })))
}

pub(crate) fn write(one: &policy::ClientAddress) -> TakenAddress {
    let networks = one.trusted.as_ref().map(|all| all.iter().map(ToString::to_string).collect::<Vec<_>>());
    TakenAddress {
        source: text(&one.source.to_string()),
        last: unless(one.last, &false),
        trusted: networks.map(|all| texts(&all).unwrap_or_else(|| Vec::new().into())),
    }
}

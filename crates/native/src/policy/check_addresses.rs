//! `check-addresses`: addresses that may, or may not, in lists with expressions.

use super::Around;
use crate::decode::{At, OneOrMany, entity};
use crate::entity::expression::{Expression, Failure};
use crate::lower::{Lowering, expression as lower_text};
use crate::write::{Pen, expression as write_text, unless};
use model::answer::Keyed;
use model::policy::{self, AddressOf, Policy};
use model::text::Text;

entity! {
    /// From where requests may come, by lists with expressions. Who is denied stays denied.
    CheckAddresses {
        /// Only these networks or addresses may, several in one text with commas between them; all without it.
        allow: Option<OneOrMany<Expression>>,
        /// These may not. One that is neither address nor network lets nobody pass.
        deny: Option<OneOrMany<Expression>>,
        /// Judges all addresses in `X-Forwarded-For` instead of the client's; false without it.
        forwarded: Option<At<bool>>,
        /// Judges the addresses in this text instead.
        addresses: Option<Expression>,
        /// The first and the last address of a network belong to it; true without it.
        edges: Option<At<bool>>,
        /// What a refusal is; 403 without it. `{}` in its message stands for the addresses.
        refusal: Option<Failure>,
    }
}

const REFUSAL: Keyed = Keyed { status: 403, key: None, message: None };

pub(crate) fn lower(written: &CheckAddresses, _: &Around<'_>, at: &mut Lowering<'_>) -> Option<Policy> {
    let list = |all: &Option<OneOrMany<Expression>>, at: &mut Lowering<'_>| -> Vec<Text> {
        all.iter().flat_map(|all| all.all()).map(|text| lower_text::text(text, at)).collect()
    };
    let forwarded = written.forwarded.as_ref().filter(|flag| flag.value);
    let of = match (&written.addresses, forwarded) {
        (Some(text), None) => AddressOf::Text(lower_text::text(text, at)),
        (None, Some(_)) => AddressOf::Forwarded,
        (None, None) => AddressOf::Client,
        (Some(_), Some(flag)) => {
            at.invalid(&flag.spot, "the addresses stand in \"addresses\" or in X-Forwarded-For, not in both");
            AddressOf::Forwarded
        }
    };
    Some(Policy::CheckAddresses(Box::new(policy::CheckAddresses {
        allow: list(&written.allow, at),
        deny: list(&written.deny, at),
        of,
        edges: written.edges.as_ref().is_none_or(|flag| flag.value),
        refusal: written.refusal.as_ref().map_or(REFUSAL, |one| lower_text::failure(one, at)),
    })))
}

pub(crate) fn write(one: &policy::CheckAddresses, pen: &mut Pen<'_>) -> CheckAddresses {
    let list = |all: &[Text], pen: &mut Pen<'_>| {
        let all: Vec<_> = all.iter().map(|text| write_text::expression(text, pen)).collect();
        (!all.is_empty()).then(|| all.into())
    };
    CheckAddresses {
        allow: list(&one.allow, pen),
        deny: list(&one.deny, pen),
        forwarded: unless(one.of == AddressOf::Forwarded, &false),
        addresses: match &one.of {
            AddressOf::Text(text) => Some(write_text::expression(text, pen)),
            AddressOf::Client | AddressOf::Forwarded => None,
        },
        edges: unless(one.edges, &true),
        refusal: (one.refusal != REFUSAL).then(|| write_text::failure(&one.refusal)),
    }
}

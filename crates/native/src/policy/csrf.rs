//! `csrf`: a token in a cookie that must stand in a header field too.

use super::Around;
use super::refusals::{self, Refusals};
use crate::decode::{At, Hidden, Lasting, Text, entity};
use crate::lower::{Lowering, header};
use crate::write::{Pen, text};
use model::policy::{self, Case, Policy};

entity! {
    /// A token that every response brings as a cookie, and that requests which may change something show in a header
    /// field too.
    Csrf {
        /// What tokens are signed with, best as `${NAME}`.
        key: Hidden,
        /// Name of the cookie and of the field; `csrf-token` without it.
        name: Option<Text>,
        /// How long a token is good; without end without it.
        lasting: Option<At<Lasting>>,
        /// What a refusal says: `absent`, `anonymous` (no cookie), `several` (the two differ), `signature`.
        refusals: Option<Refusals>,
    }
}

const NAME: &str = "csrf-token";
const CASES: &[Case] = &[Case::Absent, Case::Anonymous, Case::Several, Case::Signature];

pub(crate) fn lower(written: &At<Csrf>, _: &Around<'_>, at: &mut Lowering<'_>) -> Option<Policy> {
    let named = written.name.as_ref().map(|text| header::name(text, &text.spot, at).to_owned());
    if written.key.secret().is_empty() {
        at.invalid(&written.spot, "this key is empty, so that everybody could sign");
    }
    Some(Policy::Csrf(Box::new(policy::Csrf {
        name: named.unwrap_or_else(|| NAME.to_owned()),
        key: written.key.secret(),
        lasting: written.lasting.as_ref().map(|time| time.0),
        refusals: refusals::lower(&written.refusals, CASES, at),
    })))
}

pub(crate) fn write(one: &policy::Csrf, pen: &mut Pen<'_>) -> Csrf {
    Csrf {
        key: pen.secrets.hide(&one.key, "CSRF_KEY", "the key of tokens against forged requests"),
        name: (one.name != NAME).then(|| text(&one.name)),
        lasting: one.lasting.map(|time| At::new(Lasting(time))),
        refusals: refusals::write(&one.refusals),
    }
}

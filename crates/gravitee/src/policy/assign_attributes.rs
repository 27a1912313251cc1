//! `policy-assign-attributes`: attributes that later steps and expressions see.

use super::scope::{SCOPES, when};
use super::transform_headers::HEADER;
use super::{Does, Place};
use crate::expression;
use crate::lower::{Lowering, key};
use crate::schema::{Kind, Record, list, word};
use model::policy::{Assign, Policy};
use model::text::Text;

/// The fields of its configuration.
pub(super) static CONFIG: Record = Record {
    name: "policy-assign-attributes",
    fields: &[word("scope", SCOPES).default("REQUEST"), list("attributes", &Kind::Record(&HEADER))],
};

pub(super) fn lower(place: &Place<'_>, at: &mut Lowering<'_>) -> Does {
    let Some(when) = when(place) else { return Vec::new() };
    let mut attributes = Vec::new();
    for part in place.config.parts("attributes") {
        let Some(name) = part.filled("name").filter(|_| part.has("value")) else { continue };
        let value = expression::field(&part, "value", at.notes).unwrap_or(Text::Plain(String::new()));
        at.leads |= key::leads(name);
        attributes.push((name.to_owned(), value));
    }
    vec![(when, Policy::Assign(Assign { attributes }))]
}

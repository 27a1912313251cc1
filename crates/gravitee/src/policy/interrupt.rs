//! `interrupt`: a request that comes here fails.

use super::scope::{SCOPES, when};
use super::transform_headers::HEADER;
use super::{Does, Place};
use crate::lower::Lowering;
use crate::schema::{Kind, Record, list, number, text, word};
use model::answer::Keyed;
use model::policy::Policy;

/// The fields of its configuration.
pub(super) static CONFIG: Record = Record {
    name: "interrupt",
    fields: &[
        word("scope", SCOPES).default("REQUEST"),
        number("statusCode").default("500"),
        text("errorKey"),
        text("message"),
        list("variables", &Kind::Record(&HEADER)).unsupported("response templates see none of these"),
    ],
};

pub(super) fn lower(place: &Place<'_>, _: &mut Lowering<'_>) -> Does {
    let Some(when) = when(place) else { return Vec::new() };
    let config = &place.config;
    let status = config.count("statusCode").and_then(|status| u16::try_from(status).ok());
    let failure = Keyed {
        status: status.filter(|status| (300..600).contains(status)).unwrap_or(500),
        key: config.filled("errorKey").map(str::to_owned),
        message: config.filled("message").map(str::to_owned),
    };
    vec![(when, Policy::Fail(failure))]
}

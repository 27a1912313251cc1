//! `transform-headers`: header fields of the request or of the response.

use super::scope::{SCOPES, when};
use super::{Does, Place};
use crate::expression;
use crate::lower::Lowering;
use crate::part::Part;
use crate::schema::{Kind, Record, list, text, texts, word};
use model::answer::Keyed;
use model::policy::{HeaderTexts, Policy};
use model::text::Text;

/// The fields of its configuration.
pub(super) static CONFIG: Record = Record {
    name: "transform-headers",
    fields: &[
        word("scope", SCOPES).default("REQUEST"),
        list("addHeaders", &Kind::Record(&HEADER)),
        list("appendHeaders", &Kind::Record(&HEADER)),
        texts("removeHeaders"),
        texts("whitelistHeaders"),
    ],
};

/// A header field.
pub(super) static HEADER: Record = Record { name: "header field", fields: &[text("name"), text("value")] };

pub(super) fn lower(place: &Place<'_>, at: &mut Lowering<'_>) -> Does {
    let Some(when) = when(place) else { return Vec::new() };
    let keep = place.config.texts("whitelistHeaders");
    let policy = HeaderTexts {
        set: headers(&place.config, "addHeaders", at),
        append: headers(&place.config, "appendHeaders", at),
        remove: place.config.texts("removeHeaders"),
        keep: (!keep.is_empty()).then_some(keep),
        failure: Keyed::new(500, "TRANSFORM_HEADERS_FAILURE", "Unable to apply headers transformation"),
    };
    vec![(when, Policy::HeaderTexts(Box::new(policy)))]
}

/// Names with values; without a name nothing is meant.
pub(super) fn headers(config: &Part<'_>, field: &str, at: &mut Lowering<'_>) -> Vec<(String, Text)> {
    let all = config.parts(field);
    let header = |part: &Part<'_>| {
        part.text("value")?;
        let value = expression::field(part, "value", at.notes).unwrap_or(Text::Plain(String::new()));
        Some((part.filled("name")?.to_owned(), value))
    };
    all.iter().filter_map(header).collect()
}

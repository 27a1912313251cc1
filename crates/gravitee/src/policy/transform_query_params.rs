//! `transform-queryparams`: parameters of the query.

use super::{Does, List, Place, When};
use crate::expression;
use crate::lower::Lowering;
use crate::part::Part;
use crate::schema::{Kind, Record, flag, list, text, texts};
use model::policy::{Policy, QueryText, QueryTexts};
use model::text::Text;

/// The fields of its configuration.
pub(super) static CONFIG: Record = Record {
    name: "transform-queryparams",
    fields: &[flag("clearAll"), list("addQueryParameters", &Kind::Record(&PARAMETER)), texts("removeQueryParameters")],
};

static PARAMETER: Record =
    Record { name: "query parameter", fields: &[text("name"), text("value"), flag("appendToExistingArray")] };

pub(super) fn lower(place: &Place<'_>, at: &mut Lowering<'_>) -> Does {
    if place.list == List::Response {
        return Vec::new();
    }
    let clear = place.config.flag("clearAll");
    let parameters = place.config.parts("addQueryParameters");
    let put = |part: &Part<'_>| {
        part.text("value")?;
        let value = expression::field(part, "value", at.notes).unwrap_or(Text::Plain(String::new()));
        Some(QueryText { name: part.filled("name")?.to_owned(), value, beside: part.flag("appendToExistingArray") })
    };
    let policy = QueryTexts {
        clear,
        put: parameters.iter().filter_map(put).collect(),
        // nothing is taken off again where nothing was there
        remove: if clear { Vec::new() } else { place.config.texts("removeQueryParameters") },
    };
    vec![(When::Turn, Policy::QueryTexts(Box::new(policy)))]
}

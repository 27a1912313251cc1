//! What Kong's plugins say when they refuse, and how those behind learn who the client is.

use crate::entity::Entity;
use crate::part::Part;
use model::policy::{Case, Challenge, IdentityHeaders, Refusal, RefusalForm, Refusals};

/// Words in the form that the client accepts.
pub(super) fn by_accept<'w>(cases: impl IntoIterator<Item = (Case, u16, &'w str)>) -> Refusals {
    said(cases, &RefusalForm::Table)
}

/// Words as a JSON object without blanks, whatever the client accepts.
pub(super) fn as_json<'w>(cases: impl IntoIterator<Item = (Case, u16, &'w str)>) -> Refusals {
    said(cases, &RefusalForm::json())
}

fn said<'w>(cases: impl IntoIterator<Item = (Case, u16, &'w str)>, form: &RefusalForm) -> Refusals {
    let refusal = |status, message: &str| Refusal { status, message: message.to_owned(), form: form.clone() };
    Refusals::of(cases.into_iter().map(|(case, status, message)| (case, refusal(status, message))))
}

/// The request headers that every authentication writes. Groups are told by `acl`.
pub(super) fn identity() -> IdentityHeaders {
    IdentityHeaders { groups: None, ..IdentityHeaders::default() }
}

/// `Key`, or `Key realm="users"`.
pub(super) fn challenge(scheme: &str, entity: &Entity) -> Challenge {
    match Part::of(&entity.object).text("config.realm") {
        Some(realm) => Challenge::of(format!("{scheme} realm=\"{realm}\"")),
        None => Challenge::of(scheme),
    }
}

//! What plugins say when they refuse: a JSON object with one member and a line end, told to be plain text.

use model::policy::{Case, Refusal, RefusalForm, Refusals};

/// `{"message":"…"}`.
pub(super) fn messages<'a>(cases: impl IntoIterator<Item = (Case, u16, &'a str)>) -> Refusals {
    said("message", cases)
}

/// `{"MEMBER":"…"}`.
pub(super) fn said<'a>(member: &str, cases: impl IntoIterator<Item = (Case, u16, &'a str)>) -> Refusals {
    Refusals::of(cases.into_iter().map(|(case, status, message)| {
        let form = RefusalForm::Member {
            name: member.to_owned(),
            content_type: "text/plain; charset=utf-8".to_owned(),
            line: true,
        };
        (case, Refusal { status, message: message.to_owned(), form })
    }))
}

/// The page of a status.
pub(crate) fn pages(cases: impl IntoIterator<Item = (Case, u16)>) -> Refusals {
    Refusals::of(cases.into_iter().map(|(case, status)| {
        let message = crate::lower::status_line(status);
        (case, Refusal { status, message, form: RefusalForm::Table })
    }))
}

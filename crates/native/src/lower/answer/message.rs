//! How a table writes messages.

use super::super::Lowering;
use crate::decode::{At, Either, Text};
use crate::entity::answer::{self as entity, Fill};
use model::answer::{Escape, KindMessage, MessageForm, MessageForms, Piece, Template};
use std::collections::BTreeMap;

pub(in crate::lower) fn template(written: &entity::Template) -> Template {
    let piece = |piece: &Either<Text, entity::Place>| match piece {
        Either::First(text) => Piece::Text(text.value.clone()),
        Either::Second(place) => match place.fill.as_ref().map(|word| word.value) {
            None | Some(Fill::Message) => Piece::Message,
            Some(Fill::RequestId) => Piece::RequestId,
            Some(Fill::Status) => Piece::Status,
            Some(Fill::Reason) => Piece::Reason,
        },
    };
    Template {
        escape: match written.escape.as_ref().map(|word| word.value) {
            None => Escape::None,
            Some(entity::Escape::Json) => Escape::Json,
            Some(entity::Escape::Markup) => Escape::Markup,
        },
        pieces: written.text.all().iter().map(piece).collect(),
    }
}

/// The forms, and what is said in them.
pub(in crate::lower) fn messages(written: &entity::Messages, at: &mut Lowering<'_>) -> MessageForms {
    let mut kinds = BTreeMap::new();
    for (code, one) in written.kinds.iter().flat_map(|kinds| &kinds.0) {
        let Some(kind) = super::kind(code, at) else { continue };
        let said = KindMessage {
            status: one.status.as_ref().map_or(kind.status(), |code| super::status(code, at)),
            message: one.message.as_ref().map(|text| text.value.clone()),
            unasked: one.unasked.as_ref().map(|text| text.value.clone()),
        };
        if kinds.insert(kind, said).is_some() {
            super::twice(code, at);
        }
    }
    let mut statuses = BTreeMap::new();
    for (code, text) in written.statuses.iter().flat_map(|statuses| &statuses.0) {
        match code.parse() {
            Ok(status) => drop(statuses.insert(status, text.value.clone())),
            Err(_) => at.invalid(&code.spot, format!("{:?} is no status", code.value)),
        }
    }
    MessageForms { forms: written.forms.iter().map(form).collect(), kinds, statuses }
}

fn form(written: &entity::Form) -> MessageForm {
    let media_types: Vec<String> = written.types.all().iter().map(|text| text.value.clone()).collect();
    let usual = || media_types.first().cloned().unwrap_or_default();
    MessageForm {
        content_type: written.content_type.as_ref().map_or_else(usual, |text: &At<String>| text.value.clone()),
        template: template(&written.template),
        media_types,
    }
}

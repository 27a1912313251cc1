//! How a table writes messages.

use super::super::{key, text, unless};
use crate::decode::{At, Either, OneOrMany, Pairs, Text};
use crate::entity::answer::{self as entity, Fill};
use model::answer::{Escape, KindMessage, MessageForm, MessageForms, Piece, Template};

pub(in crate::write) fn template(one: &Template) -> entity::Template {
    let place = |fill| Either::Second(entity::Place { fill: Some(At::new(fill)) });
    let piece = |piece: &Piece| match piece {
        Piece::Text(plain) => Either::First(text(plain)),
        Piece::Message => place(Fill::Message),
        Piece::RequestId => place(Fill::RequestId),
        Piece::Status => place(Fill::Status),
        Piece::Reason => place(Fill::Reason),
    };
    entity::Template {
        escape: match one.escape {
            Escape::None => None,
            Escape::Json => Some(At::new(entity::Escape::Json)),
            Escape::Markup => Some(At::new(entity::Escape::Markup)),
        },
        text: OneOrMany::from(one.pieces.iter().map(piece).collect::<Vec<_>>()),
    }
}

pub(in crate::write) fn messages(forms: &MessageForms) -> entity::Messages {
    let kinds: Vec<_> =
        forms.kinds.iter().map(|(kind, said)| (key(kind.code()), said_of(said, kind.status()))).collect();
    let statuses: Vec<(Text, Text)> =
        forms.statuses.iter().map(|(status, said)| (key(&status.to_string()), text(said))).collect();
    entity::Messages {
        forms: forms.forms.iter().map(form).collect(),
        kinds: (!kinds.is_empty()).then_some(Pairs(kinds)),
        statuses: (!statuses.is_empty()).then_some(Pairs(statuses)),
    }
}

fn said_of(said: &KindMessage, usual: u16) -> entity::KindMessage {
    entity::KindMessage {
        status: unless(said.status, &usual),
        message: said.message.as_deref().map(text),
        unasked: said.unasked.as_deref().map(text),
    }
}

fn form(one: &MessageForm) -> entity::Form {
    entity::Form {
        types: OneOrMany::from(one.media_types.iter().map(|media| text(media)).collect::<Vec<_>>()),
        content_type: (one.media_types.first() != Some(&one.content_type)).then(|| text(&one.content_type)),
        template: template(&one.template),
    }
}

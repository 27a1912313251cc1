//! Texts with places that are filled in.

use crate::exchange::Exchange;
use crate::failure::Failure;
use http::StatusCode;
use model::answer::{Escape, Piece, Template};

/// A template; the texts stand as they will be sent.
#[derive(Clone, Debug)]
pub(super) struct ReadyTemplate {
    escape: Escape,
    pieces: Vec<Piece>,
    /// Bytes of the texts together.
    length: usize,
}

/// What may be filled in.
pub(super) struct Filling<'a> {
    status: StatusCode,
    message: &'a str,
    request_id: &'a str,
    reason: &'a str,
}

impl<'a> Filling<'a> {
    pub(super) fn of(
        exchange: &'a Exchange,
        status: StatusCode,
        message: &'a str,
        failure: Option<&'a Failure>,
    ) -> Self {
        let reason = failure.and_then(|failure| failure.reason.as_deref()).unwrap_or(message);
        Self { status, message, request_id: &exchange.id, reason }
    }
}

impl ReadyTemplate {
    pub(super) fn compile(template: &Template) -> Self {
        let text = |piece: &Piece| match piece {
            Piece::Text(text) => text.len(),
            Piece::Message | Piece::RequestId | Piece::Status | Piece::Reason => 0,
        };
        let length = template.pieces.iter().map(text).sum();
        Self { escape: template.escape, pieces: template.pieces.clone(), length }
    }

    pub(super) fn fill(&self, filling: &Filling<'_>) -> String {
        let mut out = String::with_capacity(self.length + filling.message.len() + 64);
        for piece in &self.pieces {
            match piece {
                Piece::Text(text) => out.push_str(text),
                Piece::Message => self.push(&mut out, filling.message),
                Piece::RequestId => self.push(&mut out, filling.request_id),
                Piece::Status => out.push_str(filling.status.as_str()),
                Piece::Reason => self.push(&mut out, filling.reason),
            }
        }
        out
    }

    fn push(&self, out: &mut String, text: &str) {
        match self.escape {
            Escape::None => out.push_str(text),
            Escape::Json => {
                let quoted = serde_json::Value::from(text).to_string();
                out.push_str(quoted.get(1..quoted.len() - 1).unwrap_or(""));
            }
            Escape::Markup => text.chars().for_each(|c| match c {
                '&' => out.push_str("&amp;"),
                '<' => out.push_str("&lt;"),
                '>' => out.push_str("&gt;"),
                '"' => out.push_str("&quot;"),
                '\'' => out.push_str("&#39;"),
                c => out.push(c),
            }),
        }
    }
}

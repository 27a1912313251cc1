//! Changes of header fields, on either side.

use crate::answer::{is_framing, read_field};
use crate::exchange::Exchange;
use crate::{Outcome, Policy, Running};
use http::{HeaderMap, HeaderName, HeaderValue};
use model::policy::{HeaderEdit, HeaderEdits};

/// Edits of the request's fields.
pub(crate) struct RequestHeaders(pub(crate) Edits);

/// Edits of the response's fields.
pub(crate) struct ResponseHeaders(pub(crate) Edits);

/// Edits with their fields read, carried out in order.
pub struct Edits(Vec<Edit>);

enum Edit {
    Set(HeaderName, HeaderValue),
    Add(HeaderName, HeaderValue),
    Remove(HeaderName),
}

/// Why an edit cannot be carried out.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum EditError {
    /// A name or value that no header field can have.
    #[error("the header field {name:?} has a name or value that cannot be sent")]
    Header {
        /// Its name.
        name: String,
    },
    /// A field that says how the message is framed.
    #[error("the header field {name:?} is written by the gateway itself and cannot be edited")]
    Framing {
        /// Its name.
        name: HeaderName,
    },
}

impl Policy for RequestHeaders {
    fn run<'a>(&'a self, exchange: &'a mut Exchange) -> Running<'a> {
        self.0.apply(&mut exchange.request.headers);
        Running::Done(Outcome::Continue)
    }
}

impl Policy for ResponseHeaders {
    fn run<'a>(&'a self, exchange: &'a mut Exchange) -> Running<'a> {
        if let Some(response) = &mut exchange.response {
            self.0.apply(response.headers_mut());
        }
        Running::Done(Outcome::Continue)
    }
}

impl Edits {
    /// Reads them.
    pub fn compile(edits: &HeaderEdits) -> Result<Self, EditError> {
        edits.edits.iter().map(Edit::compile).collect::<Result<_, _>>().map(Self)
    }

    /// Carries them out.
    pub fn apply(&self, headers: &mut HeaderMap) {
        for edit in &self.0 {
            match edit {
                Edit::Set(name, value) => drop(headers.insert(name, value.clone())),
                Edit::Add(name, value) => drop(headers.append(name, value.clone())),
                Edit::Remove(name) => drop(headers.remove(name)),
            }
        }
    }
}

impl Edit {
    fn compile(edit: &HeaderEdit) -> Result<Self, EditError> {
        Ok(match edit {
            HeaderEdit::Set(name, value) => {
                let (name, value) = compile_field(name, value)?;
                Self::Set(name, value)
            }
            HeaderEdit::Add(name, value) => {
                let (name, value) = compile_field(name, value)?;
                Self::Add(name, value)
            }
            HeaderEdit::Remove(name) => Self::Remove(compile_field(name, "")?.0),
        })
    }
}

fn compile_field(name: &str, value: &str) -> Result<(HeaderName, HeaderValue), EditError> {
    let (name, value) = read_field(name, value).ok_or_else(|| EditError::Header { name: name.to_owned() })?;
    if is_framing(&name) { Err(EditError::Framing { name }) } else { Ok((name, value)) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::exchange::testing;

    fn edits() -> HeaderEdits {
        let text = str::to_owned;
        HeaderEdits {
            edits: vec![
                HeaderEdit::Remove(text("x-old")),
                HeaderEdit::Set(text("X-A"), text("1")),
                HeaderEdit::Add(text("x-a"), text("2")),
                HeaderEdit::Add(text("x-old"), text("new")),
            ],
        }
    }

    fn values<'a>(headers: &'a HeaderMap, name: &str) -> Vec<&'a str> {
        headers.get_all(name).iter().map(|value| value.to_str().unwrap()).collect()
    }

    #[test]
    fn edits_are_carried_out_in_order_on_their_side() {
        let fields = |builder: http::response::Builder| builder.header("x-old", "0").header("x-a", "0");
        let request = http::Request::get("/").header("x-old", "0").header("x-a", "0").header("x-a", "00");
        let mut exchange = testing::of(request);
        exchange.response = Some(fields(http::Response::builder()).body(net::Body::Empty).unwrap());
        let _ = RequestHeaders(Edits::compile(&edits()).unwrap()).run(&mut exchange);
        assert_eq!(values(&exchange.request.headers, "x-a"), ["1", "2"]);
        assert_eq!(values(&exchange.request.headers, "x-old"), ["new"]);
        assert_eq!(values(exchange.response.as_ref().unwrap().headers(), "x-a"), ["0"]);

        let _ = ResponseHeaders(Edits::compile(&edits()).unwrap()).run(&mut exchange);
        assert_eq!(values(exchange.response.as_ref().unwrap().headers(), "x-a"), ["1", "2"]);
    }

    #[test]
    fn fields_that_cannot_be_sent_or_frame_the_message_are_refused() {
        let header = |name: &str| EditError::Header { name: name.to_owned() };
        let framing = |name| EditError::Framing { name: HeaderName::from_static(name) };
        let cases = [
            (HeaderEdit::Set("x-a".into(), "1\r\nx-b: 2".into()), header("x-a")),
            (HeaderEdit::Add("x a".into(), "1".into()), header("x a")),
            (HeaderEdit::Remove("".into()), header("")),
            (HeaderEdit::Set("Content-Length".into(), "0".into()), framing("content-length")),
            (HeaderEdit::Remove("transfer-encoding".into()), framing("transfer-encoding")),
        ];
        for (edit, error) in cases {
            assert_eq!(Edits::compile(&HeaderEdits { edits: vec![edit] }).err(), Some(error));
        }
    }
}

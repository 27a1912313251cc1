//! Responses written down in the configuration, and what is said of a failure.

mod accept;
mod problem;

use crate::exchange::Exchange;
use crate::failure::Failure;
use bytes::Bytes;
use http::header::{self, HeaderName};
use http::{HeaderMap, HeaderValue, Response, StatusCode};
use model::answer::{Answer, AnswerBody, Answers, FailureKind, MediaRange};
use net::Body;
use std::collections::BTreeMap;

/// An answer with its header fields read.
#[derive(Clone, Debug)]
pub struct ReadyAnswer {
    status: StatusCode,
    headers: Vec<(HeaderName, HeaderValue)>,
    body: ReadyBody,
}

#[derive(Clone, Debug)]
enum ReadyBody {
    Text(Bytes),
    Problem,
}

/// A table's answers with their header fields read.
#[derive(Clone, Debug, Default)]
pub struct ReadyAnswers {
    by_kind: BTreeMap<FailureKind, Vec<(MediaRange, ReadyAnswer)>>,
}

/// Why an answer cannot be sent.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum AnswerError {
    /// Not a status that ends an exchange.
    #[error("{status} is not the status of a response: 200 to 599 are")]
    Status {
        /// The status.
        status: u16,
    },
    /// A name or value that no header field can have.
    #[error("the header field {name:?} has a name or value that cannot be sent")]
    Header {
        /// Its name.
        name: String,
    },
}

/// An answer as a response. What cannot be sent of it is left out: [`ReadyAnswer::compile`] tells it beforehand.
pub fn render(answer: &Answer, exchange: &Exchange, failure: Option<&Failure>) -> Response<Body> {
    ReadyAnswer::read(answer).0.render(exchange, failure)
}

/// What the answers say of a failure: by kind, then by what the client accepts, else as problem details (RFC 9457).
pub fn from_answers(answers: &Answers, exchange: &Exchange, failure: &Failure) -> Response<Body> {
    let alternatives = answers.by_kind.get(&failure.kind).map_or(&[][..], Vec::as_slice);
    match accept::choose(&exchange.request.headers, alternatives) {
        Some(answer) => render(answer, exchange, Some(failure)),
        None => ReadyAnswer::problem(failure.kind).render(exchange, Some(failure)),
    }
}

impl ReadyAnswers {
    /// Reads all header fields.
    pub fn compile(answers: &Answers) -> Result<Self, AnswerError> {
        let ready = |(range, answer): &(MediaRange, Answer)| Ok((range.clone(), ReadyAnswer::compile(answer)?));
        let kinds = answers.by_kind.iter();
        let by_kind = kinds
            .map(|(kind, alternatives)| Ok((*kind, alternatives.iter().map(ready).collect::<Result<_, _>>()?)))
            .collect::<Result<_, _>>()?;
        Ok(Self { by_kind })
    }

    /// What is said of a failure: the failing step's own answer, else by kind and by what the client accepts,
    /// else problem details.
    pub fn render(&self, exchange: &Exchange, failure: &Failure) -> Response<Body> {
        if let Some(answer) = &failure.answer {
            return answer.render(exchange, Some(failure));
        }
        let alternatives = self.by_kind.get(&failure.kind).map_or(&[][..], Vec::as_slice);
        match accept::choose(&exchange.request.headers, alternatives) {
            Some(answer) => answer.render(exchange, Some(failure)),
            None => ReadyAnswer::problem(failure.kind).render(exchange, Some(failure)),
        }
    }
}

impl ReadyAnswer {
    /// Reads status and header fields.
    pub fn compile(answer: &Answer) -> Result<Self, AnswerError> {
        let (ready, error) = Self::read(answer);
        error.map_or(Ok(ready), Err)
    }

    /// Problem details with the kind's own status.
    fn problem(kind: FailureKind) -> Self {
        let status = StatusCode::from_u16(kind.status()).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        Self { status, headers: Vec::new(), body: ReadyBody::Problem }
    }

    /// Leaves out what cannot be sent, and says what that was.
    fn read(answer: &Answer) -> (Self, Option<AnswerError>) {
        let mut error = None;
        let status = StatusCode::from_u16(answer.status).ok().filter(|_| (200..600).contains(&answer.status));
        if status.is_none() {
            error = Some(AnswerError::Status { status: answer.status });
        }
        let mut headers = Vec::with_capacity(answer.headers.len());
        for (name, value) in &answer.headers {
            match read_field(name, value) {
                Some((name, _)) if is_framing(&name) => {} // the server frames the body itself
                Some(field) => headers.push(field),
                None => error = Some(AnswerError::Header { name: name.clone() }),
            }
        }
        let body = match &answer.body {
            AnswerBody::Text(text) => ReadyBody::Text(Bytes::copy_from_slice(text.as_bytes())),
            AnswerBody::Problem => ReadyBody::Problem,
        };
        (Self { status: status.unwrap_or(StatusCode::INTERNAL_SERVER_ERROR), headers, body }, error)
    }

    /// The response, with what the failure adds to its header.
    pub fn render(&self, exchange: &Exchange, failure: Option<&Failure>) -> Response<Body> {
        let body = match &self.body {
            ReadyBody::Text(text) => text.clone().into(),
            ReadyBody::Problem => problem::body(self.status, exchange, failure),
        };
        let mut response = Response::new(body);
        *response.status_mut() = self.status;
        let fields = response.headers_mut();
        for (name, value) in &self.headers {
            fields.append(name, value.clone());
        }
        if let ReadyBody::Problem = self.body {
            fields.entry(header::CONTENT_TYPE).or_insert(problem::MEDIA_TYPE);
        }
        if let Some(failure) = failure {
            add_failure(fields, failure);
        }
        response
    }
}

fn add_failure(fields: &mut HeaderMap, failure: &Failure) {
    for (name, value) in &failure.headers {
        fields.append(name, value.clone());
    }
    if let Some(seconds) = failure.retry_after {
        fields.entry(header::RETRY_AFTER).or_insert_with(|| HeaderValue::from(seconds));
    }
}

/// A header field of the configuration; `None` when no such field can be sent.
pub(crate) fn read_field(name: &str, value: &str) -> Option<(HeaderName, HeaderValue)> {
    Some((HeaderName::from_bytes(name.as_bytes()).ok()?, HeaderValue::from_bytes(value.as_bytes()).ok()?))
}

/// Fields that say how a message is framed, and hold for one connection only.
pub(crate) fn is_framing(name: &HeaderName) -> bool {
    const OTHERS: [&str; 2] = ["keep-alive", "proxy-connection"];
    matches!(
        *name,
        header::CONNECTION
            | header::CONTENT_LENGTH
            | header::TRANSFER_ENCODING
            | header::UPGRADE
            | header::TE
            | header::TRAILER
    ) || OTHERS.contains(&name.as_str())
}

#[cfg(test)]
mod tests;

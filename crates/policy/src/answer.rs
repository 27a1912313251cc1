//! Responses written down in the configuration, and what is said of a failure.

mod accept;
mod keyed;
mod message;
mod problem;
mod template;

pub use keyed::LastOfConnection;
pub use message::ReadyMessages;

use crate::exchange::Exchange;
use crate::failure::Failure;
use bytes::Bytes;
use http::header::{self, HeaderName};
use http::{HeaderMap, HeaderValue, Response, StatusCode};
use keyed::ReadyKeyedAnswers;
use model::answer::{Answer, AnswerBody, Answers, FailureKind, Location, MediaRange};
use net::Body;
use std::collections::BTreeMap;
use std::sync::Arc;
use template::{Filling, ReadyTemplate};

/// An answer with its header fields read.
#[derive(Clone, Debug)]
pub struct ReadyAnswer {
    status: StatusCode,
    headers: Vec<(HeaderName, HeaderValue)>,
    location: Option<Location>,
    body: ReadyBody,
}

#[derive(Clone, Debug)]
enum ReadyBody {
    Text(Bytes),
    Problem,
    Message(Arc<str>),
    Template(Arc<ReadyTemplate>),
}

/// A table's answers with their header fields read.
#[derive(Clone, Debug, Default)]
pub struct ReadyAnswers {
    by_kind: BTreeMap<FailureKind, Vec<(MediaRange, ReadyAnswer)>>,
    messages: Option<Arc<ReadyMessages>>,
    keyed: Option<Arc<ReadyKeyedAnswers>>,
    /// After a failure all response steps run.
    pub(crate) all_steps: bool,
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
        None => ReadyAnswer::problem(failure).render(exchange, Some(failure)),
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
        let messages = answers.messages.as_ref().map(ReadyMessages::compile).transpose()?.flatten();
        let keyed = answers.keyed.as_deref().map(ReadyKeyedAnswers::compile).transpose()?.map(Arc::new);
        Ok(Self { by_kind, messages: messages.map(Arc::new), keyed, all_steps: answers.all_steps })
    }

    /// The forms of messages, for those who answer on the way.
    pub(crate) fn messages(&self) -> Option<&Arc<ReadyMessages>> {
        self.messages.as_ref()
    }

    /// What is said of a failure: the failing step's own answer, else by kind and by what the client accepts,
    /// else problem details.
    pub fn render(&self, exchange: &Exchange, failure: &Failure) -> Response<Body> {
        let mut response = self.answer(exchange, failure);
        if let Some(words) = &failure.words {
            *response.body_mut() = words.body.clone().into();
            response.headers_mut().insert(header::CONTENT_TYPE, words.content_type.clone());
        }
        response
    }

    fn answer(&self, exchange: &Exchange, failure: &Failure) -> Response<Body> {
        if let Some(answer) = &failure.answer {
            return answer.render(exchange, Some(failure));
        }
        let alternatives = self.by_kind.get(&failure.kind).map_or(&[][..], Vec::as_slice);
        if let Some(answer) = accept::choose(&exchange.request.headers, alternatives) {
            return answer.render(exchange, Some(failure));
        }
        if let Some(keyed) = &self.keyed {
            let mut response = keyed.render(exchange, failure);
            add_failure(response.headers_mut(), failure);
            return response;
        }
        let Some(messages) = &self.messages else {
            return ReadyAnswer::problem(failure).render(exchange, Some(failure));
        };
        let mut response = messages.of_failure(exchange, failure);
        add_failure(response.headers_mut(), failure);
        response
    }
}

impl ReadyAnswer {
    /// Reads status and header fields.
    pub fn compile(answer: &Answer) -> Result<Self, AnswerError> {
        let (ready, error) = Self::read(answer);
        error.map_or(Ok(ready), Err)
    }

    /// Problem details with the status that somebody gave, or the kind's own.
    fn problem(failure: &Failure) -> Self {
        let status = failure.status.unwrap_or(failure.kind.status());
        let status = StatusCode::from_u16(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        Self { status, headers: Vec::new(), location: None, body: ReadyBody::Problem }
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
                // the protocol to change to is what a 426 is about; all else the server frames itself
                Some((name, value)) if name == header::UPGRADE && answer.status == 426 => headers.push((name, value)),
                Some((name, _)) if is_framing(&name) => {}
                Some(field) => headers.push(field),
                None => error = Some(AnswerError::Header { name: name.clone() }),
            }
        }
        let body = match &answer.body {
            AnswerBody::Text(text) => ReadyBody::Text(Bytes::copy_from_slice(text.as_bytes())),
            AnswerBody::Problem => ReadyBody::Problem,
            AnswerBody::Message(message) => ReadyBody::Message(message.as_str().into()),
            AnswerBody::Template(template) => ReadyBody::Template(Arc::new(ReadyTemplate::compile(template))),
        };
        let status = status.unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        (Self { status, headers, location: answer.location.clone(), body }, error)
    }

    /// The response, with what the failure adds to its header.
    pub fn render(&self, exchange: &Exchange, failure: Option<&Failure>) -> Response<Body> {
        let mut response = self.body(exchange, failure);
        *response.status_mut() = self.status;
        let fields = response.headers_mut();
        let given = fields.remove(header::CONTENT_TYPE);
        for (name, value) in &self.headers {
            fields.append(name, value.clone());
        }
        if let Some(media_type) = given {
            fields.entry(header::CONTENT_TYPE).or_insert(media_type);
        }
        if let Some(location) = self.location.as_ref().and_then(|location| location_of(location, exchange)) {
            fields.insert(header::LOCATION, location);
        }
        if let Some(failure) = failure {
            add_failure(fields, failure);
        }
        response
    }

    /// A response that has the body, and its media type where that goes with it.
    fn body(&self, exchange: &Exchange, failure: Option<&Failure>) -> Response<Body> {
        match &self.body {
            ReadyBody::Text(text) => Response::new(text.clone().into()),
            ReadyBody::Problem => problem::response(self.status, exchange, failure, None),
            ReadyBody::Message(message) => match &exchange.messages {
                Some(messages) => messages.message(exchange, self.status, message, failure),
                None if self.status.as_u16() < 400 && failure.is_none() => plain(message),
                None => problem::response(self.status, exchange, failure, Some(message)),
            },
            ReadyBody::Template(template) => {
                let message = failure.map_or("", |failure| &failure.public);
                let filling = Filling::of(exchange, self.status, message, failure);
                Response::new(template.fill(&filling).into())
            }
        }
    }
}

/// A message of what is no problem.
fn plain(message: &str) -> Response<Body> {
    let mut response = Response::new(Bytes::copy_from_slice(message.as_bytes()).into());
    response.headers_mut().insert(header::CONTENT_TYPE, PLAIN);
    response
}

const PLAIN: HeaderValue = HeaderValue::from_static("text/plain; charset=utf-8");

/// Where the client is sent.
fn location_of(location: &Location, exchange: &Exchange) -> Option<HeaderValue> {
    let target = |uri: &http::Uri| uri.path_and_query().map_or("/", |target| target.as_str()).to_owned();
    let url = match location {
        Location::Https(port) => {
            let port = port.map(|port| format!(":{port}")).unwrap_or_default();
            format!("https://{}{port}{}", exchange.host_name(), target(&exchange.request.uri))
        }
        Location::Behind(origin) => {
            format!("{origin}{}", target(exchange.received.as_ref().unwrap_or(&exchange.request.uri)))
        }
    };
    HeaderValue::try_from(url).ok()
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

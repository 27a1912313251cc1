//! Messages in the form that a table has for them and the client accepts.

use super::template::{Filling, ReadyTemplate};
use super::{AnswerError, accept};
use crate::exchange::Exchange;
use crate::failure::Failure;
use http::header::{ACCEPT, CONTENT_TYPE};
use http::{HeaderValue, Response, StatusCode};
use model::answer::{FailureKind, MessageForm, MessageForms};
use net::Body;
use std::collections::BTreeMap;

/// A table's forms, made ready.
#[derive(Debug)]
pub struct ReadyMessages {
    /// Never empty.
    forms: Vec<ReadyForm>,
    kinds: BTreeMap<FailureKind, ReadyKind>,
    statuses: BTreeMap<u16, String>,
}

#[derive(Debug)]
struct ReadyForm {
    media_types: Vec<String>,
    content_type: HeaderValue,
    template: ReadyTemplate,
}

#[derive(Debug)]
struct ReadyKind {
    status: StatusCode,
    message: Option<String>,
    /// The form for clients who send no `Accept`.
    unasked: usize,
}

impl ReadyMessages {
    /// Reads content types and statuses. `None` where there is no form.
    pub(super) fn compile(messages: &MessageForms) -> Result<Option<Self>, AnswerError> {
        if messages.forms.is_empty() {
            return Ok(None);
        }
        let unasked = |media: &String| messages.forms.iter().position(|form| form.media_types.contains(media));
        let mut kinds = BTreeMap::new();
        for (kind, said) in &messages.kinds {
            let status = StatusCode::from_u16(said.status).ok().filter(|_| (200..600).contains(&said.status));
            let ready = ReadyKind {
                status: status.ok_or(AnswerError::Status { status: said.status })?,
                message: said.message.clone(),
                unasked: said.unasked.as_ref().and_then(unasked).unwrap_or(0),
            };
            kinds.insert(*kind, ready);
        }
        let forms = messages.forms.iter().map(ReadyForm::compile).collect::<Result<_, _>>()?;
        Ok(Some(Self { forms, kinds, statuses: messages.statuses.clone() }))
    }

    /// What is said of a failure: the kind's message and status, or those of a status that somebody else gave.
    pub(super) fn of_failure(&self, exchange: &Exchange, failure: &Failure) -> Response<Body> {
        let kind = self.kinds.get(&failure.kind);
        let unasked = kind.map_or(0, |kind| kind.unasked);
        if let Some(status) = failure.status.and_then(|status| StatusCode::from_u16(status).ok()) {
            let message = self.statuses.get(&status.as_u16()).unwrap_or(&failure.public);
            return self.say(exchange, status, message, Some(failure), unasked);
        }
        let usual = || StatusCode::from_u16(failure.kind.status()).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        let status = kind.map_or_else(usual, |kind| kind.status);
        let message = kind.and_then(|kind| kind.message.as_ref()).unwrap_or(&failure.public);
        self.say(exchange, status, message, Some(failure), unasked)
    }

    /// This message with this status.
    pub(super) fn message(
        &self,
        exchange: &Exchange,
        status: StatusCode,
        message: &str,
        failure: Option<&Failure>,
    ) -> Response<Body> {
        self.say(exchange, status, message, failure, 0)
    }

    fn say(
        &self,
        exchange: &Exchange,
        status: StatusCode,
        message: &str,
        failure: Option<&Failure>,
        unasked: usize,
    ) -> Response<Body> {
        let form = &self.forms[self.choose(exchange, unasked)];
        let filling = Filling::of(exchange, status, message, failure);
        let mut response = Response::new(form.template.fill(&filling).into());
        *response.status_mut() = status;
        response.headers_mut().insert(CONTENT_TYPE, form.content_type.clone());
        response
    }

    /// The form of the range that the client wants most; the first where none is here.
    fn choose(&self, exchange: &Exchange, unasked: usize) -> usize {
        let headers = &exchange.request.headers;
        if !headers.contains_key(ACCEPT) {
            return unasked;
        }
        let types = self.forms.iter().map(|form| form.media_types.as_slice());
        accept::most_wanted(headers, types).unwrap_or(0)
    }
}

impl ReadyForm {
    fn compile(form: &MessageForm) -> Result<Self, AnswerError> {
        let content_type = HeaderValue::from_str(&form.content_type)
            .map_err(|_| AnswerError::Header { name: CONTENT_TYPE.as_str().to_owned() })?;
        let template = ReadyTemplate::compile(&form.template);
        Ok(Self { media_types: form.media_types.clone(), content_type, template })
    }
}

#[cfg(test)]
mod tests;

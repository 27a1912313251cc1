//! What is said of a failure by its key and by what the client accepts.

use super::{AnswerError, is_framing, read_field};
use crate::exchange::Exchange;
use crate::failure::Failure;
use crate::text::ReadyText;
use crate::world::World;
use http::header::{ACCEPT, CONTENT_TYPE};
use http::{HeaderMap, HeaderName, HeaderValue, Response, StatusCode};
use model::answer::{FailureKind, Keyed, KeyedAnswer, KeyedAnswers, UsualAnswer};
use net::Body;
use std::collections::BTreeMap;

/// A mark on responses after which the connection ends.
#[derive(Clone, Copy, Debug)]
pub struct LastOfConnection;

/// Answers by key, made ready.
#[derive(Debug)]
pub(super) struct ReadyKeyedAnswers {
    kinds: BTreeMap<FailureKind, Keyed>,
    parents: BTreeMap<String, String>,
    templates: BTreeMap<String, Vec<(String, ReadyKeyedAnswer)>>,
    fallback: Option<String>,
    usual: UsualAnswer,
}

#[derive(Debug)]
struct ReadyKeyedAnswer {
    status: StatusCode,
    headers: Vec<(HeaderName, HeaderValue)>,
    body: Option<ReadyText>,
}

impl ReadyKeyedAnswers {
    pub(super) fn compile(answers: &KeyedAnswers) -> Result<Self, AnswerError> {
        let ready = |(media, answer): &(String, KeyedAnswer)| Ok((media.clone(), ReadyKeyedAnswer::compile(answer)?));
        let templates = answers.templates.iter();
        let templates = templates
            .map(|(key, by_media)| Ok((key.clone(), by_media.iter().map(ready).collect::<Result<_, _>>()?)))
            .collect::<Result<_, _>>()?;
        let KeyedAnswers { kinds, parents, fallback, usual, .. } = answers.clone();
        Ok(Self { kinds, parents, templates, fallback, usual })
    }

    /// The response. What a failure does not say of itself, its kind says.
    pub(super) fn render(&self, exchange: &Exchange, failure: &Failure) -> Response<Body> {
        let told;
        let failure = match (&failure.key, self.kinds.get(&failure.kind)) {
            (None, Some(keyed)) => {
                told = failure.told_as(keyed);
                &told
            }
            _ => failure,
        };
        let status = failure.status.unwrap_or(failure.kind.status());
        match self.template(exchange, failure) {
            Some(answer) => answer.render(exchange, failure, status),
            None => self.usual(exchange, failure, status),
        }
    }

    fn template(&self, exchange: &Exchange, failure: &Failure) -> Option<&ReadyKeyedAnswer> {
        let key = failure.key.as_ref().and_then(|key| key.key.as_ref())?;
        let parent = self.parents.get(key);
        let by_media = [Some(key), parent, self.fallback.as_ref()].into_iter().flatten();
        let by_media = by_media.filter_map(|key| self.templates.get(key)).next()?;
        let wanted = wanted(&exchange.request.headers);
        let wanted = wanted.iter().map(String::as_str).chain(["*/*"]);
        let mut found = wanted.filter_map(|media| by_media.iter().find(|(own, _)| own == media));
        found.next().map(|(_, answer)| answer)
    }

    fn usual(&self, exchange: &Exchange, failure: &Failure, status: u16) -> Response<Body> {
        let status = StatusCode::from_u16(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        let mut response = Response::new(Body::Empty);
        *response.status_mut() = status;
        if self.usual.always_close || !status.is_client_error() {
            response.extensions_mut().insert(LastOfConnection);
        }
        let message = &failure.public;
        if message.is_empty() {
            return response;
        }
        let json = self.wants_json(&exchange.request.headers);
        let (media, text) = match json {
            true if failure.is_json => ("application/json", message.clone()),
            true => {
                let message = serde_json::Value::from(message.as_str());
                ("application/json", format!("{{\"message\":{message},\"http_status_code\":{}}}", status.as_u16()))
            }
            false => ("text/plain", message.clone()),
        };
        response.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static(media));
        *response.body_mut() = text.into();
        response
    }

    fn wants_json(&self, headers: &HeaderMap) -> bool {
        const TYPES: [&str; 2] = ["application/json", "*/*"];
        let mut texts = headers.get_all(ACCEPT).iter().filter_map(|value| value.to_str().ok());
        match self.usual.listed {
            true => wanted(headers).iter().any(|media| TYPES.contains(&media.as_str())),
            false => texts.any(|text| TYPES.iter().any(|media| text.contains(media))),
        }
    }
}

/// The media types of `Accept`, the most wanted first; of equal ones those that are not `*/*`, then as written.
fn wanted(headers: &HeaderMap) -> Vec<String> {
    let fields = headers.get_all(ACCEPT).iter().filter_map(|value| value.to_str().ok());
    let mut types: Vec<(&str, f32)> = fields.flat_map(|field| field.split(',')).map(super::accept::weighted).collect();
    types.sort_by(|(one, first), (other, second)| {
        second.total_cmp(first).then_with(|| (*one == "*/*").cmp(&(*other == "*/*")))
    });
    types.into_iter().map(|(media, _)| media.to_ascii_lowercase()).collect()
}

impl ReadyKeyedAnswer {
    fn compile(answer: &KeyedAnswer) -> Result<Self, AnswerError> {
        let status = StatusCode::from_u16(answer.status).ok().filter(|_| (200..600).contains(&answer.status));
        let mut headers = Vec::with_capacity(answer.headers.len());
        for (name, value) in &answer.headers {
            let field = read_field(name, value).ok_or_else(|| AnswerError::Header { name: name.clone() })?;
            if !is_framing(&field.0) {
                headers.push(field);
            }
        }
        let body = answer.body.as_ref().map(ReadyText::compile);
        Ok(Self { status: status.ok_or(AnswerError::Status { status: answer.status })?, headers, body })
    }

    fn render(&self, exchange: &Exchange, failure: &Failure, status: u16) -> Response<Body> {
        let world = World::of(exchange).with_error(failure, status);
        let mut response = Response::new(Body::Empty);
        response.extensions_mut().insert(LastOfConnection);
        let text = match self.body.as_ref().map(|body| body.text(&world)).transpose() {
            Ok(text) => text.flatten(),
            Err(error) => {
                let request_id = &*exchange.id;
                tracing::warn!(request_id, %error, "the body of an answer has no value");
                *response.status_mut() = StatusCode::INTERNAL_SERVER_ERROR;
                return response;
            }
        };
        *response.status_mut() = self.status;
        if let Some(text) = text.filter(|text| !text.is_empty()) {
            if let Some(accept) = exchange.request.headers.get(ACCEPT) {
                response.headers_mut().insert(CONTENT_TYPE, accept.clone());
            }
            *response.body_mut() = text.into_owned().into();
        }
        for (name, value) in &self.headers {
            response.headers_mut().insert(name, value.clone());
        }
        response
    }
}

#[cfg(test)]
mod tests;

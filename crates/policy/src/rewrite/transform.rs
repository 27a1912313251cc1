//! Changes of requests and responses: method, path, header, query, body.

mod changes;

use super::fields::{Fields, Members};
use super::texts::fill;
use crate::answer::is_framing;
use crate::build::{BuildCause, header_name};
use crate::exchange::Exchange;
use crate::failure::{Blame, Failure};
use crate::query::Query;
use crate::{Outcome, Policy, Running};
use changes::{HeaderChanges, change_fields, change_members};
use http::header::{CONTENT_LENGTH, CONTENT_TYPE};
use http::{HeaderMap, Method};
use model::answer::FailureKind;
use model::policy::TextChanges;
use model::policy::{JsonChanges, RequestText, RequestTransform as RequestData, ResponseTransform as ResponseData};

/// Changes requests.
pub(crate) struct RequestTransform {
    path: Option<RequestText>,
    method: Option<Method>,
    headers: HeaderChanges,
    body: TextChanges,
    query: TextChanges,
}

/// Changes responses.
pub(crate) struct ResponseTransform {
    headers: HeaderChanges,
    json: JsonChanges,
}

impl RequestTransform {
    pub(crate) fn compile(data: &RequestData) -> Result<Self, BuildCause> {
        let method =
            |text: &String| Method::from_bytes(text.as_bytes()).map_err(|_| BuildCause::Header { text: text.clone() });
        Ok(Self {
            path: data.path.clone(),
            method: data.method.as_ref().map(method).transpose()?,
            headers: HeaderChanges::compile(&data.headers)?,
            body: data.body.clone(),
            query: data.query.clone(),
        })
    }

    /// Path, method, header, and the query at last; each sees what the client sent, not what was changed before.
    fn change(&self, exchange: &mut Exchange, body: Option<Fields>) {
        let path = self.path.as_ref().map(|text| fill(text, exchange));
        let headers = self.headers.fill(exchange);
        let body = body.map(|mut fields| {
            change_fields(&self.body, &mut fields, exchange);
            fields.write()
        });
        let query = (!self.query.is_empty()).then(|| Query::read(exchange.request.uri.query().unwrap_or("")));
        let query = query.map(|query| changes::change_query(&self.query, query, exchange));
        if let Some(path) = path {
            exchange.forwarded_path = Some(path);
        }
        if let Some(method) = &self.method {
            exchange.request.method = method.clone();
        }
        headers.apply(&mut exchange.request.headers);
        if let Some(body) = body {
            exchange.replace_body(body);
        }
        if let Some(query) = query {
            // what the client sent is told all the same
            exchange.received.get_or_insert_with(|| exchange.request.uri.clone());
            query.write(&mut exchange.request.uri);
        }
    }

    async fn change_with_body(&self, exchange: &mut Exchange) -> Outcome {
        let bytes = match exchange.hold_body().await {
            Ok(bytes) => bytes,
            Err(failure) => return Outcome::Fail(failure),
        };
        let fields = Fields::read(&exchange.request.headers, &bytes);
        self.change(exchange, fields);
        Outcome::Continue
    }
}

impl Policy for RequestTransform {
    fn run<'a>(&'a self, exchange: &'a mut Exchange) -> Running<'a> {
        if self.body.is_empty() {
            self.change(exchange, None);
            return Running::Done(Outcome::Continue);
        }
        Running::Wait(Box::pin(self.change_with_body(exchange)))
    }
}

impl ResponseTransform {
    pub(crate) fn compile(data: &ResponseData) -> Result<Self, BuildCause> {
        Ok(Self { headers: HeaderChanges::compile(&data.headers)?, json: data.json.clone() })
    }

    fn change_header(&self, exchange: &mut Exchange) {
        let headers = self.headers.fill(exchange);
        if let Some(response) = &mut exchange.response {
            headers.apply(response.headers_mut());
        }
    }

    async fn change_body(&self, exchange: &mut Exchange) -> Outcome {
        let Some(response) = exchange.response.take() else { return Outcome::Continue };
        let (mut head, body) = response.into_parts();
        let bytes = match body.hold(exchange.body_limit).await {
            Ok(bytes) => bytes,
            Err(error) => {
                let text = "the response cannot be changed";
                let failure = Failure::new(FailureKind::Internal, Blame::Gateway, text);
                return Outcome::Fail(failure.detail(format!("{text}: {error}")));
            }
        };
        let changed = Members::read(&bytes).map(|mut members| {
            change_members(&self.json, &mut members);
            members.write().into()
        });
        let bytes: bytes::Bytes = changed.unwrap_or(bytes);
        head.headers.insert(CONTENT_LENGTH, bytes.len().into());
        exchange.response = Some(http::Response::from_parts(head, bytes.into()));
        self.change_header(exchange);
        Outcome::Continue
    }
}

impl Policy for ResponseTransform {
    fn run<'a>(&'a self, exchange: &'a mut Exchange) -> Running<'a> {
        let json = exchange.response.as_ref().is_some_and(|response| is_json(response.headers()));
        if self.json.is_empty() || !json {
            self.change_header(exchange);
            return Running::Done(Outcome::Continue);
        }
        Running::Wait(Box::pin(self.change_body(exchange)))
    }
}

/// A JSON body that is not compressed.
fn is_json(headers: &HeaderMap) -> bool {
    let media = headers.get(CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or("");
    let media = media.split(';').next().unwrap_or("").trim().to_ascii_lowercase();
    (media == "application/json" || media.ends_with("+json")) && !headers.contains_key(http::header::CONTENT_ENCODING)
}

/// A name that may be changed; how a message is framed says the gateway alone.
pub(super) fn editable(text: &str) -> Result<http::HeaderName, BuildCause> {
    let name = header_name(text)?;
    if is_framing(&name) {
        return Err(super::headers::EditError::Framing { name }.into());
    }
    Ok(name)
}

#[cfg(test)]
mod tests;

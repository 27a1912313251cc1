//! A policy agent that decides whether a request may pass.

mod input;

use crate::build::{BuildCause, header_names};
use crate::exchange::Exchange;
use crate::failure::{Blame, Failure};
use crate::server::{Question, Server};
use crate::{Outcome, Policy, Running};
use http::header::{CONTENT_LENGTH, CONTENT_TYPE, TRANSFER_ENCODING};
use http::{HeaderMap, HeaderName, HeaderValue, Method, Response, StatusCode};
use model::answer::FailureKind;
use model::policy::PolicyAgent as Data;
use serde_json::{Map, Value};

/// Asks, and does as it is told.
pub(crate) struct PolicyAgent {
    data: Data,
    server: Server,
    upstream: Vec<HeaderName>,
}

impl PolicyAgent {
    pub(crate) fn compile(data: &Data) -> Result<Self, BuildCause> {
        let (server, upstream) = (Server::new(&data.server)?, header_names(&data.upstream)?);
        Ok(Self { data: data.clone(), server, upstream })
    }

    async fn judge(&self, exchange: &mut Exchange) -> Outcome {
        let mut headers = HeaderMap::new();
        headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
        let body = input::of(&self.data, exchange).to_string().into();
        let question = Question { method: Method::POST, headers, body, query: String::new() };
        let answered = match self.server.ask(question).await {
            Ok(answered) => answered,
            Err(why) => return nobody(StatusCode::FORBIDDEN, &why),
        };
        // the status of the answer does not matter to the original either
        let Some(decision) = decision(&answered.body) else {
            return nobody(StatusCode::SERVICE_UNAVAILABLE, "what it answered is no decision");
        };
        if decision.get("allow") == Some(&Value::Bool(true)) {
            self.take(&decision, exchange);
            return Outcome::Continue;
        }
        refusal(&decision)
    }

    /// What the decision says of the client takes the place of what the client says.
    fn take(&self, decision: &Map<String, Value>, exchange: &mut Exchange) {
        let told = fields(decision);
        for name in &self.upstream {
            exchange.request.headers.remove(name);
            for (_, value) in told.iter().filter(|(told, _)| told == name) {
                exchange.request.headers.append(name, value.clone());
            }
        }
    }
}

/// `{"result": {…}}`.
fn decision(body: &[u8]) -> Option<Map<String, Value>> {
    match serde_json::from_slice::<Map<String, Value>>(body).ok()?.remove("result")? {
        Value::Object(decision) => Some(decision),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) | Value::Array(_) => None,
    }
}

fn refusal(decision: &Map<String, Value>) -> Outcome {
    let status = decision.get("status_code").and_then(Value::as_u64).and_then(|code| u16::try_from(code).ok());
    let status = status.filter(|code| (200..600).contains(code)).and_then(|code| StatusCode::from_u16(code).ok());
    let status = status.unwrap_or(StatusCode::FORBIDDEN);
    let reason = match decision.get("reason") {
        None | Some(Value::Null) => {
            let mut failure = Failure::new(FailureKind::Forbidden, Blame::Client, "this request may not pass");
            failure.status = Some(status.as_u16());
            failure.headers = fields(decision);
            return Outcome::Fail(failure);
        }
        Some(Value::String(text)) => text.clone(),
        Some(other) => other.to_string(),
    };
    let mut response = Response::new(reason.into_bytes().into());
    *response.status_mut() = status;
    let headers = response.headers_mut();
    headers.insert(CONTENT_TYPE, HeaderValue::from_static("text/plain; charset=utf-8"));
    for (name, value) in fields(decision) {
        headers.insert(name, value);
    }
    Outcome::Respond(response)
}

/// The header fields that a decision names; those that say how a message is framed are not its affair.
fn fields(decision: &Map<String, Value>) -> Vec<(HeaderName, HeaderValue)> {
    let mut fields = Vec::new();
    for (name, value) in decision.get("headers").and_then(Value::as_object).into_iter().flatten() {
        let Ok(name) = HeaderName::from_bytes(name.as_bytes()) else { continue };
        if [CONTENT_LENGTH, TRANSFER_ENCODING].contains(&name) {
            continue;
        }
        let values = match value {
            Value::Array(values) => values.as_slice(),
            one => std::slice::from_ref(one),
        };
        let texts = values.iter().filter_map(|value| match value {
            Value::String(text) => HeaderValue::from_str(text).ok(),
            Value::Number(number) => HeaderValue::from_str(&number.to_string()).ok(),
            Value::Null | Value::Bool(_) | Value::Array(_) | Value::Object(_) => None,
        });
        fields.extend(texts.map(|value| (name.clone(), value)));
    }
    fields
}

fn nobody(status: StatusCode, why: &str) -> Outcome {
    let text = "nobody decides whether this request may pass";
    let mut failure = Failure::new(FailureKind::Forbidden, Blame::Upstream, text);
    failure.status = Some(status.as_u16());
    Outcome::Fail(failure.detail(format!("{text}: {why}")))
}

impl Policy for PolicyAgent {
    fn run<'a>(&'a self, exchange: &'a mut Exchange) -> Running<'a> {
        Running::Wait(Box::pin(self.judge(exchange)))
    }
}

#[cfg(test)]
mod tests;

//! An end to a request, with a fixed answer or an echo.

use crate::answer::{AnswerError, ReadyAnswer};
use crate::exchange::Exchange;
use crate::{Outcome, Policy, Running, query};
use http::header::CONTENT_TYPE;
use http::{HeaderName, HeaderValue, Response};
use model::policy::Terminate as Data;
use net::Body;
use serde_json::{Map, Value, json};

/// Answers requests that show the sign, or all of them.
pub(crate) struct Terminate {
    trigger: Option<Trigger>,
    answer: ReadyAnswer,
    /// The message of an echo.
    echo: Option<String>,
}

/// A header field or query parameter of this name.
struct Trigger {
    /// `None`: a name that no header field can have.
    header: Option<HeaderName>,
    query: String,
}

impl Policy for Terminate {
    fn run<'a>(&'a self, exchange: &'a mut Exchange) -> Running<'a> {
        if self.trigger.as_ref().is_some_and(|trigger| !trigger.is_in(exchange)) {
            return Running::Done(Outcome::Continue);
        }
        match &self.echo {
            Some(message) => Running::Wait(Box::pin(self.echo(message, exchange))),
            None => Running::Done(Outcome::Respond(self.answer.render(exchange, None))),
        }
    }
}

impl Trigger {
    fn is_in(&self, exchange: &Exchange) -> bool {
        let head = &exchange.request;
        self.header.as_ref().is_some_and(|name| head.headers.contains_key(name))
            || query::values(head.uri.query().unwrap_or(""), &self.query).next().is_some()
    }
}

impl Terminate {
    pub(crate) fn compile(data: &Data) -> Result<Self, AnswerError> {
        let trigger = |name: &String| Trigger { header: name.parse().ok(), query: name.clone() };
        let answer = ReadyAnswer::compile(&data.answer)?;
        Ok(Self { trigger: data.trigger.as_ref().map(trigger), answer, echo: data.echo.clone() })
    }

    async fn echo(&self, message: &str, exchange: &mut Exchange) -> Outcome {
        let body = match exchange.hold_body().await {
            Ok(body) => body,
            Err(failure) => return Outcome::Fail(failure),
        };
        let answer = self.answer.render(exchange, None);
        let shown =
            json!({ "message": message, "request": request(exchange, &body), "matched_route": route(exchange) });
        let mut response: Response<Body> = answer.map(|_| shown.to_string().into());
        let json = HeaderValue::from_static("application/json; charset=utf-8");
        response.headers_mut().insert(CONTENT_TYPE, json);
        Outcome::Respond(response)
    }
}

fn request(exchange: &Exchange, body: &[u8]) -> Value {
    let head = &exchange.request;
    json!({
        "scheme": if exchange.client.https { "https" } else { "http" },
        "host": exchange.host(),
        "port": exchange.client.local.port(),
        "method": head.method.as_str(),
        "path": head.uri.path(),
        "query": query::object(head.uri.query().unwrap_or("")),
        "headers": headers(&head.headers),
        "raw_body": String::from_utf8_lossy(body),
    })
}

/// The client's own header, back to it: nothing is hidden.
fn headers(headers: &http::HeaderMap) -> Map<String, Value> {
    let mut shown = Map::new();
    for (name, value) in headers {
        query::put(&mut shown, name.as_str(), String::from_utf8_lossy(value.as_bytes()).into_owned());
    }
    shown
}

fn route(exchange: &Exchange) -> Value {
    let told = exchange.route.as_ref().and_then(|route| route.told.route.as_deref());
    told.and_then(|text| serde_json::from_str(text).ok()).unwrap_or(Value::Null)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::exchange::testing;
    use model::answer::{Answer, AnswerBody};

    fn policy(trigger: Option<&str>, echo: Option<&str>) -> Terminate {
        let answer = Answer { body: AnswerBody::Text("no".into()), ..Answer::status(418) };
        let data = Data { trigger: trigger.map(str::to_owned), answer, echo: echo.map(str::to_owned) };
        Terminate::compile(&data).unwrap()
    }

    #[test]
    fn requests_end_where_they_show_the_sign() {
        let cases = [
            (None, http::Request::get("/"), true),
            (Some("x-end"), http::Request::get("/"), false),
            (Some("x-end"), http::Request::get("/?x-end"), true),
            (Some("x-end"), http::Request::get("/").header("X-End", ""), true),
        ];
        for (trigger, request, ends) in cases {
            let outcome = policy(trigger, None).run(&mut testing::of(request)).done();
            match outcome {
                Outcome::Respond(response) => assert!(ends && response.status() == 418),
                _ => assert!(!ends),
            }
        }
    }

    #[tokio::test]
    async fn an_echo_shows_the_request() {
        let request = http::Request::post("/p?a=1&a=2&b=%20").header("host", "h").header("x-a", "1");
        let mut exchange = testing::with_body(request, "text");
        let policy = policy(None, Some("so"));
        let Running::Wait(future) = policy.run(&mut exchange) else { panic!("does not wait") };
        let Outcome::Respond(response) = future.await else { panic!("goes on") };
        assert_eq!(response.status(), 418);
        let body: Value = serde_json::from_slice(&response.into_body().hold(9999).await.unwrap()).unwrap();
        let expected = json!({
            "scheme": "http", "host": "h", "port": 4000, "method": "POST", "path": "/p",
            "query": { "a": ["1", "2"], "b": " " }, "headers": { "host": "h", "x-a": "1" }, "raw_body": "text",
        });
        assert_eq!((&body["message"], &body["request"]), (&json!("so"), &expected));
    }
}

//! Header and body of requests, judged by JSON schemas.

use crate::build::BuildCause;
use crate::exchange::{Exchange, body_failure};
use crate::failure::Failure;
use crate::refusal::ReadyRefusals;
use crate::{Outcome, Policy, Running, query};
use bytes::Bytes;
use expr::schema::Judge;
use http::HeaderMap;
use http::header::CONTENT_TYPE;
use model::policy::{Case, Validate as Data};
use net::BodyError;
use serde_json::{Map, Value};

/// Refuses requests that do not look as they must.
pub(crate) struct Validate {
    header: Option<HeaderJudge>,
    body: Option<Judge>,
    largest_body: Option<u64>,
    rewrites_json: bool,
    refusals: ReadyRefusals,
}

/// The schema of a header, and its names as it writes them.
struct HeaderJudge {
    judge: Judge,
    names: Vec<String>,
}

impl Validate {
    pub(crate) fn compile(data: &Data) -> Result<Self, BuildCause> {
        Ok(Self {
            header: data.header.as_deref().map(HeaderJudge::read).transpose()?,
            body: data.body.as_deref().map(|text| read(text).map(|(judge, _)| judge)).transpose()?,
            largest_body: data.largest_body,
            rewrites_json: data.rewrites_json,
            refusals: ReadyRefusals::compile(&data.refusals)?,
        })
    }

    fn refuse(&self, why: &str) -> Box<Failure> {
        self.refusals.failure(Case::Invalid, "the request is not as it must be: {}", why)
    }

    fn check_header(&self, headers: &HeaderMap) -> Result<(), Box<Failure>> {
        let Some(header) = &self.header else { return Ok(()) };
        header.judge.check(&header.object(headers)).map_err(|why| self.refuse(&why))
    }

    async fn check_body(&self, judge: &Judge, exchange: &mut Exchange) -> Outcome {
        let bytes = match self.hold(exchange).await {
            Ok(bytes) => bytes,
            Err(failure) => return Outcome::Fail(failure),
        };
        let form = is_form(&exchange.request.headers);
        let value = match form {
            true => Ok(read_form(&bytes)),
            false => serde_json::from_slice::<Value>(&bytes).map_err(|error| json_error(&bytes, &error)),
        };
        let judged = value.and_then(|value| judge.check(&value).map(|()| value));
        match judged {
            Err(why) => return Outcome::Fail(self.refuse(&why)),
            Ok(value) if self.rewrites_json && !form => exchange.replace_body(value.to_string().into()),
            Ok(_) => {}
        }
        Outcome::Continue
    }

    async fn hold(&self, exchange: &mut Exchange) -> Result<Bytes, Box<Failure>> {
        let usual = exchange.body_limit;
        let limit = self.largest_body.map_or(usual, |most| most.min(usual));
        exchange.body_limit = limit;
        let held = exchange.hold_body().await;
        exchange.body_limit = usual;
        // a step before may have held more
        held.and_then(|bytes| match bytes.len() as u64 > limit {
            true => Err(body_failure(BodyError::TooLarge { limit })),
            false => Ok(bytes),
        })
    }
}

fn read(text: &str) -> Result<(Judge, Value), BuildCause> {
    let error = |cause: String| BuildCause::Schema { cause };
    let json: Value = serde_json::from_str(text).map_err(|cause| error(cause.to_string()))?;
    let judge = Judge::read(&json).map_err(|cause| error(cause.to_string()))?;
    Ok((judge, json))
}

impl HeaderJudge {
    fn read(text: &str) -> Result<Self, BuildCause> {
        let (judge, json) = read(text)?;
        let members = json.get("properties").and_then(Value::as_object).into_iter().flatten();
        let required = json.get("required").and_then(Value::as_array).into_iter().flatten().filter_map(Value::as_str);
        let names = members.map(|(name, _)| name.clone()).chain(required.map(str::to_owned));
        Ok(Self { judge, names: names.collect() })
    }

    /// Under the names that the schema has for them.
    fn object(&self, headers: &HeaderMap) -> Value {
        let mut object = Map::new();
        for (name, value) in headers {
            let own = self.names.iter().find(|own| own.eq_ignore_ascii_case(name.as_str()));
            let name = own.map_or(name.as_str(), String::as_str);
            query::put(&mut object, name, String::from_utf8_lossy(value.as_bytes()).into_owned());
        }
        Value::Object(object)
    }
}

fn is_form(headers: &HeaderMap) -> bool {
    let media = headers.get(CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or("");
    media.split(';').next().unwrap_or("").trim().eq_ignore_ascii_case("application/x-www-form-urlencoded")
}

fn read_form(bytes: &[u8]) -> Value {
    let text = String::from_utf8_lossy(bytes);
    let mut object = query::object(&text);
    for name in text.split('&').filter(|part| !part.is_empty() && !part.contains('=')) {
        object.insert(name.to_owned(), Value::Bool(true));
    }
    Value::Object(object)
}

/// Where it stops being JSON.
fn json_error(bytes: &[u8], error: &serde_json::Error) -> String {
    let found = if error.is_eof() { "T_END" } else { "invalid token" };
    let before: usize =
        bytes.split_inclusive(|byte| *byte == b'\n').take(error.line().saturating_sub(1)).map(<[u8]>::len).sum();
    let place = before + error.column() + usize::from(error.is_eof());
    format!("Expected value but found {found} at character {}", place.max(1))
}

impl Policy for Validate {
    fn run<'a>(&'a self, exchange: &'a mut Exchange) -> Running<'a> {
        if let Err(failure) = self.check_header(&exchange.request.headers) {
            return Running::Done(Outcome::Fail(failure));
        }
        match &self.body {
            Some(judge) => Running::Wait(Box::pin(self.check_body(judge, exchange))),
            None => Running::Done(Outcome::Continue),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::exchange::testing;
    use model::policy::Refusals;

    const BODY: &str =
        r#"{"type":"object","required":["a"],"properties":{"a":{"type":"integer"},"b":{"type":"array"}}}"#;

    /// What is wrong, or the body that goes on.
    async fn check(data: &Data, request: http::request::Builder, body: &'static str) -> Result<String, String> {
        let policy = Validate::compile(data).unwrap_or_else(|error| panic!("{error}"));
        let mut exchange = testing::with_body(request, body);
        let outcome = match policy.run(&mut exchange) {
            Running::Done(outcome) => outcome,
            Running::Wait(future) => future.await,
        };
        match outcome {
            Outcome::Fail(failure) => Err(failure.public),
            _ => Ok(String::from_utf8(exchange.hold_body().await.unwrap().to_vec()).unwrap()),
        }
    }

    fn data(header: Option<&str>, body: Option<&str>) -> Data {
        let text = |text: Option<&str>| text.map(str::to_owned);
        let refusals = Refusals::default();
        Data { header: text(header), body: text(body), largest_body: Some(60), rewrites_json: true, refusals }
    }

    #[tokio::test]
    async fn bodies_are_judged_and_written_anew() {
        let data = data(None, Some(BODY));
        let wrong = |why: &str| Err(format!("the request is not as it must be: {why}"));
        for (body, expected) in [
            (r#"{ "a" : 1, "x": 2 }"#, Ok(r#"{"a":1,"x":2}"#.to_owned())),
            (r#"{"a":1,"a":2}"#, Ok(r#"{"a":2}"#.to_owned())),
            (r#"{"b":[]}"#, wrong("property \"a\" is required")),
            (r#"{"a":"1"}"#, wrong("property \"a\" validation failed: wrong type: expected integer, got string")),
            ("", wrong("Expected value but found T_END at character 1")),
            ("{a}", wrong("Expected value but found invalid token at character 2")),
        ] {
            assert_eq!(check(&data, http::Request::post("/"), body).await, expected, "{body}");
        }
        let long = r#"{"a":1,"x":"a text that is longer than what may be judged here"}"#;
        assert!(check(&data, http::Request::post("/"), long).await.unwrap_err().contains("larger than 60 bytes"));
    }

    #[tokio::test]
    async fn forms_are_objects_of_texts() {
        let schema =
            r#"{"required":["a"],"properties":{"a":{"enum":["1"]},"b":{"type":"array"},"c":{"type":"boolean"}}}"#;
        let data = data(None, Some(schema));
        let form = || http::Request::post("/").header("content-type", "application/x-www-form-urlencoded; charset=x");
        assert_eq!(check(&data, form(), "a=1&b=1&b=2&c").await.as_deref(), Ok("a=1&b=1&b=2&c"));
        assert!(check(&data, form(), "a=2").await.is_err());
    }

    #[tokio::test]
    async fn names_of_a_header_have_no_case() {
        let schema = r#"{"required":["X-Kind"],"properties":{"X-Kind":{"pattern":"^a"},"x-two":{"type":"array"}}}"#;
        let data = data(Some(schema), None);
        let request = |kind: &'static str| http::Request::get("/").header("x-kind", kind);
        assert!(check(&data, request("ab"), "").await.is_ok());
        assert!(check(&data, request("ab").header("x-two", "1").header("x-two", "2"), "").await.is_ok());
        assert!(check(&data, request("b"), "").await.unwrap_err().contains("property \"X-Kind\" validation failed"));
        assert!(check(&data, http::Request::get("/"), "").await.unwrap_err().contains("\"X-Kind\" is required"));
        // nothing stands for a value that is known later
        assert!(check(&data, request("$env://X"), "").await.is_err());
    }
}

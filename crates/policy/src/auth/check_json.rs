//! Bodies that must be JSON of a certain shape.

use crate::exchange::Exchange;
use crate::failure::{Blame, Failure};
use crate::text::{Asks, ReadyText};
use crate::world::World;
use crate::{Outcome, Policy, Running};
use bytes::Bytes;
use expr::schema::Judge;
use model::answer::{FailureKind, Keyed};
use model::policy::CheckJson as Data;
use net::Body;

/// Judges bodies of one side.
pub(crate) struct CheckJson {
    /// None: the schema cannot be read.
    judge: Option<Judge>,
    shape: Keyed,
    form: Keyed,
    words: Option<ReadyText>,
    only_logs: bool,
    of_response: bool,
}

impl CheckJson {
    pub(crate) fn compile(data: &Data, of_response: bool) -> Self {
        let schema = serde_json::from_str(&data.schema).ok();
        Self {
            judge: schema.and_then(|schema| Judge::read(&schema).ok()),
            shape: data.shape.clone(),
            form: data.form.clone(),
            words: data.words.as_ref().map(ReadyText::compile),
            only_logs: data.only_logs,
            of_response,
        }
    }

    async fn check(&self, exchange: &mut Exchange) -> Outcome {
        let bytes = match self.body(exchange).await {
            Ok(bytes) => bytes,
            Err(failure) => return Outcome::Fail(failure),
        };
        let Err((told, why)) = self.judged(&bytes) else { return Outcome::Continue };
        if self.only_logs {
            tracing::warn!(request_id = &*exchange.id, why, "a body is not as it must be");
            return Outcome::Continue;
        }
        match self.failure(told, &why, exchange).await {
            Ok(failure) | Err(failure) => Outcome::Fail(failure),
        }
    }

    async fn body(&self, exchange: &mut Exchange) -> Result<Bytes, Box<Failure>> {
        if !self.of_response {
            return exchange.hold_body().await;
        }
        exchange.read_response().await?;
        Ok(match exchange.response.as_ref().map(http::Response::body) {
            Some(Body::Full(bytes)) => bytes.clone(),
            _ => Bytes::new(),
        })
    }

    fn judged(&self, bytes: &[u8]) -> Result<(), (&Keyed, String)> {
        let judge = self.judge.as_ref().ok_or_else(|| (&self.form, "the schema cannot be read".to_owned()))?;
        let value = serde_json::from_slice(bytes).map_err(|error| (&self.form, error.to_string()))?;
        judge.check(&value).map_err(|why| (&self.shape, why))
    }

    async fn failure(&self, told: &Keyed, why: &str, exchange: &mut Exchange) -> Result<Box<Failure>, Box<Failure>> {
        let blame = if self.of_response { Blame::Upstream } else { Blame::Client };
        let mut failure = Failure::keyed(crate::rewrite::fail::kind(told.status), blame, told);
        failure.detail = format!("the body is not as it must be: {why}");
        let Some(words) = &self.words else { return Ok(failure) };
        Asks::of([words]).read(exchange).await?;
        let text = words.text(&World::of(exchange));
        let unsaid = |error: crate::text::TextError| {
            Failure::new(FailureKind::Internal, Blame::Config, "").detail(error.to_string())
        };
        failure.public = text.map_err(unsaid)?.unwrap_or_default().into_owned();
        failure.is_json = true;
        Ok(failure)
    }
}

impl Policy for CheckJson {
    fn run<'a>(&'a self, exchange: &'a mut Exchange) -> Running<'a> {
        Running::Wait(Box::pin(self.check(exchange)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::exchange::testing;
    use model::text::Text;

    fn data(schema: &str) -> Data {
        Data {
            schema: schema.to_owned(),
            shape: Keyed::new(400, "SHAPE", "Bad Request"),
            form: Keyed::new(400, "FORM", "Bad Request"),
            words: None,
            only_logs: false,
        }
    }

    async fn key(data: &Data, of_response: bool, body: &'static str) -> Option<(String, String)> {
        let mut exchange = testing::with_body(http::Request::post("/a"), if of_response { "" } else { body });
        exchange.response = of_response.then(|| http::Response::new(body.into()));
        let policy = CheckJson::compile(data, of_response);
        let Running::Wait(future) = policy.run(&mut exchange) else { panic!("it reads a body") };
        match future.await {
            Outcome::Fail(failure) => Some((failure.key?.key?, failure.public)),
            Outcome::Continue | Outcome::Respond(_) => None,
        }
    }

    const SCHEMA: &str = r#"{"type": "object", "required": ["a"]}"#;

    #[tokio::test]
    async fn bodies_of_another_shape_and_of_none_are_told_apart() {
        for of_response in [false, true] {
            for (schema, body, expected) in [
                (SCHEMA, r#"{"a": 1}"#, None),
                (SCHEMA, r#"{"b": 1}"#, Some("SHAPE")),
                (SCHEMA, "no json", Some("FORM")),
                (SCHEMA, "", Some("FORM")),
                ("no schema", r#"{"a": 1}"#, Some("FORM")),
                (r#"{"properties": {"a": {"pattern": "("}}}"#, "{}", Some("FORM")),
            ] {
                let seen = key(&data(schema), of_response, body).await.map(|(key, _)| key);
                assert_eq!(seen.as_deref(), expected, "{schema} {body}");
            }
        }
    }

    #[tokio::test]
    async fn words_are_evaluated_and_some_only_log() {
        let words = Some(Text::Expression("{\"path\": \"{#request.path}\"}".to_owned()));
        let (_, said) = key(&Data { words, ..data(SCHEMA) }, false, "[]").await.unwrap();
        assert_eq!(said, "{\"path\": \"/a\"}");
        assert_eq!(key(&Data { only_logs: true, ..data(SCHEMA) }, true, "[]").await, None);
    }
}

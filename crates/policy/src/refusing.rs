//! A policy whose refusals have another body.

use crate::build::BuildCause;
use crate::failure::Words;
use crate::{Exchange, Outcome, Policy, Running};
use http::{HeaderValue, header};
use model::policy::Refusing as Data;
use std::sync::Arc;

/// Runs another policy, and looks at its outcome.
pub(crate) struct Refusing {
    pub(crate) inner: Box<dyn Policy>,
    pub(crate) words: Arc<Words>,
}

impl Policy for Refusing {
    fn run<'a>(&'a self, exchange: &'a mut Exchange) -> Running<'a> {
        match self.inner.run(exchange) {
            Running::Done(outcome) => Running::Done(self.told(outcome)),
            Running::Wait(waiting) => Running::Wait(Box::pin(async move { self.told(waiting.await) })),
        }
    }
}

impl Refusing {
    /// Fails with a type that no header field can have.
    pub(crate) fn build(data: &Data, inner: Box<dyn Policy>) -> Result<Self, BuildCause> {
        let content_type = HeaderValue::from_str(&data.content_type)
            .map_err(|_| BuildCause::Header { text: data.content_type.clone() })?;
        Ok(Self { inner, words: Arc::new(Words { body: data.body.clone().into(), content_type }) })
    }

    fn told(&self, outcome: Outcome) -> Outcome {
        match outcome {
            Outcome::Continue => Outcome::Continue,
            Outcome::Fail(mut failure) => {
                failure.words = Some(self.words.clone());
                Outcome::Fail(failure)
            }
            Outcome::Respond(mut response) => {
                if response.status().as_u16() >= 400 {
                    *response.body_mut() = self.words.body.clone().into();
                    let fields = response.headers_mut();
                    for name in [header::CONTENT_LENGTH, header::CONTENT_ENCODING, header::ETAG] {
                        fields.remove(name);
                    }
                    fields.entry(header::CONTENT_TYPE).or_insert_with(|| self.words.content_type.clone());
                }
                Outcome::Respond(response)
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::answer::{ReadyAnswer, ReadyAnswers};
    use crate::exchange::testing;
    use crate::missing::Missing;
    use crate::rewrite::respond::Respond;
    use model::answer::{Answer, AnswerBody};

    fn run(inner: Box<dyn Policy>) -> (u16, String, String) {
        let words = Words { body: "down".into(), content_type: http::HeaderValue::from_static("text/plain") };
        let policy = Refusing { inner, words: Arc::new(words) };
        let mut exchange = testing::get("/");
        let outcome = policy.run(&mut exchange).done();
        let response = match outcome {
            Outcome::Respond(response) => response,
            Outcome::Fail(failure) => ReadyAnswers::default().render(&exchange, &failure),
            Outcome::Continue => panic!("goes on"),
        };
        let (head, body) = response.into_parts();
        let net::Body::Full(body) = body else { panic!("no body") };
        let media_type = head.headers[header::CONTENT_TYPE].to_str().unwrap().to_owned();
        (head.status.as_u16(), media_type, String::from_utf8(body.to_vec()).unwrap())
    }

    #[test]
    fn refusals_have_the_other_body_and_answers_their_own() {
        let answer = |status: u16| {
            let body = AnswerBody::Text("own".into());
            let headers = vec![("content-type".to_owned(), "text/x".to_owned())];
            let answer = ReadyAnswer::compile(&Answer { headers, body, ..Answer::status(status) }).unwrap();
            Box::new(Respond { answer })
        };
        let said = |status: u16, media_type: &str, body: &str| (status, media_type.to_owned(), body.to_owned());
        assert_eq!(run(answer(404)), said(404, "text/x", "down"));
        assert_eq!(run(answer(302)), said(302, "text/x", "own"));
        assert_eq!(run(Box::new(Missing { name: "x".to_owned() })), said(503, "text/plain", "down"));
    }
}

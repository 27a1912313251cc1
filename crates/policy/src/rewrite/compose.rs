//! An answer with evaluated texts, in the endpoint's place.

use crate::answer::{AnswerError, is_framing};
use crate::exchange::Exchange;
use crate::failure::Failure;
use crate::predicate::text_failure;
use crate::text::{Asks, ReadyText};
use crate::world::World;
use crate::{Outcome, Policy, Running};
use http::header::CONTENT_TYPE;
use http::{HeaderName, HeaderValue, Response, StatusCode};
use model::answer::Keyed;
use model::policy::Compose as Data;
use net::Body;

/// An answer, made ready.
pub(crate) struct Compose {
    status: ReadyText,
    headers: Vec<(HeaderName, ReadyText)>,
    body: Option<ReadyText>,
    asks: Asks,
    failure: Keyed,
}

impl Compose {
    pub(crate) fn compile(data: &Data) -> Result<Self, AnswerError> {
        let headers = data.headers.iter().map(|(name, text)| {
            let read = HeaderName::from_bytes(name.as_bytes());
            let read = read.map_err(|_| AnswerError::Header { name: name.clone() })?;
            Ok((read, ReadyText::compile(text)))
        });
        let headers: Vec<_> = headers.collect::<Result<_, AnswerError>>()?;
        let (status, body) = (ReadyText::compile(&data.status), data.body.as_ref().map(ReadyText::compile));
        let texts = headers.iter().map(|(_, text)| text).chain(&body).chain([&status]);
        Ok(Self { asks: Asks::of(texts), status, headers, body, failure: data.failure.clone() })
    }

    async fn compose(&self, exchange: &mut Exchange) -> Outcome {
        if let Err(failure) = self.asks.read(exchange).await {
            return Outcome::Fail(failure);
        }
        match self.response(exchange) {
            Ok(response) => {
                exchange.response = Some(response);
                Outcome::Continue
            }
            Err(failure) => Outcome::Fail(failure),
        }
    }

    fn response(&self, exchange: &Exchange) -> Result<Response<Body>, Box<Failure>> {
        let world = World::of(exchange);
        let text = |text: &ReadyText| match text.text(&world) {
            Ok(value) => Ok(value.map(|value| value.into_owned())),
            Err(error) => Err(text_failure(&self.failure, &error)),
        };
        let status = text(&self.status)?.and_then(|status| status.trim().parse::<StatusCode>().ok());
        let body = self.body.as_ref().map(text).transpose()?.flatten().unwrap_or_default();
        let mut response = Response::new(Body::Empty);
        *response.status_mut() = status.filter(|status| status.as_u16() >= 200).unwrap_or(StatusCode::OK);
        if !body.is_empty() {
            response.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static(media_type(&body)));
        }
        for (name, value) in self.headers.iter().filter(|(name, _)| !is_framing(name)) {
            // one that has no value is left out, as one that cannot be sent
            let value = value.text(&world).ok().flatten();
            if let Some(value) = value.and_then(|value| HeaderValue::from_bytes(value.as_bytes()).ok()) {
                response.headers_mut().insert(name, value);
            }
        }
        *response.body_mut() = body.into();
        Ok(response)
    }
}

impl Policy for Compose {
    fn run<'a>(&'a self, exchange: &'a mut Exchange) -> Running<'a> {
        Running::Wait(Box::pin(self.compose(exchange)))
    }
}

/// By the first character.
fn media_type(body: &str) -> &'static str {
    match body.trim_start().as_bytes().first() {
        Some(b'{' | b'[') => "application/json",
        Some(b'<') => "text/xml",
        _ => "text/plain",
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::exchange::testing;
    use model::text::Text;

    async fn answer(status: &str, headers: &[(&str, &str)], body: Option<&str>) -> Result<(u16, String, String), ()> {
        let text = |text: &str| Text::Expression(text.to_owned());
        let compose = Compose::compile(&Data {
            status: text(status),
            headers: headers.iter().map(|(name, value)| ((*name).to_owned(), text(value))).collect(),
            body: body.map(text),
            failure: Keyed::new(500, "NOPE", "no"),
        });
        let mut exchange = testing::with_body(http::Request::post("/a"), r#"{"n": 1}"#);
        match compose.unwrap().compose(&mut exchange).await {
            Outcome::Continue => {}
            Outcome::Respond(_) | Outcome::Fail(_) => return Err(()),
        }
        let response = exchange.response.unwrap();
        let fields = response.headers().iter().map(|(name, value)| format!("{name}: {}", value.to_str().unwrap()));
        let (status, fields) = (response.status().as_u16(), fields.collect::<Vec<_>>().join("; "));
        Ok((status, fields, String::from_utf8(response.into_body().hold(999).await.unwrap().to_vec()).unwrap()))
    }

    #[tokio::test]
    async fn texts_are_evaluated_and_the_media_type_guessed() {
        for (status, headers, body, expected) in [
            ("200", &[][..], Some("A"), Ok((200, "content-type: text/plain", "A"))),
            ("{(200 + 1)}", &[][..], Some(" <a/>"), Ok((201, "content-type: text/xml", " <a/>"))),
            (
                "418",
                &[("x", "{#request.method}"), ("y", "{#nope.nope}"), ("content-length", "9")][..],
                Some("{\"n\": {#request.jsonContent.n}}"),
                Ok((418, "content-type: application/json; x: POST", "{\"n\": 1}")),
            ),
            ("no status", &[("content-type", "a/b")][..], None, Ok((200, "content-type: a/b", ""))),
            ("200", &[][..], Some("{#nope.nope}"), Err(())),
        ] {
            let expected = expected.map(|(status, fields, body)| (status, fields.to_owned(), body.to_owned()));
            assert_eq!(answer(status, headers, body).await, expected, "{status} {headers:?} {body:?}");
        }
    }
}

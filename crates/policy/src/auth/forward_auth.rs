//! A server that says whether a request may pass.

use crate::build::{BuildCause, header_name, header_names};
use crate::exchange::Exchange;
use crate::failure::{Blame, Failure};
use crate::rewrite::texts::fill;
use crate::server::{Answered, Question, Server};
use crate::{Outcome, Policy, Running};
use bytes::Bytes;
use http::header::{CONTENT_ENCODING, CONTENT_TYPE};
use http::{HeaderMap, HeaderName, HeaderValue, Method, Response, StatusCode};
use model::answer::FailureKind;
use model::policy::{ForwardAuth as Data, RequestText};

/// Asks, and does as it is told.
pub(crate) struct ForwardAuth {
    data: Data,
    server: Server,
    along: Vec<HeaderName>,
    extra: Vec<(HeaderName, RequestText)>,
    upstream: Vec<HeaderName>,
    client: Vec<HeaderName>,
    away: StatusCode,
}

impl ForwardAuth {
    pub(crate) fn compile(data: &Data) -> Result<Self, BuildCause> {
        let extra = |(name, text): &(String, RequestText)| Ok::<_, BuildCause>((header_name(name)?, text.clone()));
        Ok(Self {
            server: Server::new(&data.server)?,
            along: header_names(&data.along)?,
            extra: data.extra.iter().map(extra).collect::<Result<_, _>>()?,
            upstream: header_names(&data.upstream)?,
            client: header_names(&data.client)?,
            away: StatusCode::from_u16(data.away).unwrap_or(StatusCode::FORBIDDEN),
            data: data.clone(),
        })
    }

    async fn judge(&self, exchange: &mut Exchange) -> Outcome {
        let body = match self.data.post {
            true => match exchange.hold_body().await {
                Ok(body) => body,
                Err(failure) => return Outcome::Fail(failure),
            },
            false => Bytes::new(),
        };
        let method = if self.data.post { Method::POST } else { Method::GET };
        let question = Question { method, headers: self.told(exchange), body, query: String::new() };
        match self.server.ask(question).await {
            Ok(answered) if answered.status.as_u16() < 300 => {
                self.take(&answered, exchange);
                Outcome::Continue
            }
            Ok(answered) => Outcome::Respond(self.refusal(answered)),
            Err(why) => self.nobody(exchange, &why),
        }
    }

    fn told(&self, exchange: &Exchange) -> HeaderMap {
        let (request, client) = (&exchange.request, &exchange.client);
        let target = exchange.received.as_ref().unwrap_or(&request.uri);
        let mut headers = HeaderMap::new();
        for (name, text) in [
            ("x-forwarded-proto", if client.https { "https".to_owned() } else { "http".to_owned() }),
            ("x-forwarded-method", request.method.to_string()),
            ("x-forwarded-host", exchange.host_name().to_owned()),
            ("x-forwarded-uri", target.path_and_query().map_or_else(|| "/".to_owned(), ToString::to_string)),
            ("x-forwarded-for", client.address.to_string()),
        ] {
            if let Ok(value) = HeaderValue::from_str(&text) {
                headers.insert(HeaderName::from_static(name), value);
            }
        }
        if self.data.post
            && let Some(value) = request.headers.get(CONTENT_ENCODING)
        {
            headers.insert(CONTENT_ENCODING, value.clone());
        }
        for (name, text) in &self.extra {
            if let Ok(value) = HeaderValue::from_str(&fill(text, exchange)) {
                headers.insert(name, value);
            }
        }
        for name in &self.along {
            if let (false, Some(value)) = (headers.contains_key(name), request.headers.get(name)) {
                headers.insert(name, value.clone());
            }
        }
        headers
    }

    /// What the server says of the client takes the place of what the client says.
    fn take(&self, answered: &Answered, exchange: &mut Exchange) {
        for name in &self.upstream {
            match answered.headers.get(name) {
                Some(value) => drop(exchange.request.headers.insert(name, value.clone())),
                None => drop(exchange.request.headers.remove(name)),
            }
        }
    }

    fn refusal(&self, answered: Answered) -> Response<net::Body> {
        let mut response = Response::new(answered.body.into());
        *response.status_mut() = answered.status;
        let headers = response.headers_mut();
        headers.insert(CONTENT_TYPE, HeaderValue::from_static("text/plain; charset=utf-8"));
        for name in &self.client {
            if let Some(value) = answered.headers.get(name) {
                headers.insert(name, value.clone());
            }
        }
        response
    }

    fn nobody(&self, exchange: &mut Exchange, why: &str) -> Outcome {
        let request_id = &*exchange.id;
        tracing::warn!(request_id, why, open = self.data.open, "nobody says whether the request may pass");
        if self.data.open {
            // what only the server may say is not for clients to say while it is away
            for name in &self.upstream {
                exchange.request.headers.remove(name);
            }
            return Outcome::Continue;
        }
        let text = "nobody says whether this request may pass";
        let mut failure = Failure::new(FailureKind::Forbidden, Blame::Upstream, text);
        failure.status = Some(self.away.as_u16());
        Outcome::Fail(failure.detail(format!("{text}: {why}")))
    }
}

impl Policy for ForwardAuth {
    fn run<'a>(&'a self, exchange: &'a mut Exchange) -> Running<'a> {
        Running::Wait(Box::pin(self.judge(exchange)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::exchange::testing;
    use crate::server::testing::Double;

    fn data(double: &Double) -> Data {
        Data {
            server: double.data.clone(),
            post: false,
            along: vec!["authorization".to_owned(), "x-forwarded-for".to_owned()],
            extra: vec![("x-extra".to_owned(), RequestText::with_variables("of $request_method"))],
            upstream: vec!["x-user".to_owned(), "connection".to_owned()],
            client: vec!["connection".to_owned(), "location".to_owned()],
            open: false,
            away: 503,
        }
    }

    fn exchange() -> Exchange {
        let request = http::Request::post("/a?b=c").header("host", "shop.test:80").header("x-user", "forged");
        testing::with_body(request.header("authorization", "secret"), "body")
    }

    async fn judge(data: &Data) -> (Outcome, Exchange) {
        let mut exchange = exchange();
        let outcome = ForwardAuth::compile(data).unwrap().judge(&mut exchange).await;
        (outcome, exchange)
    }

    #[tokio::test]
    async fn the_server_is_told_of_the_request() {
        let double = Double::answering(200, "").await;
        let (outcome, exchange) = judge(&data(&double)).await;
        assert!(matches!(outcome, Outcome::Continue));
        let asked = double.asked.lock().unwrap().pop().unwrap();
        for part in [
            "GET /x HTTP/1.1",
            "x-forwarded-proto: http",
            "x-forwarded-method: POST",
            "x-forwarded-host: shop.test\r\n",
            "x-forwarded-uri: /a?b=c",
            "x-forwarded-for: 127.0.0.1",
            "authorization: secret",
            "x-extra: of POST",
        ] {
            assert!(asked.contains(part), "{part} in {asked}");
        }
        assert!(!asked.contains("body"));
        let headers = &exchange.request.headers;
        assert_eq!((headers.get("x-user"), headers["connection"].to_str().ok()), (None, Some("close")));

        judge(&Data { post: true, ..data(&double) }).await;
        let asked = double.asked.lock().unwrap().pop().unwrap();
        assert!(asked.starts_with("POST /x") && asked.ends_with("\r\n\r\nbody"), "{asked}");
    }

    #[tokio::test]
    async fn an_answer_that_refuses_is_passed_on() {
        let double = Double::answering(302, "go away").await;
        let (outcome, _) = judge(&data(&double)).await;
        let Outcome::Respond(response) = outcome else { panic!("it passes") };
        let fields = ["connection", "location", "content-length"].map(|name| response.headers().contains_key(name));
        assert_eq!((response.status().as_u16(), fields), (302, [true, false, false]));
        assert_eq!(response.into_body().hold(99).await.unwrap(), "go away");
    }

    #[tokio::test]
    async fn a_server_that_is_away_is_answered_for() {
        let double = Double::answering(200, "").await;
        let nowhere = model::server::Server { url: "http://127.0.0.1:1/".to_owned(), ..double.data.clone() };
        let data = Data { server: nowhere, ..data(&double) };
        let (outcome, _) = judge(&data).await;
        assert!(matches!(outcome, Outcome::Fail(failure) if failure.status == Some(503)));
        let (outcome, exchange) = judge(&Data { open: true, ..data }).await;
        assert!(matches!(outcome, Outcome::Continue));
        assert!(!exchange.request.headers.contains_key("x-user"));
    }
}

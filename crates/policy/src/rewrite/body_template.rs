//! Bodies that a template writes.

use crate::exchange::Exchange;
use crate::failure::{Blame, Failure};
use crate::world::World;
use crate::{Outcome, Policy, Running};
use bytes::Bytes;
use expr::freemarker::Template;
use expr::{Kind, Lookup, Object, Value};
use http::header::{CONTENT_LENGTH, TRANSFER_ENCODING};
use model::answer::{FailureKind, Keyed};
use model::policy::BodyTemplate as Data;

/// Writes the body of one side.
pub(crate) struct BodyTemplate {
    template: Result<Template, expr::Error>,
    failure: Keyed,
    of_response: bool,
}

impl BodyTemplate {
    pub(crate) fn compile(data: &Data, of_response: bool) -> Self {
        Self { template: Template::parse(&data.template), failure: data.failure.clone(), of_response }
    }

    async fn write(&self, exchange: &mut Exchange) -> Outcome {
        let read = match self.of_response {
            true => exchange.read_response().await,
            false => exchange.read_request().await,
        };
        if let Err(failure) = read {
            return Outcome::Fail(failure);
        }
        match self.text(exchange) {
            Ok(text) => self.put(text.into(), exchange),
            Err(error) => return Outcome::Fail(self.fail(&error)),
        }
        Outcome::Continue
    }

    fn text(&self, exchange: &Exchange) -> Result<String, expr::Error> {
        let template = self.template.as_ref().map_err(Clone::clone)?;
        let world = World::of(exchange);
        template.evaluate(&Known { context: Context { world: &world } })
    }

    fn put(&self, body: Bytes, exchange: &mut Exchange) {
        if !self.of_response {
            return exchange.replace_body(body);
        }
        if let Some(response) = &mut exchange.response {
            response.headers_mut().insert(CONTENT_LENGTH, body.len().into());
            response.headers_mut().remove(TRANSFER_ENCODING);
            *response.body_mut() = body.into();
        }
    }

    fn fail(&self, error: &expr::Error) -> Box<Failure> {
        let failure = Failure::keyed(FailureKind::Internal, Blame::Config, &self.failure);
        failure.detail(format!("the template of a body, at byte {}: {error}", error.place))
    }
}

impl Policy for BodyTemplate {
    fn run<'a>(&'a self, exchange: &'a mut Exchange) -> Running<'a> {
        if self.of_response && exchange.response.is_none() {
            return Running::Done(Outcome::Continue);
        }
        Running::Wait(Box::pin(self.write(exchange)))
    }
}

/// What a template knows: the messages, and what stands around them.
struct Known<'w> {
    context: Context<'w>,
}

struct Context<'w> {
    world: &'w World<'w>,
}

impl Lookup for Known<'_> {
    fn get(&self, name: &str) -> Option<Value<'_>> {
        match name {
            "request" | "response" => self.context.world.get(name),
            "context" => Some(Value::Object(Object { kind: Kind::Bean, members: &self.context })),
            _ => None,
        }
    }
}

impl Lookup for Context<'_> {
    fn get(&self, name: &str) -> Option<Value<'_>> {
        match name {
            "attributes" => match self.world.get("context")? {
                Value::Object(context) => context.members.get(name),
                _ => None,
            },
            "dictionaries" | "properties" => self.world.get(name),
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::exchange::testing;

    fn data(template: &str) -> Data {
        Data { template: template.to_owned(), failure: Keyed::new(500, "NO_BODY", "no body") }
    }

    async fn run(policy: BodyTemplate, exchange: &mut Exchange) -> Result<(), Box<Failure>> {
        let outcome = match policy.run(exchange) {
            Running::Done(outcome) => outcome,
            Running::Wait(future) => future.await,
        };
        match outcome {
            Outcome::Fail(failure) => Err(failure),
            Outcome::Continue | Outcome::Respond(_) => Ok(()),
        }
    }

    #[tokio::test]
    async fn requests_get_a_body_with_its_length() {
        for (template, sent, expected) in [
            ("fixed", "", "fixed"),
            ("{\"was\": \"${request.content?json_string}\"}", "a\"b", "{\"was\": \"a\\\"b\"}"),
            ("${context.attributes.who} ${request.headers['x-a'][0]!'-'} ${request.params.q[0]}", "", "ada 1 2"),
            ("<#assign b = request.content?eval>${b.n + 1}", "{\"n\": 1}", "2"),
            ("${(response.status)!'none'}${(api.name)!'none'}", "", "nonenone"),
            ("", "gone", ""),
        ] {
            let request = http::Request::post("/?q=2").header("x-a", "1").header("content-length", sent.len());
            let mut exchange = testing::with_body(request, sent);
            exchange.set_attribute(&"who".into(), Value::from("ada"));
            run(BodyTemplate::compile(&data(template), false), &mut exchange).await.unwrap();
            assert_eq!(exchange.request.headers["content-length"], expected.len().to_string());
            assert_eq!(exchange.hold_body().await.unwrap(), expected, "{template}");
        }
    }

    #[tokio::test]
    async fn responses_get_a_body_with_its_length() {
        let mut exchange = testing::get("/");
        exchange.response = Some(http::Response::builder().status(201).body("answer".into()).unwrap());
        let template = "${response.status} ${response.content} to ${request.method}";
        run(BodyTemplate::compile(&data(template), true), &mut exchange).await.unwrap();
        let response = exchange.response.unwrap();
        assert_eq!(response.headers()["content-length"], "17");
        assert_eq!(response.into_body().hold(99).await.unwrap(), "201 answer to GET");
    }

    #[tokio::test]
    async fn templates_that_cannot_be_read_or_evaluated_fail_with_their_key() {
        for template in ["${nope}", "${", "<#include 'x'>", "<#list 0.. as i></#list>"] {
            let mut exchange = testing::with_body(http::Request::post("/"), "kept");
            let failure = run(BodyTemplate::compile(&data(template), false), &mut exchange).await.unwrap_err();
            assert_eq!((failure.status, failure.public.as_str()), (Some(500), "no body"), "{template}");
            assert_eq!(failure.key.unwrap().key.as_deref(), Some("NO_BODY"));
            assert_eq!(exchange.hold_body().await.unwrap(), "kept");
        }
    }
}

//! A call whose target and payload are evaluated for each request, and whose reply expressions can ask for.

use super::evaluated::{EvaluatedTarget, Wanted, invalid};
use super::fault::{self, ReadyFault};
use super::lambda::{event, needs_body};
use super::setting::ReadySetting;
use super::then::settle;
use crate::build::{BuildCause, Services};
use crate::chain::Side;
use crate::exchange::{CallFacts, Exchange};
use crate::failure::Failure;
use crate::learned::{KeptReply, WholeReply};
use crate::text::{Asks, ReadyText};
use crate::world::World;
use crate::{Outcome, Policy, Running};
use bytes::Bytes;
use expr::Value;
use lambda::CallError;
use lambda::invoke::{Function, Invoked, outcome};
use lambda::reply;
use model::call::{Bodies, Call, CallTexts, Payload, Reply, Target, Then};
use model::chain::Phase;
use std::sync::Arc;
use std::time::Instant;
use telemetry::metrics::CallMetrics;

/// Such a call as a step.
pub(crate) struct CallByTexts {
    target: EvaluatedTarget,
    payload: Payload,
    template: Option<ReadySetting>,
    reply: Reply,
    fault: ReadyFault,
    then: Then,
    expose_log: bool,
    metrics: Arc<CallMetrics>,
    variables: Vec<(Arc<str>, Option<ReadyText>)>,
    lenient: bool,
    whole_reply: bool,
    asks: Asks,
}

/// A call under way: what it is of, and how it went.
struct Under {
    facts: CallFacts,
    region: String,
}

impl CallByTexts {
    /// Reads texts and answers. The function is made when it is wanted.
    pub(crate) fn build(
        call: &Call,
        texts: &CallTexts,
        side: Side,
        phase: Phase,
        services: &Services,
    ) -> Result<Self, BuildCause> {
        if let (Then::Replace { .. } | Then::Refill { .. }, Side::Request) = (&call.then, side) {
            return Err(BuildCause::Side { policy: "a call that replaces parts of the response", phase });
        }
        let Target::Function(base) = &call.target else {
            return Err(BuildCause::NotYet { policy: "a call of a URL whose texts are evaluated" });
        };
        let target = EvaluatedTarget::new(base, call.timeouts, texts, services);
        let template = match &call.payload {
            Payload::Template(setting) => Some(ReadySetting::compile(setting)),
            Payload::Fields(_) | Payload::HttpV1(_) | Payload::HttpV2(_) | Payload::Alb(_) | Payload::Raw => None,
        };
        let name = |(name, text): &(String, Option<_>)| (name.as_str().into(), text.as_ref().map(ReadyText::compile));
        let variables: Vec<(Arc<str>, _)> = texts.variables.iter().map(name).collect();
        let of_call = target.asks().and(template.as_ref().map_or(Asks::default(), ReadySetting::asks));
        let asks = match texts.bodies {
            Bodies::Unread => Asks::default(),
            Bodies::ForCall => of_call,
            Bodies::ForAll => of_call.and(Asks::of(variables.iter().filter_map(|(_, text)| text.as_ref()))),
        };
        Ok(Self {
            metrics: services.metrics.call(&base.function),
            target,
            payload: call.payload.clone(),
            template,
            reply: call.reply.clone(),
            fault: ReadyFault::compile(&call.fault)?,
            then: call.then.clone(),
            expose_log: call.expose_log,
            variables,
            lenient: texts.lenient_variables,
            whole_reply: texts.whole_reply,
            asks,
        })
    }

    async fn call(&self, exchange: &mut Exchange) -> Outcome {
        let body = match self.bodies(exchange).await {
            Ok(body) => body,
            Err(failure) => return Outcome::Fail(self.fault.answered(failure)),
        };
        let started = Instant::now();
        let mut under = Under { facts: CallFacts::of("".into()), region: String::new() };
        let prepared = self.prepare(exchange, &body, &mut under);
        let called = match prepared {
            Ok((wanted, payload)) => self.ask(wanted, payload, &mut under).await,
            Err(error) => Err(error),
        };
        under.facts.duration = started.elapsed();
        match called {
            Ok(invoked) => {
                self.metrics.call("ok", under.facts.duration);
                exchange.call = Some(under.facts.clone());
                self.replied(exchange, invoked, under).await
            }
            Err(error) => self.fail(exchange, error, under),
        }
    }

    /// The bodies that texts ask for, and the one that the event is made of.
    async fn bodies(&self, exchange: &mut Exchange) -> Result<Bytes, Box<Failure>> {
        self.asks.read(exchange).await?;
        if needs_body(&self.payload) { exchange.hold_body().await } else { Ok(Bytes::new()) }
    }

    fn prepare(&self, exchange: &Exchange, body: &[u8], under: &mut Under) -> Result<(Wanted, Bytes), CallError> {
        let wanted = self.target.wanted(exchange)?;
        under.facts.function = wanted.name();
        under.region = wanted.region(&self.target).to_owned();
        let payload = match &self.template {
            None => event(&self.payload, exchange, body)?,
            Some(template) => {
                let world = World::of(exchange);
                let text = template.value(exchange, &world).map_err(|error| invalid(&error.to_string()))?;
                text.map_or_else(Bytes::new, |text| Bytes::copy_from_slice(text.as_bytes()))
            }
        };
        Ok((wanted, payload))
    }

    /// Calls, and reads the whole reply. A function error that is no reply is an error.
    async fn ask(&self, wanted: Wanted, payload: Bytes, under: &mut Under) -> Result<Invoked, CallError> {
        let function: Arc<Function> = self.target.function(wanted).await?;
        let mut invoked = function.invoke(payload).await?;
        under.facts.aws_request_id = invoked.aws_request_id.take();
        under.facts.version = invoked.version.take();
        under.facts.function_error.clone_from(&invoked.function_error);
        if let Some(error) = &invoked.function_error
            && self.fault.as_reply(error).is_none()
        {
            return Err(fault::function_error(invoked).await);
        }
        let held = std::mem::take(&mut invoked.body).hold(lambda::event::LIMIT).await;
        let held = held.map_err(|cause| outcome::body_failure(&cause, under.facts.aws_request_id.clone()))?;
        invoked.body = held.into();
        Ok(invoked)
    }

    /// What expressions can ask for, the variables, and then what becomes of the reply.
    async fn replied(&self, exchange: &mut Exchange, invoked: Invoked, under: Under) -> Outcome {
        exchange.learned_mut().reply = Some(self.kept(&invoked));
        if let Err(failure) = self.set_variables(exchange) {
            return Outcome::Fail(failure);
        }
        if self.then == Then::Keep {
            return Outcome::Continue;
        }
        let status = invoked.function_error.as_deref().and_then(|error| self.fault.as_reply(error)).flatten();
        match reply::read(&self.reply, invoked, self.expose_log).await {
            Ok(mut response) => {
                if let Some(status) = status {
                    *response.status_mut() = status;
                }
                settle(&self.then, exchange, response)
            }
            Err(error) => self.fail(exchange, error, under),
        }
    }

    fn kept(&self, invoked: &Invoked) -> KeptReply {
        let content = match &invoked.body {
            net::Body::Full(bytes) => bytes.clone(),
            _ => Bytes::new(),
        };
        let whole = self.whole_reply.then(|| WholeReply {
            headers: invoked.headers.clone(),
            log: invoked.log_tail.as_deref().and_then(decoded),
            function_error: invoked.function_error.clone(),
        });
        KeptReply { status: invoked.status.as_u16(), content, whole }
    }

    fn set_variables(&self, exchange: &mut Exchange) -> Result<(), Box<Failure>> {
        for (name, text) in &self.variables {
            let world = World::of(exchange);
            let value = match text.as_ref().map(|text| text.text(&world)).transpose() {
                Ok(value) => value.flatten().map_or(Value::Null, |text| Value::text(text.into_owned())),
                Err(error) if self.lenient => {
                    let (request_id, variable) = (&*exchange.id, &**name);
                    tracing::warn!(request_id, variable, %error, "a variable has no value, it is left out");
                    continue;
                }
                Err(error) => return Err(self.fault.variable(&error)),
            };
            exchange.set_attribute(name, value);
        }
        Ok(())
    }

    fn fail(&self, exchange: &mut Exchange, error: CallError, mut under: Under) -> Outcome {
        let facts = &mut under.facts;
        self.metrics.call(error.kind.code(), facts.duration);
        facts.aws_request_id = facts.aws_request_id.take().or_else(|| error.aws_request_id.clone());
        let failure = self.fault.failure_in(error, facts, &under.region);
        fault::tell(exchange, facts, &failure);
        exchange.call = Some(under.facts);
        Outcome::Fail(failure)
    }
}

impl Policy for CallByTexts {
    fn run<'a>(&'a self, exchange: &'a mut Exchange) -> Running<'a> {
        Running::Wait(Box::pin(self.call(exchange)))
    }
}

/// The log as a text.
fn decoded(log: &str) -> Option<String> {
    let bytes = crate::auth::token_key::base64_standard(log)?;
    Some(String::from_utf8_lossy(&bytes).into_owned())
}

#[cfg(test)]
mod tests;

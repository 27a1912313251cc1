//! Pauses and answers that are made up.

mod sample;

use super::texts::fill;
use crate::answer::{AnswerError, ReadyAnswer};
use crate::auth::refuse::asks_body;
use crate::build::{BuildCause, header_name};
use crate::exchange::Exchange;
use crate::predicate::Asked;
use crate::{Outcome, Policy, Running};
use expr::vars::ReadyCondition;
use http::header::HeaderName;
use http::{HeaderValue, Response, StatusCode};
use model::answer::Answer;
use model::policy::{Chance, Inject as Data, Injected, InjectedBody, RequestText, Sample};
use model::variable::Variable;
use net::Body;
use std::time::Duration;

/// Pauses, then answers, each by its own chance.
pub(crate) struct Inject {
    delay: Option<(Duration, ReadyChance)>,
    answer: Option<(ReadyChance, Made)>,
    asks_body: bool,
}

struct ReadyChance {
    percent: Option<u8>,
    when: Option<ReadyCondition<Variable>>,
}

struct Made {
    status: StatusCode,
    headers: Vec<(HeaderName, RequestText)>,
    body: MadeBody,
}

enum MadeBody {
    Message(ReadyAnswer),
    Text(RequestText),
    Example { sample: Sample, xml: bool },
}

impl Inject {
    pub(crate) fn compile(data: &Data) -> Result<Self, BuildCause> {
        let chances = data.delay.iter().map(|delay| &delay.chance).chain(data.answer.iter().map(|made| &made.chance));
        let conditions = chances.filter_map(|chance| chance.when.as_ref()).any(asks_body);
        let texts = data.answer.iter().flat_map(|made| {
            let body = match &made.body {
                InjectedBody::Text(text) => Some(text),
                InjectedBody::Message(_) | InjectedBody::Example { .. } => None,
            };
            made.headers.iter().map(|(_, text)| text).chain(body)
        });
        let asks_body = conditions || texts.into_iter().any(RequestText::asks_body);
        Ok(Self {
            delay: data.delay.as_ref().map(|delay| (delay.time, ReadyChance::new(&delay.chance))),
            answer: data.answer.as_ref().map(made).transpose()?,
            asks_body,
        })
    }

    async fn pause(&self, time: Duration, exchange: &mut Exchange) -> Outcome {
        if !time.is_zero() {
            // whoever leaves in the meantime drops this future with the rest of the request
            tokio::time::sleep(time).await;
        }
        self.answer(exchange)
    }

    async fn with_body(&self, exchange: &mut Exchange) -> Outcome {
        if let Err(failure) = exchange.hold_body().await {
            return Outcome::Fail(failure);
        }
        let time = self.time(exchange).unwrap_or_default();
        self.pause(time, exchange).await
    }

    /// How long this request pauses.
    fn time(&self, exchange: &Exchange) -> Option<Duration> {
        let (time, chance) = self.delay.as_ref()?;
        (!time.is_zero() && chance.hits(exchange)).then_some(*time)
    }

    fn answer(&self, exchange: &Exchange) -> Outcome {
        match &self.answer {
            Some((chance, made)) if chance.hits(exchange) => Outcome::Respond(made.response(exchange)),
            Some(_) | None => Outcome::Continue,
        }
    }
}

fn made(data: &Injected) -> Result<(ReadyChance, Made), BuildCause> {
    let headers = data.headers.iter().map(|(name, text)| Ok((header_name(name)?, text.clone())));
    let made = Made {
        status: StatusCode::from_u16(data.status).map_err(|_| AnswerError::Status { status: data.status })?,
        headers: headers.collect::<Result<_, BuildCause>>()?,
        body: match &data.body {
            InjectedBody::Message(message) => {
                MadeBody::Message(ReadyAnswer::compile(&Answer::message(data.status, message))?)
            }
            InjectedBody::Text(text) => MadeBody::Text(text.clone()),
            InjectedBody::Example { sample, xml } => MadeBody::Example { sample: sample.clone(), xml: *xml },
        },
    };
    Ok((ReadyChance::new(&data.chance), made))
}

impl ReadyChance {
    fn new(chance: &Chance) -> Self {
        Self { percent: chance.percent, when: chance.when.as_ref().map(ReadyCondition::new) }
    }

    fn hits(&self, exchange: &Exchange) -> bool {
        self.percent.is_none_or(|percent| fastrand::u8(1..=100) <= percent)
            && self.when.as_ref().is_none_or(|when| when.holds(&Asked::of(exchange)))
    }
}

impl Made {
    fn response(&self, exchange: &Exchange) -> Response<Body> {
        let mut response = match &self.body {
            MadeBody::Message(answer) => answer.render(exchange, None),
            MadeBody::Text(text) => Response::new(fill(text, exchange).into()),
            MadeBody::Example { sample, xml: false } => Response::new(sample::json(sample).to_string().into()),
            MadeBody::Example { sample, xml: true } => Response::new(sample::xml(sample).into()),
        };
        *response.status_mut() = self.status;
        for (name, text) in &self.headers {
            if let Ok(value) = HeaderValue::try_from(fill(text, exchange)) {
                response.headers_mut().insert(name, value);
            }
        }
        response
    }
}

impl Policy for Inject {
    fn run<'a>(&'a self, exchange: &'a mut Exchange) -> Running<'a> {
        if self.asks_body {
            return Running::Wait(Box::pin(self.with_body(exchange)));
        }
        match self.time(exchange) {
            Some(time) => Running::Wait(Box::pin(self.pause(time, exchange))),
            None => Running::Done(self.answer(exchange)),
        }
    }
}

#[cfg(test)]
mod tests;

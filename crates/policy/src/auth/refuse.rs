//! Conditions under which a request may not pass.

use crate::answer::AnswerError;
use crate::exchange::Exchange;
use crate::predicate::Asked;
use crate::refusal::ReadyRefusals;
use crate::{Outcome, Policy, Running};
use expr::vars::ReadyCondition;
use model::policy::{Case, Refuse as Data};
use model::predicate::Vars;
use model::variable::Variable;

/// Refuses requests of which a condition is true.
pub(crate) struct Refuse {
    rules: Box<[(ReadyCondition<Variable>, Case)]>,
    asks_body: bool,
    refusals: ReadyRefusals,
}

impl Refuse {
    pub(crate) fn compile(data: &Data) -> Result<Self, AnswerError> {
        Ok(Self {
            rules: data.rules.iter().map(|(vars, case)| (ReadyCondition::new(vars), *case)).collect(),
            asks_body: data.rules.iter().any(|(vars, _)| asks_body(vars)),
            refusals: ReadyRefusals::compile(&data.refusals)?,
        })
    }

    fn judge(&self, exchange: &Exchange) -> Outcome {
        let asked = Asked::of(exchange);
        match self.rules.iter().find(|(condition, _)| condition.holds(&asked)) {
            Some((_, case)) => Outcome::Fail(self.refusals.failure(*case, "this request may not pass", "")),
            None => Outcome::Continue,
        }
    }

    async fn judge_with_body(&self, exchange: &mut Exchange) -> Outcome {
        match exchange.hold_body().await {
            Ok(_) => self.judge(exchange),
            Err(failure) => Outcome::Fail(failure),
        }
    }
}

/// Whether the body must be held before it is asked.
pub(crate) fn asks_body(vars: &Vars) -> bool {
    let mut asks = false;
    vars.tests(&mut |test| asks |= test.variable.asks_body());
    asks
}

impl Policy for Refuse {
    fn run<'a>(&'a self, exchange: &'a mut Exchange) -> Running<'a> {
        if self.asks_body {
            return Running::Wait(Box::pin(self.judge_with_body(exchange)));
        }
        Running::Done(self.judge(exchange))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::exchange::testing;
    use model::policy::{Refusal, RefusalForm, Refusals};

    fn vars(text: &str) -> Vars {
        let rules: Vec<serde_json::Value> = serde_json::from_str(text).unwrap();
        expr::vars::read(&rules, &Variable::of).unwrap()
    }

    #[tokio::test]
    async fn the_first_condition_that_is_true_refuses() {
        let said = |status, message: &str| Refusal { status, message: message.to_owned(), form: RefusalForm::json() };
        let policy = Refuse::compile(&Data {
            rules: vec![
                (vars(r#"[["http_user_agent","==",null]]"#), Case::Absent),
                (vars(r#"["OR",["http_user_agent","~~","bot"],["post_arg.a","==","x"]]"#), Case::Forbidden),
            ],
            refusals: Refusals::of([(Case::Absent, said(401, "who?")), (Case::Forbidden, said(403, "no"))]),
        })
        .unwrap();
        for (agent, body, status) in [
            (None, "", Some(401)),
            (Some("a bot"), "", Some(403)),
            (Some("me"), "a=x", Some(403)),
            (Some("me"), "a=y", None),
        ] {
            let mut request = http::Request::post("/").header("content-type", "application/x-www-form-urlencoded");
            if let Some(agent) = agent {
                request = request.header("user-agent", agent);
            }
            let mut exchange = testing::with_body(request, body);
            let Running::Wait(future) = policy.run(&mut exchange) else { panic!("does not wait for the body") };
            let found = match future.await {
                Outcome::Fail(failure) => {
                    let response = crate::answer::ReadyAnswers::default().render(&testing::get("/"), &failure);
                    Some(response.status().as_u16())
                }
                _ => None,
            };
            assert_eq!(found, status, "{agent:?} {body}");
        }
    }
}

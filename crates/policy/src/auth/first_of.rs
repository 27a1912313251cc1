//! Several ways in: the first that fits the request decides about it.
//!
//! A credential that no way takes keeps the open way shut: whoever shows one means to be known.

mod by_token;
mod shown;
mod subscriber;
mod token;
mod way;

use super::tokens::Tokens;
use crate::build::BuildCause;
use crate::exchange::Exchange;
use crate::failure::{Blame, Failure};
use crate::{Outcome, Policy, Running};
use model::answer::{FailureKind, Keyed};
use model::policy::FirstOf as Data;
use way::{ReadyWay, Verdict};

/// Ways in, in their order.
pub(crate) struct FirstOf {
    ways: Vec<ReadyWay>,
    nobody: Keyed,
    undecided: Keyed,
}

/// What became of the ways that were asked already.
#[derive(Default)]
struct Asked {
    /// The request shows a credential that was for one of them.
    shown: bool,
    /// Whether one was meant could not be told.
    undecided: bool,
}

impl FirstOf {
    pub(crate) fn compile(data: &Data, tokens: &Tokens) -> Result<Self, BuildCause> {
        let ways = data.ways.iter().map(|way| ReadyWay::compile(way, tokens)).collect::<Result<_, _>>()?;
        Ok(Self { ways, nobody: data.nobody.clone(), undecided: data.undecided.clone() })
    }

    /// Asks ways from this one on, until one decides or somebody must be asked.
    fn judge(&self, exchange: &mut Exchange, asked: &mut Asked, from: usize) -> Judged {
        for (at, way) in self.ways.iter().enumerate().skip(from) {
            match way.judge(exchange, asked) {
                Verdict::Decides(outcome) => return Judged::Done(outcome),
                Verdict::IsNotMeant => {}
                Verdict::Asks(token) => return Judged::Asks { at, token },
            }
        }
        Judged::Done(Outcome::Fail(match asked.undecided {
            true => Failure::keyed(FailureKind::Internal, Blame::Config, &self.undecided),
            false => refusal(&self.nobody),
        }))
    }

    async fn ask(&self, exchange: &mut Exchange, mut asked: Asked, mut at: usize, mut token: String) -> Outcome {
        loop {
            if let Verdict::Decides(outcome) = self.ways[at].ask(token, exchange, &mut asked).await {
                return outcome;
            }
            match self.judge(exchange, &mut asked, at + 1) {
                Judged::Done(outcome) => return outcome,
                Judged::Asks { at: next, token: again } => (at, token) = (next, again),
            }
        }
    }
}

/// How far the ways were asked.
enum Judged {
    Done(Outcome),
    /// This way cannot tell of the token without asking.
    Asks {
        at: usize,
        token: String,
    },
}

impl Policy for FirstOf {
    fn run<'a>(&'a self, exchange: &'a mut Exchange) -> Running<'a> {
        let mut asked = Asked::default();
        match self.judge(exchange, &mut asked, 0) {
            Judged::Done(outcome) => Running::Done(outcome),
            Judged::Asks { at, token } => Running::Wait(Box::pin(self.ask(exchange, asked, at, token))),
        }
    }
}

fn refusal(told: &Keyed) -> Box<Failure> {
    Failure::keyed(FailureKind::Unauthorized, Blame::Client, told)
}

#[cfg(test)]
mod tests;

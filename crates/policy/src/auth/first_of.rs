//! Several ways in: the first that fits the request decides about it.
//!
//! A credential that no way takes keeps the open way shut: whoever shows one means to be known.

mod shown;
mod subscriber;
mod token;
mod way;

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
    pub(crate) fn compile(data: &Data) -> Result<Self, BuildCause> {
        let ways = data.ways.iter().map(ReadyWay::compile).collect::<Result<_, _>>()?;
        Ok(Self { ways, nobody: data.nobody.clone(), undecided: data.undecided.clone() })
    }

    fn judge(&self, exchange: &mut Exchange) -> Outcome {
        let mut asked = Asked::default();
        for way in &self.ways {
            match way.judge(exchange, &mut asked) {
                Verdict::Fits => return Outcome::Continue,
                Verdict::Refuses(failure) => return Outcome::Fail(failure),
                Verdict::IsNotMeant => {}
            }
        }
        Outcome::Fail(match asked.undecided {
            true => Failure::keyed(FailureKind::Internal, Blame::Config, &self.undecided),
            false => refusal(&self.nobody),
        })
    }
}

impl Policy for FirstOf {
    fn run<'a>(&'a self, exchange: &'a mut Exchange) -> Running<'a> {
        Running::Done(self.judge(exchange))
    }
}

fn refusal(told: &Keyed) -> Box<Failure> {
    Failure::keyed(FailureKind::Unauthorized, Blame::Client, told)
}

#[cfg(test)]
mod tests;

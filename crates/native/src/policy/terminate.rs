//! `terminate`: an end to requests that show a sign, with a fixed answer or an echo.

use super::Around;
use crate::decode::{At, Either, Text, entity};
use crate::entity::answer::Answer;
use crate::lower::{Lowering, answer, header};
use crate::write::{self, text};
use model::policy::{self, Policy};

entity! {
    /// When a request ends, and with what.
    Terminate {
        /// Only requests with a header field or query parameter of this name; all without it.
        trigger: Option<Text>,
        /// The answer, or its status; 503 without it.
        answer: Option<Either<At<u16>, Answer>>,
        /// Instead of the answer's body a JSON object that has this message and shows the request.
        echo: Option<Text>,
    }
}

const USUAL: u16 = 503;

pub(crate) fn lower(
    written: &crate::decode::Given<Terminate>,
    _: &Around<'_>,
    at: &mut Lowering<'_>,
) -> Option<Policy> {
    let written = &written.0;
    let answer = match &written.answer {
        None => model::answer::Answer::status(USUAL),
        Some(Either::First(code)) => model::answer::Answer::status(answer::status(code, at)),
        Some(Either::Second(answer)) => answer::answer(answer, USUAL, at),
    };
    let trigger = written.trigger.as_ref().map(|name| header::name(name, &name.spot, at));
    let echo = written.echo.as_ref().map(|text| text.value.clone());
    Some(Policy::Terminate(Box::new(policy::Terminate { trigger, answer, echo })))
}

pub(crate) fn write(one: &policy::Terminate) -> Terminate {
    let plain = one.answer == model::answer::Answer::status(one.answer.status);
    let answer = match (plain, one.answer.status) {
        (true, USUAL) => None,
        (true, status) => Some(Either::First(At::new(status))),
        (false, _) => Some(Either::Second(write::answer::answer(&one.answer, USUAL))),
    };
    Terminate { trigger: one.trigger.as_deref().map(text), answer, echo: one.echo.as_deref().map(text) }
}

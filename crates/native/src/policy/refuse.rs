//! `refuse`: conditions under which a request may not pass.

use super::Around;
use super::refusals::{self, Refusals};
use crate::decode::{At, Either, Json, Text, entity, spelled};
use crate::lower::{Lowering, answer, expression as lower_text};
use crate::write::{Pen, expression as write_text, text, unless};
use model::policy::{self, Case, Policy, Refusal, RefusalForm};

entity! {
    /// Which requests are refused, and with what.
    Refuse {
        /// A condition on variables, as lists: `[[http_user_agent, "~~", bot]]`.
        when: Option<At<Vec<Json>>>,
        /// Several conditions instead; the first that is true says in which case a request is refused.
        rules: Option<Vec<At<Rule>>>,
        /// The status; 403 without it.
        status: Option<At<u16>>,
        /// The words.
        message: Option<Text>,
        /// More about what a refusal says, by case, instead of status and message.
        refusals: Option<Refusals>,
    }
}

entity! {
    /// A condition, and the case in which it refuses.
    Rule {
        /// A condition on variables, as lists.
        when: At<Vec<Json>>,
        /// The case; `forbidden` without it.
        case: Option<Text>,
    }
}

/// The condition alone, or more about it.
type Written = Either<At<Vec<Json>>, At<Refuse>>;

/// What a refusal says if nobody says.
const USUAL: &str = "this request may not pass";

pub(crate) fn lower(written: &Written, _: &Around<'_>, at: &mut Lowering<'_>) -> Option<Policy> {
    let (rules, refusals) = match written {
        Either::First(when) => (vec![(when, Case::Forbidden)], policy::Refusals::default()),
        Either::Second(full) => (rules(full, at), said(full, at)),
    };
    let rules = rules.into_iter().filter_map(|(when, case)| Some((lower_text::vars(when, at)?, case))).collect();
    Some(Policy::Refuse(Box::new(policy::Refuse { rules, refusals })))
}

fn rules<'a>(written: &'a At<Refuse>, at: &mut Lowering<'_>) -> Vec<(&'a At<Vec<Json>>, Case)> {
    match (&written.when, &written.rules) {
        (Some(when), None) => vec![(when, Case::Forbidden)],
        (None, Some(rules)) => {
            let case = |name: &Option<Text>, at: &mut Lowering<'_>| match name {
                Some(name) => refusals::case(name, &Case::ALL, at),
                None => Some(Case::Forbidden),
            };
            rules.iter().filter_map(|rule| Some((&rule.when, case(&rule.case, at)?))).collect()
        }
        _ => {
            at.incomplete(
                &written.spot,
                "requests are refused by one condition in \"when\", or by several in \"rules\"",
            );
            Vec::new()
        }
    }
}

fn said(written: &Refuse, at: &mut Lowering<'_>) -> policy::Refusals {
    let spot = match (&written.status, &written.message) {
        (Some(status), _) => &status.spot,
        (None, Some(message)) => &message.spot,
        (None, None) => return refusals::lower(&written.refusals, &Case::ALL, at),
    };
    if written.refusals.is_some() {
        at.invalid(spot, "\"refusals\" says all, so \"status\" and \"message\" say nothing; write one of them");
    }
    let status = written.status.as_ref().map_or(Case::Forbidden.status(), |code| answer::status(code, at));
    let message = written.message.as_ref().map_or_else(|| USUAL.to_owned(), |text| text.value.clone());
    policy::Refusals::of([(Case::Forbidden, Refusal { status, message, form: RefusalForm::Table })])
}

pub(crate) fn write(one: &policy::Refuse, pen: &mut Pen<'_>) -> Written {
    let (status, message) = short(&one.refusals);
    let refusals = if status.is_none() && message.is_none() { refusals::write(&one.refusals) } else { None };
    let empty = Refuse { status, message, refusals, ..Refuse::default() };
    match one.rules.as_slice() {
        [(vars, Case::Forbidden)] => {
            let when = write_text::vars(vars, pen);
            let plain = empty.status.is_none() && empty.message.is_none() && empty.refusals.is_none();
            if plain { Either::First(when) } else { Either::Second(At::new(Refuse { when: Some(when), ..empty })) }
        }
        several => {
            let rule = |(vars, case): &(_, Case)| {
                let case = (*case != Case::Forbidden).then(|| text(&spelled(case)));
                At::new(Rule { when: write_text::vars(vars, pen), case })
            };
            let rules = several.iter().map(rule).collect();
            Either::Second(At::new(Refuse { rules: Some(rules), ..empty }))
        }
    }
}

/// Status and words, where they say all.
fn short(refusals: &policy::Refusals) -> (Option<At<u16>>, Option<Text>) {
    let mut all = refusals.0.iter();
    match (all.next(), all.next()) {
        (Some((Case::Forbidden, Refusal { status, message, form: RefusalForm::Table })), None) => {
            (unless(*status, &Case::Forbidden.status()), (message != USUAL).then(|| text(message)))
        }
        _ => (None, None),
    }
}

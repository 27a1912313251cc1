//! What a policy says when it refuses: by case, where it is not the policy's own.

use crate::decode::{At, Either, Pairs, Text, entity, nearest, spelled};
use crate::lower::{Lowering, answer, header};
use crate::write::{key, text, unless};
use dialect::Faith;
use model::policy::{self, Case, RefusalForm};

entity! {
    /// What is said in a case.
    Refusal {
        /// The status; the usual one of the case without it.
        status: Option<At<u16>>,
        /// The words. `{}` stands for what the case is about: an address, a claim, what is wrong with a token.
        message: Text,
        /// Writes the words as this member of a JSON object, whatever the client accepts; an empty name writes the
        /// words alone. Without it they are written as all messages (`messages`).
        member: Option<Text>,
        /// The `content-type` of the member, `application/json; charset=utf-8` without it; without a member that of the
        /// words alone.
        content_type: Option<Text>,
        /// Whether a line end follows the member; false without it.
        line: Option<At<bool>>,
    }
}

/// Words, or more about them, by case.
pub type Refusals = Pairs<Either<Text, Refusal>>;

const JSON: &str = "application/json; charset=utf-8";

/// `cases` are those in which the policy refuses.
pub(crate) fn lower(written: &Option<Refusals>, cases: &[Case], at: &mut Lowering<'_>) -> policy::Refusals {
    let mut refusals = policy::Refusals::default();
    for (name, written) in written.iter().flat_map(|written| &written.0) {
        let Some(case) = case(name, cases, at) else { continue };
        if !cases.contains(&case) {
            at.findings.say(Faith::Ignored, &name.spot, format!("this policy never refuses so; {}", listed(cases)));
        }
        if refusals.0.insert(case, refusal(case, written, at)).is_some() {
            at.invalid(&name.spot, format!("{} stands twice", name.value));
        }
    }
    refusals
}

/// The case of this name; `cases` are the usual ones.
pub(crate) fn case(name: &Text, cases: &[Case], at: &mut Lowering<'_>) -> Option<Case> {
    let found = Case::ALL.into_iter().find(|case| spelled(case) == name.value);
    if found.is_none() {
        unknown(name, cases, at);
    }
    found
}

fn unknown(name: &Text, cases: &[Case], at: &mut Lowering<'_>) {
    let known: Vec<String> = cases.iter().map(spelled).collect();
    let hint = match nearest(name, known.iter().map(String::as_str)) {
        Some(near) => format!("did you mean {near:?}?"),
        None => listed(cases),
    };
    at.invalid(&name.spot, format!("no case is called {:?}; {hint}", name.value));
}

fn listed(cases: &[Case]) -> String {
    format!("there are: {}", cases.iter().map(spelled).collect::<Vec<_>>().join(", "))
}

fn refusal(case: Case, written: &Either<Text, Refusal>, at: &mut Lowering<'_>) -> policy::Refusal {
    let written = match written {
        Either::First(words) => {
            return policy::Refusal { status: case.status(), message: words.value.clone(), form: RefusalForm::Table };
        }
        Either::Second(written) => written,
    };
    let status = written.status.as_ref().map_or(case.status(), |code| answer::status(code, at));
    let content_type = written.content_type.as_ref().map(|text| header::value(text, at));
    let form = match (&written.member, content_type) {
        (Some(name), content_type) => RefusalForm::Member {
            name: name.value.clone(),
            content_type: content_type.unwrap_or_else(|| JSON.to_owned()),
            line: written.line.as_ref().is_some_and(|line| line.value),
        },
        (None, Some(content_type)) => RefusalForm::Text { content_type },
        (None, None) => RefusalForm::Table,
    };
    if let (None, Some(line)) = (&written.member, &written.line) {
        at.invalid(&line.spot, "a line end follows a member; write \"member\" too");
    }
    policy::Refusal { status, message: written.message.value.clone(), form }
}

pub(crate) fn write(refusals: &policy::Refusals) -> Option<Refusals> {
    let pairs: Vec<_> = refusals.0.iter().map(|(case, one)| (key(&spelled(case)), write_one(*case, one))).collect();
    (!pairs.is_empty()).then_some(Pairs(pairs))
}

fn write_one(case: Case, one: &policy::Refusal) -> Either<Text, Refusal> {
    let (member, content_type, line) = match &one.form {
        RefusalForm::Table if one.status == case.status() => return Either::First(text(&one.message)),
        RefusalForm::Table => (None, None, None),
        RefusalForm::Text { content_type } => (None, Some(text(content_type)), None),
        RefusalForm::Member { name, content_type, line } => {
            (Some(text(name)), (content_type != JSON).then(|| text(content_type)), unless(*line, &false))
        }
    };
    let status = unless(one.status, &case.status());
    Either::Second(Refusal { status, message: text(&one.message), member, content_type, line })
}

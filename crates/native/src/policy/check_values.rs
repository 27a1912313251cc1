//! `check-values`: values that must be as they should.

use super::Around;
use crate::decode::{At, OneOrMany, Text, entity, meant, words};
use crate::entity::expression::{Expression, Failure};
use crate::lower::{Lowering, expression as lower_text};
use crate::write::{Pen, expression as write_text, text, unless, word_unless};
use model::answer::Keyed;
use model::policy::{self, Policy};

entity! {
    /// Refuses requests of which a value is wrong.
    CheckValues {
        /// What must hold; all of it is judged.
        rules: OneOrMany<At<ValueRule>>,
        /// What a refusal is; 400 without it. Its answer is JSON that says what is wrong.
        refusal: Option<Failure>,
        /// What a value that cannot be evaluated is.
        failure: Option<Failure>,
    }
}

entity! {
    /// What must hold of a value.
    ValueRule {
        /// The value.
        value: Expression,
        /// One that is null is judged too; true without it.
        required: Option<At<bool>>,
        /// What must hold; `filled` without it.
        check: Option<At<ValueCheck>>,
        /// What the check compares with.
        with: Option<OneOrMany<Expression>>,
        /// What is said when it does not hold; `%s` stands for the value, then for what it is compared with.
        message: Option<Text>,
    }
}

words! {
    /// What may be asked of a value.
    ValueCheck = policy::ValueCheck {
        /// There is more than white space.
        "filled" Filled,
        /// A number, at least this.
        "least" Least,
        /// A number, at most this.
        "most" Most,
        /// An address of mail.
        "mail" Mail,
        /// A date in this form, `yyyy-MM-dd`.
        "date" Date,
        /// This regular expression is found in it.
        "pattern" Pattern,
        /// So many characters at least, and so many at most.
        "length" Length,
        /// One of these.
        "one-of" OneOf,
    }
}

const REFUSAL: Keyed = Keyed { status: 400, key: None, message: None };

pub(crate) fn lower(written: &CheckValues, _: &Around<'_>, at: &mut Lowering<'_>) -> Option<Policy> {
    Some(Policy::CheckValues(Box::new(policy::CheckValues {
        rules: written.rules.all().iter().map(|one| rule(one, at)).collect(),
        refusal: written.refusal.as_ref().map_or(REFUSAL, |one| lower_text::failure(one, at)),
        failure: written.failure.as_ref().map_or(lower_text::FAILURE, |one| lower_text::failure(one, at)),
    })))
}

fn rule(written: &ValueRule, at: &mut Lowering<'_>) -> policy::ValueRule {
    let with = written.with.iter().flat_map(|all| all.all());
    policy::ValueRule {
        value: lower_text::text(&written.value, at),
        required: written.required.as_ref().is_none_or(|flag| flag.value),
        check: meant(&written.check, policy::ValueCheck::Filled),
        parameters: with.map(|one| lower_text::text(one, at)).collect(),
        message: written.message.as_ref().map(|message| message.value.clone()),
    }
}

pub(crate) fn write(one: &policy::CheckValues, pen: &mut Pen<'_>) -> CheckValues {
    let rules: Vec<_> = one.rules.iter().map(|rule| At::new(write_rule(rule, pen))).collect();
    CheckValues {
        rules: rules.into(),
        refusal: (one.refusal != REFUSAL).then(|| write_text::failure(&one.refusal)),
        failure: write_text::unusual(&one.failure),
    }
}

fn write_rule(one: &policy::ValueRule, pen: &mut Pen<'_>) -> ValueRule {
    let with: Vec<_> = one.parameters.iter().map(|text| write_text::expression(text, pen)).collect();
    ValueRule {
        value: write_text::expression(&one.value, pen),
        required: unless(one.required, &true),
        check: word_unless(one.check, &policy::ValueCheck::Filled),
        with: (!with.is_empty()).then(|| with.into()),
        message: one.message.as_deref().map(text),
    }
}

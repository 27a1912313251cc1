//! Texts with expressions, conditions on what is known of an exchange, and failures that have a key.

use super::{Pen, escaped, key, text, unless};
use crate::decode::{At, Either, Json, OneOrMany, Pairs, Text as Written};
use crate::entity::expression::{self as entity, Expression, OtherText};
use crate::lower::expression::FAILURE;
use expr::vars::{Check, Condition as Of, Literal, Test};
use model::answer::Keyed;
use model::predicate::{Condition, Vars};
use model::text::Text;
use model::variable::Variable;
use serde_json::{Value, json};

pub(crate) fn expression(one: &Text, pen: &mut Pen<'_>) -> Expression {
    match one {
        Text::Expression(plain) => Either::First(text(plain)),
        Text::Plain(plain) => Either::Second(At::new(OtherText { plain: Some(text(plain)), secret: None })),
        Text::Secret(secret) => {
            let hidden = pen.secrets.hide(secret, "EXPRESSION", "a text with expressions that may hold secrets");
            Either::Second(At::new(OtherText { plain: None, secret: Some(hidden) }))
        }
    }
}

/// Names with texts.
pub(crate) fn texts(list: &[(String, Text)], pen: &mut Pen<'_>) -> Option<Pairs<Expression>> {
    let pairs: Vec<_> = list.iter().map(|(name, value)| (key(name), named(name, value, pen))).collect();
    (!pairs.is_empty()).then_some(Pairs(pairs))
}

/// A text under a name that may say that it is nobody's business; what is evaluated is no secret.
fn named(name: &str, one: &Text, pen: &mut Pen<'_>) -> Expression {
    match one {
        Text::Expression(plain) if !plain.contains('{') => Either::First(pen.secrets.header(name, plain)),
        Text::Plain(plain) => {
            Either::Second(At::new(OtherText { plain: Some(pen.secrets.header(name, plain)), secret: None }))
        }
        Text::Expression(_) | Text::Secret(_) => expression(one, pen),
    }
}

pub(crate) fn failure(one: &Keyed) -> entity::Failure {
    with_status(one, FAILURE.status)
}

/// A failure, unless it is this status with these words.
pub(crate) fn unlike(one: &Keyed, (status, message): (u16, &str)) -> Option<entity::Failure> {
    let usual = one.status == status && one.key.is_none() && one.message.as_deref() == Some(message);
    (!usual).then(|| with_status(one, status))
}

fn with_status(one: &Keyed, usual: u16) -> entity::Failure {
    entity::Failure {
        status: unless(one.status, &usual),
        key: one.key.as_deref().map(text),
        message: one.message.as_deref().map(text),
    }
}

/// A failure, unless it is the usual one.
pub(crate) fn unusual(one: &Keyed) -> Option<entity::Failure> {
    (*one != FAILURE).then(|| failure(one))
}

type Conditions = OneOrMany<Either<Written, At<entity::Condition>>>;

pub(super) fn conditions(all: &[Condition], pen: &mut Pen<'_>) -> Option<Conditions> {
    let written: Vec<_> = all.iter().map(|one| condition(one, pen)).collect();
    (!written.is_empty()).then(|| written.into())
}

fn condition(one: &Condition, pen: &mut Pen<'_>) -> Either<Written, At<entity::Condition>> {
    let written = match one {
        Condition::Attribute { name, value } => {
            entity::Condition { attribute: Some(text(name)), is: Some(text(value)), ..entity::Condition::default() }
        }
        Condition::Expression { text: Text::Expression(plain), failure: None } => return Either::First(text(plain)),
        Condition::Expression { text, failure } => entity::Condition {
            expression: Some(expression(text, pen)),
            failure: failure.as_ref().map(self::failure),
            ..entity::Condition::default()
        },
    };
    Either::Second(At::new(written))
}

/// A condition on variables, as lists.
pub(crate) fn vars(one: &Vars, pen: &mut Pen<'_>) -> At<Vec<Json>> {
    let rules = match list(one) {
        Value::Array(rules) => rules,
        _ => Vec::new(),
    };
    if expr::vars::read_freely(&rules, &Variable::of).as_ref() != Ok(one) {
        pen.left_out.insert("conditions on variables that lists do not say");
    }
    At::new(rules.into_iter().map(|rule| Json(escaped(rule))).collect())
}

fn list(one: &Vars) -> Value {
    let joined = |word: &str, parts: &[Vars]| {
        Value::Array(std::iter::once(Value::from(word)).chain(parts.iter().map(list)).collect())
    };
    match one {
        Of::Test(one) => test(one),
        // A list that begins with a list is true where all of them are.
        Of::All(parts) if parts.is_empty() => joined("AND", parts),
        Of::All(parts) => Value::Array(parts.iter().map(list).collect()),
        Of::Any(parts) => joined("OR", parts),
        Of::NotAll(parts) => joined("!AND", parts),
        Of::NotAny(parts) => joined("!OR", parts),
    }
}

fn test(one: &Test<Variable>) -> Value {
    let (operator, value) = match &one.check {
        Check::Equal(value) => ("==", literal(value)),
        Check::Different(value) => ("~=", literal(value)),
        Check::Greater(value) => (">", number(*value)),
        Check::AtLeast(value) => (">=", number(*value)),
        Check::Less(value) => ("<", number(*value)),
        Check::AtMost(value) => ("<=", number(*value)),
        Check::Matches { regex, ignore_case: false } => ("~~", regex.as_str().into()),
        Check::Matches { regex, ignore_case: true } => ("~*", regex.as_str().into()),
        Check::In(values) => ("in", Value::Array(values.iter().map(literal).collect())),
        Check::Has(value) => ("has", literal(value)),
        Check::InNetwork(networks) => ("ipmatch", networks.iter().map(ToString::to_string).collect()),
    };
    let name = one.variable.to_string();
    if one.negated { json!([name, "!", operator, value]) } else { json!([name, operator, value]) }
}

fn literal(one: &Literal) -> Value {
    match one {
        Literal::Null => Value::Null,
        Literal::Bool(flag) => (*flag).into(),
        Literal::Number(value) => number(Some(*value)),
        Literal::Text(text) => text.as_str().into(),
        Literal::Other => Value::Array(Vec::new()),
    }
}

/// A whole number without a point.
fn number(value: Option<f64>) -> Value {
    const EXACT: f64 = 9_007_199_254_740_992.0;
    match value {
        Some(value) if value.fract() == 0.0 && value.abs() < EXACT => (value as i64).into(),
        Some(value) => value.into(),
        None => Value::Null,
    }
}

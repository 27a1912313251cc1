//! Reads a condition from JSON.

use super::{Check, Condition, Literal, Test};
use ipnet::IpNet;
use serde_json::Value;
use std::net::IpAddr;

/// Why a condition cannot be read; the texts are lua-resty-expr's.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum VarsError {
    /// An operator that is not known.
    #[error("invalid operator '{operator}'")]
    Operator {
        /// It, in lower case.
        operator: String,
    },
    /// A test that stands alone instead of in a list.
    #[error("rule should be wrapped inside brackets")]
    NoBrackets,
    /// Something that is no test.
    #[error("invalid expression")]
    NoTest,
    /// An empty list, or one of `OR` and the like with fewer than two parts.
    #[error("rule too short")]
    TooShort,
    /// Four parts, and the second one is not `!`.
    #[error("bad 'not' expression")]
    BadNot,
    /// No address where one is needed.
    #[error("invalid ip address")]
    NoAddress,
    /// A text that is neither address nor network.
    #[error("invalid ip address: {text}")]
    BadAddress {
        /// The text.
        text: String,
    },
}

/// Lists nest at most this deep: the original has no bound, but a request has a stack.
const DEPTH: usize = 64;

/// Reads a list of tests. `variable` makes a variable of its name.
pub fn read<V>(rules: &[Value], variable: &impl Fn(&str) -> V) -> Result<Condition<V>, VarsError> {
    let Some(first) = rules.first() else { return Ok(Condition::All(Vec::new())) };
    if !is_table(first) && logic::<V>(first).is_none() {
        return Err(VarsError::NoBrackets);
    }
    list(rules, variable, Form { depth: DEPTH, fewest: 2 })
}

/// As [`read`], and more may be said: one test may stand alone, and `OR` and the like may have one part or none.
pub fn read_freely<V>(rules: &[Value], variable: &impl Fn(&str) -> V) -> Result<Condition<V>, VarsError> {
    if rules.is_empty() {
        return Ok(Condition::All(Vec::new()));
    }
    list(rules, variable, Form { depth: DEPTH, fewest: 0 })
}

/// How lists may be built.
#[derive(Clone, Copy)]
struct Form {
    /// So much deeper.
    depth: usize,
    /// `OR` and the like have so many parts.
    fewest: usize,
}

fn list<V>(rules: &[Value], variable: &impl Fn(&str) -> V, form: Form) -> Result<Condition<V>, VarsError> {
    let first = rules.first().ok_or(VarsError::TooShort)?;
    let form = Form { depth: form.depth.checked_sub(1).ok_or(VarsError::NoTest)?, ..form };
    let parts = |rules: &[Value]| rules.iter().map(|rule| part(rule, variable, form)).collect::<Result<Vec<_>, _>>();
    if is_table(first) {
        return Ok(Condition::All(parts(rules)?));
    }
    match logic(first) {
        Some(_) if rules.len() <= form.fewest => Err(VarsError::TooShort),
        Some(join) => Ok(join(parts(&rules[1..])?)),
        None => test(rules, variable).map(Condition::Test),
    }
}

fn part<V>(rule: &Value, variable: &impl Fn(&str) -> V, form: Form) -> Result<Condition<V>, VarsError> {
    match rule {
        Value::Array(rules) => list(rules, variable, form),
        Value::Object(_) => Err(VarsError::TooShort),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => Err(VarsError::NoTest),
    }
}

fn is_table(value: &Value) -> bool {
    matches!(value, Value::Array(_) | Value::Object(_))
}

type Join<V> = fn(Vec<Condition<V>>) -> Condition<V>;

fn logic<V>(word: &Value) -> Option<Join<V>> {
    match word.as_str()?.to_ascii_uppercase().as_str() {
        "AND" => Some(Condition::All),
        "OR" => Some(Condition::Any),
        "!AND" => Some(Condition::NotAll),
        "!OR" => Some(Condition::NotAny),
        _ => None,
    }
}

fn test<V>(parts: &[Value], variable: &impl Fn(&str) -> V) -> Result<Test<V>, VarsError> {
    let (name, negated, operator, right) = match parts {
        [name, not, operator, right] if not.as_str() == Some("!") => (name, true, Some(operator), Some(right)),
        [_, _, _, _] => return Err(VarsError::BadNot),
        [name, rest @ ..] => (name, false, rest.first(), rest.get(1)),
        [] => return Err(VarsError::TooShort),
    };
    let name = name.as_str().ok_or(VarsError::NoTest)?;
    let operator = word(operator.ok_or(VarsError::NoTest)?)?;
    let check = match (check(&operator, right)?, right) {
        (Some(check), _) => check,
        // two parts: the second one is the value, in lower case as the original has it
        (None, None) => Check::Equal(Literal::Text(operator)),
        (None, Some(_)) => return Err(VarsError::Operator { operator }),
    };
    Ok(Test { variable: variable(name), negated, check })
}

fn word(operator: &Value) -> Result<String, VarsError> {
    match operator {
        Value::String(text) => Ok(text.to_ascii_lowercase()),
        Value::Number(number) => Ok(number.to_string()),
        Value::Null | Value::Bool(_) | Value::Array(_) | Value::Object(_) => Err(VarsError::NoTest),
    }
}

/// `None`: no such operator.
fn check(operator: &str, right: Option<&Value>) -> Result<Option<Check>, VarsError> {
    let literal = right.map_or(Literal::Null, Literal::of);
    let matches = |ignore_case| match &literal {
        Literal::Text(regex) => Check::Matches { regex: regex.clone(), ignore_case },
        Literal::Number(number) => Check::Matches { regex: number.to_string(), ignore_case },
        Literal::Null | Literal::Bool(_) | Literal::Other => Check::In(Vec::new()),
    };
    Ok(Some(match operator {
        "==" => Check::Equal(literal),
        "~=" => Check::Different(literal),
        ">" => Check::Greater(literal.number()),
        ">=" => Check::AtLeast(literal.number()),
        "<" => Check::Less(literal.number()),
        "<=" => Check::AtMost(literal.number()),
        "~~" => matches(false),
        "~*" => matches(true),
        "in" => Check::In(right.and_then(Value::as_array).into_iter().flatten().map(Literal::of).collect()),
        "has" => Check::Has(literal),
        "ipmatch" => Check::InNetwork(networks(right)?),
        _ => return Ok(None),
    }))
}

fn networks(right: Option<&Value>) -> Result<Vec<IpNet>, VarsError> {
    let texts = match right {
        Some(Value::Array(texts)) => texts.as_slice(),
        Some(one @ Value::String(text)) if !text.is_empty() => std::slice::from_ref(one),
        Some(_) | None => &[],
    };
    if texts.is_empty() {
        return Err(VarsError::NoAddress);
    }
    texts.iter().map(|text| network(text.as_str().ok_or(VarsError::NoAddress)?)).collect()
}

fn network(text: &str) -> Result<IpNet, VarsError> {
    let address = text.parse::<IpAddr>().map(IpNet::from);
    address.or_else(|_| text.parse()).map_err(|_| VarsError::BadAddress { text: text.to_owned() })
}

//! Conditions that plugins refuse by, and texts with variables in them.

use crate::entity::Part;
use expr::vars::{Check, Condition, Literal, Test, VarsError};
use model::policy::RequestText;
use model::predicate::Vars;
use model::variable::Variable;
use serde_json::Value;

/// Something is asked of a variable.
pub(super) fn test(variable: Variable, negated: bool, check: Check) -> Vars {
    Condition::Test(Test { variable, negated, check })
}

/// The variable is not there.
pub(super) fn absent(variable: Variable) -> Vars {
    test(variable, false, Check::Equal(Literal::Null))
}

/// It is one of these texts, or, negated, none of them.
pub(super) fn is_in(variable: Variable, negated: bool, texts: &[String]) -> Vars {
    test(variable, negated, Check::In(texts.iter().cloned().map(Literal::Text).collect()))
}

/// An expression finds something in it, or, negated, nothing.
pub(super) fn finds(variable: Variable, negated: bool, regex: String, ignore_case: bool) -> Vars {
    test(variable, negated, Check::Matches { regex, ignore_case })
}

/// A list of tests as it is written.
pub(super) fn written(rules: &[Value]) -> Result<Vars, VarsError> {
    expr::vars::read(rules, &Variable::of)
}

/// What is wrong with the first of these expressions that cannot be read.
pub(super) fn regexes(texts: &[String]) -> Result<(), String> {
    texts.iter().find_map(|text| expr::vars::regex_error(text)).map_or(Ok(()), Err)
}

/// Names with texts, as a map has them; a list gives several of one name.
pub(super) fn fields(part: Part<'_>, read: fn(&str) -> RequestText) -> Vec<(String, RequestText)> {
    let mut fields = Vec::new();
    for (name, value) in part.members() {
        let all = match value {
            Value::Array(all) => all.as_slice(),
            one => std::slice::from_ref(one),
        };
        let texts = all.iter().filter_map(|one| match one {
            Value::String(text) => Some(text.clone()),
            Value::Number(number) => Some(number.to_string()),
            Value::Null | Value::Bool(_) | Value::Array(_) | Value::Object(_) => None,
        });
        fields.extend(texts.map(|text| (name.clone(), read(&text))));
    }
    fields
}

//! Secrets on their way into a text: each becomes a variable, equal ones the same.

use crate::decode::{At, Hidden, Text};
use model::Secret;
use telemetry::redact;

/// A variable that a written document refers to.
#[derive(Clone, Debug)]
pub struct Variable {
    /// Its name.
    pub name: String,
    /// What it is for.
    pub purpose: String,
    /// What it must hold.
    pub secret: Secret,
}

/// The variables so far.
#[derive(Default)]
pub(crate) struct Secrets(Vec<Variable>);

impl Secrets {
    /// A reference to the secret; `hint` becomes the variable's name.
    pub(crate) fn hide(&mut self, secret: &Secret, hint: &str, purpose: &str) -> Hidden {
        if let Some(known) = self.0.iter().find(|variable| variable.secret == *secret) {
            return Hidden::Variable(known.name.clone());
        }
        let stem = variable_name(hint);
        let taken = |name: &str| self.0.iter().any(|variable| variable.name == name);
        let mut name = stem.clone();
        let mut count = 1;
        while taken(&name) {
            count += 1;
            name = format!("{stem}_{count}");
        }
        self.0.push(Variable { name: name.clone(), purpose: one_line(purpose), secret: secret.clone() });
        Hidden::Variable(name)
    }

    /// A value as it is, unless its name says that it is nobody's business: then a reference to it.
    pub(crate) fn named(&mut self, name: &str, value: &str, hint: &str, purpose: &str) -> Text {
        if value.is_empty() || !redact::names_secret(name) {
            return super::text(value);
        }
        match self.hide(&Secret::new(value), hint, purpose) {
            Hidden::Variable(variable) => At::new(format!("${{{variable}}}")),
            Hidden::Known(_) => super::text(value),
        }
    }

    /// The value of a header field.
    pub(crate) fn header(&mut self, name: &str, value: &str) -> Text {
        self.named(name, value, &format!("HEADER_{name}"), &format!("the value of the header field {name}"))
    }

    pub(crate) fn into_variables(self) -> Vec<Variable> {
        self.0
    }
}

/// Letters, digits and `_`, beginning with a letter.
fn variable_name(hint: &str) -> String {
    hint.chars().map(|c| if c.is_ascii_alphanumeric() { c.to_ascii_uppercase() } else { '_' }).collect()
}

/// A purpose stands in a comment, where a line break would end it.
fn one_line(text: &str) -> String {
    text.chars().map(|c| if c.is_control() { ' ' } else { c }).collect()
}

//! What is wrong with an entity, and where in it: the texts that the original gives, and its two ways to show them.

use serde_json::{Map, Value};

/// One thing that is wrong.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Violation {
    /// Where; empty for the entity as a whole.
    pub path: Vec<Step>,
    /// What, in the original's words.
    pub text: String,
}

/// One step of a path.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Step {
    /// A member.
    Name(String),
    /// An element, from 0.
    At(usize),
}

/// All that is wrong with an entity.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Violations(pub Vec<Violation>);

impl Violation {
    /// About a field.
    pub fn field(name: &str, text: impl Into<String>) -> Self {
        Self { path: vec![Step::Name(name.to_owned())], text: text.into() }
    }

    /// About the whole entity.
    pub fn entity(text: impl Into<String>) -> Self {
        Self { path: Vec::new(), text: text.into() }
    }

    /// The same below a member.
    pub fn below(mut self, step: Step) -> Self {
        self.path.insert(0, step);
        self
    }

    /// The path with dots, elements counted from 1: `paths.1`, `config.port`, `@entity`.
    pub fn dotted(&self) -> String {
        if self.path.is_empty() {
            return "@entity".to_owned();
        }
        let steps = self.path.iter().map(|step| match step {
            Step::Name(name) => name.clone(),
            Step::At(at) => (at + 1).to_string(),
        });
        steps.collect::<Vec<_>>().join(".")
    }
}

impl Violations {
    /// Whether nothing is wrong.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The `fields` of an error: texts where the values stood, and those about the whole in `@entity`.
    pub fn fields(&self) -> Value {
        let mut fields = Value::Object(Map::new());
        for violation in &self.0 {
            put(&mut fields, &violation.path, &violation.text);
        }
        fields
    }

    /// The `message` of an error: what is wrong with the whole first, then fields by name.
    pub fn message(&self) -> String {
        let mut parts: Vec<(bool, String, String)> = Vec::new();
        for violation in &self.0 {
            let whole = violation.path.is_empty();
            let shown =
                if whole { violation.text.clone() } else { format!("{}: {}", shown(violation), violation.text) };
            parts.push((!whole, violation.dotted(), shown));
        }
        parts.sort_by(|one, other| (one.0, &one.1).cmp(&(other.0, &other.1)));
        let texts: Vec<String> = parts.into_iter().map(|(_, _, text)| text).collect();
        match texts.len() {
            1 => format!("schema violation ({})", texts[0]),
            count => format!("{count} schema violations ({})", texts.join("; ")),
        }
    }
}

/// `config.port`, and `paths.1` for elements.
fn shown(violation: &Violation) -> String {
    violation.dotted()
}

fn put(target: &mut Value, path: &[Step], text: &str) {
    match path.split_first() {
        None => match target {
            Value::Object(map) => match map.entry("@entity").or_insert_with(|| Value::Array(Vec::new())) {
                Value::Array(list) => list.push(text.into()),
                other => *other = text.into(),
            },
            other => *other = text.into(),
        },
        Some((step, rest)) => {
            let slot = slot(target, step);
            if rest.is_empty() {
                *slot = text.into();
            } else {
                put(slot, rest, text);
            }
        }
    }
}

/// The place for a step, made if need be. A list that holds an error further on has nulls before it.
fn slot<'v>(target: &'v mut Value, step: &Step) -> &'v mut Value {
    match step {
        Step::Name(name) => {
            if !target.is_object() {
                *target = Value::Object(Map::new());
            }
            match target {
                Value::Object(map) => map.entry(name.clone()).or_insert(Value::Null),
                other => other,
            }
        }
        Step::At(at) => {
            if !target.is_array() {
                *target = Value::Array(Vec::new());
            }
            match target {
                Value::Array(list) => {
                    list.resize((at + 1).max(list.len()), Value::Null);
                    &mut list[*at]
                }
                other => other,
            }
        }
    }
}

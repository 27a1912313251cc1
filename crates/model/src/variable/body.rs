//! A place in a body: `model`, `messages[*].role`, `a.b[0]`.

use std::fmt;

/// The way to a part of a body. Forms have one level of names.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct BodyPath {
    /// One behind the other.
    pub steps: Vec<BodyStep>,
}

/// One step into a body.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum BodyStep {
    /// A member.
    Name(String),
    /// An element, from 0.
    Index(usize),
    /// All elements: what follows is a list.
    Every,
}

impl BodyPath {
    /// Reads `a.b[*].c`; `None` for what is no such way.
    pub fn read(text: &str) -> Option<Self> {
        let mut steps = Vec::new();
        for part in text.split('.') {
            let (name, brackets) = part.split_at(part.find('[').unwrap_or(part.len()));
            match name {
                "" => return None,
                "*" => steps.push(BodyStep::Every),
                name => steps.push(BodyStep::Name(name.to_owned())),
            }
            let mut rest = brackets;
            while !rest.is_empty() {
                let (inner, after) = rest.strip_prefix('[')?.split_once(']')?;
                steps.push(if inner == "*" { BodyStep::Every } else { BodyStep::Index(inner.parse().ok()?) });
                rest = after;
            }
        }
        Some(Self { steps })
    }

    /// Whether it leads to a list of what is found.
    pub fn many(&self) -> bool {
        self.steps.iter().any(|step| matches!(step, BodyStep::Every | BodyStep::Index(_)))
    }

    /// Its one name, where it is no more than that: all that a form has.
    pub fn name(&self) -> Option<&str> {
        match self.steps.as_slice() {
            [BodyStep::Name(name)] => Some(name),
            _ => None,
        }
    }
}

impl fmt::Display for BodyPath {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (at, step) in self.steps.iter().enumerate() {
            match step {
                BodyStep::Name(name) if at == 0 => f.write_str(name)?,
                BodyStep::Name(name) => write!(f, ".{name}")?,
                BodyStep::Index(index) => write!(f, "[{index}]")?,
                BodyStep::Every => f.write_str("[*]")?,
            }
        }
        Ok(())
    }
}

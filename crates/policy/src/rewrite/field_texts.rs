//! Changes of header fields by texts, on either side.

use super::texts::{Escape, fill_with};
use super::transform::editable;
use crate::build::BuildCause;
use crate::exchange::Exchange;
use http::{HeaderMap, HeaderName, HeaderValue};
use model::policy::{FieldTexts as Data, RequestText};

/// Changes with their names read.
#[derive(Default)]
pub(crate) struct FieldTexts {
    add: Vec<(HeaderName, RequestText)>,
    set: Vec<(HeaderName, RequestText)>,
    remove: Vec<HeaderName>,
}

/// The same with their values.
pub(crate) struct Filled<'a> {
    add: Vec<(&'a HeaderName, HeaderValue)>,
    set: Vec<(&'a HeaderName, Option<HeaderValue>)>,
    remove: &'a [HeaderName],
}

impl FieldTexts {
    pub(crate) fn compile(data: &Data) -> Result<Self, BuildCause> {
        let texts = |list: &[(String, RequestText)]| {
            list.iter().map(|(name, text)| Ok((editable(name)?, text.clone()))).collect::<Result<_, BuildCause>>()
        };
        Ok(Self {
            add: texts(&data.add)?,
            set: texts(&data.set)?,
            remove: data.remove.iter().map(|name| editable(name)).collect::<Result<_, _>>()?,
        })
    }

    /// Looks all values up, with what an expression captured; one that no field can have is left out.
    pub(crate) fn fill(&self, exchange: &Exchange, matched: &[Option<&str>]) -> Filled<'_> {
        let text = |text| fill_with(text, exchange, matched, Escape::None).text;
        let value = |one| HeaderValue::try_from(text(one)).ok();
        let add = self.add.iter().filter_map(|(name, one)| Some((name, value(one).filter(|value| !value.is_empty())?)));
        let set = self.set.iter().filter_map(|(name, one)| {
            let value = value(one)?;
            Some((name, (!value.is_empty()).then_some(value)))
        });
        Filled { add: add.collect(), set: set.collect(), remove: &self.remove }
    }
}

impl Filled<'_> {
    pub(crate) fn apply(self, headers: &mut HeaderMap) {
        for (name, value) in self.add {
            headers.append(name, value);
        }
        let mut before = None;
        for (name, value) in self.set {
            match value {
                Some(value) if before == Some(name) => drop(headers.append(name, value)),
                Some(value) => drop(headers.insert(name, value)),
                None => drop(headers.remove(name)),
            }
            before = Some(name);
        }
        for name in self.remove {
            headers.remove(name);
        }
    }
}

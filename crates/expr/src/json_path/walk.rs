//! Following a path through a document.

use super::{Miss, Path, Step, failed, function, scan};
use crate::limits::Budget;
use crate::value::{List, Map, Value};

/// One walk along one path.
pub(super) struct Walk<'w, 'a, 'b> {
    pub(super) path: &'w Path,
    pub(super) root: &'w Value<'a>,
    /// Whether every name on the way must be there: so it is where a filter asks for existence.
    pub(super) required: bool,
    pub(super) budget: &'w mut Budget<'b>,
    pub(super) found: Vec<Value<'a>>,
}

type Walked = Result<(), Miss>;

impl<'a> Walk<'_, 'a, '_> {
    /// Follows the path from its step `at` on.
    pub(super) fn step(&mut self, at: usize, model: &Value<'a>) -> Walked {
        self.budget.step()?;
        let path = self.path;
        match path.steps.get(at) {
            None => self.add(model.clone()),
            Some(Step::Properties(names)) => self.properties(at, names, model),
            Some(Step::Indexes(indexes)) => {
                let Some(list) = self.array(at, model)? else { return Ok(()) };
                indexes.iter().try_for_each(|index| self.index(at, *index, list))
            }
            Some(Step::Slice(from, to)) => {
                let Some(list) = self.array(at, model)? else { return Ok(()) };
                range(*from, *to, list.len() as i64).try_for_each(|index| self.index(at, index, list))
            }
            Some(Step::Wildcard) => self.all(at, model),
            Some(Step::Filter(filter)) => match model {
                Value::Map(_) => match filter.accepts(model, self.root, self.budget)? {
                    true => self.step(at + 1, model),
                    false => Ok(()),
                },
                Value::List(list) => {
                    for (index, item) in list.iter().enumerate() {
                        if filter.accepts(item, self.root, self.budget)? {
                            self.index(at, index as i64, list)?;
                        }
                    }
                    Ok(())
                }
                _ if self.upstream_definite(at) => Err(failed("a filter cannot be applied to a single value").into()),
                _ => Ok(()),
            },
            Some(Step::Scan) => scan::all(self, at + 1, model),
            Some(Step::Function { name, parameters }) => {
                let result = function::call(name, parameters, model, self.root, self.budget)?;
                self.add(result.clone())?;
                if self.is_leaf(at) { Ok(()) } else { self.step(at + 1, &result) }
            }
        }
    }

    fn add(&mut self, value: Value<'a>) -> Walked {
        self.budget.elements(1)?;
        self.found.push(value);
        Ok(())
    }

    pub(super) fn is_leaf(&self, at: usize) -> bool {
        at + 1 == self.path.steps.len()
    }

    fn upstream_definite(&self, at: usize) -> bool {
        self.path.steps[..at].iter().all(|step| step.is_definite(false))
    }

    fn properties(&mut self, at: usize, names: &[String], model: &Value<'a>) -> Walked {
        let Value::Map(map) = model else {
            return if self.upstream_definite(at) { Err(Miss::NotFound) } else { Ok(()) };
        };
        match names {
            [name] => self.property(at, name, map),
            _ if !self.is_leaf(at) => names.iter().try_for_each(|name| self.property(at, name, map)),
            _ => {
                let mut merged = Vec::new();
                for name in names {
                    let value = map.get_text(name).cloned();
                    if value.is_none() && self.required {
                        return Err(Miss::NotFound);
                    }
                    merged = Map::with(merged, Value::text(name.clone()), value.unwrap_or(Value::Null));
                }
                self.budget.elements(merged.len())?;
                self.add(Value::Map(Map::new(merged)))
            }
        }
    }

    pub(super) fn property(&mut self, at: usize, name: &str, map: &Map<'a>) -> Walked {
        self.budget.steps(map.len())?;
        match map.get_text(name) {
            Some(value) => self.step(at + 1, value),
            None if self.required => Err(Miss::NotFound),
            None if self.is_leaf(at) => self.add(Value::Null),
            None => {
                let one = matches!(&self.path.steps[at], Step::Properties(names) if names.len() == 1);
                if self.upstream_definite(at) && one { Err(Miss::NotFound) } else { Ok(()) }
            }
        }
    }

    /// The list that an index is for.
    fn array<'m>(&self, at: usize, model: &'m Value<'a>) -> Result<Option<&'m List<'a>>, Miss> {
        match model {
            Value::List(list) => Ok(Some(list)),
            _ if self.upstream_definite(at) => Err(Miss::NotFound),
            _ => Ok(None),
        }
    }

    /// One element, counted from the end when the index is negative; nothing when there is none.
    fn index(&mut self, at: usize, index: i64, list: &List<'a>) -> Walked {
        let index = if index < 0 { list.len() as i64 + index } else { index };
        match usize::try_from(index).ok().and_then(|index| list.get(index)) {
            Some(item) => self.step(at + 1, item),
            None => Ok(()),
        }
    }

    fn all(&mut self, at: usize, model: &Value<'a>) -> Walked {
        let items: Vec<&Value<'a>> = match model {
            Value::Map(map) => map.iter().map(|(_, value)| value).collect(),
            Value::List(list) => list.iter().collect(),
            _ => return Ok(()),
        };
        for item in items {
            match self.step(at + 1, item) {
                Err(Miss::NotFound) if !self.required => {}
                walked => walked?,
            }
        }
        Ok(())
    }
}

/// The indexes of a slice.
fn range(from: Option<i64>, to: Option<i64>, length: i64) -> std::ops::Range<i64> {
    match (from, to) {
        (Some(from), None) => (if from < 0 { length + from } else { from }).max(0)..length,
        (Some(from), Some(to)) if length > 0 => from.max(-length)..length.min(to),
        (None, Some(to)) => 0..length.min(if to < 0 { length + to } else { to }),
        _ => 0..0,
    }
}

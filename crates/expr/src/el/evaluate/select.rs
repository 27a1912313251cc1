//! Selection `?[…]`, `^[…]`, `$[…]` and projection `![…]`.

use super::Evaluator;
use crate::el::ast::{Node, Which};
use crate::error::Error;
use crate::value::{List, Map, Sequence, Value};
use std::sync::Arc;

impl<'a> Evaluator<'a, '_> {
    pub(super) fn select(
        &mut self,
        target: Value<'a>,
        which: Which,
        condition: &'a Node,
        safe: bool,
    ) -> Result<Value<'a>, Error> {
        match target {
            Value::Null if safe => Ok(Value::Null),
            Value::List(list) => self.select_items(&list, which, condition),
            Value::Map(map) => self.select_entries(&map, which, condition),
            Value::Object(object) if object.is_map() => self.select_entries(&object.to_map(), which, condition),
            other => Err(Error::evaluation("EL1015E", format!("nothing can be selected from {}", other.class()))),
        }
    }

    fn select_items(&mut self, list: &List<'a>, which: Which, condition: &'a Node) -> Result<Value<'a>, Error> {
        let mut taken = Vec::new();
        for item in list.iter() {
            if self.holds(item.clone(), condition)? {
                self.budget.elements(1)?;
                taken.push(item.clone());
                if which == Which::First {
                    break;
                }
            }
        }
        Ok(match which {
            Which::All => {
                let kind = if matches!(list.kind, Sequence::Array(_)) { list.kind } else { Sequence::List };
                Value::List(List::of(kind, taken))
            }
            Which::First | Which::Last => taken.pop().unwrap_or(Value::Null),
        })
    }

    fn select_entries(&mut self, map: &Map<'a>, which: Which, condition: &'a Node) -> Result<Value<'a>, Error> {
        let mut taken = Vec::new();
        for entry in map.iter() {
            if self.holds(Value::Entry(Arc::new(entry.clone())), condition)? {
                self.budget.elements(1)?;
                taken.push(entry.clone());
                if which == Which::First {
                    break;
                }
            }
        }
        Ok(match which {
            Which::All => Value::Map(Map::new(taken)),
            Which::First | Which::Last => taken.pop().map_or(Value::Null, |entry| Value::Map(Map::new(vec![entry]))),
        })
    }

    fn holds(&mut self, item: Value<'a>, condition: &'a Node) -> Result<bool, Error> {
        match self.within(item, condition)? {
            Value::Bool(holds) => Ok(holds),
            other => {
                let message = format!("the condition of a selection must be true or false, not {}", other.class());
                Err(Error::evaluation("EL1016E", message).at(condition.place))
            }
        }
    }

    pub(super) fn project(&mut self, target: Value<'a>, each: &'a Node, safe: bool) -> Result<Value<'a>, Error> {
        let (kind, items) = match target {
            Value::Null if safe => return Ok(Value::Null),
            Value::List(list) => (list.kind, list.to_vec()),
            Value::Map(map) => (Sequence::List, entries(&map)),
            Value::Object(object) if object.is_map() => (Sequence::List, entries(&object.to_map())),
            other => {
                let message = format!("{} has no elements to project", other.class());
                return Err(Error::evaluation("EL1019E", message));
            }
        };
        self.budget.elements(items.len())?;
        let items = items.into_iter().map(|item| self.within(item, each)).collect::<Result<Vec<_>, _>>()?;
        let kind = if matches!(kind, Sequence::Array(_)) { kind } else { Sequence::List };
        Ok(Value::List(List::of(kind, items)))
    }

    /// The value of a node with the item as `#this`.
    fn within(&mut self, item: Value<'a>, node: &'a Node) -> Result<Value<'a>, Error> {
        self.scope.push(item);
        let value = self.value(node);
        self.scope.pop();
        value
    }
}

fn entries<'a>(map: &Map<'a>) -> Vec<Value<'a>> {
    map.iter().map(|entry| Value::Entry(Arc::new(entry.clone()))).collect()
}

//! Statements: the text that they write.

use super::ast::{Block, Change, List, Names, Sign, Statement};
use super::compute::{Problem, missing};
use super::data::{Data, Items};
use super::operate;
use crate::error::Error;
use crate::limits::{Budget, Limits};
use crate::lookup::Lookup;
use std::sync::Arc;

/// An evaluation under way.
pub(super) struct Evaluator<'w, 'l> {
    world: &'w dyn Lookup,
    pub(super) budget: Budget<'l>,
    variables: Vec<(Arc<str>, Data<'w>)>,
    pub(super) loops: Vec<Loop<'w>>,
    /// Items of lists whose `<#items>` has not come.
    pending: Vec<Items<'w>>,
    out: String,
}

/// A list under way.
pub(super) struct Loop<'w> {
    first: Arc<str>,
    second: Option<(Arc<str>, Data<'w>)>,
    value: Data<'w>,
    pub(super) at: usize,
    pub(super) size: usize,
}

/// What comes after a statement.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Flow {
    Next,
    Break,
    Continue,
}

impl<'w, 'l> Evaluator<'w, 'l> {
    pub(super) fn new(world: &'w dyn Lookup, limits: &'l Limits) -> Self {
        Self {
            world,
            budget: Budget::new(limits),
            variables: Vec::new(),
            loops: Vec::new(),
            pending: Vec::new(),
            out: String::new(),
        }
    }

    /// What a template writes.
    pub(super) fn text(mut self, body: &Block) -> Result<String, Error> {
        self.block(body).map_err(|error| error.at(0))?;
        Ok(self.out)
    }

    fn block(&mut self, block: &Block) -> Result<Flow, Error> {
        self.budget.enter()?;
        let mut flow = Flow::Next;
        for statement in block {
            flow = self.statement(statement)?;
            if flow != Flow::Next {
                break;
            }
        }
        self.budget.leave();
        Ok(flow)
    }

    fn write(&mut self, text: &str) -> Result<(), Error> {
        self.budget.text_within(self.out.len().saturating_add(text.len()))?;
        self.budget.steps(text.len())?;
        self.out.push_str(text);
        Ok(())
    }

    fn statement(&mut self, statement: &Statement) -> Result<Flow, Error> {
        match statement {
            Statement::Text(text) => self.write(text)?,
            Statement::Show(node) => {
                let text = self.shown(node)?;
                self.write(&text).map_err(|error| error.at(node.place))?;
            }
            Statement::If(branches) => {
                for (condition, block) in branches {
                    let holds = condition.as_ref().map_or(Ok(true), |condition| self.truth(condition))?;
                    if holds {
                        return self.block(block);
                    }
                }
            }
            Statement::List(list) => self.list(list)?,
            Statement::Items(names, body) => {
                let items = self.pending.pop().ok_or_else(|| Problem::new("<#items> stands in no open <#list>"))?;
                self.repeat(names, items, body)?;
            }
            Statement::Sep(block) => {
                let one = self.loops.last().ok_or_else(|| Problem::new("<#sep> stands in no list"))?;
                if one.at + 1 < one.size {
                    return self.block(block);
                }
            }
            Statement::Break => return Ok(Flow::Break),
            Statement::Continue => return Ok(Flow::Continue),
            Statement::Assign(name, change) => self.assign(name, change)?,
            Statement::Capture(name, block) => {
                let outer = std::mem::take(&mut self.out);
                let flow = self.block(block);
                let text = std::mem::replace(&mut self.out, outer);
                flow?;
                self.budget.text(text.len())?;
                self.set(name, Data::text(text));
            }
        }
        Ok(Flow::Next)
    }

    fn list(&mut self, list: &List) -> Result<(), Error> {
        let of = self.value(&list.of)?;
        let endless = matches!(&of, Data::Range(range) if range.count.is_none_or(|count| count > 1 << 32));
        let size = if endless { usize::MAX } else { of.size().unwrap_or(0) };
        self.budget.elements(size).map_err(|error| error.at(list.of.place))?;
        let pairs = match &list.names {
            Some(names) => names.second.is_some(),
            None => of.items(false).is_err(),
        };
        let items = of.items(pairs).map_err(|problem| Error::from(problem).at(list.of.place))?;
        if items.is_empty() {
            self.block(&list.otherwise)?;
            return Ok(());
        }
        match &list.names {
            Some(names) => self.repeat(names, items, &list.body),
            None => {
                let depth = self.pending.len();
                self.pending.push(items);
                self.block(&list.body)?;
                self.pending.truncate(depth);
                Ok(())
            }
        }
    }

    fn repeat(&mut self, names: &Names, items: Items<'w>, body: &Block) -> Result<(), Error> {
        let size = items.len();
        for (at, (key, value)) in items.into_iter().enumerate() {
            self.budget.step()?;
            let one = match (key, &names.second) {
                (Some(key), Some(second)) => {
                    Loop { first: names.first.clone(), second: Some((second.clone(), value)), value: key, at, size }
                }
                (_, None) => Loop { first: names.first.clone(), second: None, value, at, size },
                (None, Some(_)) => return Err(Problem::new("a list has no keys").into()),
            };
            self.loops.push(one);
            let flow = self.block(body);
            self.loops.pop();
            if flow? == Flow::Break {
                break;
            }
        }
        Ok(())
    }

    fn assign(&mut self, name: &Arc<str>, change: &Change) -> Result<(), Error> {
        let value = match change {
            Change::Set(node) => self.value(node)?,
            Change::By(sign, node) => {
                let right = self.value(node)?;
                self.changed(name, *sign, &right).map_err(|error| error.at(node.place))?
            }
            Change::Step(sign) => self.changed(name, *sign, &Data::whole(1))?,
        };
        self.set(name, value);
        Ok(())
    }

    fn changed(&mut self, name: &Arc<str>, sign: Sign, right: &Data<'w>) -> Result<Data<'w>, Error> {
        let own = self.variables.iter().find(|(own, _)| own == name).map(|(_, value)| value.clone());
        let own = own.ok_or_else(|| Problem::new(format!("{name} is not assigned yet")))?;
        operate::apply(sign, &own, right, &mut self.budget)
    }

    fn set(&mut self, name: &Arc<str>, value: Data<'w>) {
        match self.variables.iter_mut().find(|(own, _)| own == name) {
            Some((_, own)) => *own = value,
            None => self.variables.push((name.clone(), value)),
        }
    }

    /// What a name stands for: an item of a list, what was assigned, or something of the world.
    pub(super) fn variable(&self, name: &str) -> Data<'w> {
        let of_loop = self.loops.iter().rev().find_map(|one| one.get(name));
        let assigned = || self.variables.iter().find(|(own, _)| **own == *name).map(|(_, value)| value.clone());
        of_loop.or_else(assigned).unwrap_or_else(|| self.world.get(name).map_or(Data::Missing, Data::of))
    }

    /// The list whose items have this name.
    pub(super) fn list_of(&self, name: &str) -> Option<&Loop<'w>> {
        self.loops.iter().rev().find(|one| one.is_called(name))
    }

    /// A missing variable, as an error.
    pub(super) fn present(&self, node: &super::ast::Node, value: Data<'w>) -> Result<Data<'w>, Error> {
        if value.is_missing() { Err(missing(node)) } else { Ok(value) }
    }
}

impl<'w> Loop<'w> {
    fn is_called(&self, name: &str) -> bool {
        *self.first == *name || self.second.as_ref().is_some_and(|(second, _)| **second == *name)
    }

    /// The item, its value, or what older templates ask: `item_index`, `item_has_next`.
    fn get(&self, name: &str) -> Option<Data<'w>> {
        if *self.first == *name {
            return Some(self.value.clone());
        }
        if let Some((_, value)) = self.second.as_ref().filter(|(second, _)| **second == *name) {
            return Some(value.clone());
        }
        match name.strip_prefix(&*self.first)? {
            "_index" => Some(Data::whole(self.at as u64)),
            "_has_next" => Some(Data::Bool(self.at + 1 < self.size)),
            _ => None,
        }
    }
}

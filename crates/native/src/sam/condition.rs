//! Conditions: whether a resource is there, and what `!If` chooses.

use super::template::{Template, entries, text};
use crate::tree::{Node, Tree};
use dialect::Faith;

/// What is known of a condition.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Decided {
    /// It is being worked out: whoever asks now stands inside it.
    Busy,
    /// Whether it holds.
    Known(bool),
}

impl Template<'_> {
    /// Whether the condition of this name holds. One that cannot be decided does not, which is said.
    pub(super) fn holds(&mut self, name: &Tree, path: &str) -> bool {
        let Some(id) = text(name) else {
            self.wrong(name.mark, path, "the name of a condition is meant here");
            return false;
        };
        match self.decided.get(id) {
            Some(Decided::Known(holds)) => return *holds,
            Some(Decided::Busy) => {
                self.wrong(name.mark, path, format!("the condition {id} depends on itself"));
                return false;
            }
            None => {}
        }
        let Some(condition) = self.section("Conditions").and_then(|all| all.get(id)) else {
            self.wrong(name.mark, path, format!("there is no condition {id}"));
            return false;
        };
        self.decided.insert(id.to_owned(), Decided::Busy);
        let path = format!("Conditions.{id}");
        let holds = self.decide(condition, &path);
        if holds.is_none() {
            let message = format!("whether {id} holds cannot be decided here: it is taken not to");
            self.say(Faith::Unsupported, condition.mark, &path, message);
        }
        self.decided.insert(id.to_owned(), Decided::Known(holds == Some(true)));
        holds == Some(true)
    }

    /// Whether it holds, where that can be told.
    fn decide(&mut self, tree: &Tree, path: &str) -> Option<bool> {
        let [(key, inner)] = entries(Some(tree)) else {
            self.wrong(tree.mark, path, "a condition is one of Fn::Equals, Fn::Not, Fn::And, Fn::Or, Condition");
            return None;
        };
        let list = match &inner.node {
            Node::List(items) => items.as_slice(),
            Node::Null | Node::Scalar(_) | Node::Map(_) | Node::Broken => &[],
        };
        match (key.text.as_str(), list) {
            ("Condition", _) => Some(self.holds(inner, path)),
            ("Fn::Equals", [one, other]) => {
                let (one, other) = (self.value(one, path), self.value(other, path));
                equal(one.as_ref(), other.as_ref())
            }
            ("Fn::Not", [one]) => self.decide(one, path).map(|holds| !holds),
            ("Fn::And", all @ [_, _, ..]) => self.decide_all(all, path, false),
            ("Fn::Or", all @ [_, _, ..]) => self.decide_all(all, path, true),
            (name, _) => {
                self.wrong(
                    key.mark,
                    path,
                    format!("{name} does not stand for a condition, or not with these arguments"),
                );
                None
            }
        }
    }

    /// And and or: one that is `settles` settles it, whatever the others are.
    fn decide_all(&mut self, all: &[Tree], path: &str, settles: bool) -> Option<bool> {
        let decided: Vec<Option<bool>> = all.iter().map(|one| self.decide(one, path)).collect();
        if decided.contains(&Some(settles)) {
            return Some(settles);
        }
        decided.iter().all(Option::is_some).then_some(!settles)
    }
}

/// Whether two values are the same; nothing when one of them could not be worked out.
fn equal(one: Option<&Tree>, other: Option<&Tree>) -> Option<bool> {
    let (Some(one), Some(other)) = (one, other) else { return Some(one.is_none() && other.is_none()) };
    match (&one.node, &other.node) {
        (Node::Broken, _) | (_, Node::Broken) => None,
        (Node::Null, Node::Null) => Some(true),
        (Node::Scalar(one), Node::Scalar(other)) => Some(one.text == other.text),
        (Node::List(one), Node::List(other)) if one.len() == other.len() => {
            one.iter().zip(other).try_fold(true, |so_far, (one, other)| Some(so_far && equal(Some(one), Some(other))?))
        }
        _ => Some(false),
    }
}

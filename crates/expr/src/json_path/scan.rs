//! `..`: the rest of the path at every place below, the outer ones first.

use super::walk::Walk;
use super::{Miss, Step};
use crate::value::Value;

/// Walks everything below the model; `at` is the step behind the two points.
pub(super) fn all<'a>(walk: &mut Walk<'_, 'a, '_>, at: usize, model: &Value<'a>) -> Result<(), Miss> {
    walk.budget.enter()?;
    match model {
        Value::Map(map) => {
            if applies(walk, at, model)? {
                walk.step(at, model)?;
            }
            for (_, value) in map.iter() {
                all(walk, at, value)?;
            }
        }
        Value::List(list) => {
            if applies(walk, at, model)? {
                if walk.is_leaf(at) {
                    walk.step(at, model)?;
                } else {
                    // As the original: of a list every element goes on, whatever the step says.
                    list.iter().try_for_each(|item| walk.step(at + 1, item))?;
                }
            }
            list.iter().try_for_each(|item| all(walk, at, item))?;
        }
        _ => {}
    }
    walk.budget.leave();
    Ok(())
}

/// Whether the step is one for this model.
fn applies<'a>(walk: &mut Walk<'_, 'a, '_>, at: usize, model: &Value<'a>) -> Result<bool, Miss> {
    let leaf = walk.is_leaf(at);
    Ok(match (&walk.path.steps[at], model) {
        (Step::Properties(names), Value::Map(map)) => {
            let definite = names.len() == 1 || leaf;
            walk.required || !definite || leaf || names.iter().all(|name| map.get_text(name).is_some())
        }
        (Step::Indexes(_) | Step::Slice(..), Value::List(_)) | (Step::Wildcard, _) => true,
        (Step::Filter(filter), model) => filter.accepts(model, walk.root, walk.budget)?,
        _ => false,
    })
}

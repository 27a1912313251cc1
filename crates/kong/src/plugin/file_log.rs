//! `file-log`: a record of each request, a line in a file.

use super::records::{at_once, lua};
use super::{Parts, Steps};
use crate::entity::Entity;
use crate::lower::Lowering;
use crate::part::Part;
use crate::schema::{Rule, boolean, string};
use model::policy::{LogJoin, LogShape, LogSink};

pub(super) fn parts() -> Parts {
    Parts::new(vec![
        string("path").required().rule(Rule::Text(file)),
        boolean("reopen").default(false).ignored("a file that was moved away is made anew in any case"),
        lua(),
    ])
}

fn file(text: &str) -> Result<(), String> {
    if text.starts_with('*') || text.starts_with('&') || text.contains(['%', '`']) {
        return Err("not a valid filename".to_owned());
    }
    Ok(())
}

pub(super) fn lower(entity: &Entity, _: &mut Lowering<'_>) -> Steps {
    let path = Part::of(&entity.object).owned("config.path").unwrap_or_default();
    at_once(LogSink::File { path }, LogJoin::Lines, LogShape::Plain)
}

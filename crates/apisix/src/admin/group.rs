//! Limits that count together must be the same limit.

use super::book::Book;
use super::reply::Problem;
use crate::document::Place;
use crate::entity::Kind;
use crate::plugin::{Plugin, Side};
use memchr::memmem::Finder;
use serde_json::Value;

const PLUGIN: &str = "limit-count";

/// Where plugins stand.
const KINDS: [Kind; 6] =
    [Kind::Routes, Kind::Services, Kind::Consumers, Kind::ConsumerGroups, Kind::PluginConfigs, Kind::GlobalRules];

/// Whether every other configuration of this object's group is like its own.
pub(super) fn agrees(book: &Book, place: &Place, value: &Value) -> Result<(), Problem> {
    let conf = &value["plugins"][PLUGIN];
    let Some(group) = conf["group"].as_str() else { return Ok(()) };
    let own = compared(conf);
    let written = Value::from(group).to_string();
    let needle = Finder::new(&written);
    for kind in KINDS {
        let others = book.all(kind, None, |text| needle.find(text).is_some());
        let differs = |other: &Value| other["group"].as_str() == Some(group) && compared(other) != own;
        let confs = others.iter().filter(|other| other.place != *place);
        if confs.filter_map(|other| other.object.get("plugins")?.get(PLUGIN)).any(differs) {
            let text = format!("failed to check the configuration of plugin {PLUGIN} err: group conf mismatched");
            return Err(Problem::wrong(text));
        }
    }
    Ok(())
}

/// A configuration with its defaults, without what every plugin may have.
fn compared(conf: &Value) -> Value {
    let mut filled = conf.clone();
    if let Some(plugin) = Plugin::named(PLUGIN) {
        plugin.schema(Side::Route).fill(&mut filled);
    }
    if let Value::Object(members) = &mut filled {
        members.shift_remove("_meta");
    }
    filled
}

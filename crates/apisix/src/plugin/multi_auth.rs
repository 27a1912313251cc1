//! `multi-auth`: several plugins that authenticate, of which one is enough.

use super::{Parts, Plugin, Side, Steps, words};
use crate::entity::Part;
use crate::lower::At;
use model::chain::Phase;
use model::policy::{AnyOf, Case, Policy};
use serde_json::{Value, json};

pub(super) fn parts() -> Parts {
    let schema = json!({"type": "object", "properties": {
        "auth_plugins": {"type": "array", "minItems": 2, "items": {"type": "object"}},
    }, "required": ["auth_plugins"]});
    Parts::new(schema).check(check)
}

/// The plugins with their configurations, in order.
fn plugins<'a>(conf: Part<'a>) -> impl Iterator<Item = (&'a String, &'a Value)> {
    conf.items("auth_plugins").iter().filter_map(Value::as_object).flatten()
}

fn check(conf: Part<'_>) -> Result<(), String> {
    for (name, conf) in plugins(conf) {
        let Some(plugin) = Plugin::named(name) else { return Err(format!("{name} plugin did not found")) };
        if !plugin.authenticates() {
            return Err(format!("{name} plugin is not supported"));
        }
        plugin.check(Side::Route, conf).map_err(|error| format!("plugin {name} check schema failed: {error}"))?;
    }
    Ok(())
}

pub(super) fn lower(conf: Part<'_>, at: &mut At<'_>) -> Steps {
    let mut policies = Vec::new();
    for (name, conf) in plugins(conf) {
        let Some(plugin) = Plugin::named(name).filter(|plugin| plugin.authenticates()) else { continue };
        let mut filled = conf.clone();
        plugin.schema(Side::Route).fill(&mut filled);
        let steps = plugin.lower(Part::of_value(Some(&filled)), at);
        policies.extend(steps.into_iter().map(|(_, policy)| policy));
    }
    let refusals = words::messages([(Case::Unknown, 401, "Authorization Failed")]);
    vec![(Phase::Rewrite, Policy::AnyOf(Box::new(AnyOf { policies, refusals })))]
}

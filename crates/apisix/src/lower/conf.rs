//! From one plugin's configuration to steps: what the plugin means, and what `_meta` says beside it.

use super::judged::{Remark, lacks_secret};
use super::{At, Lowering};
use crate::check;
use crate::entity::{Kind, Part};
use crate::plugin::{Plugin, Side, Steps, absent, meta::Meta};
use dialect::Faith;
use model::call::UrlPath;
use model::chain::{Phase, Step, StepRank};
use model::id::Slot;
use model::policy::{Policy, Refusing};
use model::predicate::Predicate;
use serde_json::Value;

/// A configuration, and where it stands.
pub(super) struct Conf<'a> {
    pub(super) name: &'a str,
    pub(super) conf: &'a Value,
    /// How specific its place is.
    pub(super) precedence: u8,
    /// Whether it is for all requests: then it runs before those of routes, and beside one of the same name.
    pub(super) global: bool,
    /// The object that counters of it count together by.
    pub(super) counter: &'a str,
    /// What of the request's path is appended to a function's URL.
    pub(super) url_path: UrlPath,
}

/// What runs before everything of the same phase that is not global.
const BEFORE: i64 = -(1 << 40);

/// The steps of a configuration; none where it does nothing here.
pub(super) fn steps(
    conf: Conf<'_>,
    at: &Lowering<'_>,
    consumers: &mut dyn FnMut(&str) -> bool,
    remarks: &mut Vec<Remark>,
) -> Vec<Step> {
    let meta = Meta::of(conf.conf);
    if meta.disabled() {
        return Vec::new();
    }
    let path = format!("plugins.{}", conf.name);
    if at.settings.plugins.as_ref().is_some_and(|enabled| !enabled.iter().any(|one| one == conf.name)) {
        let message = format!("the plugin {} is not enabled by the setting plugins: it does not run", conf.name);
        remarks.push(Remark::new(Faith::Exact, path, message));
        return Vec::new();
    }
    let (priority, policies) = match Plugin::named(conf.name) {
        // what a configuration without its secret would do, a stranger could make use of
        Some(plugin) if lacks_secret(conf.conf) => {
            (plugin.priority(), vec![(Phase::Rewrite, Policy::Missing { name: conf.name.to_owned() })])
        }
        Some(plugin) => (plugin.priority(), of_plugin(plugin, &conf, at, consumers, remarks)),
        None => match missing(conf.name, &path, at, remarks) {
            Some(found) => found,
            None => return Vec::new(),
        },
    };
    let vars = super::matching::conditions(meta.filter());
    let predicate = vars.map(|vars| Predicate { vars: Some(vars), ..Predicate::default() });
    let policies = refusing(policies, meta.error_response());
    let before = if conf.global { BEFORE } else { 0 };
    let slot = Slot::new(if conf.global { format!("global/{}", conf.name) } else { conf.name.to_owned() });
    let order = before - meta.priority().unwrap_or(priority);
    let step = |(phase, policy)| Step {
        slot: slot.clone(),
        rank: StepRank { phase, order },
        precedence: conf.precedence,
        predicate: predicate.clone(),
        policy,
    };
    policies.into_iter().map(step).collect()
}

/// With the body that refusals have; what only runs after the response refuses nothing.
fn refusing(policies: Steps, body: Option<&Value>) -> Steps {
    let Some(body) = body else { return policies };
    let body = match body {
        Value::String(text) => text.clone(),
        other => format!("{other}\n"),
    };
    let content_type = "text/plain; charset=utf-8".to_owned();
    let with = |(phase, policy): (Phase, Policy)| match phase {
        Phase::Response | Phase::Log => (phase, policy),
        Phase::Rewrite | Phase::Access | Phase::Endpoint => {
            let (body, content_type) = (body.clone(), content_type.clone());
            (phase, Policy::Refusing(Box::new(Refusing { policy, body, content_type })))
        }
    };
    policies.into_iter().map(with).collect()
}

fn of_plugin(
    plugin: Plugin,
    conf: &Conf<'_>,
    at: &Lowering<'_>,
    consumers: &mut dyn FnMut(&str) -> bool,
    remarks: &mut Vec<Remark>,
) -> Steps {
    let mut filled = conf.conf.clone();
    plugin.schema(Side::Route).fill(&mut filled);
    let settings = at.settings;
    let metadata = at.objects.get(Kind::PluginMetadata, conf.name).map(|item| &item.judged.object);
    let attr = Part::of_value(Some(&at.settings.plugin_attr)).part(conf.name);
    let url_path = conf.url_path.clone();
    let mut at = At { plugin, counter: conf.counter, metadata, attr, consumers, url_path, settings, remarks };
    plugin.lower(Part::of_value(Some(&filled)), &mut at)
}

/// A plugin that is not there: one that guards shuts what it would have guarded.
fn missing(name: &str, path: &str, at: &Lowering<'_>, remarks: &mut Vec<Remark>) -> Option<(i64, Steps)> {
    let known = absent(name);
    let guards = known.is_none_or(|plugin| plugin.guards);
    let loss = known.map_or("nobody here knows what it does, and it may guard", |plugin| plugin.loss);
    let allowed = at.allow_missing.iter().any(|one| one == name);
    debug_assert!(known.is_some() || !check::exists(name));
    if !guards || allowed {
        let message = format!("the plugin {name} is not there: {loss}");
        remarks.push(Remark::new(Faith::Unsupported, path, message));
        return None;
    }
    let message = format!(
        "the plugin {name} is not there: {loss}. What it would have guarded answers 503; `--allow-missing {name}` opens it"
    );
    remarks.push(Remark::new(Faith::Unsupported, path, message));
    let priority = known.map_or(0, |plugin| plugin.priority);
    Some((priority, vec![(Phase::Access, Policy::Missing { name: name.to_owned() })]))
}

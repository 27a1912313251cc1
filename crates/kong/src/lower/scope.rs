//! Where plugins apply and which of several wins: a plugin for route, service and consumer beats one for two of them,
//! these one for one, these one for all.
//!
//! What is bound to a consumer becomes an overlay, which takes effect once the client is known: nothing is written out
//! for each consumer on each route.

use super::{Lowering, name, route};
use crate::entity::{Collection, Entity};
use crate::part::Part;
use crate::plugin::{self, Plugin};
use dialect::Faith;
use model::chain::{Overlay, Step, StepRank, Who};
use model::id::{ConsumerId, RouteId, Slot};
use model::policy::Policy;
use model::predicate::Predicate;
use std::collections::BTreeMap;

/// Steps by where they apply.
pub(super) struct Scopes<'a> {
    global: Vec<Step>,
    routes: BTreeMap<&'a str, Vec<Step>>,
    services: BTreeMap<&'a str, Vec<Step>>,
    /// By route and service.
    both: BTreeMap<(&'a str, &'a str), Vec<Step>>,
    overlays: Vec<Overlay>,
}

/// How specific a plugin is: higher wins.
fn precedence(route: bool, service: bool, consumer: bool) -> u8 {
    match (route, service, consumer) {
        (true, true, true) => 8,
        (true, false, true) => 7,
        (false, true, true) => 6,
        (true, true, false) => 5,
        (false, false, true) => 4,
        (true, false, false) => 3,
        (false, true, false) => 2,
        (false, false, false) => 1,
    }
}

impl<'a> Scopes<'a> {
    /// Lowers every plugin that is switched on.
    pub(super) fn of(at: &mut Lowering<'a>) -> Self {
        let mut scopes = Self {
            global: Vec::new(),
            routes: BTreeMap::new(),
            services: BTreeMap::new(),
            both: BTreeMap::new(),
            overlays: Vec::new(),
        };
        for plugin in at.entities.of(Collection::Plugins) {
            if Part::of(&plugin.object).flag("enabled") {
                scopes.place(plugin, at);
            }
        }
        scopes
    }

    fn place(&mut self, plugin: &'a Entity, at: &mut Lowering<'a>) {
        let route = plugin.reference("route");
        let service = plugin.reference("service");
        let consumer = at.entities.named_by(plugin, "consumer");
        let Some(steps) = steps(plugin, precedence(route.is_some(), service.is_some(), consumer.is_some()), at) else {
            return;
        };
        if let Some(consumer) = consumer {
            let routes = routes(route, service, at);
            if routes.as_ref().is_some_and(Vec::is_empty) {
                return; // no request can be meant
            }
            let who = Who::Consumer(ConsumerId::new(name("consumer", consumer)));
            return self.overlays.push(Overlay { who, routes, steps });
        }
        match (route, service) {
            (Some(route), Some(service)) => self.both.entry((route, service)).or_default().extend(steps),
            (Some(route), None) => self.routes.entry(route).or_default().extend(steps),
            (None, Some(service)) => self.services.entry(service).or_default().extend(steps),
            (None, None) => self.global.extend(steps),
        }
    }

    /// The steps of a route: of each plugin the most specific one.
    pub(super) fn of_route(&self, entity: &Entity, service: Option<&Entity>, _: &Lowering<'_>) -> Vec<Step> {
        let service = service.map(Entity::id);
        let both = service.and_then(|service| self.both.get(&(entity.id(), service)));
        let own = self.routes.get(entity.id());
        let of_service = service.and_then(|service| self.services.get(service));
        let mut found: Vec<Step> = Vec::new();
        for steps in [both, own, of_service].into_iter().flatten() {
            let taken: Vec<Slot> = found.iter().map(|step| step.slot.clone()).collect();
            found.extend(steps.iter().filter(|step| !taken.contains(&step.slot)).cloned());
        }
        found
    }

    /// The steps around all routes, and the overlays.
    pub(super) fn into_rest(self) -> (Vec<Step>, Vec<Overlay>) {
        (self.global, self.overlays)
    }
}

/// The routes that a plugin for a consumer is bound to; `None` for all.
fn routes(route: Option<&str>, service: Option<&str>, at: &Lowering<'_>) -> Option<Vec<RouteId>> {
    if route.is_none() && service.is_none() {
        return None;
    }
    let all = at.entities.of(Collection::Routes).iter();
    let own = all.filter(|entity| {
        route.is_none_or(|route| entity.id() == route)
            && service.is_none_or(|service| entity.reference("service") == Some(service))
    });
    Some(own.map(route::id).collect())
}

/// What a plugin does, as steps; `None` where it does nothing here.
fn steps(entity: &Entity, precedence: u8, at: &mut Lowering<'_>) -> Option<Vec<Step>> {
    let text = entity.text("name")?.to_owned();
    if at.settings.plugins.as_ref().is_some_and(|enabled| !enabled.contains(&text)) {
        let message = format!("plugin '{text}' not enabled; add it to the 'plugins' configuration property");
        at.say(Faith::Invalid, entity, "name", message);
        return None;
    }
    let (priority, policies) = match Plugin::named(&text) {
        Some(plugin) => (plugin.priority(), plugin.lower(entity, at)),
        None => absent(entity, &text, at)?,
    };
    let predicate = schemes(entity);
    let step = |(phase, policy): (model::chain::Phase, Policy)| Step {
        slot: Slot::new(text.clone()),
        rank: StepRank { phase, order: -priority },
        precedence,
        predicate: predicate.clone(),
        policy,
    };
    Some(policies.into_iter().map(step).collect())
}

/// Only for requests by http or by https, where a plugin says so.
fn schemes(entity: &Entity) -> Option<Predicate> {
    let protocols = Part::of(&entity.object).texts("protocols");
    let speaks = |names: [&str; 2]| protocols.iter().any(|one| names.contains(&one.as_str()));
    let scheme = match (speaks(["http", "grpc"]), speaks(["https", "grpcs"])) {
        (true, false) => "http",
        (false, true) => "https",
        (true, true) | (false, false) => return None,
    };
    Some(Predicate { schemes: vec![scheme.to_owned()], ..Predicate::default() })
}

/// A plugin that is not there: one that guards shuts what it would have guarded.
fn absent(entity: &Entity, name: &str, at: &mut Lowering<'_>) -> Option<(i64, Vec<(model::chain::Phase, Policy)>)> {
    let known = plugin::absent(name);
    let guards = known.is_none_or(|plugin| plugin.guards);
    let loss = known.map_or("nobody here knows what it does, and it may guard", |plugin| plugin.loss);
    let allowed = at.allow_missing.iter().any(|one| one == name);
    if !guards || allowed {
        at.say(Faith::Unsupported, entity, "name", format!("the plugin {name} is not there: {loss}"));
        return None;
    }
    let message = format!(
        "the plugin {name} is not there: {loss}. What it would have guarded answers 503; `--allow-missing {name}` opens it"
    );
    at.say(Faith::Unsupported, entity, "name", message);
    let policy = Policy::Missing { name: name.to_owned() };
    Some((known.map_or(1000, |plugin| plugin.priority), vec![(model::chain::Phase::Access, policy)]))
}

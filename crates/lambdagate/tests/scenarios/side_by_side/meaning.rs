//! What a block means: its steps, without what only says where they stand.

use super::language::Language;
use super::layout;
use model::chain::{Chain, Phase, Step, StepRank};
use model::endpoint::Endpoint;
use model::gateway::{Gateway, Upstreams};
use model::id::{RouteId, Slot, TableId};
use model::policy::Policy;
use model::predicate::Predicate;
use model::route::{Route, Told};
use model::table::Table;
use serde_json::Value;
use std::collections::BTreeMap;
use std::sync::Arc;

/// On which side of the endpoint a step runs.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Side {
    Request,
    Response,
    Log,
}

/// The steps that a block means, in order. Phase, slot and precedence are each language's own; so is the name under which
/// a limit counts.
#[derive(Clone, Debug)]
pub(super) struct Meaning {
    steps: Vec<Step>,
    /// Where the route leads, if that is no longer where its frame leads.
    endpoint: Option<Endpoint>,
    upstreams: Upstreams,
}

impl PartialEq for Meaning {
    fn eq(&self, other: &Self) -> bool {
        self.sides() == other.sides() && self.endpoint == other.endpoint
    }
}

fn side(phase: Phase) -> Side {
    match phase {
        Phase::Rewrite | Phase::Access | Phase::Endpoint => Side::Request,
        Phase::Response => Side::Response,
        Phase::Log => Side::Log,
    }
}

impl Meaning {
    /// What a gateway does beside what another one does as well.
    pub(super) fn of(gateway: Gateway, frame: &Gateway) -> Self {
        let usual: Vec<Policy> = all(frame).into_iter().map(|step| step.policy).collect();
        let mut steps: Vec<Step> = all(&gateway).into_iter().filter(|step| !usual.contains(&step.policy)).collect();
        for step in &mut steps {
            unnamed(&mut step.policy);
        }
        let leads = |gateway: &Gateway| Some(gateway.tables.first()?.routes.iter().next()?.endpoint.clone());
        let endpoint = leads(&gateway).filter(|endpoint| leads(frame).as_ref() != Some(endpoint));
        Self { steps, endpoint, upstreams: gateway.upstreams }
    }

    fn sides(&self) -> Vec<(Side, Option<&Predicate>, &Policy)> {
        self.steps.iter().map(|step| (side(step.rank.phase), step.predicate.as_ref(), &step.policy)).collect()
    }

    /// The kinds of its policies.
    pub(super) fn kinds(&self) -> Vec<String> {
        let kind = |policy: &Policy| format!("{policy:?}").split(['(', ' ']).next().unwrap_or_default().to_owned();
        self.steps.iter().map(|step| kind(&step.policy)).collect()
    }

    /// The native form, which was read back and means the same.
    pub(super) fn native_form(&self) -> Result<String, String> {
        let (mut last, phases) = (String::new(), [false, true]);
        for with_phases in phases {
            let (text, environment) = self.written(with_phases)?;
            let again = Language::Native.meaning(&text, &environment)?;
            if again == *self {
                return Ok(text);
            }
            last = format!("{text}\nmeans\n{:#?}\nand not\n{:#?}", again.sides(), self.sides());
        }
        Err(last)
    }

    fn written(&self, with_phases: bool) -> Result<(String, BTreeMap<String, String>), String> {
        let written = native::write(&self.gateway());
        if !written.gaps.is_empty() {
            return Err(format!("no native form: {}", written.gaps.join(", ")));
        }
        let mut document: Value = serde_saphyr::from_str(&written.text).unwrap();
        document.as_object_mut().unwrap().shift_remove("listen");
        let route = document["routes"][0].as_object_mut().unwrap();
        route.retain(|key, _| matches!(key.as_str(), "policies" | "endpoints" | "endpoint"));
        for step in route.get_mut("policies").and_then(Value::as_array_mut).ok_or("it means no policy")? {
            plain(step, with_phases);
        }
        let more = self.endpoint.is_some() || document.as_object().unwrap().len() > 1;
        let shown = if more { &document } else { &document["routes"][0]["policies"] };
        let variables = written.variables.into_iter().map(|one| (one.name, one.secret.expose().to_owned()));
        Ok((layout::lay_out(shown), variables.collect()))
    }

    /// A gateway with one route that has these steps.
    fn gateway(&self) -> Gateway {
        let place = |step: &Step| Step {
            slot: Slot::new("any"),
            rank: StepRank { phase: step.rank.phase, order: 0 },
            precedence: 10,
            ..step.clone()
        };
        let route = Route {
            id: RouteId::new("native/route/*"),
            matches: vec![model::route::Match { rank: Default::default(), predicate: Predicate::default() }],
            chain: Chain::of(self.steps.iter().map(place).collect()),
            endpoint: self.endpoint.clone().unwrap_or(Endpoint::None),
            path: None,
            told: Told::default(),
            around: None,
        };
        let upstreams = if self.endpoint.is_some() { self.upstreams.clone() } else { Upstreams::default() };
        let mut table = Table::new(TableId::new("native/table/main"));
        table.routes = std::iter::once(Arc::new(route)).collect();
        Gateway { tables: vec![table], upstreams, ..Gateway::default() }
    }
}

/// All steps, wherever they stand.
fn all(gateway: &Gateway) -> Vec<Step> {
    let mut steps = Vec::new();
    for table in &gateway.tables {
        let mut routes = table.routes.iter().flat_map(|route| route.chain.groups.iter().flat_map(|group| &group.steps));
        steps.extend(
            table.global.iter().chain(routes.by_ref()).chain(table.overlays.iter().flat_map(|one| &one.steps)).cloned(),
        );
    }
    steps
}

/// Takes off the name under which something counts, or is kept.
fn unnamed(policy: &mut Policy) {
    match policy {
        Policy::RateLimit(one) => one.scope.clear(),
        Policy::Pace(one) => one.scope.clear(),
        Policy::Concurrency(one) => one.scope.clear(),
        Policy::Breaker(one) => one.scope.clear(),
        Policy::Cache(one) => one.key.scope.clear(),
        Policy::Refusing(one) => unnamed(&mut one.policy),
        _ => {}
    }
}

/// A step without what says where it stands.
fn plain(step: &mut Value, with_phases: bool) {
    let step = step.as_object_mut().unwrap();
    step.retain(|key, _| !matches!(key.as_str(), "slot" | "order" | "precedence") && (with_phases || key != "phase"));
    step.values_mut().for_each(without_scope);
}

fn without_scope(value: &mut Value) {
    if let Value::Object(members) = value {
        members.retain(|key, value| !(key == "scope" && *value == ""));
        members.values_mut().for_each(without_scope);
    }
}

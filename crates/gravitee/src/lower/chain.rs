//! The chain of an API: what surrounds all APIs, then who may, then the flows of the plan, then its own; on the way back
//! the plan's flows come first and those around all APIs last.

use super::flow::{Flow, flows};
use super::step::{self, Stand};
use super::{Lowering, api::Api, cors, key, plan};
use crate::part::Part;
use crate::policy::{Engine, Home, List};
use crate::read::Version;
use model::answer::Keyed;
use model::chain::{Chain, Group, GroupSet, Phase, Step, StepRank};
use model::id::Slot;
use model::policy::{Assign, Policy};
use model::predicate::{Condition, Predicate};
use model::text::Text;
use model::world::ParamPath;

/// Where the steps of a chain stand among those of the others.
#[derive(Clone, Copy)]
struct Ground {
    request: i64,
    response: i64,
}

const ORGANIZATION: Ground = Ground { request: 1_000, response: 3_000_000 };
const SECURITY: i64 = 100_000;
const PLAN: Ground = Ground { request: 1_000_000, response: 1_000_000 };
/// Behind all flows, which may set what later ones ask.
const NO_FLOW: i64 = 900_000;
const API: Ground = Ground { request: 2_000_000, response: 2_000_000 };

/// The chain of an API, and where parameters stand in the paths of its flows.
pub(super) fn chain(api: &Api<'_>, at: &mut Lowering<'_>) -> (Chain, Vec<ParamPath>) {
    let resources = api.part.parts("resources");
    let mut of = Builder {
        engine: api.engine,
        home: Home { api: &api.id, planned: !api.bare, flow: "", resources: &resources },
        groups: Vec::new(),
        around: String::new(),
        sets: 0,
        best: false,
        must: false,
        paths: Vec::new(),
        shared: None,
        others: Vec::new(),
    };
    of.groups.push(Group { steps: cors::steps(api), always: true, ..Group::default() });
    for (number, part) in organizations(at).iter().enumerate() {
        of.around = format!("around[{number}].");
        of.best = part.word("flowMode") == Some("BEST_MATCH");
        let own = flows(&part.parts("flows"), Version::V2, at.notes);
        of.flows(&own, ORGANIZATION, None, at);
    }
    let mut security = plan::security(api, at);
    if let Some(policy) = security.policy.take() {
        of.groups.push(Group { steps: vec![alone("security", SECURITY, policy)], ..Group::default() });
    }
    of.around = String::new();
    of.manner(api);
    for plan in &security.plans {
        let condition = Condition::Attribute { name: plan::ATTRIBUTE.to_owned(), value: plan.id.clone() };
        let own = flows(&plan.part.parts("flows"), api.version, at.notes);
        of.flows(&own, PLAN, Some(&condition), at);
    }
    let own = flows(&api.part.parts("flows"), api.version, at.notes);
    of.flows(&own, API, None, at);
    of.groups.retain(|group| !group.steps.is_empty() || group.set.is_some());
    (Chain { groups: of.groups }, of.paths)
}

fn organizations<'a>(at: &Lowering<'a>) -> Vec<Part<'a>> {
    at.contents.iter().filter_map(crate::read::Content::organization).collect()
}

fn alone(slot: &str, order: i64, policy: Policy) -> Step {
    let rank = StepRank { phase: Phase::Access, order };
    Step { slot: Slot::new(slot), rank, precedence: 0, predicate: None, policy }
}

struct Builder<'a> {
    engine: Engine,
    home: Home<'a>,
    groups: Vec<Group>,
    around: String,
    sets: u16,
    /// Only the best of the flows that match runs.
    best: bool,
    /// Some flow must match.
    must: bool,
    /// Where parameters stand in their paths.
    paths: Vec<ParamPath>,
    /// The set of the lists of which some flow must match.
    shared: Option<u16>,
    /// When flows of plans match, where that is asked in another set than that of the API's own.
    others: Vec<Predicate>,
}

impl Builder<'_> {
    /// How flows of an API and of its plans are chosen.
    fn manner(&mut self, api: &Api<'_>) {
        self.shared = None;
        match api.version {
            Version::V2 => self.best = api.part.word("flow_mode") == Some("BEST_MATCH"),
            Version::V4 => {
                let execution = api.part.part("flowExecution");
                self.best = execution.word("mode") == Some("best-match");
                self.must = execution.flag("matchRequired");
            }
        }
    }

    fn flows(&mut self, flows: &[Flow<'_>], ground: Ground, only: Option<&Condition>, at: &mut Lowering<'_>) {
        if flows.is_empty() && !(self.must && only.is_none()) {
            return;
        }
        let set = self.set();
        for path in flows.iter().filter_map(Flow::params) {
            if !self.paths.contains(&path) {
                self.paths.push(path);
            }
        }
        let mut order: Vec<&Flow<'_>> = flows.iter().collect();
        if self.best {
            order.sort_by_key(|flow| std::cmp::Reverse(flow.exactness()));
        }
        for (number, flow) in order.into_iter().enumerate() {
            let group = self.group(flow, number as i64, ground, only, at);
            if self.best && self.must && only.is_some() {
                self.others.extend(group.predicate.clone());
            }
            self.groups.push(Group { set: set.map(|number| GroupSet { number, otherwise: self.best }), ..group });
        }
        if let Some(number) = set.filter(|_| self.must && only.is_none()) {
            let before = std::mem::take(&mut self.others).into_iter();
            let before = before.map(|predicate| Group { predicate: Some(predicate), ..Group::default() });
            let set = |otherwise| Some(GroupSet { number, otherwise });
            self.groups.extend(before.map(|group| Group { set: set(false), ..group }));
            let steps = vec![alone("no flow", ground.request + NO_FLOW, no_flow())];
            self.groups.push(Group { set: set(true), steps, ..Group::default() });
        }
    }

    /// The set of a list of flows: each list has its own best; of all lists together some flow must match.
    fn set(&mut self) -> Option<u16> {
        let shared = self.shared.filter(|_| !self.best);
        if shared.is_none() && (self.best || self.must) {
            self.sets += 1;
            self.shared = Some(self.sets);
        }
        shared.or_else(|| (self.best || self.must).then_some(self.sets))
    }

    /// A flow. Where only the best of several runs, its conditions are asked of its steps: they do not decide which is
    /// the best.
    fn group(
        &self,
        flow: &Flow<'_>,
        number: i64,
        ground: Ground,
        only: Option<&Condition>,
        at: &mut Lowering<'_>,
    ) -> Group {
        let mut predicate = flow.place();
        predicate.conditions.extend(only.cloned());
        let conditions = flow.conditions.clone();
        let (of_group, of_steps) = if self.best { (Vec::new(), conditions) } else { (conditions, Vec::new()) };
        predicate.conditions.extend(of_group);
        let around = self.around.as_str();
        let home = Home { flow: &flow.path, ..self.home };
        let mut stand = Stand {
            engine: self.engine,
            home,
            around,
            order: ground.request + number * 100 + 1,
            conditions: &of_steps,
        };
        let resolved = self.resolved(&flow.request, flow, Phase::Access, stand.order - 1, at);
        let mut steps: Vec<Step> = resolved.into_iter().collect();
        steps.extend(step::steps(&flow.request, List::Request, &stand, at));
        stand.order = ground.response + number * 100;
        steps.extend(self.resolved(&flow.response, flow, Phase::Response, stand.order - 1, at));
        steps.extend(step::steps(&flow.response, List::Response, &stand, at));
        // in the newer engine, those around all APIs run whatever has happened
        let always = self.engine == Engine::V4 && !self.around.is_empty();
        Group { set: None, predicate: Some(predicate), steps, always }
    }
}

impl Builder<'_> {
    /// In the older engine a flow with steps leaves its path, for those who ask.
    fn resolved(
        &self,
        list: &[Part<'_>],
        flow: &Flow<'_>,
        phase: Phase,
        order: i64,
        at: &Lowering<'_>,
    ) -> Option<Step> {
        if self.engine != Engine::V3 || list.is_empty() || !at.asks_resolved {
            return None;
        }
        let path = Text::Plain(flow.path.clone());
        let policy = Policy::Assign(Assign { attributes: vec![(key::RESOLVED.to_owned(), path)] });
        let rank = StepRank { phase, order };
        Some(Step {
            slot: Slot::new(format!("path of {}flow {order}", self.around)),
            rank,
            precedence: 0,
            predicate: None,
            policy,
        })
    }
}

fn no_flow() -> Policy {
    let key = Some("FLOW_EXECUTION_FLOW_MATCHED_FAILURE".to_owned());
    Policy::Fail(Keyed { status: 404, key, message: None })
}

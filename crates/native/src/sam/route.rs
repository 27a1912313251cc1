//! Routes made of events, on the usual listener.

use super::api::Protocol;
use super::template::Template;
use crate::lower::{listener, place, rank, route::usual_name};
use crate::names;
use crate::tree::Mark;
use dialect::Faith;
use model::Gateway;
use model::call::{Call, CallTimeouts, Fault, FunctionTarget, Invocation, Payload, Reply, ReplyRules, Target, Then};
use model::chain::{Chain, Phase, Step, StepRank};
use model::endpoint::Endpoint;
use model::id::{RouteId, Slot, TableId};
use model::policy::{Cors, Policy};
use model::predicate::{PathPattern, PathTemplate, Predicate};
use model::route::{Match, Route, Told};
use model::table::Table;
use std::sync::Arc;
use std::time::Duration;

/// The API that a route belongs to.
type Owner = (Protocol, Option<String>);

/// The routes so far.
#[derive(Default)]
pub(super) struct Routes {
    routes: Vec<Route>,
    owners: Vec<Owner>,
    told_of_names: bool,
}

/// What an event says of its route.
pub(super) struct Seed {
    pub(super) function: String,
    pub(super) qualifier: Option<String>,
    pub(super) methods: Vec<String>,
    /// Without one every path is taken.
    pub(super) path: Option<String>,
    pub(super) payload: Payload,
    pub(super) reply: ReplyRules,
    pub(super) total: Duration,
    /// The event.
    pub(super) mark: Mark,
    pub(super) place: String,
}

impl Routes {
    pub(super) fn len(&self) -> usize {
        self.routes.len()
    }

    /// The APIs that have routes, each once.
    pub(super) fn owners(&self) -> &[Owner] {
        &self.owners
    }

    /// Adds the route of an event, unless it can take nothing.
    pub(super) fn add(&mut self, owner: Owner, seed: Seed, template: &mut Template<'_>) {
        let path = match seed.path.as_deref().map(pattern).transpose() {
            Ok(path) => path,
            Err(error) => return drop(template.wrong(seed.mark, &seed.place, error)),
        };
        let predicate = Predicate { path, methods: seed.methods.clone(), ..Predicate::default() };
        if self.routes.iter().any(|route| route.matches[0].predicate == predicate) {
            let message = "an event before this one takes the same requests, so that this one never does";
            return template.say(Faith::Ignored, seed.mark, &seed.place, message);
        }
        let matches = vec![Match { rank: rank::rank(&predicate, 0), predicate }];
        let id = RouteId::new(names::id("route", &usual_name(&matches)));
        let chain = Chain::of(vec![step(seed)]);
        self.routes.push(Route {
            id,
            matches,
            chain,
            endpoint: Endpoint::None,
            path: None,
            told: Told::default(),
            around: None,
        });
        if !self.owners.contains(&owner) {
            self.owners.push(owner);
        }
    }

    /// Says what functions without a name of their own are called.
    pub(super) fn tell_once_of_names(&mut self, mark: Mark, place: &str, template: &mut Template<'_>) {
        if !std::mem::replace(&mut self.told_of_names, true) {
            let message = "without FunctionName a function is called by its logical id here; a stack in AWS gives it a \
                           longer name, which only FunctionName can foretell";
            template.say(Faith::Approximate, mark, place, message);
        }
    }

    pub(super) fn into_gateway(self, cors: Option<Cors>) -> Gateway {
        let mut table = Table::new(TableId::new(names::id("table", "main")));
        table.routes = self.routes.into_iter().map(Arc::new).collect();
        table.global = cors.into_iter().flat_map(around).collect();
        let listeners = vec![listener::usual(std::slice::from_ref(&table.id))];
        Gateway { listeners, tables: vec![table], ..Gateway::default() }
    }
}

fn pattern(text: &str) -> Result<PathPattern, String> {
    let template = PathTemplate::parse(text).map_err(|error| error.to_string())?;
    Ok(if template.is_literal() { PathPattern::Exact(template.text) } else { PathPattern::Template(template) })
}

fn step(seed: Seed) -> Step {
    let call = Call {
        target: Target::Function(FunctionTarget {
            function: seed.function,
            qualifier: seed.qualifier,
            invocation: Invocation::RequestResponse,
            log_tail: false,
            aws: Default::default(),
        }),
        payload: seed.payload,
        reply: Reply::Proxy(seed.reply),
        fault: Fault::default(),
        then: Then::Respond,
        timeouts: CallTimeouts { total: seed.total, ..CallTimeouts::default() },
        expose_log: false,
        texts: None,
    };
    Step {
        slot: Slot::new("function"),
        rank: place::CALL,
        precedence: place::ROUTE,
        predicate: None,
        policy: Policy::Call(Box::new(call)),
    }
}

/// Both sides of the rules for other origins.
fn around(cors: Cors) -> [Step; 2] {
    [Phase::Rewrite, Phase::Response].map(|phase| Step {
        slot: Slot::new("cors"),
        rank: StepRank { phase, order: 10 },
        precedence: place::GLOBAL,
        predicate: None,
        policy: Policy::Cors(cors.clone()),
    })
}

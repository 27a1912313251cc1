//! From a route to the model: what it takes, what is done, where it leads.

use super::chain::{PLUGIN_CONFIG, ROUTE, SERVICE, Sources, of_route};
use super::judged::{Judged, Remark};
use super::objects::Item;
use super::upstream::{self, Leads};
use super::{Lowering, Said, matching, name, split, status_line};
use crate::entity::{Kind, Part};
use crate::plugin::Plugin;
use dialect::Faith;
use model::answer::Answer;
use model::call::UrlPath;
use model::chain::{Chain, Phase, Step, StepRank};
use model::endpoint::{Endpoint, HttpEndpoint, Upstream};
use model::id::{RouteId, Slot, UpstreamId};
use model::policy::Policy;
use model::route::{Route, Told};
use std::sync::Arc;

/// What a route means.
#[derive(Default)]
pub(super) struct Made {
    pub(super) route: Option<Arc<Route>>,
    /// Where it may lead.
    pub(super) upstreams: Vec<(UpstreamId, Arc<Upstream>)>,
    pub(super) said: Vec<Said>,
}

/// What a route asked for beside the objects that it stands on, and what was there.
#[derive(Default)]
pub(super) struct Asked {
    pub(super) consumers: Vec<(String, bool)>,
    /// Upstreams that its parts lead to.
    pub(super) upstreams: Vec<(String, Option<Arc<Judged>>)>,
}

/// The objects that a route stands on.
pub(super) struct Basis<'a> {
    route: &'a Item,
    service: Option<&'a Item>,
    plugin_config: Option<&'a Item>,
    upstream: Option<&'a Item>,
}

impl<'a> Basis<'a> {
    pub(super) fn of(route: &'a Item, at: &Lowering<'a>) -> Self {
        let objects: &'a super::objects::Objects = at.objects;
        let named = |item: &Item, member: &str, kind| {
            let id = item.judged.part().id(member)?;
            objects.get(kind, &id)
        };
        let service = named(route, "service_id", Kind::Services);
        let own = named(route, "upstream_id", Kind::Upstreams);
        let upstream = own.or_else(|| named(service?, "upstream_id", Kind::Upstreams));
        let plugin_config = named(route, "plugin_config_id", Kind::PluginConfigs);
        Self { route, service, plugin_config, upstream }
    }

    pub(super) fn all(&self) -> [Option<&'a Item>; 4] {
        [Some(self.route), self.service, self.plugin_config, self.upstream]
    }

    fn part(&self) -> Part<'a> {
        self.route.judged.part()
    }

    fn service(&self) -> Part<'a> {
        self.service.map_or(Part::of_value(None), |item| item.judged.part())
    }

    /// A reference of the route that leads nowhere.
    fn lost(&self, member: &str, found: Option<&Item>) -> bool {
        self.part().value(member).is_some() && found.is_none()
    }
}

/// What a route means. What it asks for beside its basis is noted in `asked`.
pub(super) fn make(basis: &Basis<'_>, at: &Lowering<'_>, asked: &mut Asked) -> Made {
    let part = basis.part();
    let mut said = Vec::new();
    let mut say = |faith, path: &str, message: &str| {
        said.push((Some(basis.route.origin()), Remark::new(faith, path, message)));
    };
    if part.count("status") == Some(0) || part.value("filter_func").is_some() {
        return Made::default(); // the one is switched off, of the other its schema tells
    }
    if basis.lost("plugin_config_id", basis.plugin_config) {
        say(Faith::Unsupported, "plugin_config_id", "there is no such plugin config: the route answers 503");
    }
    let mut consumers = |name: &str| {
        let there = at.objects.get(Kind::Consumers, name).is_some();
        asked.consumers.push((name.to_owned(), there));
        there
    };
    let mut steps = of_route(&sources(basis), &url_path(part), at, &mut consumers, &mut said);
    steps.extend(shut(basis));
    let (mut endpoint, upstream) = endpoint(basis, at, &mut said);
    let mut upstreams: Vec<(UpstreamId, Arc<Upstream>)> = upstream.into_iter().collect();
    let id = &basis.route.judged.place.id;
    if steps.iter().any(|step| matches!(step.policy, Policy::Split(_)))
        && let Some((item, conf)) = split(basis)
    {
        let divided = split::divided(conf, item, id, endpoint, at, &mut said);
        endpoint = divided.endpoint;
        upstreams.extend(divided.upstreams);
        asked.upstreams = divided.asked;
    }
    let route = Route {
        id: RouteId::new(name("route", id)),
        matches: matching::matches(part, basis.service(), at.settings.router),
        chain: Chain::of(steps),
        endpoint,
        path: None,
        told: Told {
            id: Some(id.clone()),
            name: part.owned("name"),
            service: part.id("service_id"),
            service_name: basis.service().owned("name"),
            ..Told::default()
        },
        around: None,
    };
    Made { route: Some(Arc::new(route)), upstreams, said }
}

/// The configuration by which the route is divided, and what it stands in.
fn split<'a>(basis: &Basis<'a>) -> Option<(&'a Item, Part<'a>)> {
    sources(basis).into_iter().find_map(|(_, item)| {
        let conf = item.judged.part().part("plugins").value(Plugin::TrafficSplit.name())?;
        Some((item, Part::of_value(Some(conf))))
    })
}

/// Where plugins of a route may stand.
fn sources<'a>(basis: &Basis<'a>) -> Sources<'a> {
    let all = [(ROUTE, Some(basis.route)), (PLUGIN_CONFIG, basis.plugin_config), (SERVICE, basis.service)];
    all.into_iter().filter_map(|(precedence, item)| Some((precedence, item?))).collect()
}

/// What of a path is led on to functions: what a wildcard covers that begins a segment.
fn url_path(part: Part<'_>) -> UrlPath {
    let uris = matching::uris(part);
    let open = uris.iter().any(|uri| uri.split('/').any(|segment| segment.starts_with('*')));
    if open { UrlPath::Open(matching::WILDCARD.to_owned()) } else { UrlPath::Fixed }
}

/// What Lua would have done, or a plugin config that is not there, shuts the route.
fn shut(basis: &Basis<'_>) -> Option<Step> {
    let script = ["script", "script_id"].into_iter().find(|member| basis.part().value(member).is_some());
    let script = script.or_else(|| basis.service().value("script").map(|_| "script"));
    let lost = basis.lost("plugin_config_id", basis.plugin_config).then_some("plugin_config_id");
    let name = script.or(lost)?;
    Some(Step {
        slot: Slot::new(name),
        rank: StepRank { phase: Phase::Rewrite, order: i64::MIN },
        precedence: ROUTE,
        predicate: None,
        policy: Policy::Missing { name: name.to_owned() },
    })
}

/// Where requests lead that no plugin answers.
fn endpoint(
    basis: &Basis<'_>,
    at: &Lowering<'_>,
    said: &mut Vec<Said>,
) -> (Endpoint, Option<(UpstreamId, Arc<Upstream>)>) {
    let page = |status: u16| Endpoint::Answer(Answer::message(status, status_line(status)));
    let mut say = |path: &str, message: String| {
        said.push((Some(basis.route.origin()), Remark::new(Faith::Unsupported, path, message)));
    };
    if basis.lost("service_id", basis.service) {
        say("service_id", "there is no such service: requests are answered by 404".to_owned());
        return (page(404), None);
    }
    let (part, service) = (basis.part(), basis.service());
    let id = &basis.route.judged.place.id;
    let (conf, key, item) = if part.part("upstream").is_there() {
        (part.part("upstream"), format!("route:{id}"), basis.route)
    } else if part.value("upstream_id").is_some()
        || service.value("upstream_id").is_some() && !service.part("upstream").is_there()
    {
        match basis.upstream {
            Some(item) => (item.judged.part(), item.judged.place.id.clone(), item),
            None => {
                say("upstream_id", "there is no such upstream: requests are answered by 502".to_owned());
                return (page(502), None);
            }
        }
    } else if let (Some(item), true) = (basis.service, service.part("upstream").is_there()) {
        (service.part("upstream"), format!("service:{}", item.judged.place.id), item)
    } else {
        return (Endpoint::None, None);
    };
    match upstream::lead(conf, &key, part.part("timeout"), id, at, &mut |remark| {
        said.push((Some(item.origin()), remark))
    }) {
        Leads::To(endpoint, upstream) => {
            let said = if part.value("enable_websocket").is_some() { part } else { service };
            let websocket = said.flag("enable_websocket");
            (Endpoint::Http(HttpEndpoint { websocket, ..endpoint }), Some(upstream))
        }
        Leads::Nowhere => (Endpoint::None, None),
    }
}

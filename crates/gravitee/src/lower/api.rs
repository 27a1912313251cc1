//! From a definition to its route: the paths it takes, in which order they are asked, and what belongs to it.

use super::{Lowering, answers, chain, endpoint, world};
use crate::part::Part;
use crate::policy::Engine;
use crate::read::{Content, Definition, Version};
use dialect::Faith;
use model::chain::Group;
use model::endpoint::{Endpoint, PathRewrite};
use model::id::RouteId;
use model::predicate::{HostPattern, PathPattern, Predicate};
use model::route::{Match, Rank, Route, Told};
use model::world::{Around, World};
use std::sync::Arc;

/// A definition, with what is asked of it again and again.
pub(super) struct Api<'a> {
    pub(super) part: Part<'a>,
    pub(super) version: Version,
    pub(super) plans: Vec<Part<'a>>,
    /// By whose rules its steps run.
    pub(super) engine: Engine,
    pub(super) id: String,
    pub(super) name: String,
    /// It is a file of its own, which says nothing of plans.
    pub(super) bare: bool,
}

impl<'a> Api<'a> {
    pub(super) fn new(definition: &Definition<'a>, content: &Content) -> Self {
        let Definition { version, part, plans } = definition.clone();
        let engine = match version {
            Version::V4 => Engine::V4,
            Version::V2 => match part.text("execution_mode").unwrap_or_default().to_ascii_lowercase().as_str() {
                "v4-emulation-engine" | "jupiter" => Engine::V4,
                _ => Engine::V3, // whatever else it says, as in the original
            },
        };
        let name = part.owned("name").unwrap_or_default();
        let id = part.filled("id").map_or_else(|| name.clone(), str::to_owned);
        let bare = !content.is_wrapped() && !part.has("plans");
        Self { part, version, plans, engine, id, name, bare }
    }

    /// The label of something of it in the model.
    pub(super) fn label(&self, kind: &str) -> String {
        format!("gravitee/{kind}/{}", self.id)
    }

    /// A second definition of one id.
    pub(super) fn again(&self, _: usize, at: &mut Lowering<'_>) {
        let text = format!("another file has the API {:?} already: nothing is served for this one", self.id);
        at.notes.say(Faith::Invalid, &self.part, "id", text);
    }
}

/// The route of an API; `None` where nothing is served for it.
pub(super) fn route(api: &Api<'_>, at: &mut Lowering<'_>) -> Option<Arc<Route>> {
    if !is_served(api, at) {
        return None;
    }
    let places = places(api, at);
    if places.is_empty() {
        at.notes.on(Faith::Unsupported, &api.part, "it has no path for HTTP: nothing is served for it");
        return None;
    }
    at.leads = false;
    let (mut chain, paths) = chain::chain(api, at);
    let world = World { paths, ..world::world(api, &places, at) };
    let (endpoint, steps) = endpoint::endpoint(api, &world, at);
    if !steps.is_empty() {
        chain.groups.push(Group { steps, ..Group::default() });
    }
    let path = matches!(endpoint, Endpoint::None).then(|| PathRewrite::StripMatched { prefix: "/".to_owned() }.into());
    Some(Arc::new(Route {
        id: RouteId::new(api.label("api")),
        matches: places.iter().flat_map(Place::matches).collect(),
        chain,
        endpoint,
        path,
        told: Told { service: Some(api.id.clone()), ..Told::default() },
        around: Some(Arc::new(Around { world, answers: Some(answers::of(api, at)) })),
    }))
}

fn is_served(api: &Api<'_>, at: &mut Lowering<'_>) -> bool {
    if api.version == Version::V4
        && let Some(kind) = api.part.word("type")
        && kind != "proxy"
    {
        let text = format!("APIs of type {kind} are not served: nothing answers on its paths");
        at.notes.say(Faith::Unsupported, &api.part, "type", text);
        return false;
    }
    let tags = api.part.texts("tags");
    if !has_tag(&at.settings.tags, &tags) {
        let text =
            format!("the gateway is for APIs with the tags {}: nothing is served for it", at.settings.tags.join(", "));
        at.notes.say(Faith::Exact, &api.part, "tags", text);
        return false;
    }
    true
}

/// Whether the gateway's tags take one of these in: `!tag` keeps one out.
pub(super) fn has_tag(wanted: &[String], tags: &[String]) -> bool {
    if wanted.is_empty() {
        return true;
    }
    let is = |tag: &str| tags.iter().any(|one| one.trim().eq_ignore_ascii_case(tag.trim()));
    let (out, inside): (Vec<&String>, Vec<&String>) = wanted.iter().partition(|tag| tag.trim().starts_with('!'));
    let kept_out = out.iter().any(|tag| is(tag.trim().trim_start_matches('!')));
    !kept_out && (inside.iter().any(|tag| is(tag)) || inside.is_empty() && !tags.is_empty())
}

/// A host and path that an API takes.
pub(super) struct Place {
    /// With a slash at its end.
    pub(super) path: String,
    host: Option<String>,
}

fn places(api: &Api<'_>, at: &mut Lowering<'_>) -> Vec<Place> {
    match api.version {
        Version::V2 => {
            let proxy = api.part.part("proxy");
            let hosts = proxy.parts("virtual_hosts");
            if hosts.is_empty() {
                return vec![Place::new(None, proxy.text("context_path").unwrap_or("/"))];
            }
            hosts.iter().map(place).collect()
        }
        Version::V4 => {
            let mut places = Vec::new();
            for listener in api.part.parts("listeners") {
                match listener.word("type") {
                    Some("http") => places.extend(listener.parts("paths").iter().map(place)),
                    Some(kind) => {
                        let text = format!("listeners of type {kind} are not served");
                        at.notes.say(Faith::Unsupported, &listener, "type", text);
                    }
                    None => {}
                }
            }
            places
        }
    }
}

fn place(part: &Part<'_>) -> Place {
    Place::new(part.filled("host"), part.text("path").unwrap_or("/"))
}

impl Place {
    fn new(host: Option<&str>, path: &str) -> Self {
        let mut clean = String::from("/");
        for segment in path.split('/').filter(|segment| !segment.is_empty()) {
            clean.push_str(segment);
            clean.push('/');
        }
        Self { path: clean, host: host.map(|host| host.trim().to_ascii_lowercase()) }
    }

    /// The path itself with or without its last slash, and everything below.
    fn matches(&self) -> Vec<Match> {
        let hosts: Vec<HostPattern> = self.host.iter().map(|host| pattern(host)).collect();
        let of = |path| Match {
            rank: self.rank(),
            predicate: Predicate { path: Some(path), hosts: hosts.clone(), ..Predicate::default() },
        };
        let mut matches = vec![of(PathPattern::Prefix(self.path.clone()))];
        if let Some(bare) = self.path.strip_suffix('/').filter(|bare| !bare.is_empty()) {
            matches.push(of(PathPattern::Exact(bare.to_owned())));
        }
        matches
    }

    /// APIs with a host come first, then, of two that take a request, the one with the shorter path.
    fn rank(&self) -> Rank {
        let host = match &self.host {
            None => 0,
            Some(host) if host.starts_with("*.") => 1,
            Some(_) => 2,
        };
        Rank([host, u64::MAX - self.path.len() as u64, 0, 0])
    }
}

fn pattern(host: &str) -> HostPattern {
    // a port does not count
    let name = host.rsplit_once(':').filter(|(_, port)| port.bytes().all(|byte| byte.is_ascii_digit()));
    let host = name.map_or(host, |(name, _)| name);
    match host.strip_prefix('*').filter(|rest| rest.starts_with('.')) {
        Some(rest) => HostPattern::Suffix(rest.to_owned()),
        None => HostPattern::Exact(host.to_owned()),
    }
}

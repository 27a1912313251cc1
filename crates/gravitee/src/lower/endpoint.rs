//! Where an API leads: its groups of endpoints, and what each endpoint says of itself.

use super::api::Api;
use super::once::Once;
use super::target::Target;
use super::upstream::{self, Options};
use super::{Lowering, groups, health};
use crate::part::Part;
use crate::read::Version;
use dialect::Faith;
use model::chain::{Phase, Step, StepRank};
use model::endpoint::{ActiveHealth, Endpoint, HostHeader, HttpEndpoint, PathRewrite, PathRule, Seam};
use model::id::{Slot, UpstreamId};
use model::policy::{HeaderEdit, HeaderEdits, Policy};
use model::quirk::ForwardMarks;
use model::world::World;

/// The groups of an API, as they are written.
pub(super) fn written<'a>(api: &Api<'a>) -> Vec<Part<'a>> {
    match api.version {
        Version::V4 => api.part.parts("endpointGroups"),
        Version::V2 => {
            let proxy = api.part.part("proxy");
            let groups = proxy.parts("groups");
            // endpoints of no group are one of their own, whose fields are the proxy's
            if groups.is_empty() { vec![proxy.seen_as(&crate::entity::v2::GROUP)] } else { groups }
        }
    }
}

/// A group of endpoints.
pub(super) struct Group<'a> {
    pub(super) part: Part<'a>,
    pub(super) name: String,
    pub(super) balance: Balance,
    pub(super) chosen: Vec<Chosen>,
}

/// How an endpoint of a group is chosen.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) struct Balance {
    pub(super) weighted: bool,
    pub(super) at_random: bool,
}

/// An endpoint that requests may go to.
pub(super) struct Chosen {
    pub(super) name: String,
    pub(super) weight: u32,
    /// It stands in for others.
    pub(super) spare: bool,
    pub(super) target: Target,
    pub(super) options: Options,
    pub(super) headers: Vec<(String, String)>,
    pub(super) health: Option<ActiveHealth>,
}

/// Where an API leads, with the steps just before it.
pub(super) fn endpoint(api: &Api<'_>, world: &World, at: &mut Lowering<'_>) -> (Endpoint, Vec<Step>) {
    let once = Once::of(world);
    let mut parts = written(api);
    if !at.leads {
        for other in parts.drain(1.min(parts.len())..) {
            at.notes.on(Faith::Exact, &other, "only the first group is asked: nothing leads to this one");
        }
    }
    let groups: Vec<Group<'_>> = parts.into_iter().map(|part| group(api, part, &once, at)).collect();
    if groups.first().is_none_or(|group| group.chosen.is_empty()) && !at.leads {
        if let Some(group) = groups.first() {
            at.notes.on(Faith::Approximate, &group.part, "it has no endpoint that can be asked: requests get 503");
        }
        return (Endpoint::None, Vec::new());
    }
    match groups.as_slice() {
        [only] if !at.leads && upstream::is_plain(only) && !has_failover(api) => plain(api, only, at),
        _ => (groups::groups(api, &groups, at), Vec::new()),
    }
}

/// The part that says what becomes of requests that an endpoint has not answered.
pub(super) fn failover<'a>(api: &Api<'a>) -> Part<'a> {
    match api.version {
        Version::V2 => api.part.part("proxy").part("failover"),
        Version::V4 => api.part.part("failover"),
    }
}

/// Whether requests that an endpoint has not answered go to another one.
pub(super) fn has_failover(api: &Api<'_>) -> bool {
    let part = failover(api);
    part.is_there() && part.flag("enabled")
}

/// One group whose endpoints differ in nothing but their place.
fn plain(api: &Api<'_>, group: &Group<'_>, at: &mut Lowering<'_>) -> (Endpoint, Vec<Step>) {
    let id = UpstreamId::new(api.label("group"));
    let first = &group.chosen[0];
    let endpoint = http(api, first, id.clone(), at);
    let edits = edits(first);
    at.upstreams.insert(id, upstream::of_group(group));
    let step = |edits| Step {
        slot: Slot::new("endpoint"),
        rank: StepRank { phase: Phase::Endpoint, order: 0 },
        precedence: 0,
        predicate: None,
        policy: Policy::Headers(edits),
    };
    (Endpoint::Http(endpoint), (!edits.is_empty()).then(|| step(edits)).into_iter().collect())
}

/// An endpoint as requests see it.
pub(super) fn http(api: &Api<'_>, chosen: &Chosen, upstream: UpstreamId, at: &Lowering<'_>) -> HttpEndpoint {
    HttpEndpoint {
        upstream,
        path: PathRule {
            rewrite: PathRewrite::StripMatched { prefix: chosen.target.path.clone() },
            seam: Seam::LikeRequest,
            normalized: false,
        },
        host: host(api, chosen),
        marks: ForwardMarks { request_id: Some(at.settings.request_header.clone()), ..ForwardMarks::default() },
        websocket: at.settings.websocket,
    }
}

fn group<'a>(api: &Api<'a>, part: Part<'a>, once: &Once, at: &mut Lowering<'_>) -> Group<'a> {
    let mut chosen = Vec::new();
    for endpoint in part.parts("endpoints") {
        if is_for_tenant(&endpoint, at) {
            chosen.extend(read(api, &part, &endpoint, once, at));
        }
    }
    let name = part.owned("name").unwrap_or_default();
    Group { name, balance: balance(api, &part), part, chosen }
}

fn balance(api: &Api<'_>, group: &Part<'_>) -> Balance {
    let part = match api.version {
        Version::V2 => group.part("load_balancing"),
        Version::V4 => group.part("loadBalancer"),
    };
    let word = part.word("type").unwrap_or_default().to_ascii_lowercase();
    Balance { weighted: word.starts_with("weighted"), at_random: word.ends_with("random") }
}

fn is_for_tenant(part: &Part<'_>, at: &Lowering<'_>) -> bool {
    let tenants = if part.short().is_some() { Vec::new() } else { part.texts("tenants") };
    tenants.is_empty() || at.settings.tenant.as_ref().is_none_or(|tenant| tenants.contains(tenant))
}

fn read(api: &Api<'_>, group: &Part<'_>, part: &Part<'_>, once: &Once, at: &mut Lowering<'_>) -> Option<Chosen> {
    if api.version == Version::V4 && part.text("type") != Some("http-proxy") {
        let text = format!("endpoints of type {} are not asked", part.text("type").unwrap_or_default());
        at.notes.say(Faith::Unsupported, part, "type", text);
        return None;
    }
    let target = target(api, part, once, at)?;
    let own = settings(api, group, part);
    let long = part.short().is_none();
    let mut headers = health::pairs(own.value("headers"));
    for (_, value) in &mut headers {
        if let Ok(evaluated) = once.value(value) {
            *value = evaluated;
        }
    }
    if api.version == Version::V2
        && long
        && let Some(host) = part.filled("hostHeader")
    {
        headers.push(("Host".to_owned(), host.to_owned()));
    }
    let options = Options::of(&own, &target, once, at);
    let weight = part.short().is_none().then(|| part.count("weight")).flatten();
    Some(Chosen {
        name: if long { part.owned("name").unwrap_or_default() } else { String::new() },
        weight: weight.and_then(|weight| u32::try_from(weight).ok()).unwrap_or(1),
        spare: match api.version {
            Version::V2 => long && part.flag("backup"),
            Version::V4 => part.flag("secondary"),
        },
        health: health::health(api, group, part),
        target,
        options,
        headers,
    })
}

fn target(api: &Api<'_>, part: &Part<'_>, once: &Once, at: &mut Lowering<'_>) -> Option<Target> {
    let text = match api.version {
        Version::V2 => part.short().or_else(|| part.text("target")),
        Version::V4 => part.part("configuration").text("target"),
    };
    let value = once.value(text.unwrap_or_default());
    let target = value.as_ref().ok().and_then(|text| Target::parse(text));
    if target.is_none() {
        let text = match value {
            Err(cause) => format!("the target has no value ({cause}): this endpoint is not asked"),
            Ok(_) => "the target is no URL such as https://host/path: this endpoint is not asked".to_owned(),
        };
        at.notes.on(Faith::Unsupported, part, text);
    }
    target
}

/// Where `http`, `ssl`, `proxy` and `headers` of an endpoint stand: with itself, or with its group.
fn settings<'a>(api: &Api<'a>, group: &Part<'a>, part: &Part<'a>) -> Part<'a> {
    match api.version {
        Version::V2 if part.short().is_some() || part.flag("inherit") => group.clone(),
        Version::V2 => part.clone(),
        Version::V4 if part.flag("inheritConfiguration") => group.part("sharedConfiguration"),
        Version::V4 => part.part("sharedConfigurationOverride"),
    }
}

fn host(api: &Api<'_>, chosen: &Chosen) -> HostHeader {
    let fixed = chosen.headers.iter().rev().find(|(name, _)| name.eq_ignore_ascii_case("host"));
    let kept = api.version == Version::V2 && api.part.part("proxy").flag("preserve_host");
    match fixed {
        Some((_, host)) => HostHeader::Fixed(host.clone()),
        None if kept || chosen.options.client_host => HostHeader::Client,
        None => HostHeader::Node,
    }
}

/// What is changed of a request just before it goes out.
pub(super) fn edits(chosen: &Chosen) -> HeaderEdits {
    let mut edits = Vec::new();
    if !chosen.options.accept_encoding {
        edits.push(HeaderEdit::Remove("accept-encoding".to_owned()));
    }
    let set = chosen.headers.iter().filter(|(name, _)| !name.eq_ignore_ascii_case("host"));
    edits.extend(set.map(|(name, value)| HeaderEdit::Set(name.clone(), value.clone())));
    HeaderEdits { edits }
}

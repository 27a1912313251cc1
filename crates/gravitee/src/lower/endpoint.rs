//! Where an API leads: its first group of endpoints, and what its requests carry there.

use super::api::Api;
use super::target::Target;
use super::upstream::{self, Options};
use super::{Lowering, health};
use crate::part::Part;
use crate::read::Version;
use dialect::Faith;
use model::chain::{Phase, Step, StepRank};
use model::endpoint::{Endpoint, HostHeader, HttpEndpoint, PathRewrite, PathRule, Seam};
use model::id::{Slot, UpstreamId};
use model::policy::{HeaderEdit, HeaderEdits, Policy};
use model::quirk::ForwardMarks;

/// The groups of an API.
pub(super) fn groups<'a>(api: &Api<'a>) -> Vec<Part<'a>> {
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

/// An endpoint that requests may go to.
pub(super) struct Chosen<'a> {
    pub(super) part: Part<'a>,
    pub(super) target: Target,
    pub(super) options: Options,
    pub(super) headers: Vec<(String, String)>,
}

/// Where an API leads, with the steps just before it.
pub(super) fn endpoint(api: &Api<'_>, at: &mut Lowering<'_>) -> (Endpoint, Vec<Step>) {
    let groups = groups(api);
    let Some(group) = groups.first() else { return (Endpoint::None, Vec::new()) };
    for other in groups.iter().skip(1) {
        let text = "only the first group is asked: nothing leads to this one";
        at.notes.on(Faith::Exact, other, text);
    }
    let chosen = chosen(api, group, at);
    let Some(first) = chosen.first() else {
        at.notes.on(Faith::Approximate, group, "it has no endpoint that can be asked: requests get 503");
        return (Endpoint::None, Vec::new());
    };
    let id = UpstreamId::new(api.label("group"));
    let headers = first.headers.clone();
    if chosen.iter().any(|other| other.headers != headers) {
        at.notes.on(Faith::Approximate, group, "every endpoint gets the header fields of the first");
    }
    let host = host(api, first, &headers);
    let endpoint = HttpEndpoint {
        upstream: id.clone(),
        path: PathRule {
            rewrite: PathRewrite::StripMatched { prefix: first.target.path.clone() },
            seam: Seam::LikeRequest,
            normalized: false,
        },
        host,
        marks: ForwardMarks { request_id: Some(at.settings.request_header.clone()), ..ForwardMarks::default() },
        websocket: at.settings.websocket,
    };
    let steps = steps(first.options.accept_encoding, headers);
    let upstream = upstream::upstream(api, group, chosen, at);
    at.upstreams.insert(id, upstream);
    (Endpoint::Http(endpoint), steps)
}

/// The endpoints of a group that requests may go to: those of another path or scheme than the first cannot share its
/// requests.
fn chosen<'a>(api: &Api<'a>, group: &Part<'a>, at: &mut Lowering<'_>) -> Vec<Chosen<'a>> {
    let mut chosen: Vec<Chosen<'a>> = Vec::new();
    for part in group.parts("endpoints") {
        if !is_for_tenant(&part, at) {
            continue;
        }
        let Some(one) = read(api, group, &part, at) else { continue };
        match chosen.first() {
            Some(first)
                if (first.target.path.as_str(), first.target.secure) != (&one.target.path, one.target.secure) =>
            {
                let text = "endpoints of a group share scheme and path of the first: this one is not asked";
                at.notes.on(Faith::Unsupported, &part, text);
            }
            Some(_) | None => chosen.push(one),
        }
    }
    chosen
}

fn is_for_tenant(part: &Part<'_>, at: &Lowering<'_>) -> bool {
    let tenants = if part.short().is_some() { Vec::new() } else { part.texts("tenants") };
    tenants.is_empty() || at.settings.tenant.as_ref().is_none_or(|tenant| tenants.contains(tenant))
}

fn read<'a>(api: &Api<'a>, group: &Part<'a>, part: &Part<'a>, at: &mut Lowering<'_>) -> Option<Chosen<'a>> {
    if api.version == Version::V4 && part.text("type") != Some("http-proxy") {
        let text = format!("endpoints of type {} are not asked", part.text("type").unwrap_or_default());
        at.notes.say(Faith::Unsupported, part, "type", text);
        return None;
    }
    let text = match api.version {
        Version::V2 => part.short().or_else(|| part.text("target")),
        Version::V4 => part.part("configuration").text("target"),
    };
    let target = text.and_then(Target::parse);
    let Some(target) = target else {
        let text = match text {
            Some(text) if text.contains("{#") => {
                "a target with expressions is not looked up: this endpoint is not asked"
            }
            _ => "the target is no URL such as https://host/path: this endpoint is not asked",
        };
        at.notes.on(Faith::Unsupported, part, text);
        return None;
    };
    if target.query.is_some() {
        at.notes.on(Faith::Unsupported, part, "the query of a target is not added to requests");
    }
    let own = settings(api, group, part);
    let mut headers = health::pairs(own.value("headers"));
    if api.version == Version::V2
        && part.short().is_none()
        && let Some(host) = part.filled("hostHeader")
    {
        headers.push(("Host".to_owned(), host.to_owned()));
    }
    let options = Options::of(&own, target.secure, at);
    Some(Chosen { part: part.clone(), target, options, headers })
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

fn host(api: &Api<'_>, first: &Chosen<'_>, headers: &[(String, String)]) -> HostHeader {
    let fixed = headers.iter().rev().find(|(name, _)| name.eq_ignore_ascii_case("host"));
    let kept = api.version == Version::V2 && api.part.part("proxy").flag("preserve_host");
    match fixed {
        Some((_, host)) => HostHeader::Fixed(host.clone()),
        None if kept || first.options.client_host => HostHeader::Client,
        None => HostHeader::Node,
    }
}

/// What is changed of a request just before it goes out.
fn steps(accept_encoding: bool, headers: Vec<(String, String)>) -> Vec<Step> {
    let mut edits = Vec::new();
    if !accept_encoding {
        edits.push(HeaderEdit::Remove("accept-encoding".to_owned()));
    }
    let set = headers.into_iter().filter(|(name, _)| !name.eq_ignore_ascii_case("host"));
    edits.extend(set.map(|(name, value)| HeaderEdit::Set(name, value)));
    if edits.is_empty() {
        return Vec::new();
    }
    vec![Step {
        slot: Slot::new("endpoint"),
        rank: StepRank { phase: Phase::Endpoint, order: 0 },
        precedence: 0,
        predicate: None,
        policy: Policy::Headers(HeaderEdits { edits }),
    }]
}

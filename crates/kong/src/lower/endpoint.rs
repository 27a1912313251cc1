//! From a service to an endpoint and its upstream: where requests go when no plugin has answered.

use super::{Lowering, name, tls, upstream};
use crate::entity::{Collection, Entity, Flavor, VERSION};
use crate::part::Part;
use model::endpoint::{
    Balance, HostHeader, HttpEndpoint, Keepalive, Node, PathRewrite, PathRule, Seam, Upstream, UpstreamTimeouts,
};
use model::forward::Forward;
use model::id::UpstreamId;
use model::quirk::ForwardMarks;
use std::collections::BTreeMap;
use std::time::Duration;

/// The endpoint of a route with a service.
pub(super) fn of(route: &Entity, service: &Entity, at: &Lowering<'_>) -> HttpEndpoint {
    let (part, of_service) = (Part::of(&route.object), Part::of(&service.object));
    let prefix = of_service.owned("path").unwrap_or_else(|| "/".to_owned());
    let host = match (part.flag("preserve_host"), balanced(service, at).and_then(|one| one.text("host_header"))) {
        (true, _) => HostHeader::Client,
        (false, Some(fixed)) => HostHeader::Fixed(fixed.to_owned()),
        (false, None) => HostHeader::Node,
    };
    HttpEndpoint {
        upstream: id(service),
        path: path(part, prefix, at.settings.flavor),
        host,
        marks: marks(at),
        websocket: true,
    }
}

/// What a route without service shows as the path behind it.
pub(super) fn bare_path(route: &Entity, flavor: Flavor) -> Option<PathRule> {
    match flavor {
        Flavor::Traditional => None, // the path as the client sent it
        Flavor::Compatible | Flavor::Expressions => Some(path(Part::of(&route.object), "/".to_owned(), flavor)),
    }
}

fn path(route: Part<'_>, prefix: String, flavor: Flavor) -> PathRule {
    // only the traditional router glues as v1 says
    let glued = flavor == Flavor::Traditional && route.text("path_handling") == Some("v1");
    PathRule {
        rewrite: match route.flag("strip_path") {
            true => PathRewrite::StripMatched { prefix },
            false => PathRewrite::Prepend { prefix },
        },
        seam: if glued { Seam::Glued } else { Seam::LikeRequest },
        normalized: true,
    }
}

fn marks(at: &Lowering<'_>) -> ForwardMarks {
    let upstream = &at.settings.headers_upstream;
    ForwardMarks {
        path: true,
        prefix: true,
        real_ip: true,
        request_id: upstream
            .iter()
            .any(|one| one.eq_ignore_ascii_case("x-kong-request-id"))
            .then(|| "X-Kong-Request-Id".to_owned()),
        via: Some(format!("1.1 kong/{VERSION}")),
        any_addresses: true,
    }
}

fn id(service: &Entity) -> UpstreamId {
    UpstreamId::new(name("service", service))
}

/// The `upstreams` entity that a service's host names.
fn balanced<'a>(service: &Entity, at: &Lowering<'a>) -> Option<&'a Entity> {
    let host = service.text("host")?;
    at.entities.of(Collection::Upstreams).iter().find(|upstream| upstream.text("name") == Some(host))
}

/// One upstream for each service.
pub(super) fn upstreams(at: &mut Lowering<'_>) -> BTreeMap<UpstreamId, Upstream> {
    let services = at.entities.of(Collection::Services);
    services.iter().filter_map(|service| Some((id(service), upstream_of(service, at)?))).collect()
}

fn upstream_of(service: &Entity, at: &mut Lowering<'_>) -> Option<Upstream> {
    let part = Part::of(&service.object);
    let protocol = part.text("protocol").unwrap_or("http");
    let secure = matches!(protocol, "https" | "grpcs" | "tls");
    let time = |name: &str| Duration::from_millis(part.count(name).unwrap_or(60_000));
    let (idle, seconds) = at.settings.keepalive;
    let mut upstream = Upstream {
        reserves: Vec::new(),
        never_empty: false,
        tls: secure.then(|| tls::towards(service, balanced(service, at), at)),
        forward: Forward::Direct,
        http2: protocol.starts_with("grpc"),
        nodes: vec![Node {
            host: part.owned("host")?,
            port: part.count("port").and_then(|port| u16::try_from(port).ok()).unwrap_or(80),
            weight: 1,
        }],
        balance: Balance::RoundRobin,
        timeouts: UpstreamTimeouts {
            connect: time("connect_timeout"),
            write: time("write_timeout"),
            read: time("read_timeout"),
        },
        retries: part.count("retries").and_then(|retries| u32::try_from(retries).ok()).unwrap_or(5),
        keepalive: Keepalive { idle, time: Duration::from_secs(seconds) },
        passive_health: None,
        active_health: None,
    };
    if let Some(entity) = balanced(service, at) {
        upstream::complete(&mut upstream, entity, at);
    }
    Some(upstream)
}

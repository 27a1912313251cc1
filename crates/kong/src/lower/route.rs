//! From a route to the model: what it takes, what is done, where it leads.

use super::scope::Scopes;
use super::{Lowering, endpoint, matching, name};
use crate::entity::{Collection, Entity, Flavor, misread};
use crate::part::Part;
use crate::schema::Object;
use dialect::Faith;
use model::answer::{Answer, AnswerBody, Location};
use model::chain::{Chain, Phase, Step, StepRank};
use model::endpoint::Endpoint;
use model::id::{RouteId, Slot};
use model::policy::Policy;
use model::predicate::Predicate;
use model::route::{Match, Route, Told};
use serde_json::Value;
use std::sync::Arc;

pub(super) fn routes(scopes: &Scopes<'_>, at: &mut Lowering<'_>) -> Vec<Arc<Route>> {
    let mut all: Vec<&Entity> = at.entities.of(Collection::Routes).iter().collect();
    if at.settings.flavor == Flavor::Traditional {
        // the older of two equals wins
        all.sort_by_key(|route| Part::of(&route.object).count("created_at").unwrap_or(u64::MAX));
    }
    all.into_iter().filter_map(|entity| route(entity, scopes, at).map(Arc::new)).collect()
}

fn route(entity: &Entity, scopes: &Scopes<'_>, at: &mut Lowering<'_>) -> Option<Route> {
    let part = Part::of(&entity.object);
    let protocols = part.texts("protocols");
    if !protocols.iter().any(|protocol| matches!(protocol.as_str(), "http" | "https" | "grpc" | "grpcs")) {
        at.say(Faith::Unsupported, entity, "protocols", "only HTTP is served: this route takes nothing");
        return None;
    }
    if protocols.iter().any(|protocol| protocol.starts_with("grpc")) {
        at.say(Faith::Approximate, entity, "protocols", "gRPC requests are led on like all others");
    }
    let service = at.entities.named_by(entity, "service");
    if service.is_some_and(|service| !Part::of(&service.object).flag("enabled")) {
        return None; // as if it were not there
    }
    let matches = matches(entity, at)?;
    let mut steps: Vec<Step> = https_only(part, &protocols).into_iter().collect();
    steps.extend(scopes.of_route(entity, service, at));
    let (endpoint, path) = match service {
        Some(service) => (Endpoint::Http(endpoint::of(entity, service, at)), None),
        None => (Endpoint::None, endpoint::bare_path(entity, at.settings.flavor)),
    };
    Some(Route {
        id: id(entity),
        matches,
        chain: Chain::of(steps),
        endpoint,
        path,
        told: told(entity, service, at),
        around: None,
    })
}

/// The ways in which it matches, without those that cannot be compiled; `None` when none is left.
fn matches(entity: &Entity, at: &Lowering<'_>) -> Option<Vec<Match>> {
    let flavor = at.settings.flavor;
    // what they are was told when the document was judged
    let without: Option<Vec<usize>> = misread(&entity.object, flavor).iter().map(|one| one.path).collect();
    Some(matching::matches(entity, flavor, &without?)).filter(|matches| !matches.is_empty())
}

/// What records say of a route; they are kept only where some plugin writes records.
fn told(entity: &Entity, service: Option<&Entity>, at: &Lowering<'_>) -> Told {
    let has = |name: &str| at.entities.of(Collection::Plugins).iter().any(|plugin| plugin.text("name") == Some(name));
    let logged = ["http-log", "file-log", "tcp-log", "udp-log", "syslog", "loggly"].into_iter().any(has);
    let counted = has("prometheus");
    let name = |entity: &Entity, other: Option<&str>| entity.text("name").or(other).map(str::to_owned);
    let shown = |entity: &Entity| {
        let members = entity.object.iter().filter(|(_, value)| !value.is_null());
        let object: Object = members.map(|(name, value)| (name.clone(), value.clone())).collect();
        Value::Object(object).to_string()
    };
    Told {
        name: counted.then(|| name(entity, Some(entity.id()))).flatten(),
        service_name: service.filter(|_| counted).and_then(|service| name(service, service.text("host"))),
        service: service.map(|service| service.id().to_owned()),
        route: logged.then(|| shown(entity)),
        about_service: service.filter(|_| logged).map(shown),
        ..Told::default()
    }
}

/// A route's id in the model.
pub(super) fn id(entity: &Entity) -> RouteId {
    RouteId::new(name("route", entity))
}

/// A route for https alone answers requests by http itself.
fn https_only(part: Part<'_>, protocols: &[String]) -> Option<Step> {
    let plain = protocols.iter().any(|protocol| matches!(protocol.as_str(), "http" | "grpc"));
    if plain {
        return None;
    }
    let status = part.count("https_redirect_status_code").and_then(|status| u16::try_from(status).ok());
    let answer = match status.unwrap_or(426) {
        426 => Answer {
            headers: vec![
                ("connection".to_owned(), "Upgrade".to_owned()),
                ("upgrade".to_owned(), "TLS/1.2, HTTP/1.1".to_owned()),
            ],
            ..Answer::message(426, "Please use HTTPS protocol")
        },
        status => Answer {
            status,
            headers: vec![("content-type".to_owned(), "text/html".to_owned())],
            location: Some(Location::Https(None)),
            body: AnswerBody::Text(redirect_page(status)),
        },
    };
    Some(Step {
        slot: Slot::new("https-only"),
        rank: StepRank { phase: Phase::Rewrite, order: i64::MIN },
        precedence: u8::MAX,
        predicate: Some(Predicate { schemes: vec!["http".to_owned()], ..Predicate::default() }),
        policy: Policy::Respond(answer),
    })
}

/// The page that comes with a redirect.
fn redirect_page(status: u16) -> String {
    let title = match status {
        301 => "301 Moved Permanently",
        302 => "302 Found",
        307 => "307 Temporary Redirect",
        _ => "308 Permanent Redirect",
    };
    format!(
        "<html>\r\n<head><title>{title}</title></head>\r\n<body>\r\n<center><h1>{title}</h1></center>\r\n</body>\r\n</html>\r\n"
    )
}

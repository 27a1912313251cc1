//! Resources that say what tokens are worth: who is asked, and how.

use super::Lowering;
use super::api::Api;
use crate::entity::resource::{CACHE, KEYCLOAK, OAUTH2, OAUTH2_AM, OAUTH2_KEYCLOAK, TOKEN_CACHE};
use crate::part::Part;
use crate::policy::jwt::Cannot;
use crate::read::{check, inner};
use crate::schema::Record;
use dialect::Faith;
use dialect::tree::Tree;
use model::forward::Forward;
use model::policy::{Believed, ClientLogin, Introspection, KeySet, TokenProof, TokenSpot};
use model::secret::Secret;
use model::server::Server;
use model::tls::ClientTls;
use std::time::Duration;

/// How tokens of a plan are judged, and whose they are.
pub(crate) struct Proof {
    pub(crate) proof: TokenProof,
    pub(crate) client_claims: Vec<String>,
    pub(crate) user_claim: String,
    pub(crate) scope_separator: String,
}

/// How long the original keeps the keys of a server.
pub(crate) const FRESH: Duration = Duration::from_secs(300);

/// How long it waits for an answer about a token.
const PATIENCE: Duration = Duration::from_secs(30);

/// What the resources say that a plan's configuration names.
pub(super) fn proof(config: &Part<'_>, api: &Api<'_>, at: &mut Lowering<'_>) -> Result<Proof, Cannot> {
    let field = "oauthResource";
    let name = config.filled(field).ok_or(Cannot { field, text: "no resource is named that knows tokens" })?;
    if name.contains("{#") {
        return Err(Cannot { field, text: "a resource that an expression names is not looked up" });
    }
    let resource = named(api, name).ok_or(Cannot { field, text: "there is no such resource" })?;
    let believed = believed(config, api, at);
    let record = match resource.text("type") {
        Some("oauth2") => &OAUTH2,
        Some("oauth2-am-resource") => &OAUTH2_AM,
        Some("oauth2-keycloak-resource") => &OAUTH2_KEYCLOAK,
        _ => return Err(Cannot { field, text: "resources of this type are not asked about tokens" }),
    };
    let tree = configuration(&resource, at);
    let part = of(&resource, record, tree.as_ref());
    check(&part, at.notes);
    let mut proof = match resource.text("type") {
        Some("oauth2") => generic(&part, believed, at)?,
        Some("oauth2-am-resource") => access_management(&part, believed, at)?,
        _ => keycloak(&part, believed, at)?,
    };
    if let Some(claim) = part.filled("userClaim") {
        proof.user_claim = claim.to_owned();
    }
    proof.scope_separator = part.owned("scopeSeparator").unwrap_or_else(|| " ".to_owned());
    Ok(proof)
}

fn named<'a>(api: &Api<'a>, name: &str) -> Option<Part<'a>> {
    api.part.parts("resources").into_iter().find(|one| one.text("name") == Some(name) && one.flag("enabled"))
}

/// A configuration may be a text in the definition.
fn configuration(resource: &Part<'_>, at: &mut Lowering<'_>) -> Option<(Tree, String)> {
    let holder = resource.part("configuration");
    let text = holder.short().filter(|text| !text.trim().is_empty())?;
    let tree = inner(text, &holder.spot(), at.notes.of(resource.document)?)?;
    Some((tree, holder.spot().path))
}

fn of<'p>(resource: &Part<'p>, record: &'static Record, tree: Option<&'p (Tree, String)>) -> Part<'p> {
    match tree {
        Some((tree, path)) => Part::new(record, tree, resource.document, path),
        None => resource.part("configuration").seen_as(record),
    }
}

/// Room for responses that are kept.
pub(crate) struct Room {
    /// The most of them.
    pub(crate) entries: u64,
    /// How long they are kept at most.
    pub(crate) time: Option<Duration>,
}

/// The cache of this name.
pub(crate) fn room(name: &str, resources: &[Part<'_>], at: &mut Lowering<'_>) -> Option<Room> {
    let mut on = resources.iter().filter(|one| one.flag("enabled"));
    let resource = on.find(|one| one.text("name") == Some(name))?;
    match resource.text("type") {
        Some("cache") => {}
        Some("cache-redis") => {
            let text = "responses are kept in this process, each gateway's own, and not in a Redis";
            at.notes.say(Faith::Approximate, resource, "type", text);
            return Some(Room { entries: 1000, time: None });
        }
        _ => return None,
    }
    let tree = configuration(resource, at);
    let part = of(resource, &CACHE, tree.as_ref());
    check(&part, at.notes);
    let entries = part.count("maxEntriesLocalHeap").filter(|most| *most > 0).unwrap_or(u64::MAX);
    let seconds = part.count("timeToLiveSeconds").filter(|seconds| *seconds > 0);
    Some(Room { entries, time: seconds.map(Duration::from_secs) })
}

/// Without a cache each request asks anew.
fn believed(config: &Part<'_>, api: &Api<'_>, at: &mut Lowering<'_>) -> Believed {
    let Some(cache) = config.filled("oauthCacheResource") else { return Believed::Once };
    let Some(resource) = named(api, cache) else {
        let text = "there is no such resource: what is said of a token counts for one request";
        at.notes.say(Faith::Approximate, config, "oauthCacheResource", text);
        return Believed::Once;
    };
    let tree = configuration(&resource, at);
    match of(&resource, &TOKEN_CACHE, tree.as_ref()).count("timeToLiveSeconds").filter(|seconds| *seconds > 0) {
        Some(seconds) => Believed::AtMost(Duration::from_secs(seconds)),
        None => Believed::UntilItsEnd,
    }
}

fn generic(part: &Part<'_>, believed: Believed, at: &mut Lowering<'_>) -> Result<Proof, Cannot> {
    let endpoint = told(part, "introspectionEndpoint", at)?;
    let url = match told(part, "authorizationServerUrl", at)? {
        server if server.is_empty() => endpoint,
        server => single_slashes(&format!("{server}/{endpoint}")),
    };
    let mut token = Vec::new();
    let post = part.word("introspectionEndpointMethod") == Some("POST");
    if part.flag("tokenIsSuppliedByQueryParam") {
        token.push(TokenSpot::Query(told(part, "tokenQueryParamName", at)?));
    }
    if part.flag("tokenIsSuppliedByHttpHeader") {
        token.push(TokenSpot::Header(told(part, "tokenHeaderName", at)?.to_ascii_lowercase()));
    }
    if part.flag("tokenIsSuppliedByFormUrlEncoded") && post {
        token.push(TokenSpot::Form(told(part, "tokenFormUrlEncodedName", at)?));
    }
    let login = part.flag("useClientAuthorizationHeader").then(|| {
        Ok(ClientLogin::Header {
            field: told(part, "clientAuthorizationHeaderName", at)?.to_ascii_lowercase(),
            scheme: told(part, "clientAuthorizationHeaderScheme", at)?.trim().to_owned(),
            id: told(part, "clientId", at)?,
            secret: Secret::new(told(part, "clientSecret", at)?),
        })
    });
    let (login, server) = (login.transpose()?, server(part, url, at)?);
    let ask = Introspection {
        server,
        discovery: false,
        post,
        token,
        login,
        along: Vec::new(),
        silent_is_active: true,
        believed,
    };
    Ok(said(ask))
}

fn said(ask: Introspection) -> Proof {
    Proof {
        proof: TokenProof::Introspection(Box::new(ask)),
        // some servers name the client in `aud` alone
        client_claims: vec!["client_id".to_owned(), "aud".to_owned()],
        user_claim: "sub".to_owned(),
        scope_separator: " ".to_owned(),
    }
}

/// TLS and the way to it as a generic resource says it.
fn server(part: &Part<'_>, url: String, at: &mut Lowering<'_>) -> Result<Server, Cannot> {
    let ssl = part.part("ssl");
    let https = url.starts_with("https://");
    if https && !ssl.is_there() {
        let text = "the server's certificate is checked; the original takes any where nothing is said of ssl";
        at.notes.on(Faith::Approximate, part, text);
    }
    let store = ssl.part("trustStore");
    if store.is_there() && !matches!(store.word("type"), Some("PEM") | None) {
        let text = "stores of this kind are not read here: write the certificates as PEM";
        at.notes.say(Faith::Unsupported, &store, "type", text);
    }
    let trusts = !ssl.is_there() || (!ssl.flag("trustAll") && ssl.flag("hostnameVerifier"));
    let tls = ClientTls {
        verify: trusts,
        authorities: store.filled("content").map(str::to_owned).into_iter().collect(),
        ..ClientTls::default()
    };
    let forward = forward(part, at);
    address(url, "authorizationServerUrl").map(|url| Server { tls, forward, time: PATIENCE, ..Server::at(url) })
}

fn forward(part: &Part<'_>, at: &mut Lowering<'_>) -> Forward {
    let proxy = part.part("proxy");
    if part.flag("useSystemProxy") || proxy.flag("enabled") && proxy.flag("useSystemProxy") {
        return Forward::Environment;
    }
    if proxy.flag("enabled") {
        let text = "a proxy of its own is not taken: the server is asked directly";
        at.notes.say(Faith::Unsupported, part, "proxy", text);
    }
    Forward::Direct
}

fn address(url: String, field: &'static str) -> Result<String, Cannot> {
    let rest = url.strip_prefix("https://").or_else(|| url.strip_prefix("http://"));
    match rest {
        Some(rest) if !rest.is_empty() && !rest.starts_with('/') && !rest.contains('@') => Ok(url),
        _ => Err(Cannot { field, text: "this is no address of a server" }),
    }
}

fn single_slashes(url: &str) -> String {
    let (scheme, rest) = url.split_once("://").unwrap_or(("", url));
    let mut clean = String::new();
    for c in rest.chars() {
        if c != '/' || !clean.ends_with('/') {
            clean.push(c);
        }
    }
    if scheme.is_empty() { clean } else { format!("{scheme}://{clean}") }
}

fn access_management(part: &Part<'_>, believed: Believed, at: &mut Lowering<'_>) -> Result<Proof, Cannot> {
    let old = part.word("version") == Some("V1_X");
    let path = if old { "oauth/check_token" } else { "oauth/introspect" };
    let (url, domain) = (told(part, "serverURL", at)?, told(part, "securityDomain", at)?);
    let url = address(format!("{}/{domain}/{path}", url.trim_end_matches('/')), "serverURL")?;
    if url.starts_with("https://") {
        let text = "the server's certificate is checked, which the original leaves out";
        at.notes.say(Faith::Approximate, part, "serverURL", text);
    }
    let forward = if part.flag("useSystemProxy") { Forward::Environment } else { Forward::Direct };
    Ok(said(Introspection {
        server: Server { forward, time: PATIENCE, connect: Duration::from_secs(10), ..Server::at(url) },
        silent_is_active: old,
        ..by_form(told(part, "clientId", at)?, Secret::new(told(part, "clientSecret", at)?), believed)
    }))
}

/// A question by POST, with id and secret in the header.
fn by_form(id: String, secret: Secret, believed: Believed) -> Introspection {
    Introspection {
        server: Server::at(""),
        discovery: false,
        post: true,
        token: vec![TokenSpot::Form("token".to_owned())],
        login: Some(ClientLogin::Header { field: "authorization".to_owned(), scheme: "Basic".to_owned(), id, secret }),
        along: Vec::new(),
        silent_is_active: false,
        believed,
    }
}

fn keycloak(part: &Part<'_>, believed: Believed, at: &mut Lowering<'_>) -> Result<Proof, Cannot> {
    let field = "keycloakConfiguration";
    let broken = Cannot { field, text: "this is no configuration of a Keycloak client" };
    let spot = part.spot_of(field);
    let tree = match part.filled(field).zip(at.notes.of(part.document)) {
        Some((text, findings)) => inner(text, &spot, findings),
        None => None,
    };
    let Some(tree) = tree else { return Err(broken) };
    let client = Part::new(&KEYCLOAK, &tree, part.document, &spot.path);
    let (Some(server), Some(realm)) = (client.filled("auth-server-url"), client.filled("realm")) else {
        return Err(broken);
    };
    let realm = address(format!("{}/realms/{realm}", server.trim_end_matches('/')), field)?;
    let tls = ClientTls { verify: !part.flag("trustAll"), ..ClientTls::default() };
    let at_path = |path: &str| Server {
        tls: tls.clone(),
        forward: Forward::Direct,
        time: PATIENCE,
        ..Server::at(format!("{realm}/{path}"))
    };
    if part.flag("validateTokenLocally") {
        let set = KeySet {
            server: at_path(".well-known/openid-configuration"),
            discovery: true,
            any_issuer: false,
            algorithms: Vec::new(),
            fresh: FRESH,
        };
        let client_claims = vec!["azp".to_owned(), "client_id".to_owned()];
        let (user_claim, scope_separator) = ("sub".to_owned(), " ".to_owned());
        return Ok(Proof { proof: TokenProof::KeySet(Box::new(set)), client_claims, user_claim, scope_separator });
    }
    let secret = Secret::new(told(&client.part("credentials"), "secret", at)?);
    let ask = by_form(client.owned("resource").unwrap_or_default(), secret, believed);
    Ok(said(Introspection { server: at_path("protocol/openid-connect/token/introspect"), ..ask }))
}

/// A text; `{#secrets.get('…')}` is looked up, no other expression.
fn told(part: &Part<'_>, field: &'static str, at: &mut Lowering<'_>) -> Result<String, Cannot> {
    let text = part.text(field).unwrap_or_default();
    if !text.contains("{#") {
        return Ok(text.to_owned());
    }
    let quoted = |text: &str| {
        let inner = text.trim().strip_prefix("{#secrets.get(")?.strip_suffix(")}")?.trim();
        let (first, rest) = inner.split_at_checked(1)?;
        matches!(first, "'" | "\"").then(|| rest.strip_suffix(first).map(str::to_owned))?
    };
    let secret = quoted(text).and_then(|name| at.secrets.get(&name).cloned());
    let text = "an expression that is not in secrets.json is not looked up";
    secret.map(|secret| secret.expose().to_owned()).ok_or(Cannot { field, text })
}

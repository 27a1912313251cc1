//! Cases of `world`.

use super::*;
use crate::exchange::{RouteFacts, testing};
use crate::text::ReadyText;
use expr::el::{Allowed, Permit, Wanted};
use model::id::RouteId;
use model::text::Text as Written;
use model::world::{Constant, MappedPath, ParamPath, World as Constants};
use std::sync::Arc;

fn constants() -> Constants {
    let text = Constant::text;
    let bean = |members: &[(&str, Constant)]| {
        Constant::Bean(members.iter().map(|(name, value)| ((*name).to_owned(), value.clone())).collect())
    };
    let secrets = [("/vault/aws:key".to_owned(), model::Secret::new("hush"))];
    Constants {
        variables: [
            ("api".to_owned(), bean(&[("name", text("shop")), ("version", Constant::Null)])),
            ("properties".to_owned(), Constant::Map([("host".to_owned(), text("backend"))].into())),
            ("node".to_owned(), bean(&[("tags", Constant::List(vec![text("a"), text("b")]))])),
            ("secrets".to_owned(), Constant::Secrets(secrets.into())),
        ]
        .into(),
        attributes: [("plan".to_owned(), text("gold")), ("big".to_owned(), Constant::Number(1 << 40))].into(),
        attribute_prefix: "gate.attribute.".to_owned(),
        paths: vec![
            ParamPath { regex: "/v1/([^/]+)/([^/]+)/?".to_owned(), names: vec!["kind".into(), "item".into()] },
            ParamPath { regex: "/v2/([^/]+)".to_owned(), names: vec!["other".into()] },
            ParamPath { regex: "(".to_owned(), names: Vec::new() },
        ],
        mapped: vec![
            MappedPath { name: "/v1".to_owned(), regex: "/v1/*".to_owned() },
            MappedPath { name: "/v1/:kind/:id".to_owned(), regex: "/v1/[^/]*/[^/]*/*".to_owned() },
            MappedPath { name: "all".to_owned(), regex: ".*".to_owned() },
        ],
        ..Constants::default()
    }
}

fn exchange() -> Exchange {
    let request = http::Request::post("/shop/v1/items/42?color=red&color=b%20lue&x")
        .header("host", "shop.test:8082")
        .header("X-Tenant", "acme")
        .header("accept", "a")
        .header("Accept", "b");
    let mut exchange = testing::with_body(request, r#"{"name": "Ada"}"#);
    let mut facts = RouteFacts::plain(RouteId::new("r"), "/shop");
    facts.world = Some(Arc::new(ReadyWorld::new(&constants())));
    (exchange.route, exchange.matched) = (Some(Arc::new(facts)), "/shop".len());
    exchange.params.push(("id".into(), "42".into()));
    exchange.id = "f00".to_owned();
    exchange.time = std::time::UNIX_EPOCH + std::time::Duration::from_millis(1_700_000_000_123);
    exchange.set_attribute(&"tier".into(), Value::from("high"));
    exchange.set_attribute(&"gate.attribute.full".into(), Value::Int(7));
    exchange
}

fn seen(expression: &str, exchange: &Exchange) -> String {
    let text = ReadyText::compile(&Written::Expression(expression.to_owned()));
    let world = World::of(exchange);
    match text.value(&world, Wanted::Text) {
        Ok(value) => value.as_str().unwrap_or("null").to_owned(),
        Err(error) => error.to_string().rsplit("message ").next().unwrap_or("").chars().take(7).collect(),
    }
}

#[test]
fn requests_are_seen_as_they_stand() {
    let exchange = exchange();
    for (expression, expected) in [
        ("{#request.id} {#request.transactionId}", "f00 f00"),
        ("{#request.uri}", "/shop/v1/items/42?color=red&color=b%20lue&x"),
        ("{#request.path} {#request.paths[2]} {#request.paths.length}", "/shop/v1/items/42 v1 5"),
        ("{#request.contextPath} {#request.pathInfo} {#request.pathInfos[1]}", "/shop/ /v1/items/42 v1"),
        ("{#request.params.color} {#request.params['x'][0]}.", "red,b lue ."),
        ("{#request.params['none']}", "null"),
        ("{#request.pathParams['id']} {#request.pathParams['kind'][0]} {#request.pathParams.item}", "42 items 42"),
        ("{#request.pathParams['other']} {#request.pathParams.size()}", " 3"),
        ("{#request.headers['x-TENANT'][0]} {#request.headers.Accept}", "acme a,b"),
        ("{#request.headers['nope']}", "null"),
        ("{#request.method} {#request.scheme} {#request.host} {#request.version}", "POST http shop.test:8082 HTTP_1_1"),
        ("{#request.timestamp}", "1700000000123"),
        ("{#request.remoteAddress} {#request.localAddress}", "127.0.0.1 127.0.0.1"),
        ("{#request.ssl.client.defined} [{#request.ssl.client.cn}]", "false []"),
        ("{#request.content}", "null"),
        ("{#request.nope}", "EL1008E"),
        ("{#response.status}", "EL1007E"),
        ("{#error}{#parameters}{#lambdaResponse}.", "."),
    ] {
        assert_eq!(seen(expression, &exchange), expected, "{expression}");
    }
}

#[test]
fn constants_and_attributes_are_found_by_name() {
    let exchange = exchange();
    for (expression, expected) in [
        ("{#api.name}{#api.version} {#properties['host']} {#properties.nope}.", "shop backend ."),
        ("{#api.nope}", "EL1008E"),
        ("{#node.tags[1]}", "b"),
        ("{#secrets.get('vault/aws:key')} {#secrets.get('/vault/aws', 'key')}", "hush hush"),
        ("{#context.attributes['tier']} {#context.attributes.plan}", "high gold"),
        ("{#context.attributes['gate.attribute.tier']} {#context.attributes['full']}", "high 7"),
        ("{#context.attributes['big']}", "1099511627776"),
        ("{#context.attributes['nope']}", "null"),
        ("{#context.attributes['context-path']}", "/shop/"),
        (
            "{#context.attributes['request.original-url']}",
            "http://shop.test:8082/shop/v1/items/42?color=red&color=b%20lue&x",
        ),
        ("{#context.attributes['mapped-path']}", "/v1/:kind/:id"),
        ("{#context.attributes.containsKey('plan')}", "true"),
        ("{#nope}", "null"),
    ] {
        assert_eq!(seen(expression, &exchange), expected, "{expression}");
    }
}

#[test]
fn certificates_are_those_of_trusted_clients() {
    use net::tls::{PeerCertificate, certificates};
    use rcgen::{CertificateParams, DistinguishedName, DnType, KeyPair};
    let mut params = CertificateParams::new(Vec::new()).unwrap();
    params.distinguished_name = DistinguishedName::new();
    params.distinguished_name.push(DnType::OrganizationName, "Acme");
    params.distinguished_name.push(DnType::CommonName, "Ada");
    let pem = params.self_signed(&KeyPair::generate().unwrap()).unwrap().pem();
    let ask = "{#request.ssl.client.defined} {#request.ssl.client.cn} {#request.ssl.client.dn} \
        {#request.ssl.client.attributes['CN'][0]} {#request.ssl.client.attributes['2.5.4.10']} {#request.ssl.client.ou}.";
    for (distrust, expected) in [(None, "true Ada CN=Ada,O=Acme Ada Acme ."), (Some("unknown"), "false     .")] {
        let mut exchange = exchange();
        let (chain, distrust) = (certificates(&pem).unwrap(), distrust.map(str::to_owned));
        exchange.client.certificate = Some(Arc::new(PeerCertificate { chain, distrust, validity: None }));
        let ask = if expected.starts_with("true") { ask.to_owned() } else { ask.replace("['CN'][0]", "['CN']") };
        assert_eq!(seen(&ask, &exchange), expected);
    }
}

#[test]
fn what_may_be_called_can_be_bounded() {
    let mut exchange = exchange();
    let lines = ["method java.lang.String length", "method java.util.Map get java.lang.Object"];
    let allowed = Allowed::of(lines.map(|line| Permit::read(line).unwrap()));
    let mut facts = RouteFacts::plain(RouteId::new("r"), "/shop");
    facts.world = Some(Arc::new(ReadyWorld::new(&Constants { allowed: Some(allowed), ..constants() })));
    exchange.route = Some(Arc::new(facts));
    for (expression, expected) in [
        ("{#request.method.length()} {#request.params.get('color')[0]}", "4 red"),
        ("{#request.method.toLowerCase()}", "EL1004E"),
        ("{T(java.lang.Math).abs(1)}", "EL1004E"),
        ("{(new Long('1'))}", "EL1003E"),
        ("{#jsonEscape('a')} {#request.headers['accept'][0]}", "a a"),
    ] {
        assert_eq!(seen(expression, &exchange), expected, "{expression}");
    }
}

#[tokio::test]
async fn bodies_are_seen_once_somebody_has_read_them() {
    let mut exchange = exchange();
    exchange.response = Some(http::Response::builder().status(201).header("a", "1").body("<a>x</a>".into()).unwrap());
    assert_eq!(seen("{#request.jsonContent}{#response.content}.", &exchange), ".");
    exchange.read_request().await.unwrap();
    exchange.read_response().await.unwrap();
    for (expression, expected) in [
        ("{#request.content}", r#"{"name": "Ada"}"#),
        ("{#request.jsonContent.name}", "Ada"),
        ("{#response.status} {#response.headers['A'][0]} {#response.content}", "201 1 <a>x</a>"),
        ("{#response.xmlContent.a}", "x"),
    ] {
        assert_eq!(seen(expression, &exchange), expected, "{expression}");
    }
}

//! `routes`: which requests are taken, in the forms of the two kinds of routers.

mod misread;

pub(crate) use misread::{LEFT_OUT, REFUSED, misread};

use super::with_common;
use crate::schema::{
    Check, Field, Object, Record, Rule, Violation, array, boolean, foreign, integer, map, nested, set, string, text,
};
use serde_json::{Value, json};

/// How routes are written and ranked.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Flavor {
    /// Written by attributes; ranked as Kong does unless told otherwise.
    #[default]
    Compatible,
    /// Written by attributes; ranked as the documentation says.
    Traditional,
    /// Written as expressions.
    Expressions,
}

impl Flavor {
    /// As `router_flavor` spells it.
    pub fn named(name: &str) -> Option<Self> {
        match name {
            "traditional_compatible" => Some(Self::Compatible),
            "traditional" => Some(Self::Traditional),
            "expressions" => Some(Self::Expressions),
            _ => None,
        }
    }
}

const PROTOCOLS: &[&str] = &["grpc", "grpcs", "http", "https", "tcp", "tls", "tls_passthrough", "udp", "ws", "wss"];

pub(super) fn record(flavor: Flavor) -> Record {
    let mut fields = vec![
        string("name").unique().rule(Rule::Text(text::name)),
        set("protocols", string("").one_of(PROTOCOLS)).default(json!(["http", "https"])).rule(Rule::AtLeast(1)),
        integer("https_redirect_status_code").default(426).rule(Rule::OneOfNumbers(&[426, 301, 302, 307, 308])),
        boolean("strip_path").default(true),
        boolean("preserve_host").default(false),
        boolean("request_buffering").default(true).ignored("bodies are held only where a step needs them"),
        boolean("response_buffering").default(true).ignored("bodies are held only where a step needs them"),
        foreign("service", "services"),
    ];
    let by_attributes = match flavor {
        Flavor::Compatible | Flavor::Traditional => attributes(),
        // the language of expressions may be used for some routes and attributes for others
        Flavor::Expressions => {
            fields.push(string("expression"));
            fields.push(integer("priority").default(0));
            attributes()
        }
    };
    fields.extend(by_attributes);
    let record = Record::new(with_common(fields)).check(Check::Custom(criteria)).check(Check::Custom(protocols));
    record.check(Check::Custom(match flavor {
        Flavor::Compatible | Flavor::Traditional => misread::of_attributes,
        Flavor::Expressions => misread::of_expression,
    }))
}

fn attributes() -> Vec<Field> {
    let address = || {
        let fields = vec![string("ip").rule(Rule::Text(text::ip_or_cidr)), integer("port").between(0, 65_535)];
        nested("", Record::new(fields).check(Check::AtLeastOneOf(&["ip", "port"])))
    };
    vec![
        set("methods", string("").rule(Rule::Text(text::method))),
        array("hosts", string("").rule(Rule::Text(text::route_host))),
        array("paths", string("").rule(Rule::Text(text::route_path))),
        map("headers", array("", string(""))).rule(Rule::Value(header_names)),
        integer("regex_priority").default(0).optional(),
        string("path_handling").default("v0").optional().one_of(&["v0", "v1"]),
        set("snis", string("").rule(Rule::Text(text::sni))),
        set("sources", address()).unsupported("it belongs to TCP and TLS routes, which are not served"),
        set("destinations", address()).unsupported("it belongs to TCP and TLS routes, which are not served"),
    ]
}

fn header_names(value: &Value) -> Result<(), String> {
    for name in value.as_object().into_iter().flat_map(|headers| headers.keys()) {
        if name.eq_ignore_ascii_case("host") {
            let text = "cannot contain 'host' header, which must be specified in the 'hosts' attribute";
            return Err(text.to_owned());
        }
        text::header_name(name)?;
    }
    Ok(())
}

/// Whether a list or map of the route holds something.
fn holds(route: &Object, name: &str) -> bool {
    match route.get(name) {
        Some(Value::Array(items)) => !items.is_empty(),
        Some(Value::Object(members)) => !members.is_empty(),
        Some(Value::String(text)) => !text.is_empty(),
        _ => false,
    }
}

fn speaks(route: &Object, protocol: &str) -> bool {
    route.get("protocols").and_then(Value::as_array).is_some_and(|all| all.iter().any(|one| one == protocol))
}

/// A route asks at least one thing.
fn criteria(route: &Object) -> Vec<Violation> {
    const PLAIN: &[&str] = &["methods", "hosts", "headers", "paths"];
    const SECURE: &[&str] = &["methods", "hosts", "headers", "paths", "snis"];
    if holds(route, "expression") {
        return Vec::new();
    }
    let (protocol, wanted) = match ["https", "http", "grpcs", "grpc"].into_iter().find(|name| speaks(route, name)) {
        Some("https") => ("https", SECURE),
        Some("http") => ("http", PLAIN),
        Some("grpcs") => ("grpcs", &SECURE[1..]),
        Some(_) => ("grpc", &PLAIN[1..]),
        None => return Vec::new(),
    };
    if wanted.iter().any(|name| holds(route, name)) {
        return Vec::new();
    }
    let names: Vec<String> = wanted.iter().map(|name| format!("'{name}'")).collect();
    let text = format!("must set one of {} when 'protocols' is '{protocol}'", names.join(", "));
    vec![Violation::entity(text)]
}

/// What goes with which protocol.
fn protocols(route: &Object) -> Vec<Violation> {
    let secure = ["https", "grpcs", "tls", "tls_passthrough", "wss"].iter().any(|name| speaks(route, name));
    if holds(route, "snis") && !secure {
        let text = "'snis' can only be set when 'protocols' is 'grpcs', 'https', 'tls', 'tls_passthrough', or 'wss'";
        return vec![Violation::entity(text)];
    }
    for name in ["sources", "destinations"] {
        if holds(route, name) && (speaks(route, "http") || speaks(route, "https")) {
            return vec![Violation::field(name, format!("cannot set '{name}' when 'protocols' is 'http' or 'https'"))];
        }
    }
    Vec::new()
}

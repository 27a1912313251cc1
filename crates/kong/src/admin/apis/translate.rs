//! What an API of old says, in the words of services and routes, and back.

use crate::admin::arguments::{Arguments, infer};
use crate::admin::book::Book;
use crate::admin::problem::Problem;
use crate::entity::{Collection, Entity};
use crate::schema::{Object, Record, Step, Violation, array, boolean, check, fill, integer, string};
use http::StatusCode;
use serde_json::{Map, Value, json};

/// Tells that `http_if_terminated` was asked for: routes have no such member, and need none.
const TERMINATED: &str = "http_if_terminated";

/// An API: a service and a route of one id.
pub(super) struct Api<'a> {
    pub(super) service: &'a Entity,
    pub(super) route: &'a Entity,
}

impl<'a> Api<'a> {
    /// All there are.
    pub(super) fn all(book: &'a Book) -> Vec<Self> {
        let routes = book.of_collection(Collection::Routes).into_iter();
        let pair = |route: &'a Entity| Some(Self { service: book.get(Collection::Services, route.id())?, route });
        routes.filter(|route| route.reference("service") == Some(route.id())).filter_map(pair).collect()
    }

    /// The one of this name or id.
    pub(super) fn find(book: &'a Book, key: &str) -> Option<Self> {
        Self::all(book).into_iter().find(|api| api.service.id() == key || api.service.text("name") == Some(key))
    }

    /// What it says, without what is left out in the original.
    pub(super) fn members(&self) -> Object {
        let (service, route) = (&self.service.object, &self.route.object);
        let of = |object: &Object, name: &str| object.get(name).cloned().unwrap_or_default();
        let paths = of(route, "paths");
        let bare = |path: &Value| json!(path.as_str().map(|path| path.strip_prefix('~').unwrap_or(path)));
        let uris = paths.as_array().map(|paths| paths.iter().map(bare).collect::<Vec<_>>());
        let secure = of(route, "protocols") == json!(["https"]);
        let marked = of(route, "tags").as_array().is_some_and(|tags| tags.iter().any(|tag| tag == TERMINATED));
        let members = json!({
            "id": self.service.id(),
            "name": of(service, "name"),
            "upstream_url": self.url(),
            "hosts": of(route, "hosts"),
            "uris": uris,
            "methods": of(route, "methods"),
            "strip_uri": of(route, "strip_path"),
            "preserve_host": of(route, "preserve_host"),
            "https_only": secure,
            "http_if_terminated": marked,
            "retries": of(service, "retries"),
            "upstream_connect_timeout": of(service, "connect_timeout"),
            "upstream_send_timeout": of(service, "write_timeout"),
            "upstream_read_timeout": of(service, "read_timeout"),
        });
        let Value::Object(members) = members else { return Object::new() };
        members.into_iter().filter(|(_, value)| !value.is_null()).collect()
    }

    /// As it is answered: with milliseconds.
    pub(super) fn shown(&self) -> Value {
        let mut members = self.members();
        let created = self.service.object.get("created_at").and_then(Value::as_i64).unwrap_or_default();
        members.insert("created_at".to_owned(), json!(created * 1000));
        Value::Object(members)
    }

    fn url(&self) -> String {
        let text = |name| self.service.text(name).unwrap_or_default();
        let (protocol, port) = (text("protocol"), self.service.object.get("port").and_then(Value::as_i64));
        let usual = if protocol == "https" { 443 } else { 80 };
        let port = port.filter(|port| *port != usual).map(|port| format!(":{port}")).unwrap_or_default();
        format!("{protocol}://{}{port}{}", text("host"), text("path"))
    }
}

fn record() -> Record {
    let time = |name| integer(name).default(60_000);
    Record::new(vec![
        string("id"),
        string("name").required(),
        string("upstream_url").required(),
        array("hosts", string("")),
        array("uris", string("")),
        array("methods", string("")),
        boolean("strip_uri").default(true),
        boolean("https_only").default(false),
        boolean("http_if_terminated").default(false),
        boolean("preserve_host").default(false),
        integer("retries").default(5),
        time("upstream_connect_timeout"),
        time("upstream_send_timeout"),
        time("upstream_read_timeout"),
        integer("created_at"),
    ])
}

/// What an API says after a request, with defaults; errors stand beside their fields.
pub(super) fn checked(arguments: Arguments, mut before: Object) -> Result<Object, Problem> {
    let Arguments { mut object, texts } = arguments;
    let record = record();
    for name in ["hosts", "uris", "methods"] {
        // lists were written with commas too
        if let Some(Value::String(text)) = object.get(name) {
            let items: Vec<&str> = text.split(',').map(str::trim).collect();
            object.insert(name.to_owned(), json!(items));
        }
    }
    if texts {
        infer(&record, &mut object);
    }
    before.extend(object);
    let mut wrong = fill(&record, &mut before).0;
    wrong.extend(check(&record, &before).0);
    if !wrong.is_empty() {
        return Err(Problem::Plain(StatusCode::BAD_REQUEST, beside(&wrong)));
    }
    let some = |name: &str| before.get(name).and_then(Value::as_array).is_some_and(|items| !items.is_empty());
    if !["hosts", "uris", "methods"].into_iter().any(some) {
        let text = "at least one of 'hosts', 'uris' or 'methods' must be specified";
        return Err(Problem::Said(StatusCode::BAD_REQUEST, text.to_owned()));
    }
    Ok(before)
}

/// Another API of this name.
pub(super) fn taken(book: &Book, api: &Object, id: &str) -> Option<Problem> {
    let name = api.get("name")?.as_str()?;
    let mut others = book.of_collection(Collection::Services).into_iter();
    others.find(|other| other.text("name") == Some(name) && other.id() != id)?;
    let text = format!("already exists with value '{name}'");
    Some(Problem::Plain(StatusCode::CONFLICT, json!({ "name": text })))
}

/// The service and the route that an API means.
pub(super) fn parts(api: &Object, id: &str) -> Result<(Arguments, Arguments), Problem> {
    let of = |name: &str| api.get(name).cloned().unwrap_or_default();
    let service = json!({
        "id": id,
        "name": of("name"),
        "url": of("upstream_url"),
        "retries": of("retries"),
        "connect_timeout": of("upstream_connect_timeout"),
        "write_timeout": of("upstream_send_timeout"),
        "read_timeout": of("upstream_read_timeout"),
    });
    let protocols = if of("https_only") == json!(true) { json!(["https"]) } else { json!(["http", "https"]) };
    let tags = (of("http_if_terminated") == json!(true)).then(|| vec![TERMINATED]);
    let mut route = json!({
        "id": id,
        "name": of("name"),
        "hosts": of("hosts"),
        "paths": of("uris"),
        "methods": of("methods"),
        "strip_path": of("strip_uri"),
        "preserve_host": of("preserve_host"),
        "protocols": protocols,
        "service": {"id": id},
        "tags": tags,
    });
    if let Value::Object(route) = &mut route {
        crate::read::paths(route);
    }
    Ok((arguments(service), arguments(route)))
}

fn arguments(value: Value) -> Arguments {
    let object = if let Value::Object(object) = value { object } else { Object::new() };
    Arguments { object, texts: false }
}

/// Problems of a service or a route in the words of APIs.
pub(super) fn old_words(problem: Problem) -> Problem {
    match problem {
        Problem::Schema(violations) => Problem::Plain(StatusCode::BAD_REQUEST, beside(&violations.0)),
        other => other,
    }
}

fn beside(wrong: &[Violation]) -> Value {
    let mut fields = Map::new();
    for one in wrong {
        let name = match one.path.first() {
            Some(Step::Name(name)) => name.as_str(),
            _ => "message",
        };
        let name = match name {
            "url" | "host" | "port" | "path" | "protocol" => "upstream_url",
            "paths" => "uris",
            "connect_timeout" => "upstream_connect_timeout",
            "write_timeout" => "upstream_send_timeout",
            "read_timeout" => "upstream_read_timeout",
            other => other,
        };
        let text = if one.text == "required field missing" { format!("{name} is required") } else { one.text.clone() };
        fields.insert(name.to_owned(), json!(text));
    }
    Value::Object(fields)
}

/// A plugin as those of APIs were shown.
pub(super) fn plugin_shown(mut plugin: Value) -> Value {
    let id = |value: Value| value.get("id").cloned();
    if let Value::Object(members) = &mut plugin {
        let route = members.remove("route").and_then(id);
        let consumer = members.remove("consumer").and_then(id);
        members.remove("service");
        members.insert("api_id".to_owned(), json!(route));
        if let Some(consumer) = consumer {
            members.insert("consumer_id".to_owned(), consumer);
        }
        if let Some(created) = members.get("created_at").and_then(Value::as_i64) {
            members.insert("created_at".to_owned(), json!(created * 1000));
        }
    }
    plugin
}

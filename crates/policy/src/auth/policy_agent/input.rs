//! What a policy agent is told of a request.

use crate::exchange::Exchange;
use crate::predicate::Asked;
use crate::query;
use expr::vars::{Fact, Variables};
use http::HeaderMap;
use model::policy::PolicyAgent as Data;
use model::variable::Variable;
use serde_json::{Map, Value, json};
use std::time::UNIX_EPOCH;

/// `{"input": …}`.
pub(super) fn of(data: &Data, exchange: &Exchange) -> Value {
    let asked = Asked::of(exchange);
    let fact = |variable: Variable| asked.fact(&variable).map(|fact| Fact::into_text(fact).into_owned());
    let mut input = json!({
        "type": "http",
        "request": {
            "scheme": fact(Variable::Scheme),
            "method": fact(Variable::Method),
            "host": fact(Variable::Host),
            "port": exchange.client.local.port(),
            "path": fact(Variable::Path),
            "headers": headers(&exchange.request.headers),
            "query": query::object(exchange.request.uri.query().unwrap_or("")),
        },
        "var": {
            "server_addr": fact(Variable::ServerAddress),
            "server_port": fact(Variable::ServerPort),
            "remote_addr": fact(Variable::ClientAddress),
            "remote_port": fact(Variable::PeerPort),
            "timestamp": exchange.time.duration_since(UNIX_EPOCH).map_or(0, |since| since.as_secs()),
        },
    });
    let object = input.as_object_mut().expect("it is written as an object");
    let named = |id: Option<String>, name: Option<String>| Some(json!({"id": id?, "name": name}));
    let route = data.route.then(|| named(fact(Variable::Route), fact(Variable::RouteName)));
    let service = data.service.then(|| named(fact(Variable::Service), fact(Variable::ServiceLabel)));
    let consumer = data.consumer.then(|| consumer(exchange));
    for (name, value) in [("route", route), ("service", service), ("consumer", consumer)] {
        if let Some(value) = value.flatten() {
            object.insert(name.to_owned(), value);
        }
    }
    json!({ "input": input })
}

fn headers(headers: &HeaderMap) -> Map<String, Value> {
    let text = |value: &http::HeaderValue| Value::from(String::from_utf8_lossy(value.as_bytes()));
    let of = |name: &http::HeaderName| {
        let mut values: Vec<Value> = headers.get_all(name).iter().map(text).collect();
        if values.len() == 1 { values.remove(0) } else { Value::Array(values) }
    };
    headers.keys().map(|name| (name.as_str().to_owned(), of(name))).collect()
}

/// Who the client is; what it proved itself with is nobody else's affair.
fn consumer(exchange: &Exchange) -> Option<Value> {
    let identity = exchange.identity.as_ref()?;
    let group = identity.groups.first().map(|group| group.bare().to_owned());
    Some(json!({"username": &*identity.name, "consumer_name": &*identity.name, "group_id": group}))
}

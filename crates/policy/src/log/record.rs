//! A record of an exchange: the tree that the configuration says, filled with facts.

use crate::exchange::{Exchange, Sent};
use crate::log::{figures, keep, shape};
use crate::predicate::Asked;
use crate::query;
use expr::vars::Variables;
use http::header::{AUTHORIZATION, PROXY_AUTHORIZATION};
use http::{HeaderMap, HeaderName, Version};
use model::policy::{LogFact, LogValue};
use model::variable::Variable;
use serde_json::{Map, Value, json};
use std::time::{Duration, UNIX_EPOCH};
use telemetry::redact;

/// What stands in the place of a secret.
const REDACTED: &str = "REDACTED";

/// The record as JSON. `slot` is that of the step, for bodies that were kept under it.
pub(super) fn write(form: &LogValue, exchange: &Exchange, slot: usize) -> String {
    let nothing = Sent::default();
    let facts = Facts { exchange, slot, sent: exchange.sent.as_deref().unwrap_or(&nothing) };
    facts.value(form).unwrap_or(Value::Null).to_string()
}

struct Facts<'a> {
    exchange: &'a Exchange,
    slot: usize,
    sent: &'a Sent,
}

impl Facts<'_> {
    /// `None` where the fact is not there.
    fn value(&self, form: &LogValue) -> Option<Value> {
        match form {
            LogValue::Object(members) => {
                let member = |(name, value): &(String, LogValue)| Some((name.clone(), self.value(value)?));
                Some(Value::Object(members.iter().filter_map(member).collect()))
            }
            LogValue::EmptyList => Some(Value::Array(Vec::new())),
            LogValue::Text(text) => Some(text.as_str().into()),
            LogValue::Fact(fact) => self.fact(*fact),
            LogValue::Variable(variable) => self.variable(variable),
            LogValue::FirstOf(values) => values.iter().find_map(|value| self.value(value)),
        }
    }

    fn fact(&self, fact: LogFact) -> Option<Value> {
        let (exchange, sent) = (self.exchange, self.sent);
        let head = &exchange.request;
        let identity = exchange.identity.as_ref();
        Some(match fact {
            LogFact::RequestId => exchange.id.as_str().into(),
            LogFact::Target => redact::target(&sent.target).into_owned().into(),
            LogFact::Path => sent.target.split('?').next().unwrap_or("").into(),
            LogFact::Url => self.url().into(),
            LogFact::Query => self.query().into(),
            LogFact::Method => head.method.as_str().into(),
            LogFact::RequestHeaders => headers(&head.headers).into(),
            LogFact::RequestSize => figures::request_bytes(exchange).into(),
            LogFact::Protocol => protocol(head.version).into(),
            LogFact::Tls if !exchange.client.tls => return None,
            LogFact::Tls => json!({ "client_verify": "NONE" }),
            LogFact::UpstreamTarget => self.upstream_target().into(),
            LogFact::UpstreamStatus => self.upstream_status().into(),
            LogFact::Status => sent.status.into(),
            LogFact::ResponseHeaders => headers(&sent.headers).into(),
            LogFact::ResponseSize => figures::response_bytes(sent).into(),
            LogFact::BodySize => sent.body_bytes.into(),
            LogFact::GatewayMillis => millis(figures::gateway(exchange, sent)),
            LogFact::WaitMillis => figures::wait(exchange).map_or(Value::from(-1), millis),
            LogFact::TotalMillis => millis(sent.total),
            LogFact::ReceiveMillis => millis(sent.total.saturating_sub(sent.until_header)),
            LogFact::Tries => self.tries(),
            LogFact::Credential => {
                let who = identity?;
                let id = who.credential.as_deref()?;
                json!({ "id": id, "consumer_id": who.shown_id.as_deref().unwrap_or(who.consumer.as_str()) })
            }
            LogFact::Route => told(exchange.route.as_ref()?.told.route.as_deref())?,
            LogFact::Service => told(exchange.route.as_ref()?.told.about_service.as_deref())?,
            LogFact::RouteId => exchange.route.as_ref()?.id.as_str().into(),
            LogFact::Consumer => self.consumer()?,
            LogFact::ConsumerName => (*identity?.name).into(),
            LogFact::ClientAddress => exchange.client.address.to_string().into(),
            LogFact::StartedMillis => millis(exchange.time.duration_since(UNIX_EPOCH).unwrap_or_default()),
            LogFact::StartedText => {
                let time = jiff::Timestamp::try_from(exchange.time).ok()?;
                format!("{time:.3}").into()
            }
            LogFact::Failure => exchange.failure.as_ref()?.kind.code().into(),
            LogFact::Function => (*exchange.call.as_ref()?.function).into(),
            LogFact::CallId => exchange.call.as_ref()?.aws_request_id.as_deref()?.into(),
            LogFact::Hostname => shape::hostname().into(),
            LogFact::UpstreamNode => (*exchange.upstream.as_ref()?.node).into(),
            LogFact::RouteKey => {
                let route = exchange.route.as_ref()?;
                route.told.id.as_deref().unwrap_or(route.id.bare()).into()
            }
            LogFact::ServiceKey => match &exchange.route {
                Some(route) => route.told.service.as_deref().unwrap_or_default().into(),
                None => exchange.host_name().into(),
            },
            LogFact::NamedConsumer => json!({ "username": &*identity?.name }),
            LogFact::TotalTime => fraction(sent.total),
            LogFact::WaitTime => fraction(figures::wait(exchange)?),
            LogFact::OwnTime => fraction(sent.total.saturating_sub(figures::wait(exchange).unwrap_or_default())),
            LogFact::RequestBody => keep::of_request(exchange, self.slot)?.into(),
            LogFact::ResponseBody => keep::of_response(exchange, self.slot)?.into(),
            LogFact::Answered => figures::upstream_answer(exchange).map(|_| "upstream")?.into(),
        })
    }

    /// Numbers are told as such where the variable is one.
    fn variable(&self, variable: &Variable) -> Option<Value> {
        match variable {
            Variable::Status => return Some(self.sent.status.into()),
            Variable::Target => return self.fact(LogFact::Target),
            Variable::Header(name) | Variable::ResponseHeader(name) | Variable::Argument(name)
                if redact::names_secret(name) =>
            {
                return Some(REDACTED.into());
            }
            Variable::Cookie(_) => return Some(REDACTED.into()),
            Variable::Query => {
                let query = self.sent.target.split_once('?')?.1;
                return Some(redact::target(&format!("?{query}"))[1..].into());
            }
            _ => {}
        }
        let asked = Asked::of(self.exchange);
        Some(asked.fact(variable)?.into_text().into())
    }

    fn url(&self) -> String {
        let client = &self.exchange.client;
        let scheme = if client.https { "https" } else { "http" };
        let host = self.exchange.host();
        let name = match host.rfind(':') {
            Some(at) if host[at + 1..].bytes().all(|byte| byte.is_ascii_digit()) && !host[..at].ends_with(':') => {
                &host[..at]
            }
            _ => host,
        };
        format!("{scheme}://{name}:{}{}", client.local.port(), redact::target(&self.sent.target))
    }

    fn query(&self) -> Map<String, Value> {
        let mut query = query::object(self.sent.target.split_once('?').map_or("", |(_, query)| query));
        for (name, value) in &mut query {
            if redact::names_secret(name) {
                *value = REDACTED.into();
            }
        }
        query
    }

    fn upstream_target(&self) -> String {
        let path = self.exchange.forwarded_path();
        let target = match self.exchange.request.uri.query() {
            Some(query) => format!("{path}?{query}"),
            None => path.into_owned(),
        };
        redact::target(&target).into_owned()
    }

    fn upstream_status(&self) -> String {
        figures::upstream_answer(self.exchange).map(|status| status.to_string()).unwrap_or_default()
    }

    fn tries(&self) -> Value {
        let node = self.exchange.upstream.as_ref().and_then(|upstream| upstream.node.rsplit_once(':'));
        match node {
            Some((host, port)) => json!([{ "ip": host, "port": port.parse::<u16>().unwrap_or(0) }]),
            None => Value::Array(Vec::new()),
        }
    }

    fn consumer(&self) -> Option<Value> {
        let who = self.exchange.identity.as_ref()?;
        let mut shown = Map::new();
        shown.insert("id".into(), who.shown_id.as_deref().unwrap_or(who.consumer.as_str()).into());
        if !who.name.is_empty() {
            shown.insert("username".into(), (*who.name).into());
        }
        if let Some(custom) = &who.custom_id {
            shown.insert("custom_id".into(), (**custom).into());
        }
        Some(shown.into())
    }
}

fn headers(headers: &HeaderMap) -> Map<String, Value> {
    let mut shown = Map::new();
    for (name, value) in headers {
        let value = if is_secret(name) { REDACTED.into() } else { String::from_utf8_lossy(value.as_bytes()) };
        query::put(&mut shown, name.as_str(), value.into_owned());
    }
    shown
}

fn is_secret(name: &HeaderName) -> bool {
    name == AUTHORIZATION || name == PROXY_AUTHORIZATION || redact::names_secret(name.as_str())
}

/// Milliseconds with their fractions.
fn fraction(time: Duration) -> Value {
    (time.as_secs_f64() * 1000.0).into()
}

fn told(text: Option<&str>) -> Option<Value> {
    serde_json::from_str(text?).ok()
}

fn millis(time: Duration) -> Value {
    u64::try_from(time.as_millis()).unwrap_or(u64::MAX).into()
}

fn protocol(version: Version) -> &'static str {
    match version {
        Version::HTTP_09 => "HTTP/0.9",
        Version::HTTP_10 => "HTTP/1.0",
        Version::HTTP_2 => "HTTP/2.0",
        Version::HTTP_3 => "HTTP/3.0",
        _ => "HTTP/1.1",
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::exchange::{CallFacts, RouteFacts, UpstreamFacts, testing};
    use crate::failure::Blame;
    use model::answer::FailureKind;
    use model::endpoint::PathRewrite;
    use model::id::RouteId;

    #[test]
    fn a_record_has_the_configured_form_and_no_secret() {
        let request = http::Request::get("/p?a=1&a=2&apikey=hush")
            .header("host", "h.test:1234")
            .header("authorization", "Bearer hush")
            .header("x-api-key", "hush")
            .header("x-a", "1");
        let mut exchange = testing::of(request);
        exchange.time = UNIX_EPOCH + Duration::from_millis(1_700_000_000_123);
        exchange.identity = Some(testing::identity("bob", &[], &[]));
        exchange.call = Some(CallFacts { duration: Duration::from_millis(7), ..CallFacts::of("f".into()) });
        let mut headers = HeaderMap::new();
        headers.insert("set-cookie", "hush".parse().unwrap());
        exchange.sent = Some(Box::new(Sent {
            target: "/p?a=1&a=2&apikey=hush".into(),
            status: 200,
            headers,
            body_bytes: 3,
            until_header: Duration::from_millis(10),
            total: Duration::from_millis(12),
        }));
        let all = LogFact::ALL.iter().map(|fact| (format!("{fact:?}"), LogValue::Fact(*fact))).collect();
        let record = write(&LogValue::Object(all), &exchange, 0);
        assert!(!record.contains("hush"), "{record}");
        let record: Value = serde_json::from_str(&record).unwrap();
        for (fact, expected) in [
            ("Url", json!("http://h.test:4000/p?a=1&a=2&apikey=***")),
            ("Query", json!({ "a": ["1", "2"], "apikey": "REDACTED" })),
            ("UpstreamStatus", json!("")),
            ("Status", json!(200)),
            ("GatewayMillis", json!(3)),
            ("WaitMillis", json!(7)),
            ("TotalMillis", json!(12)),
            ("ReceiveMillis", json!(2)),
            ("Tries", json!([])),
            ("Consumer", json!({ "id": "bob", "username": "bob" })),
            ("ClientAddress", json!("127.0.0.1")),
            ("StartedMillis", json!(1_700_000_000_123_u64)),
            ("StartedText", json!("2023-11-14T22:13:20.123Z")),
            ("ResponseHeaders", json!({ "set-cookie": "REDACTED" })),
        ] {
            assert_eq!(record[fact], expected, "{fact}");
        }
        assert_eq!(record["RequestHeaders"]["authorization"], "REDACTED");
        for absent in [
            "UpstreamNode",
            "RouteKey",
            "RequestBody",
            "Answered",
            "Tls",
            "Credential",
            "Route",
            "Service",
            "Failure",
            "CallId",
        ] {
            assert!(record.get(absent).is_none(), "{absent}");
        }
    }

    #[test]
    fn who_answered_is_told() {
        let form = LogValue::object([
            ("source", LogValue::FirstOf(vec![LogFact::Answered.into(), LogValue::Text("gate".into())])),
            ("status", LogFact::UpstreamStatus.into()),
        ]);
        let broken = || crate::Failure::new(FailureKind::UpstreamTimeout, Blame::Upstream, "late");
        for (upstream, failed, expected) in [
            (None, false, json!({ "source": "gate", "status": "" })),
            (Some(Some(503)), false, json!({ "source": "upstream", "status": "503" })),
            (Some(None), true, json!({ "source": "gate", "status": "" })),
        ] {
            let mut exchange = testing::get("/");
            let duration = Duration::ZERO;
            exchange.upstream =
                upstream.map(|status| UpstreamFacts { node: "n:1".into(), began: exchange.started, duration, status });
            exchange.failure = failed.then(broken);
            let record: Value = serde_json::from_str(&write(&form, &exchange, 0)).unwrap();
            assert_eq!(record, expected);
        }
    }

    #[test]
    fn the_target_behind_is_told_as_it_is_sent_on() {
        let mut exchange = testing::get("/api/users?x=1");
        let mut facts = RouteFacts::plain(RouteId::new("r"), "/api");
        facts.path.rewrite = PathRewrite::StripMatched { prefix: "/".into() };
        exchange.route = Some(facts.into());
        exchange.matched = 4;
        assert_eq!(write(&LogFact::UpstreamTarget.into(), &exchange, 0), "\"/users?x=1\"");
    }
}

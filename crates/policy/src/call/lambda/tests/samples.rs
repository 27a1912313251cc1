//! A sample of what a widely used gateway does with a call, row by row: request, reply of the Lambda API, event, and
//! response. A row with `improved` is one that does better on purpose, and says than what.

use super::*;
use model::answer::{Answers, Escape, KindMessage, MessageForm, MessageForms, Piece, Template};
use model::call::{
    Arguments, BodyEncoding, BodyReading, ContextForm, Duplicates, EmptyBody, EmptyMap, EventPath, LargeBody,
    ReplyChecks, Winner,
};
use model::endpoint::{PathRewrite, PathRule, Seam};
use model::table::PathNormalization;
use serde_json::{Value, json};
use std::time::Duration;

const ROWS: &str = include_str!("samples.jsonl");

#[tokio::test]
async fn rows_of_the_sample_hold() {
    let mut count = 0;
    for line in ROWS.lines() {
        let row: Value = serde_json::from_str(line).unwrap();
        check(&row).await;
        count += 1;
    }
    assert_eq!(count, 69);
}

async fn check(row: &Value) {
    let name = text(&row["name"]);
    let peer = peer(&row["reply"]).await;
    let mut exchange = exchange(&row["request"]);
    exchange.matched = row["route"]["matched"].as_u64().unwrap_or(0) as usize;
    for (param, value) in row["route"]["params"].as_object().into_iter().flatten() {
        exchange.params.push((param.as_str().into(), text(value)));
    }
    run_row(row, call_of(&row["call"], peer.port), &mut exchange).await;
    let seen = peer.seen();
    let calls = row["calls"].as_u64().unwrap_or(1);
    assert_eq!(seen.len() as u64, calls, "{name}: calls");
    if let Some(request) = seen.first() {
        let (head, event) = request.split_once("\r\n\r\n").unwrap();
        check_head(&name, head, &row["invoke"]);
        if let Some(expected) = row.get("event") {
            let event: Value = serde_json::from_str(event).unwrap_or_else(|e| panic!("{name}: {e}: {event}"));
            assert!(holds(&event, expected), "{name}: {event}");
        }
    }
    if let Some(expected) = row.get("response") {
        check_response(&name, exchange, expected).await;
    }
}

/// A Lambda API that gives the row's reply.
async fn peer(reply: &Value) -> Peer {
    if reply["never"] == true {
        return Peer::silent().await;
    }
    let pairs = reply["headers"].as_array().into_iter().flatten();
    let fields: String = pairs.map(|pair| format!("{}: {}\r\n", text(&pair[0]), text(&pair[1]))).collect();
    let status = format!("{} X", reply["status"].as_u64().unwrap_or(200));
    if reply["echo"] == true {
        return Peer::echoing(status, fields).await;
    }
    Peer::answering(http(&status, &fields, reply["body"].as_str().unwrap_or(""))).await
}

fn exchange(request: &Value) -> Exchange {
    let mut built = http::Request::builder().method(text(&request["method"]).as_str()).uri(text(&request["target"]));
    for pair in request["headers"].as_array().unwrap() {
        built = built.header(text(&pair[0]), text(&pair[1]));
    }
    let mut exchange = testing::of(built);
    if let Some(body) = request["body"].as_str() {
        exchange.body = Bytes::from(body.to_owned()).into();
    }
    exchange
}

/// The rules of the sample.
fn rules(call: &Value) -> EventRules {
    let base64 = call["base64"] != false;
    let fields = call["event"].is_null();
    let texts = ["text/plain", "text/html", "application/xml", "text/xml", "application/soap+xml"];
    EventRules {
        duplicates: Duplicates::First,
        empty_map: EmptyMap::Object,
        body: match (base64, fields) {
            (false, _) => BodyEncoding::Utf8,
            (true, true) => BodyEncoding::TextTypes(texts.map(str::to_owned).to_vec()),
            (true, false) => BodyEncoding::Base64,
        },
        empty_body: if base64 { EmptyBody::Base64 } else { EmptyBody::Omit },
        large_body: Some(LargeBody { over: 8192, kept: call["keep_large"] == true, arguments: false }),
        arguments: Arguments {
            most: Some(100),
            refuse_more: call["refuse_more"] == true,
            winner: Winner::Body,
            bodies: BodyReading::ByPrefix,
            bare_is_true: true,
        },
        path: EventPath::Forwarded,
        context: ContextForm::Lean,
        escaped_slashes: true,
        ..EventRules::default()
    }
}

fn call_of(row: &Value, port: u16) -> Call {
    let rules = rules(row);
    let part = |name: &str| row["parts"].as_array().is_some_and(|parts| parts.iter().any(|part| part == name));
    let malformed = Answer {
        headers: vec![("content-type".into(), "application/json; charset=utf-8".into())],
        body: AnswerBody::Template(Template {
            escape: Escape::Json,
            pieces: vec![
                Piece::Text(
                    r#"{"message":"Bad Gateway","error":"could not JSON decode Lambda function response: "#.into(),
                ),
                Piece::Reason,
                Piece::Text(r#""}"#.into()),
            ],
        }),
        ..Answer::status(502)
    };
    let proxy = ReplyRules {
        infer: false,
        default_content_type: None,
        call_headers: true,
        nested: true,
        checks: ReplyChecks::Ordered,
    };
    let total = Duration::from_millis(row["timeout_ms"].as_u64().unwrap_or(60_000));
    Call {
        target: Target::Function(FunctionTarget {
            function: row["function"].as_str().unwrap_or("users").to_owned(),
            qualifier: None,
            invocation: match row["invocation"].as_str() {
                Some("Event") => Invocation::Event,
                Some("DryRun") => Invocation::DryRun,
                _ => Invocation::RequestResponse,
            },
            log_tail: row["log_tail"] != false,
            aws: aws(port),
        }),
        payload: match row["event"].as_str() {
            Some("http-v1") => Payload::HttpV1(rules),
            Some(_) => Payload::HttpV2(rules),
            None => Payload::Fields(Fields {
                method: part("method"),
                uri: part("uri"),
                headers: part("headers"),
                body: part("body"),
                rules,
            }),
        },
        reply: match row["reply"].as_str() {
            Some(_) => Reply::Proxy(proxy),
            None => Reply::Mirror(MirrorRules { empty_arrays_as_objects: true }),
        },
        fault: Fault {
            answers: [(FailureKind::MalformedReply, malformed)].into(),
            function_error_as_reply: Some(None),
            unhandled_only: true,
            api_status: false,
            keyed: None,
        },
        timeouts: CallTimeouts { total, ..CallTimeouts::default() },
        expose_log: true,
        texts: None,
        ..call(port)
    }
}

async fn run_row(row: &Value, call: Call, exchange: &mut Exchange) {
    let route = &row["route"];
    let prefix = "/".to_owned();
    let rewrite =
        if route["strip"] == true { PathRewrite::StripMatched { prefix } } else { PathRewrite::Prepend { prefix } };
    let mut facts = RouteFacts::plain(RouteId::new("r"), route["template"].as_str().unwrap_or(""));
    facts.path = PathRule { rewrite, seam: Seam::LikeRequest, normalized: true };
    facts.normalization = PathNormalization {
        decode_unreserved: true,
        decode_all: false,
        resolve_dots: true,
        merge_slashes: true,
        ..PathNormalization::NONE
    };
    exchange.route = Some(Arc::new(facts));
    let step = Step {
        slot: Slot::new("call"),
        rank: StepRank { phase: model::chain::Phase::Access, order: 0 },
        precedence: 0,
        predicate: None,
        policy: Data::Call(Box::new(call)),
    };
    let route = super::route(RouteId::new("r"), vec![step]);
    let mut table = Table::new(TableId::new("t"));
    table.answers = answers();
    let services = Services::default();
    let chain = ReadyChain::compile(&table, Some(&route), &Builder::new(&services, &[])).unwrap();
    chain.request(exchange).await;
    chain.response(exchange).await;
}

/// Errors as the sample's gateway words them.
fn answers() -> Answers {
    let form = |media: &str, escape, before: &str, between: &str, after: &str| MessageForm {
        media_types: vec![media.to_owned()],
        content_type: format!("{media}; charset=utf-8"),
        template: Template {
            escape,
            pieces: vec![
                Piece::Text(before.into()),
                Piece::Message,
                Piece::Text(between.into()),
                Piece::RequestId,
                Piece::Text(after.into()),
            ],
        },
    };
    let html = "<!doctype html>\n<p>";
    let forms = vec![
        form("application/json", Escape::Json, "{\n  \"message\":\"", "\",\n  \"request_id\":\"", "\"\n}"),
        form("text/plain", Escape::None, "", "\nrequest_id: ", "\n"),
        form("text/html", Escape::Markup, html, ".</p>\n<p>request_id: ", "</p>\n"),
    ];
    let said = |kind: FailureKind| {
        let status = if kind == FailureKind::UriTooLong { 414 } else { 500 };
        let message = Some("An unexpected error occurred".to_owned());
        (kind, KindMessage { status, message, unasked: None })
    };
    let kinds = FailureKind::ALL.into_iter().map(said).collect();
    Answers { messages: Some(MessageForms { forms, kinds, statuses: [].into() }), ..Answers::default() }
}

fn check_head(name: &str, head: &str, expected: &Value) {
    for (field, wanted) in expected.as_object().into_iter().flatten() {
        if field == "path" {
            let path = head.split(' ').nth(1).unwrap().replace("%3A", ":");
            assert_eq!(path, text(wanted), "{name}");
            continue;
        }
        let found = head.lines().find_map(|line| {
            let (known, value) = line.split_once(':')?;
            known.eq_ignore_ascii_case(field).then(|| json!(value.trim()))
        });
        assert!(agrees(found.as_ref(), wanted), "{name}: {field} is {found:?}, not {wanted}");
    }
}

async fn check_response(name: &str, mut exchange: Exchange, expected: &Value) {
    let response = exchange.response.take().unwrap();
    if let Some(status) = expected["status"].as_u64() {
        assert_eq!(u64::from(response.status().as_u16()), status, "{name}: {:?}", exchange.failure);
    }
    let (head, body) = response.into_parts();
    let body = body.hold(1 << 20).await.unwrap();
    for (field, wanted) in expected["headers"].as_object().into_iter().flatten() {
        let values: Vec<Value> = head.headers.get_all(field).iter().map(|v| json!(v.to_str().unwrap())).collect();
        let found = match (field.as_str(), values.as_slice()) {
            ("content-length", _) => Some(json!(body.len().to_string())),
            (_, []) => None,
            (_, [one]) => Some(one.clone()),
            _ => Some(Value::Array(values)),
        };
        assert!(agrees(found.as_ref(), wanted), "{name}: {field} is {found:?}, not {wanted}");
    }
    let body = String::from_utf8(body.to_vec()).unwrap();
    for (key, found) in [("body", &*body), ("body_trimmed", body.trim())] {
        if let Some(wanted) = expected[key].as_str() {
            assert_eq!(found, wanted, "{name}");
        }
    }
    if let Some(part) = expected["body_contains"].as_str() {
        assert!(body.contains(part), "{name}: {body}");
    }
    if let Some(wanted) = expected.get("json") {
        let found: Value = serde_json::from_str(&body).unwrap_or_else(|e| panic!("{name}: {e}: {body}"));
        assert!(holds(&found, wanted), "{name}: {found}");
    }
}

/// `{match: exact | subset, json}`.
fn holds(found: &Value, expected: &Value) -> bool {
    match text(&expected["match"]).as_str() {
        "exact" => *found == expected["json"],
        "subset" => agrees(Some(found), &expected["json"]),
        other => panic!("no way to match is called {other}"),
    }
}

/// Members that are expected must agree; `$…` asks for something else than equality.
fn agrees(found: Option<&Value>, wanted: &Value) -> bool {
    let Some(members) = wanted.as_object() else { return found == Some(wanted) };
    let Some((first, value)) = members.iter().next() else { return found.is_some_and(Value::is_object) };
    match first.as_str() {
        "$absent" => found.is_none(),
        "$peer_ip" => found == Some(&json!("127.0.0.1")),
        "$exact" | "$multi" => found == Some(value),
        "$optional" => found.is_none_or(|found| agrees(Some(found), value)),
        "$one_of" => value.as_array().unwrap().iter().any(|one| agrees(found, one)),
        "$type" => found.is_some_and(|found| *value == "boolean" && found.is_boolean()),
        "$regex" => {
            let pattern = regex::Regex::new(value.as_str().unwrap()).unwrap();
            found.and_then(Value::as_str).is_some_and(|found| pattern.is_match(found))
        }
        other if other.starts_with('$') => panic!("no matcher is called {other}"),
        _ => members.iter().all(|(name, wanted)| agrees(found.and_then(|found| found.get(name)), wanted)),
    }
}

fn text(value: &Value) -> String {
    value.as_str().unwrap_or_else(|| panic!("a text, not {value}")).to_owned()
}

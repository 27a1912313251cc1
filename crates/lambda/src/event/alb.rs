//! An Application Load Balancer's event.
//!
//! Query arguments are not decoded, as the balancer does not. Absent maps are `{}`, as it writes them, unless the
//! rules leave them out. `x-forwarded-*` and `x-amzn-trace-id` are the gateway's own, as they are the balancer's.

use super::body::{Written, empty_is_base64, written};
use super::http_v1::{multi_headers, multi_query, single_headers, single_query};
use super::json::Json;
use super::parts::{Argument, Field, arguments, fields, port, untouched};
use super::{EventRequest, TARGET_GROUP_ARN, room};
use crate::moment;
use http::HeaderName;
use model::call::{EmptyBody, EmptyMap, EventRules};

const TRACE: &str = "x-amzn-trace-id";
const FOR: &str = "x-forwarded-for";
const PORT: &str = "x-forwarded-port";
const PROTO: &str = "x-forwarded-proto";

pub(super) fn build(rules: &EventRules, request: &EventRequest<'_>) -> Vec<u8> {
    let mut json = Json::with_capacity(room(request));
    json.open(b'{');
    json.member("requestContext").open(b'{');
    json.member("elb").open(b'{');
    json.member("targetGroupArn").text(TARGET_GROUP_ARN);
    json.close(b'}');
    json.close(b'}');
    json.member("httpMethod").text(request.method.as_str());
    json.member("path").text(request.path);
    query(&mut json, rules, &arguments(request.query.unwrap_or(""), rules.arguments.most, untouched));
    headers(&mut json, rules, request);
    let body = written(&rules.body, request);
    match body {
        Written::Absent if rules.empty_body == EmptyBody::Omit => {}
        Written::Absent => json.member("body").text(""),
        Written::Text(text) => json.member("body").text(text),
        Written::Base64(bytes) => json.member("body").base64(bytes),
    }
    json.member("isBase64Encoded").bool(body.is_base64() || empty_is_base64(rules, body));
    json.close(b'}');
    json.into_bytes()
}

fn query(json: &mut Json, rules: &EventRules, query: &[Argument<'_>]) {
    if query.is_empty() && rules.empty_map == EmptyMap::Omit {
        return;
    }
    json.member(if rules.multi_value { "multiValueQueryStringParameters" } else { "queryStringParameters" });
    json.open(b'{');
    if rules.multi_value {
        multi_query(json, rules, query);
    } else {
        single_query(json, rules, query);
    }
    json.close(b'}');
}

fn headers(json: &mut Json, rules: &EventRules, request: &EventRequest<'_>) {
    let fields: Vec<Field<'_>> = fields(request).into_iter().filter(|field| !is_own(field.0)).collect();
    json.member(if rules.multi_value { "multiValueHeaders" } else { "headers" });
    json.open(b'{');
    if rules.multi_value {
        multi_headers(json, request, &fields);
    } else {
        single_headers(json, rules, request, &fields);
    }
    for (name, value) in own(request) {
        json.member(name);
        if rules.multi_value {
            json.open(b'[');
            json.text(&value);
            json.close(b']');
        } else {
            json.text(&value);
        }
    }
    json.close(b'}');
}

fn is_own(name: &HeaderName) -> bool {
    [TRACE, FOR, PORT, PROTO].contains(&name.as_str())
}

/// The fields that the balancer adds: the client's address after those it came with, and a trace unless it had one.
fn own(request: &EventRequest<'_>) -> [(&'static str, String); 4] {
    let given = |name| request.headers.get_all(name).iter().filter_map(|value| value.to_str().ok());
    let mut hops: Vec<&str> = given(FOR).collect();
    let source = request.source_ip.to_string();
    hops.push(&source);
    let trace = given(TRACE).next().map_or_else(|| trace(request), str::to_owned);
    let scheme = if request.https { "https" } else { "http" };
    [(TRACE, trace), (FOR, hops.join(", ")), (PORT, port(request).to_owned()), (PROTO, scheme.to_owned())]
}

/// `Root=1-` with the second and 96 bits, taken from the request id where it has them, so that traces can be matched.
fn trace(request: &EventRequest<'_>) -> String {
    let second = moment::seconds(request.time) as u32;
    match request.request_id.get(..24) {
        Some(id) if id.bytes().all(|byte| byte.is_ascii_hexdigit()) => format!("Root=1-{second:08x}-{id}"),
        _ => format!("Root=1-{second:08x}-{:024x}", fastrand::u128(..) >> 32),
    }
}

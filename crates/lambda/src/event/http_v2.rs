//! API Gateway's event version 2.0: HTTP APIs and function URLs.
//!
//! Members without value are left out, never null: strict readers refuse null. (Absent maps are `{}` where the rules
//! say so.) The `cookie` field moves to `cookies`.

use super::body::{Written, empty_is_base64, written};
use super::json::Json;
use super::parts::{arguments, by_argument, by_name, decoded, domain, domain_prefix, fields, missing_host, protocol};
use super::{ACCOUNT_ID, API_ID, EventRequest, claims, room};
use crate::moment;
use http::header::{COOKIE, USER_AGENT};
use model::call::{EmptyBody, EmptyMap, EventRules};

pub(super) fn build(rules: &EventRules, request: &EventRequest<'_>) -> Vec<u8> {
    let mut json = Json::with_capacity(room(request));
    json.open(b'{');
    json.member("version").text("2.0");
    route_key(&mut json, request);
    json.member("rawPath").text(request.path);
    json.member("rawQueryString").text(request.query.unwrap_or(""));
    cookies(&mut json, request);
    headers(&mut json, request);
    query(&mut json, rules, request);
    context(&mut json, rules, request);
    path_parameters(&mut json, rules, request);
    stage_variables(&mut json, rules);
    let body = written(&rules.body, request);
    match body {
        Written::Absent if rules.empty_body == EmptyBody::Base64 => json.member("body").text(""),
        Written::Absent => {}
        Written::Text(text) => json.member("body").text(text),
        Written::Base64(bytes) => json.member("body").base64(bytes),
    }
    json.member("isBase64Encoded").bool(body.is_base64() || empty_is_base64(rules, body));
    json.close(b'}');
    json.into_bytes()
}

fn route_key(json: &mut Json, request: &EventRequest<'_>) {
    json.member("routeKey");
    match request.template {
        "" => json.text("$default"),
        template => json.texts([request.method.as_str(), " ", template]),
    }
}

fn cookies(json: &mut Json, request: &EventRequest<'_>) {
    let mut found = false;
    for value in request.headers.get_all(COOKIE) {
        let text = String::from_utf8_lossy(value.as_bytes());
        for cookie in text.split(';').map(str::trim).filter(|cookie| !cookie.is_empty()) {
            if !std::mem::replace(&mut found, true) {
                json.member("cookies").open(b'[');
            }
            json.item().text(cookie);
        }
    }
    if found {
        json.close(b']');
    }
}

fn headers(json: &mut Json, request: &EventRequest<'_>) {
    json.member("headers").open(b'{');
    if let Some(host) = missing_host(request) {
        json.member("host").text(host);
    }
    for (name, group) in by_name(&fields(request)).filter(|(name, _)| *name != COOKIE) {
        json.key(name.as_str()).values(group.iter().map(|field| field.1), ",");
    }
    json.close(b'}');
}

fn query(json: &mut Json, rules: &EventRules, request: &EventRequest<'_>) {
    let all = arguments(request.query.unwrap_or(""), rules.arguments.most, decoded);
    if all.is_empty() {
        return absent(json, rules, "queryStringParameters");
    }
    json.member("queryStringParameters").open(b'{');
    for (name, group) in by_argument(&all) {
        match group {
            [one] => json.key(name).text(one.text()),
            several => {
                let values: Vec<&str> = several.iter().map(|argument| argument.text()).collect();
                json.key(name).text(&values.join(","));
            }
        }
    }
    json.close(b'}');
}

fn context(json: &mut Json, rules: &EventRules, request: &EventRequest<'_>) {
    let domain = domain(request);
    json.member("requestContext").open(b'{');
    json.member("accountId").text(ACCOUNT_ID);
    json.member("apiId").text(API_ID);
    authorizer(json, request);
    json.member("domainName").text(&domain);
    json.member("domainPrefix").text(domain_prefix(&domain));
    http(json, request);
    json.member("requestId").text(request.request_id);
    route_key(json, request);
    if !rules.stage.is_empty() {
        json.member("stage").text(&rules.stage);
    }
    let date = moment::event_date(request.time);
    json.member("time").text(std::str::from_utf8(&date).unwrap_or(""));
    json.member("timeEpoch").number(moment::milliseconds(request.time));
    json.close(b'}');
}

/// Who the client is, and what its token claims.
fn authorizer(json: &mut Json, request: &EventRequest<'_>) {
    if request.consumer.is_none() && request.claims.is_none() {
        return;
    }
    json.member("authorizer").open(b'{');
    if let Some(claims) = request.claims {
        json.member("jwt").open(b'{');
        claims::write(json, claims);
        json.close(b'}');
    }
    if let Some(consumer) = request.consumer {
        json.member("lambda").open(b'{');
        json.member("principalId").text(consumer);
        json.close(b'}');
    }
    json.close(b'}');
}

fn http(json: &mut Json, request: &EventRequest<'_>) {
    json.member("http").open(b'{');
    json.member("method").text(request.method.as_str());
    json.member("path").text(request.path);
    json.member("protocol").text(protocol(request.version));
    json.member("sourceIp").address(request.source_ip);
    match request.headers.get(USER_AGENT) {
        Some(agent) => json.member("userAgent").value(agent),
        None => json.member("userAgent").text(""), // strict readers ask for it
    }
    json.close(b'}');
}

fn path_parameters(json: &mut Json, rules: &EventRules, request: &EventRequest<'_>) {
    if request.params.is_empty() {
        return absent(json, rules, "pathParameters");
    }
    json.member("pathParameters").open(b'{');
    for (name, value) in request.params {
        json.key(name).text(value);
    }
    json.close(b'}');
}

fn stage_variables(json: &mut Json, rules: &EventRules) {
    if rules.stage_variables.is_empty() {
        return absent(json, rules, "stageVariables");
    }
    json.member("stageVariables").open(b'{');
    for (name, value) in &rules.stage_variables {
        json.key(name).text(value);
    }
    json.close(b'}');
}

fn absent(json: &mut Json, rules: &EventRules, name: &'static str) {
    match rules.empty_map {
        EmptyMap::Null | EmptyMap::Omit => {}
        EmptyMap::Object => json.member(name).raw("{}"),
    }
}

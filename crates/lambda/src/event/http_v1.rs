//! API Gateway's event version 1.0: REST APIs, and HTTP APIs on request.
//!
//! `requestContext.path` has no stage in front: the gateway serves none.

use super::body::{Written, empty_is_base64, written};
use super::json::Json;
use super::parts::{
    Argument, Field, arguments, by_argument, by_name, decoded, domain, domain_prefix, fields, missing_host, protocol,
    separator,
};
use super::{ACCOUNT_ID, API_ID, EventRequest, claims, room};
use crate::moment;
use http::header::{COOKIE, USER_AGENT};
use model::call::{ContextForm, Duplicates, EmptyBody, EmptyMap, EventRules};

/// Members of `identity` that need an identity at AWS.
const NO_IDENTITY: [&str; 10] = [
    "accessKey",
    "accountId",
    "caller",
    "cognitoAuthenticationProvider",
    "cognitoAuthenticationType",
    "cognitoIdentityId",
    "cognitoIdentityPoolId",
    "principalOrgId",
    "user",
    "userArn",
];

pub(super) fn build(rules: &EventRules, request: &EventRequest<'_>) -> Vec<u8> {
    let fields = fields(request);
    let query = arguments(request.query.unwrap_or(""), rules.arguments.most, decoded);
    let mut json = Json::with_capacity(room(request) + room(request) / 2);
    json.open(b'{');
    json.member("version").text("1.0");
    json.member("resource").text(resource(request));
    json.member("path").text(request.path);
    json.member("httpMethod").text(request.method.as_str());
    let no_headers = fields.is_empty() && missing_host(request).is_none();
    map(&mut json, rules, "headers", no_headers, |json| single_headers(json, rules, request, &fields));
    map(&mut json, rules, "multiValueHeaders", no_headers, |json| multi_headers(json, request, &fields));
    let no_query = query.is_empty();
    map(&mut json, rules, "queryStringParameters", no_query, |json| single_query(json, rules, &query));
    map(&mut json, rules, "multiValueQueryStringParameters", no_query, |json| multi_query(json, rules, &query));
    map(&mut json, rules, "pathParameters", request.params.is_empty(), |json| {
        request.params.iter().for_each(|(name, value)| json.key(name).text(value));
    });
    match rules.context {
        ContextForm::Full => {
            map(&mut json, rules, "stageVariables", rules.stage_variables.is_empty(), |json| {
                rules.stage_variables.iter().for_each(|(name, value)| json.key(name).text(value));
            });
            context(&mut json, rules, request);
        }
        ContextForm::Lean => lean_context(&mut json, request),
    }
    body(&mut json, rules, written(&rules.body, request));
    json.close(b'}');
    json.into_bytes()
}

fn resource<'a>(request: &EventRequest<'a>) -> &'a str {
    if request.template.is_empty() { "$default" } else { request.template }
}

fn map(json: &mut Json, rules: &EventRules, name: &'static str, empty: bool, fill: impl FnOnce(&mut Json)) {
    match (empty, rules.empty_map) {
        (true, EmptyMap::Null) => json.member(name).null(),
        (true, EmptyMap::Omit) => {}
        (true, EmptyMap::Object) | (false, _) => {
            json.member(name).open(b'{');
            fill(json);
            json.close(b'}');
        }
    }
}

/// Headers with one value each.
pub(super) fn single_headers(json: &mut Json, rules: &EventRules, request: &EventRequest<'_>, fields: &[Field<'_>]) {
    if let Some(host) = missing_host(request) {
        json.member("host").text(host);
    }
    for (name, group) in by_name(fields) {
        json.key(name.as_str());
        if *name == COOKIE {
            json.values(group.iter().map(|field| field.1), separator(name, ","));
            continue;
        }
        json.value(chosen(rules, group).1);
    }
}

/// Headers with all their values.
pub(super) fn multi_headers(json: &mut Json, request: &EventRequest<'_>, fields: &[Field<'_>]) {
    if let Some(host) = missing_host(request) {
        json.member("host").open(b'[');
        json.item().text(host);
        json.close(b']');
    }
    for (name, group) in by_name(fields) {
        json.key(name.as_str()).open(b'[');
        if *name == COOKIE {
            json.values(group.iter().map(|field| field.1), separator(name, ","));
        } else {
            group.iter().for_each(|field| json.item().value(field.1));
        }
        json.close(b']');
    }
}

/// Arguments with one value each.
pub(super) fn single_query(json: &mut Json, rules: &EventRules, query: &[Argument<'_>]) {
    for (name, group) in by_argument(query) {
        value(json.key(name), rules, chosen(rules, group));
    }
}

/// Arguments with all their values.
pub(super) fn multi_query(json: &mut Json, rules: &EventRules, query: &[Argument<'_>]) {
    for (name, group) in by_argument(query) {
        json.key(name).open(b'[');
        group.iter().for_each(|argument| value(json.item(), rules, argument));
        json.close(b']');
    }
}

fn value(json: &mut Json, rules: &EventRules, argument: &Argument<'_>) {
    if argument.value.is_none() && rules.arguments.bare_is_true {
        json.bool(true);
    } else {
        json.text(argument.text());
    }
}

/// The one of several that a single-value map keeps. Groups are never empty.
fn chosen<'g, T>(rules: &EventRules, group: &'g [T]) -> &'g T {
    match rules.duplicates {
        Duplicates::First => &group[0],
        Duplicates::Last => &group[group.len() - 1],
    }
}

fn context(json: &mut Json, rules: &EventRules, request: &EventRequest<'_>) {
    let domain = domain(request);
    json.member("requestContext").open(b'{');
    json.member("accountId").text(ACCOUNT_ID);
    json.member("apiId").text(API_ID);
    authorizer(json, request);
    json.member("domainName").text(&domain);
    json.member("domainPrefix").text(domain_prefix(&domain));
    json.member("extendedRequestId").text(request.request_id);
    json.member("httpMethod").text(request.method.as_str());
    identity(json, request);
    json.member("path").text(request.path);
    json.member("protocol").text(protocol(request.version));
    json.member("requestId").text(request.request_id);
    let date = moment::event_date(request.time);
    json.member("requestTime").text(std::str::from_utf8(&date).unwrap_or(""));
    json.member("requestTimeEpoch").number(moment::milliseconds(request.time));
    json.member("resourceId").text(resource(request));
    json.member("resourcePath").text(resource(request));
    if !rules.stage.is_empty() {
        json.member("stage").text(&rules.stage);
    }
    json.close(b'}');
}

/// Who the client is, and what its token claims.
fn authorizer(json: &mut Json, request: &EventRequest<'_>) {
    if request.consumer.is_none() && request.claims.is_none() {
        return;
    }
    json.member("authorizer").open(b'{');
    if let Some(claims) = request.claims {
        claims::write(json, claims);
    }
    if let Some(consumer) = request.consumer {
        json.member("principalId").text(consumer);
    }
    json.close(b'}');
}

/// Nothing of account, API and stage, which are not there.
fn lean_context(json: &mut Json, request: &EventRequest<'_>) {
    let domain = domain(request);
    json.member("requestContext").open(b'{');
    json.member("domainName").text(&domain);
    json.member("domainPrefix").text(domain_prefix(&domain));
    json.member("httpMethod").text(request.method.as_str());
    json.member("identity").open(b'{');
    json.member("sourceIp").address(request.source_ip);
    if let Some(agent) = request.headers.get(USER_AGENT) {
        json.member("userAgent").value(agent);
    }
    json.close(b'}');
    json.member("path").text(request.path);
    json.member("protocol").text(protocol(request.version));
    json.member("requestId").text(request.request_id);
    let date = moment::event_date(request.time);
    json.member("requestTime").text(std::str::from_utf8(&date).unwrap_or(""));
    json.member("requestTimeEpoch").number(moment::milliseconds(request.time));
    json.member("resourcePath").text(request.path);
    json.close(b'}');
}

fn identity(json: &mut Json, request: &EventRequest<'_>) {
    json.member("identity").open(b'{');
    for name in NO_IDENTITY {
        json.member(name).null();
    }
    json.member("sourceIp").address(request.source_ip);
    match request.headers.get(USER_AGENT) {
        Some(agent) => json.member("userAgent").value(agent),
        None => json.member("userAgent").null(),
    }
    json.close(b'}');
}

fn body(json: &mut Json, rules: &EventRules, body: Written<'_>) {
    match body {
        Written::Absent => match rules.empty_body {
            EmptyBody::Usual => json.member("body").null(),
            EmptyBody::Base64 => json.member("body").text(""),
            EmptyBody::Omit => {}
        },
        Written::Text(text) => json.member("body").text(text),
        Written::Base64(bytes) => json.member("body").base64(bytes),
    }
    json.member("isBase64Encoded").bool(body.is_base64() || empty_is_base64(rules, body));
}

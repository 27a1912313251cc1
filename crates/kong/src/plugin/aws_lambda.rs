//! `aws-lambda`: a call of a function. Every field of the open schema, of older ones, and of newer closed ones.

mod call;

use super::{Parts, Steps};
use crate::entity::Entity;
use crate::lower::Lowering;
use crate::schema::{Check, Object, Rule, Violation, at, boolean, integer, number, removed, string, text};
use serde_json::Value;

pub(super) fn parts() -> Parts {
    let mut fields = target();
    fields.extend(payload());
    fields.extend(older());
    fields.extend(newer());
    Parts::new(fields)
        .check(Check::AllOrNone(&["config.aws_key", "config.aws_secret"]))
        .check(Check::Custom(proxy_scheme))
}

fn target() -> Vec<crate::schema::Field> {
    vec![
        number("timeout").default(60_000).approximate("the whole call may take so long, not each read of it"),
        number("keepalive").default(60_000),
        string("aws_key").secret(),
        string("aws_secret").secret(),
        string("aws_assume_role_arn").secret(),
        string("aws_role_session_name").default("kong").optional(),
        string("aws_sts_endpoint_url").rule(Rule::Text(text::url)),
        string("aws_region").rule(Rule::Text(text::host)),
        string("function_name"),
        string("qualifier"),
        string("invocation_type").default("RequestResponse").one_of(&["RequestResponse", "Event", "DryRun"]),
        string("log_type").default("Tail").one_of(&["Tail", "None"]),
        string("host").rule(Rule::Text(text::host)),
        integer("port").default(443).optional().between(0, 65_535),
        boolean("disable_https").default(false).optional(),
        integer("unhandled_status").between(100, 999),
        string("proxy_url").rule(Rule::Text(text::proxy_url)),
        string("aws_imds_protocol_version")
            .default("v1")
            .one_of(&["v1", "v2"])
            .approximate("v1 tries a token first, as Kong does for both; v2 takes nothing else"),
    ]
}

fn payload() -> Vec<crate::schema::Field> {
    let flag = |name| boolean(name).default(false).optional();
    vec![
        flag("forward_request_method"),
        flag("forward_request_uri"),
        flag("forward_request_headers"),
        flag("forward_request_body"),
        flag("is_proxy_integration"),
        flag("awsgateway_compatible"),
        boolean("skip_large_bodies").default(true).optional(),
        boolean("base64_encode_body").default(true).optional(),
        string("empty_arrays_mode").default("legacy").one_of(&["legacy", "correct"]),
    ]
}

fn older() -> Vec<crate::schema::Field> {
    vec![
        removed("proxy_scheme", "the scheme stands in proxy_url"),
        removed("aws_cross_account_role", "it was never released; aws_assume_role_arn took its place"),
    ]
}

fn newer() -> Vec<crate::schema::Field> {
    vec![
        string("awsgateway_compatible_payload_version").newer().one_of(&["1.0", "2.0"]),
        boolean("ssl_verify").newer(),
        integer("max_uri_args").newer().between(1, 1000),
        boolean("reject_if_max_uri_args_exceeded").newer(),
        boolean("preserve_lambda_api_error_code").newer(),
    ]
}

fn proxy_scheme(plugin: &Object) -> Vec<Violation> {
    let url = at(plugin, "config.proxy_url").and_then(Value::as_str).unwrap_or("http:");
    if url.starts_with("http:") { Vec::new() } else { vec![Violation::entity("proxy_url scheme must be http")] }
}

pub(super) fn lower(entity: &Entity, at: &mut Lowering<'_>) -> Steps {
    call::lower(entity, at)
}

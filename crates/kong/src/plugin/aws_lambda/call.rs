//! What `aws-lambda` means: the call, with Kong's rules for events and replies.

use crate::entity::{Entity, Flavor};
use crate::lower::Lowering;
use crate::part::Part;
use crate::plugin::Steps;
use dialect::Faith;
use model::answer::{Answer, AnswerBody, Escape, FailureKind, Piece, Template};
use model::aws::{AssumeRole, Aws, Credentials, Metadata, Source};
use model::call::{
    Arguments, BodyEncoding, BodyReading, Call, CallTimeouts, ContextForm, Duplicates, EmptyBody, EmptyMap, EventPath,
    EventRules, Fault, Fields, FunctionTarget, Invocation, LargeBody, MirrorRules, Payload, Reply, ReplyChecks,
    ReplyRules, Target, Then, Winner,
};
use model::chain::Phase;
use model::endpoint::Keepalive;
use model::forward::{Forward, ForwardProxy};
use model::policy::Policy;
use model::secret::Secret;
use model::tls::ClientTls;
use std::time::Duration;

/// Content types, parameters included, whose bodies are text in forwarded parts.
const TEXT_TYPES: [&str; 5] = ["text/plain", "text/html", "application/xml", "text/xml", "application/soap+xml"];

pub(super) fn lower(entity: &Entity, at: &mut Lowering<'_>) -> Steps {
    let part = Part::of(&entity.object).part("config");
    let time = Duration::from_millis(part.count("timeout").unwrap_or(60_000));
    remarks(entity, part, at);
    let call = Call {
        target: Target::Function(target(part)),
        payload: payload(part, at),
        reply: reply(part),
        fault: fault(part),
        then: Then::Respond,
        timeouts: CallTimeouts { connect: time, total: time },
        expose_log: part.text("log_type") == Some("Tail"),
        texts: None,
    };
    vec![(Phase::Access, Policy::Call(Box::new(call)))]
}

fn remarks(entity: &Entity, part: Part<'_>, at: &mut Lowering<'_>) {
    if part.text("function_name").is_none() {
        at.say(Faith::Exact, entity, "config.function_name", "no function is named: every request is answered by 500");
    }
    if part.text("log_type") == Some("Tail") {
        let text =
            "clients get the end of the function's log in X-Amz-Log-Result, as in Kong; log_type: None keeps it back";
        at.say(Faith::Exact, entity, "config.log_type", text);
    }
    if part.value("ssl_verify").is_none() && !part.flag("disable_https") {
        let text =
            "the certificate of the endpoint is checked, where Kong does not; ssl_verify: false leaves it unchecked";
        at.say(Faith::Approximate, entity, "config", text);
    }
    if part.flag("disable_https") && part.text("host").is_none() {
        let text = "AWS is called without TLS, on a port of its own that is 443 unless port says otherwise";
        at.say(Faith::Exact, entity, "config.disable_https", text);
    }
}

fn target(part: Part<'_>) -> FunctionTarget {
    FunctionTarget {
        function: part.owned("function_name").unwrap_or_default(),
        qualifier: part.owned("qualifier"),
        invocation: match part.text("invocation_type") {
            Some("Event") => Invocation::Event,
            Some("DryRun") => Invocation::DryRun,
            _ => Invocation::RequestResponse,
        },
        log_tail: part.text("log_type") == Some("Tail"),
        aws: aws(part),
    }
}

fn aws(part: Part<'_>) -> Aws {
    let verify = part.value("ssl_verify").is_none() || part.flag("ssl_verify");
    let idle = part.count("keepalive").map_or(Aws::KEEPALIVE.time, Duration::from_millis);
    Aws {
        region: part.owned("aws_region"),
        endpoint: endpoint(part),
        credentials: credentials(part),
        tls: ClientTls { verify, ..ClientTls::default() },
        forward: forward(part),
        keepalive: Keepalive { time: idle, ..Aws::KEEPALIVE },
        ..Aws::default()
    }
}

/// The proxy that is written; what the environment says of proxies is not for this plugin.
fn forward(part: Part<'_>) -> Forward {
    match part.owned("proxy_url") {
        Some(url) => Forward::Through(Box::new(ForwardProxy { url, ..ForwardProxy::default() })),
        None => Forward::Direct,
    }
}

/// Keys that are written, or those of the surroundings; then the role that is taken with them.
fn credentials(part: Part<'_>) -> Credentials {
    let mut credentials = match (part.text("aws_key"), part.text("aws_secret")) {
        (Some(key), Some(secret)) => Credentials::keys(key, Secret::new(secret), None),
        _ => Credentials::surroundings(),
    };
    if part.text("aws_imds_protocol_version") == Some("v2") {
        for source in &mut credentials.sources {
            if let Source::Metadata(version) = source {
                *version = Metadata::V2;
            }
        }
    }
    if let Some(arn) = part.text("aws_assume_role_arn").filter(|arn| !arn.is_empty()) {
        let session_name = part.owned("aws_role_session_name").unwrap_or_else(|| "kong".to_owned());
        credentials.roles.push(AssumeRole { session_name, ..AssumeRole::new(arn) });
    }
    credentials.sts_endpoint = part.owned("aws_sts_endpoint_url");
    credentials
}

/// The endpoint, where something of it is written.
fn endpoint(part: Part<'_>) -> Option<String> {
    let plain = part.flag("disable_https");
    let port = part.count("port").unwrap_or(443);
    let scheme = if plain { "http" } else { "https" };
    let host = match (part.text("host"), part.text("aws_region")) {
        (Some(host), _) => host.to_owned(),
        (None, Some(region)) if plain || port != 443 => format!("lambda.{region}.amazonaws.com"),
        (None, _) => return None,
    };
    let host = if host.contains(':') { format!("[{host}]") } else { host };
    Some(format!("{scheme}://{host}:{port}"))
}

fn payload(part: Part<'_>, at: &Lowering<'_>) -> Payload {
    let large = at.settings.body_buffer;
    let kept = !part.flag("skip_large_bodies");
    let forwards = ["method", "uri", "headers", "body"].map(|name| part.flag(&format!("forward_request_{name}")));
    if part.flag("awsgateway_compatible") {
        return match part.text("awsgateway_compatible_payload_version") {
            Some("2.0") => Payload::HttpV2(second_rules(part, large, kept)),
            _ => Payload::HttpV1(first_rules(part, large, kept, at.settings.flavor)),
        };
    }
    let [method, uri, headers, body] = forwards;
    let merged = !(method || uri || headers || body);
    let encoding = match part.flag("base64_encode_body") {
        true => BodyEncoding::TextTypes(TEXT_TYPES.map(str::to_owned).to_vec()),
        false => BodyEncoding::Utf8,
    };
    let empty_body = if part.flag("base64_encode_body") { EmptyBody::Base64 } else { EmptyBody::Omit };
    let rules = EventRules {
        empty_map: EmptyMap::Object,
        body: encoding,
        empty_body,
        large_body: Some(LargeBody { over: large, kept: kept && !merged, arguments: false }),
        arguments: arguments(part),
        escaped_slashes: true,
        ..EventRules::default()
    };
    Payload::Fields(Fields { method, uri, headers, body, rules })
}

fn arguments(part: Part<'_>) -> Arguments {
    Arguments {
        most: Some(part.count("max_uri_args").and_then(|most| usize::try_from(most).ok()).unwrap_or(100)),
        refuse_more: part.flag("reject_if_max_uri_args_exceeded"),
        winner: Winner::Body,
        bodies: BodyReading::ByPrefix,
        bare_is_true: true,
    }
}

/// Version 1.0 as Kong builds it.
fn first_rules(part: Part<'_>, large: u64, kept: bool, _: Flavor) -> EventRules {
    let encode = part.flag("base64_encode_body");
    EventRules {
        duplicates: Duplicates::First,
        empty_map: EmptyMap::Object,
        body: if encode { BodyEncoding::Base64 } else { BodyEncoding::Utf8 },
        empty_body: if encode { EmptyBody::Base64 } else { EmptyBody::Omit },
        large_body: Some(LargeBody { over: large, kept, arguments: false }),
        arguments: arguments(part),
        path: EventPath::Forwarded,
        context: ContextForm::Lean,
        escaped_slashes: true,
        ..EventRules::default()
    }
}

/// Version 2.0: of Kong only the switch is known, so it is AWS's.
fn second_rules(part: Part<'_>, large: u64, kept: bool) -> EventRules {
    let body = if part.flag("base64_encode_body") { BodyEncoding::ByMediaType } else { BodyEncoding::Utf8 };
    EventRules {
        body,
        large_body: Some(LargeBody { over: large, kept, arguments: false }),
        arguments: Arguments { bare_is_true: false, ..arguments(part) },
        path: EventPath::Forwarded,
        ..EventRules::default()
    }
}

fn reply(part: Part<'_>) -> Reply {
    // a queued or tried call has no reply whose members could be asked for
    let waits = !matches!(part.text("invocation_type"), Some("Event" | "DryRun"));
    if part.flag("is_proxy_integration") && waits {
        return Reply::Proxy(ReplyRules {
            infer: false,
            default_content_type: None,
            call_headers: true,
            nested: true,
            checks: ReplyChecks::Ordered,
        });
    }
    Reply::Mirror(MirrorRules { empty_arrays_as_objects: part.text("empty_arrays_mode") == Some("legacy") })
}

fn fault(part: Part<'_>) -> Fault {
    let status = part.count("unhandled_status").and_then(|status| u16::try_from(status).ok());
    let malformed = Answer {
        headers: vec![("content-type".to_owned(), "application/json; charset=utf-8".to_owned())],
        body: AnswerBody::Template(Template {
            escape: Escape::Json,
            pieces: vec![
                Piece::Text(
                    r#"{"message":"Bad Gateway","error":"could not JSON decode Lambda function response: "#.to_owned(),
                ),
                Piece::Reason,
                Piece::Text(r#""}"#.to_owned()),
            ],
        }),
        ..Answer::status(502)
    };
    Fault {
        answers: [(FailureKind::MalformedReply, malformed)].into(),
        function_error_as_reply: Some(status),
        unhandled_only: true,
        api_status: part.flag("preserve_lambda_api_error_code"),
        keyed: None,
    }
}

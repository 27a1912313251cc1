//! `aws-lambda`: a call of a function.

mod texts;

use super::scope::when;
use super::{Does, Engine, List, Place, When};
use crate::expression;
use crate::lower::{Lowering, key};
use crate::part::Part;
use crate::schema::{Kind, Record, flag, list, nested, number, secret, text, word};
use dialect::Faith;
use expr::el::Template;
use model::Secret;
use model::answer::Keyed;
use model::aws::{AssumeRole, Aws, Credentials};
use model::call::{
    Bodies, Call, CallTexts, CallTimeouts, CallTimes, Fault, FunctionTarget, Invocation, KeyedFault, Payload, Reply,
    ReplyRules, Target, Then, Time,
};
use model::policy::Policy;
use model::text::Text;
use std::time::Duration;

/// The fields of its configuration.
pub(super) static CONFIG: Record = Record {
    name: "aws-lambda",
    fields: &[
        word("scope", &["REQUEST", "RESPONSE", "REQUEST_CONTENT", "RESPONSE_CONTENT"]).default("REQUEST"),
        text("region").default("us-east-1"),
        secret("accessKey"),
        secret("secretKey"),
        text("endpoint").approximate(
            "the released policy has no such field and drops it; here it is the base URL of the Invoke API",
        ),
        text("function"),
        text("payload"),
        text("invocationType").default("RequestResponse"),
        text("qualifier"),
        text("logType").default("None"),
        text("roleArn"),
        text("roleSessionName").default("gravitee"),
        list("variables", &Kind::Record(&VARIABLE)),
        flag("sendToConsumer"),
        number("connectionTimeoutMs"),
        number("readTimeoutMs"),
        number("apiCallAttemptTimeoutMs")
            .approximate("an attempt that took too long is not repeated: the function may be running"),
        number("apiCallTimeoutMs"),
        nested("ssl", &SSL),
        word("reply", &REPLIES).default("RAW"),
    ],
};

static VARIABLE: Record = Record { name: "aws-lambda variable", fields: &[text("name"), text("value")] };

static SSL: Record = Record {
    name: "aws-lambda ssl",
    fields: &[
        flag("trustAll"),
        text("trustStoreType")
            .approximate("certificates of this store are trusted beside those of the system, not instead of them"),
        text("trustStorePath"),
        secret("trustStorePassword"),
        text("trustStoreContent"),
    ],
};

/// Reads the reply as API Gateway does; the original does not.
static REPLIES: [&str; 2] = ["RAW", "PROXY"];

pub(super) fn lower(place: &Place<'_>, at: &mut Lowering<'_>) -> Does {
    let Some(when) = when(place) else { return Vec::new() };
    remark(&place.config, at);
    let engine = place.engine;
    let variables = variables(&place.config, at);
    at.leads |= variables.iter().any(|(name, _)| key::leads(name));
    let texts = CallTexts {
        times: times(&place.config, engine),
        trust: texts::trust(&place.config.part("ssl"), engine, at),
        bodies: match (engine, when) {
            (Engine::V4, _) => Bodies::ForCall,
            (Engine::V3, When::Turn | When::Answer) => Bodies::Unread,
            (Engine::V3, When::Content) => Bodies::ForAll,
        },
        variables,
        lenient_variables: engine == Engine::V3,
        whole_reply: true,
        ..texts::target(&place.config, engine, at)
    };
    let call = Call {
        target: Target::Function(base(&place.config, engine)),
        payload: Payload::Template(texts::payload(&place.config, engine, at)),
        reply: match place.config.word("reply") {
            Some("PROXY") => Reply::Proxy(ReplyRules::default()),
            _ => Reply::Bare,
        },
        fault: Fault { keyed: Some(Box::new(fault(engine))), ..Fault::default() },
        then: then(place),
        // each request's own times stand before these
        timeouts: CallTimeouts { connect: CONNECT, total: LONGEST },
        expose_log: false,
        texts: Some(Box::new(texts)),
    };
    vec![(when, Policy::Call(Box::new(call)))]
}

const CONNECT: Duration = Duration::from_secs(2);
const READ: Duration = Duration::from_secs(30);
/// Functions take no longer.
const LONGEST: Duration = Duration::from_secs(15 * 60);

fn remark(config: &Part<'_>, at: &mut Lowering<'_>) {
    if config.filled("function").is_none() {
        at.notes.on(Faith::Exact, config, "it names no function: every call fails, as in the original");
    }
}

/// What is the same for all requests. Settings that are evaluated, and attributes, stand before it.
fn base(config: &Part<'_>, engine: Engine) -> FunctionTarget {
    let verbatim = engine == Engine::V3;
    let plain = |name: &str| config.filled(name).filter(|text| verbatim || !is_expression(text)).map(str::to_owned);
    let known = [Invocation::RequestResponse, Invocation::Event, Invocation::DryRun];
    let invocation = known.into_iter().find(|one| config.text("invocationType") == Some(one.as_str()));
    let keys = plain("accessKey").zip(plain("secretKey"));
    let keys = keys.map(|(key, secret)| Credentials::keys(key, Secret::new(secret), None));
    let role = config.filled("roleArn").map(|arn| AssumeRole {
        session_name: config.owned("roleSessionName").unwrap_or_default(),
        ..AssumeRole::new(arn)
    });
    FunctionTarget {
        function: config.owned("function").unwrap_or_default(),
        qualifier: plain("qualifier"),
        invocation: invocation.unwrap_or_default(),
        log_tail: config.text("logType") == Some("Tail"),
        aws: Aws {
            region: config.filled("region").map(str::to_owned),
            endpoint: plain("endpoint"),
            credentials: Credentials {
                roles: role.into_iter().collect(),
                ..keys.unwrap_or_else(Credentials::web_identity_first)
            },
            ..Aws::default()
        },
    }
}

fn times(config: &Part<'_>, engine: Engine) -> CallTimes {
    let time = |field: &str, usual: Option<Duration>| Time {
        time: config.count(field).map(Duration::from_millis).or(usual),
        attribute: texts::attribute(field, engine),
    };
    CallTimes {
        connect: time("connectionTimeoutMs", Some(CONNECT)),
        read: time("readTimeoutMs", Some(READ)),
        attempt: time("apiCallAttemptTimeoutMs", None),
        total: time("apiCallTimeoutMs", None),
    }
}

fn variables(config: &Part<'_>, at: &mut Lowering<'_>) -> Vec<(String, Option<Text>)> {
    let all = config.parts("variables");
    let variable = |part: &Part<'_>| {
        let empty = || part.has("value").then(|| Text::Plain(String::new()));
        let value = expression::field(part, "value", at.notes).or_else(empty);
        Some((part.filled("name")?.to_owned(), value))
    };
    all.iter().filter_map(variable).collect()
}

/// In the newer engine the reply's status is the response's; in the older one the endpoint's stays.
fn then(place: &Place<'_>) -> Then {
    match (place.config.flag("sendToConsumer"), place.list) {
        (false, _) => Then::Keep,
        (true, List::Request) => Then::Answer,
        (true, List::Response) => Then::Refill { status: place.engine == Engine::V4 },
    }
}

fn fault(engine: Engine) -> KeyedFault {
    const EXCEPTION: &str = "software.amazon.awssdk.services.lambda.model.LambdaException: ";
    let call = "An error occurs while invoking lambda function.";
    let variable = "An error occurs while processing context variables.";
    KeyedFault {
        call: Keyed::new(500, "AWS_LAMBDA_INVALID_RESPONSE", call),
        variable: Keyed::new(500, "AWS_LAMBDA_TEMPLATE_VARIABLE_EXCEPTION", variable),
        detail_prefix: match engine {
            Engine::V3 => format!("java.util.concurrent.ExecutionException: {EXCEPTION}"),
            Engine::V4 => EXCEPTION.to_owned(),
        },
        parameters: engine == Engine::V3,
    }
}

/// Whether something in a text is evaluated, or cannot be read.
fn is_expression(text: &str) -> bool {
    Template::parse(text).map_or(true, |template| template.literal().is_none())
}

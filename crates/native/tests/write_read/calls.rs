//! Any call: what a function is given, what its reply means, and what is evaluated for each request.

use super::expressions::{expression, keyed};
use super::{answer, aws, duration, name, text};
use model::Secret;
use model::answer::FailureKind;
use model::call::*;
use model::text::Setting;
use proptest::collection::{btree_map, vec};
use proptest::option::of;
use proptest::prelude::*;
use proptest::sample::select;

fn rules() -> BoxedStrategy<EventRules> {
    let body = prop_oneof![
        Just(BodyEncoding::ByMediaType),
        Just(BodyEncoding::Base64),
        Just(BodyEncoding::Utf8),
        vec(text(), 0..3).prop_map(BodyEncoding::BinaryTypes),
        vec(text(), 0..3).prop_map(BodyEncoding::TextTypes),
    ];
    let empty = select(vec![EmptyMap::Null, EmptyMap::Object, EmptyMap::Omit]);
    let full = (
        select(vec![Duplicates::First, Duplicates::Last]),
        empty,
        body,
        any::<bool>(),
        text(),
        btree_map(text(), text(), 0..3),
    );
    let full = full.prop_map(|(duplicates, empty_map, body, multi_value, stage, stage_variables)| EventRules {
        duplicates,
        empty_map,
        body,
        multi_value,
        stage,
        stage_variables,
        ..EventRules::default()
    });
    let more = (
        select(vec![EmptyBody::Usual, EmptyBody::Base64, EmptyBody::Omit]),
        of((any::<u64>(), any::<[bool; 2]>()).prop_map(|(over, [kept, arguments])| LargeBody {
            over,
            kept,
            arguments,
        })),
        arguments(),
        select(vec![EventPath::Client, EventPath::Forwarded]),
        select(vec![ContextForm::Full, ContextForm::Lean]),
        any::<bool>(),
    );
    let full = (full, more).prop_map(|(rules, (empty_body, large_body, arguments, path, context, escaped_slashes))| {
        EventRules { empty_body, large_body, arguments, path, context, escaped_slashes, ..rules }
    });
    prop_oneof![Just(EventRules::default()), full].boxed()
}

fn arguments() -> BoxedStrategy<Arguments> {
    let full = (
        of(0usize..200),
        any::<[bool; 2]>(),
        select(vec![Winner::Query, Winner::Body]),
        select(vec![BodyReading::Standard, BodyReading::ByPrefix]),
    );
    full.prop_map(|(most, [refuse_more, bare_is_true], winner, bodies)| Arguments {
        most,
        refuse_more,
        winner,
        bodies,
        bare_is_true,
    })
    .boxed()
}

pub(super) fn call() -> BoxedStrategy<Call> {
    let invocation = select(vec![Invocation::RequestResponse, Invocation::Event, Invocation::DryRun]);
    let function = (name(), of(name()), invocation, any::<bool>(), aws()).prop_map(
        |(function, qualifier, invocation, log_tail, aws)| FunctionTarget {
            function,
            qualifier,
            invocation,
            log_tail,
            aws,
        },
    );
    let auth = prop_oneof![
        Just(UrlAuth::None),
        Just(UrlAuth::Sign("lambda".into())),
        "[ -~]{1,9}".prop_map(|key| UrlAuth::ApiKey(Secret::new(key))),
        relay().prop_map(|relay| UrlAuth::Relay(Box::new(relay))),
    ];
    let path = prop_oneof![Just(UrlPath::Fixed), Just(UrlPath::Append), text().prop_map(UrlPath::Open)];
    let url = (path, auth, aws()).prop_map(|(path, auth, aws)| UrlTarget {
        url: "https://x.example.com/p".into(),
        path,
        auth,
        aws,
    });
    let target = prop_oneof![function.prop_map(Target::Function), url.prop_map(Target::Url)];
    let fields = (any::<[bool; 4]>(), rules()).prop_map(|([method, uri, headers, body], rules)| {
        Payload::Fields(Fields { method, uri, headers, body, rules })
    });
    let payload = prop_oneof![
        fields,
        rules().prop_map(Payload::HttpV1),
        rules().prop_map(Payload::HttpV2),
        rules().prop_map(Payload::Alb),
        Just(Payload::Raw),
        setting().prop_map(Payload::Template),
    ];
    let kind = of("[a-z/]{1,9}");
    let reply = prop_oneof![
        Just(Reply::Raw),
        Just(Reply::Bare),
        any::<bool>().prop_map(|flag| Reply::Mirror(MirrorRules { empty_arrays_as_objects: flag })),
        Just(Reply::Proxy(ReplyRules::default())),
        (any::<[bool; 3]>(), kind, select(vec![ReplyChecks::Detailed, ReplyChecks::Ordered])).prop_map(
            |([infer, call_headers, nested], default_content_type, checks)| {
                Reply::Proxy(ReplyRules { infer, default_content_type, call_headers, nested, checks })
            }
        ),
    ];
    let then = prop_oneof![
        Just(Then::Respond),
        Just(Then::Answer),
        Just(Then::Keep),
        any::<[bool; 2]>().prop_map(|[body, status]| Then::Replace { body, status }),
        any::<bool>().prop_map(|status| Then::Refill { status }),
    ];
    let own = btree_map(select(FailureKind::ALL.to_vec()), answer(), 0..3);
    let keyed = (keyed(), keyed(), text(), any::<bool>()).prop_map(|(call, variable, detail_prefix, parameters)| {
        Box::new(KeyedFault { call, variable, detail_prefix, parameters })
    });
    let fault = (own, of(of(200u16..600)), any::<[bool; 2]>(), of(keyed)).prop_map(
        |(answers, function_error_as_reply, [unhandled_only, api_status], keyed)| Fault {
            answers,
            function_error_as_reply,
            unhandled_only,
            api_status,
            keyed,
        },
    );
    let timeouts = (duration(), duration()).prop_map(|(connect, total)| CallTimeouts { connect, total });
    (target, payload, reply, fault, then, timeouts, any::<bool>(), of(texts()))
        .prop_map(|(target, payload, reply, fault, then, timeouts, expose_log, texts)| {
            // What is behind a URL is called as it is written.
            let texts = texts.map(Box::new).filter(|_| matches!(target, Target::Function(_)));
            Call { target, payload, reply, fault, then, timeouts, expose_log, texts }
        })
        .boxed()
}

fn relay() -> BoxedStrategy<UrlRelay> {
    let field = (name(), "[ -~]{1,9}".prop_map(Secret::new));
    (vec(field, 0..3), vec(name(), 0..3), of(text()), any::<bool>(), of(any::<u64>()), of(name()))
        .prop_map(|(fields, unless, sign, forwarded, largest_body, posts)| UrlRelay {
            fields,
            unless,
            sign,
            forwarded,
            largest_body,
            posts,
        })
        .boxed()
}

fn setting() -> BoxedStrategy<Setting> {
    let full = (of(expression()), of(text()), any::<bool>());
    let full = full.prop_map(|(text, attribute, or_written)| Setting { text, attribute, or_written });
    prop_oneof![Just(Setting::default()), expression().prop_map(Setting::of), full].boxed()
}

fn texts() -> BoxedStrategy<CallTexts> {
    let time = || (of(duration()), of(text())).prop_map(|(time, attribute)| Time { time, attribute });
    let times = (time(), time(), time(), time()).prop_map(|(connect, read, attempt, total)| CallTimes {
        connect,
        read,
        attempt,
        total,
    });
    let bodies = select(vec![Bodies::Unread, Bodies::ForCall, Bodies::ForAll]);
    let variables = vec((text(), of(expression())), 0..3);
    let rest = (prop_oneof![Just(CallTimes::default()), times], bodies, variables, any::<[bool; 2]>());
    (vec(setting(), 14), rest)
        .prop_map(|(mut settings, (times, bodies, variables, [lenient_variables, whole_reply]))| {
            let mut next = || settings.pop().unwrap();
            CallTexts {
                function: next(),
                qualifier: next(),
                invocation: next(),
                log_type: next(),
                region: next(),
                access_key: next(),
                secret_key: next(),
                role: next(),
                session_name: next(),
                trust: TrustTexts { all: next(), kind: next(), path: next(), password: next(), content: next() },
                times,
                bodies,
                variables,
                lenient_variables,
                whole_reply,
            }
        })
        .boxed()
}

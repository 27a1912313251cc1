//! Calls of functions, and as whom they are made.

mod credentials;
mod evaluated;
mod payload;

use super::{Pen, answer, forward, key, text, texts, trust, unless, upstream};
use crate::decode::{At, Either, Lasting, OneOrMany, Pairs, Size};
use crate::entity::aws::{
    Account, Call as Written, Function, FunctionError, Invocation as WrittenInvocation, LogTail, Part, Relay,
    Then as WrittenThen, ThenWord, Url, UrlParam, UrlPathWord,
};
use crate::lower::aws::{common_rest, is_region};
use model::Gateway;
use model::aws::Aws;
use model::call::{
    Call, CallTimeouts, Fault, FunctionTarget, Invocation, Target, Then, UrlAuth, UrlPath, UrlRelay, UrlTarget,
};
use model::chain::Step;
use model::policy::Policy;
use model::predicate::Predicate;

/// What is written once for all calls.
#[derive(Default)]
pub(crate) struct Base(Aws);

/// The account that most calls have.
pub(crate) fn most_common(gateway: &Gateway) -> Base {
    let mut counts: Vec<(&Aws, usize)> = Vec::new();
    for table in &gateway.tables {
        let routes = table.routes.iter().flat_map(|route| &route.chain.groups).flat_map(|group| &group.steps);
        let overlays = table.overlays.iter().flat_map(|overlay| &overlay.steps);
        for step in table.global.iter().chain(routes).chain(overlays) {
            let Some(aws) = account_of(step) else { continue };
            match counts.iter_mut().find(|(known, _)| *known == aws) {
                Some((_, count)) => *count += 1,
                None => counts.push((aws, 1)),
            }
        }
    }
    // Of equally many the first.
    let best = counts.iter().rev().max_by_key(|(_, count)| *count);
    Base(best.map(|(aws, _)| (*aws).clone()).unwrap_or_default())
}

fn account_of(step: &Step) -> Option<&Aws> {
    let Policy::Call(call) = &step.policy else { return None };
    Some(match &call.target {
        Target::Function(target) => &target.aws,
        Target::Url(target) => &target.aws,
    })
}

/// `aws:` of the whole configuration.
pub(crate) fn base_account(pen: &mut Pen<'_>) -> Option<Account> {
    let base = pen.base.0.clone();
    changed(&base, &Aws::default(), pen)
}

/// `aws:` of a call, if it differs from the base.
fn account(aws: &Aws, pen: &mut Pen<'_>) -> Option<Account> {
    let base = pen.base.0.clone();
    fn taken_away<T>(now: &Option<T>, then: &Option<T>) -> bool {
        now.is_none() && then.is_some()
    }
    let less = taken_away(&aws.region, &base.region)
        || taken_away(&aws.endpoint, &base.endpoint)
        || taken_away(&aws.fips, &base.fips)
        || taken_away(&aws.dual_stack, &base.dual_stack);
    if less {
        let own = changed(aws, &Aws::default(), pen).unwrap_or_default();
        return Some(Account { inherit: Some(At::new(false)), ..own });
    }
    changed(aws, &base, pen)
}

fn changed(aws: &Aws, base: &Aws, pen: &mut Pen<'_>) -> Option<Account> {
    let own = |now: &Option<String>, then: &Option<String>| now.as_deref().filter(|_| now != then).map(text);
    if aws.region.as_deref().is_some_and(|region| !is_region(region)) {
        pen.left_out.insert("regions that are none");
    }
    (aws != base).then(|| Account {
        region: own(&aws.region, &base.region),
        endpoint: own(&aws.endpoint, &base.endpoint),
        credentials: (aws.credentials != base.credentials).then(|| credentials::credentials(&aws.credentials, pen)),
        tls: (aws.tls != base.tls).then(|| trust::client_tls(&aws.tls, pen)),
        fips: aws.fips.filter(|_| aws.fips != base.fips).map(At::new),
        dual_stack: aws.dual_stack.filter(|_| aws.dual_stack != base.dual_stack).map(At::new),
        forward: (aws.forward != base.forward).then(|| forward::forward(&aws.forward, pen)),
        http2: unless(aws.http2, &base.http2),
        keepalive: upstream::keepalive(aws.keepalive, base.keepalive),
        inherit: None,
    })
}

pub(crate) fn call(call: &Call, params: Option<&[&Predicate]>, pen: &mut Pen<'_>) -> Written {
    if call.texts.is_some() && matches!(call.target, Target::Url(_)) {
        pen.left_out.insert("url: texts that are evaluated for each request");
    }
    match &call.target {
        Target::Function(target) => Written { function: Some(function(call, target, pen)), url: None },
        Target::Url(target) => Written { function: None, url: Some(url(call, target, params, pen)) },
    }
}

fn function(call: &Call, target: &FunctionTarget, pen: &mut Pen<'_>) -> Either<crate::decode::Text, At<Function>> {
    let waits = target.invocation == Invocation::RequestResponse;
    if target.function.is_empty() {
        pen.left_out.insert("functions without a name");
    }
    let name = text(&target.function);
    let written = Function {
        name: name.clone(),
        qualifier: target.qualifier.as_deref().map(text),
        event: payload::event(&call.payload, &payload::usual_event(), pen),
        reply: payload::reply(&call.reply, &payload::usual_reply(waits)),
        invocation: match target.invocation {
            Invocation::RequestResponse => None,
            Invocation::Event => Some(At::new(WrittenInvocation::Event)),
            Invocation::DryRun => Some(At::new(WrittenInvocation::DryRun)),
        },
        timeout: timeout(call.timeouts).0,
        connect_timeout: timeout(call.timeouts).1,
        log_tail: log_tail(target.log_tail, call.expose_log),
        account: account(&target.aws, pen),
        on_error: answer::by_kind(&call.fault.answers),
        function_error: function_error(&call.fault),
        unhandled_only: unless(call.fault.unhandled_only, &false),
        api_status: unless(call.fault.api_status, &false),
        keyed_failures: call.fault.keyed.as_deref().map(evaluated::keyed),
        evaluated: call.texts.as_deref().map(|texts| Box::new(At::new(evaluated::texts(texts, pen)))),
        then: then(&call.then),
    };
    let is_short =
        serde_json::to_value(&written).is_ok_and(|value| value.as_object().is_some_and(|map| map.len() == 1));
    if is_short { Either::First(name) } else { Either::Second(At::new(written)) }
}

fn url(
    call: &Call,
    target: &UrlTarget,
    params: Option<&[&Predicate]>,
    pen: &mut Pen<'_>,
) -> Either<crate::decode::Text, At<Url>> {
    let (sign, api_key) = match &target.auth {
        UrlAuth::None => (None, None),
        UrlAuth::Sign(service) => (Some(text(service)), None),
        UrlAuth::ApiKey(secret) => {
            (None, Some(pen.secrets.hide(secret, "API_KEY", &format!("the x-api-key for {}", target.url))))
        }
        UrlAuth::Relay(_) => (None, None),
    };
    let relay = match &target.auth {
        UrlAuth::Relay(relay) => Some(At::new(self::relay(relay, &target.url, pen))),
        UrlAuth::None | UrlAuth::Sign(_) | UrlAuth::ApiKey(_) => None,
    };
    let usual = params.and_then(common_rest).map_or(UrlPath::Fixed, UrlPath::Param);
    let to = text(&target.url);
    let written = Url {
        to: to.clone(),
        path: (target.path != usual).then(|| match &target.path {
            UrlPath::Fixed => Either::First(At::new(UrlPathWord::Fixed)),
            UrlPath::Append => Either::First(At::new(UrlPathWord::Append)),
            UrlPath::Param(name) => Either::Second(At::new(UrlParam { param: Some(text(name)), open: None })),
            UrlPath::Open(name) => Either::Second(At::new(UrlParam { param: None, open: Some(text(name)) })),
        }),
        sign,
        api_key,
        relay,
        event: payload::event(&call.payload, &model::call::Payload::Raw, pen),
        reply: payload::reply(&call.reply, &model::call::Reply::Mirror(model::call::MirrorRules::default())),
        timeout: timeout(call.timeouts).0,
        connect_timeout: timeout(call.timeouts).1,
        log_tail: log_tail(false, call.expose_log),
        account: account(&target.aws, pen),
        on_error: answer::by_kind(&call.fault.answers),
        function_error: function_error(&call.fault),
        unhandled_only: unless(call.fault.unhandled_only, &false),
        api_status: unless(call.fault.api_status, &false),
        keyed_failures: call.fault.keyed.as_deref().map(evaluated::keyed),
        then: then(&call.then),
    };
    let is_short =
        serde_json::to_value(&written).is_ok_and(|value| value.as_object().is_some_and(|map| map.len() == 1));
    if is_short { Either::First(to) } else { Either::Second(At::new(written)) }
}

/// In total, and to connect.
fn timeout(timeouts: CallTimeouts) -> (Option<At<Lasting>>, Option<At<Lasting>>) {
    let usual = CallTimeouts::default();
    (unless(Lasting(timeouts.total), &Lasting(usual.total)), unless(Lasting(timeouts.connect), &Lasting(usual.connect)))
}

fn log_tail(asks: bool, exposes: bool) -> Option<At<LogTail>> {
    match (asks, exposes) {
        (false, false) => None,
        (true, false) => Some(At::new(LogTail::Ask)),
        (true, true) => Some(At::new(LogTail::Expose)),
        (false, true) => Some(At::new(LogTail::Pass)),
    }
}

fn function_error(fault: &Fault) -> Option<Either<At<u16>, At<FunctionError>>> {
    fault.function_error_as_reply.map(|status| match status {
        Some(status) => Either::First(At::new(status)),
        None => Either::Second(At::new(FunctionError::Reply)),
    })
}

fn then(then: &Then) -> Option<Either<At<ThenWord>, WrittenThen>> {
    match then {
        Then::Respond => None,
        Then::Answer => Some(Either::First(At::new(ThenWord::Answer))),
        Then::Keep => Some(Either::First(At::new(ThenWord::Keep))),
        Then::Refill { status } => {
            Some(Either::Second(WrittenThen { replace: parts(true, *status), keep_header: Some(At::new(true)) }))
        }
        Then::Replace { body, status } => {
            Some(Either::Second(WrittenThen { replace: parts(*body, *status), keep_header: None }))
        }
    }
}

fn parts(body: bool, status: bool) -> OneOrMany<At<Part>> {
    let parts = [(body, Part::Body), (status, Part::Status)];
    parts.into_iter().filter(|(said, _)| *said).map(|(_, part)| At::new(part)).collect::<Vec<_>>().into()
}

fn relay(one: &UrlRelay, url: &str, pen: &mut Pen<'_>) -> Relay {
    let mut hide = |name: &String, secret| pen.secrets.hide(secret, name, &format!("{name} for {url}"));
    let fields: Vec<_> = one.fields.iter().map(|(name, secret)| (key(name), hide(name, secret))).collect();
    Relay {
        fields: (!fields.is_empty()).then_some(Pairs(fields)),
        unless: texts(&one.unless),
        sign: one.sign.as_deref().map(text),
        forwarded: unless(one.forwarded, &false),
        largest_body: one.largest_body.map(|bytes| At::new(Size(bytes))),
        posts: one.posts.as_deref().map(text),
    }
}

//! Calls of functions, and as whom they are made.

mod credentials;
mod evaluated;
mod payload;
mod target;

use super::{Lowering, answer};
use crate::decode::{At, Either, Lasting, Pairs, Text};
use crate::entity::answer::Answer;
use crate::entity::aws::{
    Call as WrittenCall, Function, FunctionError, Invocation as WrittenInvocation, LogTail, Part, Then as WrittenThen,
    ThenWord, Url,
};
use crate::findings::Spot;
use dialect::Faith;
use model::call::{
    Call, CallTimeouts, Fault, FunctionTarget, Invocation, MirrorRules, Payload, Reply, Target, Then, UrlTarget,
};
use model::predicate::Predicate;
use std::time::Duration;

pub(crate) use credentials::is_role;
pub(super) use target::{Base, base};
pub(crate) use target::{common_rest, is_region};

/// The longest that Lambda lets a function run.
const LONGEST: Duration = Duration::from_secs(15 * 60);

/// `call: {function: …}` or `call: {url: …}`.
pub(crate) fn call(written: &At<WrittenCall>, params: Option<&[&Predicate]>, at: &mut Lowering<'_>) -> Option<Call> {
    match (&written.function, &written.url) {
        (Some(function), None) => Some(function_call(function, at)),
        (None, Some(url)) => Some(url_call(url, params, at)),
        _ => {
            at.incomplete(&written.spot, "a call is of a function or of a url");
            None
        }
    }
}

/// A call through the Invoke API.
pub(crate) fn function_call(written: &Either<Text, At<Function>>, at: &mut Lowering<'_>) -> Call {
    let short;
    let written: &Function = match written {
        Either::First(name) => {
            short = Function { name: name.clone(), ..Function::default() };
            &short
        }
        Either::Second(written) => written,
    };
    let invocation = match written.invocation.as_ref().map(|word| word.value) {
        None | Some(WrittenInvocation::RequestResponse) => Invocation::RequestResponse,
        Some(WrittenInvocation::Event) => Invocation::Event,
        Some(WrittenInvocation::DryRun) => Invocation::DryRun,
    };
    // A queued call and a dry run have an empty reply, of which the status alone says something.
    let usual = match invocation {
        Invocation::RequestResponse => Reply::Proxy(Default::default()),
        Invocation::Event | Invocation::DryRun => Reply::Raw,
    };
    let (log_tail, expose_log) = log_tail(written.log_tail.as_ref(), at);
    target::check_name(&written.name, written.qualifier.as_ref(), at);
    Call {
        target: Target::Function(FunctionTarget {
            function: written.name.value.clone(),
            qualifier: written.qualifier.as_ref().map(|text| text.value.clone()),
            invocation,
            log_tail,
            aws: target::account(written.account.as_ref(), at),
        }),
        payload: payload::payload(written.event.as_ref(), || Payload::HttpV2(Default::default()), at),
        reply: payload::reply(written.reply.as_ref(), usual, at),
        fault: Fault {
            unhandled_only: written.unhandled_only.as_ref().is_some_and(|flag| flag.value),
            api_status: written.api_status.as_ref().is_some_and(|flag| flag.value),
            keyed: written.keyed_failures.as_ref().map(|written| Box::new(evaluated::keyed(written, at))),
            ..fault(written.on_error.as_ref(), written.function_error.as_ref(), at)
        },
        then: then(written.then.as_ref(), at),
        timeouts: timeouts(written.timeout.as_ref(), written.connect_timeout.as_ref(), at),
        expose_log,
        texts: written.evaluated.as_ref().map(|written| Box::new(evaluated::texts(written, at))),
    }
}

/// A call over HTTP. `params` are the matches whose path parameters it may name.
pub(crate) fn url_call(written: &Either<Text, At<Url>>, params: Option<&[&Predicate]>, at: &mut Lowering<'_>) -> Call {
    let short;
    let (written, spot): (&Url, &Spot) = match written {
        Either::First(to) => {
            short = Url { to: to.clone(), ..Url::default() };
            (&short, &to.spot)
        }
        Either::Second(written) => (written, &written.spot),
    };
    let (asks, expose_log) = log_tail(written.log_tail.as_ref(), at);
    if let Some(word) = written.log_tail.as_ref().filter(|_| asks) {
        at.invalid(&word.spot, "only the Invoke API can be asked for a log tail; a url may \"pass\" one");
    }
    target::check_url(&written.to, at);
    Call {
        target: Target::Url(UrlTarget {
            url: written.to.value.clone(),
            path: target::url_path(written.path.as_ref(), params, at),
            auth: target::url_auth(written, spot, at),
            aws: target::account(written.account.as_ref(), at),
        }),
        payload: payload::payload(written.event.as_ref(), || Payload::Raw, at),
        reply: payload::reply(written.reply.as_ref(), Reply::Mirror(MirrorRules::default()), at),
        fault: Fault {
            unhandled_only: written.unhandled_only.as_ref().is_some_and(|flag| flag.value),
            api_status: written.api_status.as_ref().is_some_and(|flag| flag.value),
            keyed: written.keyed_failures.as_ref().map(|written| Box::new(evaluated::keyed(written, at))),
            ..fault(written.on_error.as_ref(), written.function_error.as_ref(), at)
        },
        then: then(written.then.as_ref(), at),
        timeouts: timeouts(written.timeout.as_ref(), written.connect_timeout.as_ref(), at),
        expose_log,
        texts: None,
    }
}

/// Whether it is asked for, and whether it is sent to the client.
fn log_tail(written: Option<&At<LogTail>>, at: &mut Lowering<'_>) -> (bool, bool) {
    let Some(word) = written else { return (false, false) };
    let (asks, exposes) = match word.value {
        LogTail::None => (false, false),
        LogTail::Ask => (true, false),
        LogTail::Expose => (true, true),
        LogTail::Pass => (false, true),
    };
    if exposes {
        let message = "every client gets to read the last 4 KB of the function's log; \"ask\" keeps it here";
        at.findings.say(Faith::Exact, &word.spot, message);
    }
    (asks, exposes)
}

fn fault(
    on_error: Option<&Pairs<Answer>>,
    function_error: Option<&Either<At<u16>, At<FunctionError>>>,
    at: &mut Lowering<'_>,
) -> Fault {
    let function_error_as_reply = match function_error {
        None => None,
        Some(Either::First(code)) => Some(Some(answer::status(code, at))),
        Some(Either::Second(word)) => match word.value {
            FunctionError::Fail => None,
            FunctionError::Reply => Some(None),
        },
    };
    Fault { answers: answer::by_kind(on_error, at), function_error_as_reply, ..Fault::default() }
}

fn then(written: Option<&Either<At<ThenWord>, WrittenThen>>, at: &mut Lowering<'_>) -> Then {
    match written {
        None => Then::Respond,
        Some(Either::First(word)) => match word.value {
            ThenWord::Respond => Then::Respond,
            ThenWord::Answer => Then::Answer,
            ThenWord::Keep => Then::Keep,
        },
        Some(Either::Second(parts)) => {
            let says = |part| parts.replace.all().iter().any(|said| said.value == part);
            let (body, status) = (says(Part::Body), says(Part::Status));
            match &parts.keep_header {
                Some(kept) if kept.value => {
                    if !body {
                        at.invalid(&kept.spot, "the header is kept where the body is replaced");
                    }
                    Then::Refill { status }
                }
                _ => Then::Replace { body, status },
            }
        }
    }
}

fn timeouts(total: Option<&At<Lasting>>, connect: Option<&At<Lasting>>, at: &mut Lowering<'_>) -> CallTimeouts {
    let usual = CallTimeouts::default();
    if let Some(total) = total.filter(|total| total.0 > LONGEST) {
        at.findings.say(Faith::Exact, &total.spot, "no function runs longer than 15m, so waiting longer helps nobody");
    }
    if let Some(zero) = [total, connect].into_iter().flatten().find(|time| time.0.is_zero()) {
        at.invalid(&zero.spot, "in no time at all every call fails; leave it out for the usual time");
    }
    CallTimeouts {
        connect: connect.map_or(usual.connect, |time| time.0),
        total: total.map_or(usual.total, |time| time.0),
    }
}

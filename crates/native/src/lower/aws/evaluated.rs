//! What of a call is evaluated for each request.

use super::super::{Lowering, expression};
use crate::decode::{At, Either, Lasting, said};
use crate::entity::aws::{Evaluated, KeyedFailures, Readable, Setting as Written, Time as WrittenTime, Times, Trust};
use model::call::{Bodies, CallTexts, CallTimes, KeyedFault, Time, TrustTexts};
use model::text::{Setting, Text};

pub(super) fn texts(written: &At<Evaluated>, at: &mut Lowering<'_>) -> CallTexts {
    let mut of = |written: &Option<Written>| setting(written, at);
    CallTexts {
        function: of(&written.function),
        qualifier: of(&written.qualifier),
        invocation: of(&written.invocation),
        log_type: of(&written.log_type),
        region: of(&written.region),
        access_key: of(&written.access_key),
        secret_key: of(&written.secret_key),
        role: of(&written.role),
        session_name: of(&written.session_name),
        trust: written.trust.as_ref().map(|trust| self::trust(trust, at)).unwrap_or_default(),
        times: written.times.as_ref().map(times).unwrap_or_default(),
        bodies: match said(&written.bodies, Readable::ForCall) {
            Readable::Unread => Bodies::Unread,
            Readable::ForCall => Bodies::ForCall,
            Readable::ForAll => Bodies::ForAll,
        },
        variables: variables(written, at),
        lenient_variables: said(&written.lenient_variables, false),
        whole_reply: said(&written.whole_reply, false),
    }
}

fn variables(written: &Evaluated, at: &mut Lowering<'_>) -> Vec<(String, Option<Text>)> {
    let all = written.variables.iter().flat_map(|pairs| &pairs.0);
    all.map(|(name, text)| (name.value.clone(), text.as_ref().map(|text| expression::text(text, at)))).collect()
}

/// What is written of it; not set where nothing is.
fn setting(written: &Option<Written>, at: &mut Lowering<'_>) -> Setting {
    written.as_ref().map(|written| setting_of(written, at)).unwrap_or_default()
}

pub(super) fn setting_of(written: &Written, at: &mut Lowering<'_>) -> Setting {
    match written {
        Either::First(text) => Setting::of(Text::Expression(text.value.clone())),
        Either::Second(full) => Setting {
            text: full.text.as_ref().map(|text| expression::text(text, at)),
            attribute: full.attribute.as_ref().map(|name| name.value.clone()),
            or_written: said(&full.or_written, false),
        },
    }
}

fn trust(written: &Trust, at: &mut Lowering<'_>) -> TrustTexts {
    let mut of = |written: &Option<Written>| setting(written, at);
    TrustTexts {
        all: of(&written.all),
        kind: of(&written.kind),
        path: of(&written.path),
        password: of(&written.password),
        content: of(&written.content),
    }
}

fn times(written: &Times) -> CallTimes {
    CallTimes {
        connect: time(&written.connect),
        read: time(&written.read),
        attempt: time(&written.attempt),
        total: time(&written.total),
    }
}

fn time(written: &Option<Either<At<Lasting>, WrittenTime>>) -> Time {
    match written {
        None => Time::default(),
        Some(Either::First(time)) => Time { time: Some(time.0), attribute: None },
        Some(Either::Second(full)) => Time {
            time: full.time.as_ref().map(|time| time.0),
            attribute: full.attribute.as_ref().map(|name| name.value.clone()),
        },
    }
}

pub(super) fn keyed(written: &KeyedFailures, at: &mut Lowering<'_>) -> KeyedFault {
    let mut failure = |written: &Option<_>| match written {
        Some(written) => expression::failure(written, at),
        None => expression::FAILURE,
    };
    KeyedFault {
        call: failure(&written.call),
        variable: failure(&written.variable),
        detail_prefix: written.detail_prefix.as_ref().map(|text| text.value.clone()).unwrap_or_default(),
        parameters: said(&written.parameters, false),
    }
}

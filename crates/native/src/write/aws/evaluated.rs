//! What of a call is evaluated for each request.

use super::super::{Pen, expression, key, text, unless};
use crate::decode::{At, Either, Lasting, Pairs};
use crate::entity::aws::{
    Evaluated, KeyedFailures, Readable, Setting as Written, SettingOf, Time as WrittenTime, Times, Trust,
};
use model::call::{Bodies, CallTexts, CallTimes, KeyedFault, Time, TrustTexts};
use model::text::{Setting, Text};

pub(super) fn texts(one: &CallTexts, pen: &mut Pen<'_>) -> Evaluated {
    let mut of = |one: &Setting| setting(one, pen);
    Evaluated {
        function: of(&one.function),
        qualifier: of(&one.qualifier),
        invocation: of(&one.invocation),
        log_type: of(&one.log_type),
        region: of(&one.region),
        access_key: of(&one.access_key),
        secret_key: of(&one.secret_key),
        role: of(&one.role),
        session_name: of(&one.session_name),
        trust: (one.trust != TrustTexts::default()).then(|| trust(&one.trust, pen)),
        times: (one.times != CallTimes::default()).then(|| times(&one.times)),
        bodies: match one.bodies {
            Bodies::ForCall => None,
            Bodies::Unread => Some(At::new(Readable::Unread)),
            Bodies::ForAll => Some(At::new(Readable::ForAll)),
        },
        variables: variables(&one.variables, pen),
        lenient_variables: unless(one.lenient_variables, &false),
        whole_reply: unless(one.whole_reply, &false),
    }
}

type Variables = Pairs<Option<crate::entity::expression::Expression>>;

fn variables(all: &[(String, Option<Text>)], pen: &mut Pen<'_>) -> Option<Variables> {
    let pair = |(name, value): &(String, Option<Text>)| {
        (key(name), value.as_ref().map(|value| expression::expression(value, pen)))
    };
    (!all.is_empty()).then(|| Pairs(all.iter().map(pair).collect()))
}

/// Nothing of a setting that is not set.
fn setting(one: &Setting, pen: &mut Pen<'_>) -> Option<Written> {
    (*one != Setting::default()).then(|| setting_of(one, pen))
}

pub(super) fn setting_of(one: &Setting, pen: &mut Pen<'_>) -> Written {
    match one {
        Setting { text: Some(Text::Expression(plain)), attribute: None, or_written: false } => {
            Either::First(text(plain))
        }
        one => Either::Second(At::new(SettingOf {
            text: one.text.as_ref().map(|text| expression::expression(text, pen)),
            attribute: one.attribute.as_deref().map(text),
            or_written: unless(one.or_written, &false),
        })),
    }
}

fn trust(one: &TrustTexts, pen: &mut Pen<'_>) -> Trust {
    let mut of = |one: &Setting| setting(one, pen);
    Trust {
        all: of(&one.all),
        kind: of(&one.kind),
        path: of(&one.path),
        password: of(&one.password),
        content: of(&one.content),
    }
}

fn times(one: &CallTimes) -> Times {
    Times { connect: time(&one.connect), read: time(&one.read), attempt: time(&one.attempt), total: time(&one.total) }
}

fn time(one: &Time) -> Option<Either<At<Lasting>, WrittenTime>> {
    match one {
        Time { time: None, attribute: None } => None,
        Time { time: Some(time), attribute: None } => Some(Either::First(At::new(Lasting(*time)))),
        Time { time, attribute } => Some(Either::Second(WrittenTime {
            time: time.map(|time| At::new(Lasting(time))),
            attribute: attribute.as_deref().map(text),
        })),
    }
}

pub(super) fn keyed(one: &KeyedFault) -> KeyedFailures {
    KeyedFailures {
        call: expression::unusual(&one.call),
        variable: expression::unusual(&one.variable),
        detail_prefix: (!one.detail_prefix.is_empty()).then(|| text(&one.detail_prefix)),
        parameters: unless(one.parameters, &false),
    }
}

//! What a function is given, and what its reply means.

use super::super::{Pen, key, text, unless};
use crate::decode::Size;
use crate::decode::{At, Either, OneOrMany, Pairs};
use crate::entity::aws::{
    Arguments as WrittenArguments, Bodies, BodyWord, Checks, ContextWord, Duplicates as WrittenDuplicates,
    EmptyBody as WrittenEmptyBody, EmptyMap as WrittenEmptyMap, Event, EventPath as WrittenPath, EventWord, Field,
    LargeBody as WrittenLargeBody, MediaTypes, Reply as WrittenReply, ReplyWord, Winner as WrittenWinner,
};
use model::call::{
    Arguments, BodyEncoding, BodyReading, ContextForm, Duplicates, EmptyBody, EmptyMap, EventPath, EventRules, Fields,
    LargeBody, Payload, Reply, ReplyChecks, ReplyRules, Winner,
};

/// What a function is given if nothing is said.
pub(super) fn usual_event() -> Payload {
    Payload::HttpV2(EventRules::default())
}

/// What its reply means if nothing is said.
pub(super) fn usual_reply(waits: bool) -> Reply {
    if waits { Reply::Proxy(ReplyRules::default()) } else { Reply::Raw }
}

pub(super) fn event(payload: &Payload, usual: &Payload, pen: &mut Pen<'_>) -> Option<Either<At<EventWord>, At<Event>>> {
    if payload == usual {
        return None;
    }
    let (word, rules) = match payload {
        Payload::HttpV2(rules) => (EventWord::HttpV2, rules),
        Payload::HttpV1(rules) => (EventWord::HttpV1, rules),
        Payload::Alb(rules) => (EventWord::Alb, rules),
        Payload::Template(setting) => {
            let template = Some(super::evaluated::setting_of(setting, pen));
            return Some(Either::Second(At::new(Event { template, ..Event::default() })));
        }
        Payload::Raw => return Some(Either::First(At::new(EventWord::Raw))),
        Payload::Fields(fields) => return Some(Either::Second(At::new(self::fields(fields)))),
    };
    if *rules == EventRules::default() {
        return Some(Either::First(At::new(word)));
    }
    let shape = (word != EventWord::HttpV2).then(|| At::new(word));
    Some(Either::Second(At::new(Event { shape, ..detailed(rules) })))
}

fn fields(fields: &Fields) -> Event {
    let parts = [
        (fields.method, Field::Method),
        (fields.uri, Field::Uri),
        (fields.headers, Field::Headers),
        (fields.body, Field::Body),
    ];
    let said = parts.into_iter().filter(|(said, _)| *said).map(|(_, field)| At::new(field)).collect();
    Event { fields: Some(said), ..detailed(&fields.rules) }
}

fn detailed(rules: &EventRules) -> Event {
    let usual = EventRules::default();
    let variables: Vec<_> = rules.stage_variables.iter().map(|(name, value)| (key(name), text(value))).collect();
    Event {
        shape: None,
        template: None,
        fields: None,
        duplicates: match rules.duplicates {
            Duplicates::First => Some(At::new(WrittenDuplicates::First)),
            Duplicates::Last => None,
        },
        empty_map: match rules.empty_map {
            EmptyMap::Null => None,
            EmptyMap::Object => Some(At::new(WrittenEmptyMap::Object)),
            EmptyMap::Omit => Some(At::new(WrittenEmptyMap::Omit)),
        },
        body: body(&rules.body),
        empty_body: match rules.empty_body {
            EmptyBody::Usual => None,
            EmptyBody::Base64 => Some(At::new(WrittenEmptyBody::Base64)),
            EmptyBody::Omit => Some(At::new(WrittenEmptyBody::Omit)),
        },
        large_body: rules.large_body.map(large_body),
        arguments: (rules.arguments != usual.arguments).then(|| arguments(rules.arguments)),
        path: match rules.path {
            EventPath::Client => None,
            EventPath::Forwarded => Some(At::new(WrittenPath::Forwarded)),
        },
        context: match rules.context {
            ContextForm::Full => None,
            ContextForm::Lean => Some(At::new(ContextWord::Lean)),
        },
        escaped_slashes: unless(rules.escaped_slashes, &usual.escaped_slashes),
        multi_value: unless(rules.multi_value, &usual.multi_value),
        stage: (rules.stage != usual.stage).then(|| text(&rules.stage)),
        stage_variables: (!variables.is_empty()).then_some(Pairs(variables)),
    }
}

fn large_body(rule: LargeBody) -> WrittenLargeBody {
    WrittenLargeBody {
        over: At::new(Size(rule.over)),
        keep: unless(rule.kept, &true),
        arguments: unless(rule.arguments, &true),
    }
}

fn arguments(rules: Arguments) -> WrittenArguments {
    WrittenArguments {
        most: rules.most.map(At::new),
        refuse_more: unless(rules.refuse_more, &false),
        winner: match rules.winner {
            Winner::Query => None,
            Winner::Body => Some(At::new(WrittenWinner::Body)),
        },
        bodies: match rules.bodies {
            BodyReading::Standard => None,
            BodyReading::ByPrefix => Some(At::new(Bodies::ByPrefix)),
        },
        bare_is_true: unless(rules.bare_is_true, &false),
    }
}

fn body(encoding: &BodyEncoding) -> Option<Either<At<BodyWord>, At<MediaTypes>>> {
    let list = |types: &[String]| Some(OneOrMany::from(types.iter().map(|one| text(one)).collect::<Vec<_>>()));
    match encoding {
        BodyEncoding::ByMediaType => None,
        BodyEncoding::Base64 => Some(Either::First(At::new(BodyWord::Base64))),
        BodyEncoding::Utf8 => Some(Either::First(At::new(BodyWord::Utf8))),
        BodyEncoding::BinaryTypes(types) => {
            Some(Either::Second(At::new(MediaTypes { binary: list(types), text: None })))
        }
        BodyEncoding::TextTypes(types) => Some(Either::Second(At::new(MediaTypes { binary: None, text: list(types) }))),
    }
}

pub(super) fn reply(reply: &Reply, usual: &Reply) -> Option<Either<At<ReplyWord>, At<WrittenReply>>> {
    if reply == usual {
        return None;
    }
    let word = match reply {
        Reply::Raw => ReplyWord::Raw,
        Reply::Bare => ReplyWord::Bare,
        Reply::Mirror(rules) if !rules.empty_arrays_as_objects => ReplyWord::Mirror,
        Reply::Mirror(rules) => {
            return Some(Either::Second(At::new(WrittenReply {
                shape: Some(At::new(ReplyWord::Mirror)),
                empty_arrays_as_objects: unless(rules.empty_arrays_as_objects, &false),
                ..WrittenReply::default()
            })));
        }
        Reply::Proxy(rules) if *rules == ReplyRules::default() => ReplyWord::Proxy,
        Reply::Proxy(rules) => {
            let standard = ReplyRules::default();
            let content_type = rules.default_content_type.clone().unwrap_or_default();
            return Some(Either::Second(At::new(WrittenReply {
                shape: None,
                infer: unless(rules.infer, &standard.infer),
                default_content_type: (rules.default_content_type != standard.default_content_type)
                    .then(|| text(&content_type)),
                call_headers: unless(rules.call_headers, &standard.call_headers),
                nested: unless(rules.nested, &standard.nested),
                checks: match rules.checks {
                    ReplyChecks::Detailed => None,
                    ReplyChecks::Ordered => Some(At::new(Checks::Ordered)),
                    ReplyChecks::Partial => Some(At::new(Checks::Partial)),
                },
                empty_arrays_as_objects: None,
            })));
        }
    };
    Some(Either::First(At::new(word)))
}

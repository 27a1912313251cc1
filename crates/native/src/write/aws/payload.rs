//! What a function is given, and what its reply means.

use super::super::{key, text, unless};
use crate::decode::{At, Either, OneOrMany, Pairs};
use crate::entity::aws::{
    BinaryTypes, BodyWord, Duplicates as WrittenDuplicates, EmptyMap as WrittenEmptyMap, Event, EventWord, Field,
    Reply as WrittenReply, ReplyWord,
};
use model::call::{BodyEncoding, Duplicates, EmptyMap, EventRules, Fields, Payload, Reply, ReplyRules};

/// What a function is given if nothing is said.
pub(super) fn usual_event() -> Payload {
    Payload::HttpV2(EventRules::default())
}

/// What its reply means if nothing is said.
pub(super) fn usual_reply(waits: bool) -> Reply {
    if waits { Reply::Proxy(ReplyRules::default()) } else { Reply::Raw }
}

pub(super) fn event(payload: &Payload, usual: &Payload) -> Option<Either<At<EventWord>, At<Event>>> {
    if payload == usual {
        return None;
    }
    let (word, rules) = match payload {
        Payload::HttpV2(rules) => (EventWord::HttpV2, rules),
        Payload::HttpV1(rules) => (EventWord::HttpV1, rules),
        Payload::Alb(rules) => (EventWord::Alb, rules),
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
        multi_value: unless(rules.multi_value, &usual.multi_value),
        stage: (rules.stage != usual.stage).then(|| text(&rules.stage)),
        stage_variables: (!variables.is_empty()).then_some(Pairs(variables)),
    }
}

fn body(encoding: &BodyEncoding) -> Option<Either<At<BodyWord>, BinaryTypes>> {
    match encoding {
        BodyEncoding::ByMediaType => None,
        BodyEncoding::Base64 => Some(Either::First(At::new(BodyWord::Base64))),
        BodyEncoding::Utf8 => Some(Either::First(At::new(BodyWord::Utf8))),
        BodyEncoding::BinaryTypes(types) => {
            let binary = OneOrMany::from(types.iter().map(|one| text(one)).collect::<Vec<_>>());
            Some(Either::Second(BinaryTypes { binary }))
        }
    }
}

pub(super) fn reply(reply: &Reply, usual: &Reply) -> Option<Either<At<ReplyWord>, At<WrittenReply>>> {
    if reply == usual {
        return None;
    }
    let word = match reply {
        Reply::Raw => ReplyWord::Raw,
        Reply::Mirror => ReplyWord::Mirror,
        Reply::Proxy(rules) if *rules == ReplyRules::default() => ReplyWord::Proxy,
        Reply::Proxy(rules) => {
            let standard = ReplyRules::default();
            let content_type = rules.default_content_type.clone().unwrap_or_default();
            return Some(Either::Second(At::new(WrittenReply {
                shape: None,
                infer: unless(rules.infer, &standard.infer),
                default_content_type: (rules.default_content_type != standard.default_content_type)
                    .then(|| text(&content_type)),
            })));
        }
    };
    Some(Either::First(At::new(word)))
}

//! What a function is given, and what its reply means.

use super::super::Lowering;
use crate::decode::{At, Either};
use crate::entity::aws::{
    BinaryTypes, BodyWord, Duplicates as WrittenDuplicates, EmptyMap as WrittenEmptyMap, Event, EventWord, Field,
    Reply as WrittenReply, ReplyWord,
};
use dialect::Faith;
use model::call::{BodyEncoding, Duplicates, EmptyMap, EventRules, Fields, Payload, Reply, ReplyRules};

pub(super) fn payload(
    written: Option<&Either<At<EventWord>, At<Event>>>,
    usual: impl FnOnce() -> Payload,
    at: &mut Lowering<'_>,
) -> Payload {
    match written {
        None => usual(),
        Some(Either::First(word)) => shaped(word.value, EventRules::default()),
        Some(Either::Second(event)) => detailed(event, at),
    }
}

fn shaped(word: EventWord, rules: EventRules) -> Payload {
    match word {
        EventWord::HttpV2 => Payload::HttpV2(rules),
        EventWord::HttpV1 => Payload::HttpV1(rules),
        EventWord::Alb => Payload::Alb(rules),
        EventWord::Raw => Payload::Raw,
    }
}

fn detailed(written: &At<Event>, at: &mut Lowering<'_>) -> Payload {
    let rules = rules(written);
    let Some(fields) = &written.fields else {
        let shape = written.shape.as_ref().map_or(EventWord::HttpV2, |word| word.value);
        if shape == EventWord::Raw && rules != EventRules::default() {
            at.findings.say(
                Faith::Ignored,
                &written.spot,
                "a raw event is the body as it is: these rules change nothing",
            );
        }
        if written.multi_value.as_ref().is_some_and(|flag| flag.value) && shape != EventWord::Alb {
            at.findings.say(Faith::Ignored, &written.spot, "multi_value is a rule of alb events alone");
        }
        return shaped(shape, rules);
    };
    if let Some(shape) = &written.shape {
        at.invalid(&shape.spot, "an event has a shape or fields, not both");
    }
    let says = |field| fields.iter().any(|said| said.value == field);
    Payload::Fields(Fields {
        method: says(Field::Method),
        uri: says(Field::Uri),
        headers: says(Field::Headers),
        body: says(Field::Body),
        rules,
    })
}

fn rules(written: &Event) -> EventRules {
    let usual = EventRules::default();
    EventRules {
        duplicates: match written.duplicates.as_ref().map(|word| word.value) {
            None => usual.duplicates,
            Some(WrittenDuplicates::First) => Duplicates::First,
            Some(WrittenDuplicates::Last) => Duplicates::Last,
        },
        empty_map: match written.empty_map.as_ref().map(|word| word.value) {
            None => usual.empty_map,
            Some(WrittenEmptyMap::Null) => EmptyMap::Null,
            Some(WrittenEmptyMap::Object) => EmptyMap::Object,
            Some(WrittenEmptyMap::Omit) => EmptyMap::Omit,
        },
        body: written.body.as_ref().map_or(usual.body, body),
        multi_value: written.multi_value.as_ref().map_or(usual.multi_value, |flag| flag.value),
        stage: written.stage.as_ref().map_or(usual.stage, |text| text.value.clone()),
        stage_variables: written
            .stage_variables
            .iter()
            .flat_map(|pairs| &pairs.0)
            .map(|(name, value)| (name.value.clone(), value.value.clone()))
            .collect(),
    }
}

fn body(written: &Either<At<BodyWord>, BinaryTypes>) -> BodyEncoding {
    match written {
        Either::First(word) => match word.value {
            BodyWord::ByMediaType => BodyEncoding::ByMediaType,
            BodyWord::Base64 => BodyEncoding::Base64,
            BodyWord::Utf8 => BodyEncoding::Utf8,
        },
        Either::Second(types) => {
            BodyEncoding::BinaryTypes(types.binary.all().iter().map(|text| text.value.clone()).collect())
        }
    }
}

pub(super) fn reply(
    written: Option<&Either<At<ReplyWord>, At<WrittenReply>>>,
    usual: Reply,
    at: &mut Lowering<'_>,
) -> Reply {
    let (word, rules) = match written {
        None => return usual,
        Some(Either::First(word)) => (word.value, ReplyRules::default()),
        Some(Either::Second(written)) => {
            let word = written.shape.as_ref().map_or(ReplyWord::Proxy, |word| word.value);
            let rules = reply_rules(written);
            if word != ReplyWord::Proxy && rules != ReplyRules::default() {
                at.findings.say(
                    Faith::Ignored,
                    &written.spot,
                    "only a proxy reply is read by rules: these change nothing",
                );
            }
            (word, rules)
        }
    };
    match word {
        ReplyWord::Proxy => Reply::Proxy(rules),
        ReplyWord::Raw => Reply::Raw,
        ReplyWord::Mirror => Reply::Mirror,
    }
}

fn reply_rules(written: &WrittenReply) -> ReplyRules {
    let usual = ReplyRules::default();
    ReplyRules {
        infer: written.infer.as_ref().map_or(usual.infer, |infer| infer.value),
        default_content_type: match &written.default_content_type {
            None => usual.default_content_type,
            Some(text) => Some(text.value.clone()).filter(|text| !text.is_empty()),
        },
    }
}

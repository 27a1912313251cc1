//! What a function is given, and what its reply means.

use super::super::Lowering;
use crate::decode::{At, Either, OneOrMany, Text};
use crate::entity::aws::{
    Arguments as WrittenArguments, Bodies, BodyWord, Checks, ContextWord, Duplicates as WrittenDuplicates,
    EmptyBody as WrittenEmptyBody, EmptyMap as WrittenEmptyMap, Event, EventPath as WrittenPath, EventWord, Field,
    LargeBody as WrittenLargeBody, MediaTypes, Reply as WrittenReply, ReplyWord, Winner as WrittenWinner,
};
use dialect::Faith;
use model::call::{
    Arguments, BodyEncoding, BodyReading, ContextForm, Duplicates, EmptyBody, EmptyMap, EventPath, EventRules, Fields,
    LargeBody, MirrorRules, Payload, Reply, ReplyChecks, ReplyRules, Winner,
};

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
    if let Some(template) = &written.template {
        let alone = Event { template: written.template.clone(), ..Event::default() };
        if serde_json::to_value(&written.value).ok() != serde_json::to_value(alone).ok() {
            at.invalid(&written.spot, "a template says all; what stands beside it says nothing");
        }
        return Payload::Template(super::evaluated::setting_of(template, at));
    }
    let rules = rules(written, at);
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

fn rules(written: &Event, at: &mut Lowering<'_>) -> EventRules {
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
        body: written.body.as_ref().map_or(usual.body, |written| body(written, at)),
        empty_body: match written.empty_body.as_ref().map(|word| word.value) {
            None => usual.empty_body,
            Some(WrittenEmptyBody::Base64) => EmptyBody::Base64,
            Some(WrittenEmptyBody::Omit) => EmptyBody::Omit,
        },
        large_body: written.large_body.as_ref().map(large_body),
        arguments: written.arguments.as_ref().map_or(usual.arguments, arguments),
        path: match written.path.as_ref().map(|word| word.value) {
            None | Some(WrittenPath::Client) => EventPath::Client,
            Some(WrittenPath::Forwarded) => EventPath::Forwarded,
        },
        context: match written.context.as_ref().map(|word| word.value) {
            None | Some(ContextWord::Full) => ContextForm::Full,
            Some(ContextWord::Lean) => ContextForm::Lean,
        },
        escaped_slashes: flag(written.escaped_slashes.as_ref(), usual.escaped_slashes),
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

fn body(written: &Either<At<BodyWord>, At<MediaTypes>>, at: &mut Lowering<'_>) -> BodyEncoding {
    match written {
        Either::First(word) => match word.value {
            BodyWord::ByMediaType => BodyEncoding::ByMediaType,
            BodyWord::Base64 => BodyEncoding::Base64,
            BodyWord::Utf8 => BodyEncoding::Utf8,
        },
        Either::Second(types) => {
            let all = |list: &OneOrMany<Text>| list.all().iter().map(|text| text.value.clone()).collect();
            match (&types.binary, &types.text) {
                (Some(binary), None) => BodyEncoding::BinaryTypes(all(binary)),
                (None, Some(text)) => BodyEncoding::TextTypes(all(text)),
                _ => {
                    at.incomplete(&types.spot, "a body is text or base64 by one list of media types: binary or text");
                    BodyEncoding::ByMediaType
                }
            }
        }
    }
}

fn large_body(written: &WrittenLargeBody) -> LargeBody {
    LargeBody {
        over: written.over.0,
        kept: flag(written.keep.as_ref(), true),
        arguments: flag(written.arguments.as_ref(), true),
    }
}

fn arguments(written: &WrittenArguments) -> Arguments {
    let usual = Arguments::default();
    Arguments {
        most: written.most.as_ref().map(|most| most.value),
        refuse_more: flag(written.refuse_more.as_ref(), usual.refuse_more),
        winner: match written.winner.as_ref().map(|word| word.value) {
            None | Some(WrittenWinner::Query) => Winner::Query,
            Some(WrittenWinner::Body) => Winner::Body,
        },
        bodies: match written.bodies.as_ref().map(|word| word.value) {
            None | Some(Bodies::Standard) => BodyReading::Standard,
            Some(Bodies::ByPrefix) => BodyReading::ByPrefix,
        },
        bare_is_true: flag(written.bare_is_true.as_ref(), usual.bare_is_true),
    }
}

fn flag(written: Option<&At<bool>>, usual: bool) -> bool {
    written.map_or(usual, |flag| flag.value)
}

pub(super) fn reply(
    written: Option<&Either<At<ReplyWord>, At<WrittenReply>>>,
    usual: Reply,
    at: &mut Lowering<'_>,
) -> Reply {
    let mut mirror = MirrorRules::default();
    let (word, rules) = match written {
        None => return usual,
        Some(Either::First(word)) => (word.value, ReplyRules::default()),
        Some(Either::Second(written)) => {
            let word = written.shape.as_ref().map_or(ReplyWord::Proxy, |word| word.value);
            let rules = reply_rules(written);
            if word != ReplyWord::Proxy && rules != ReplyRules::default() {
                let message = "only a proxy reply is read by rules: these change nothing";
                at.findings.say(Faith::Ignored, &written.spot, message);
            }
            mirror.empty_arrays_as_objects = flag(written.empty_arrays_as_objects.as_ref(), false);
            if word != ReplyWord::Mirror && mirror != MirrorRules::default() {
                let message = "empty_arrays_as_objects is a rule of mirror replies alone";
                at.findings.say(Faith::Ignored, &written.spot, message);
            }
            (word, rules)
        }
    };
    match word {
        ReplyWord::Proxy => Reply::Proxy(rules),
        ReplyWord::Raw => Reply::Raw,
        ReplyWord::Bare => Reply::Bare,
        ReplyWord::Mirror => Reply::Mirror(mirror),
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
        call_headers: flag(written.call_headers.as_ref(), usual.call_headers),
        nested: flag(written.nested.as_ref(), usual.nested),
        checks: match written.checks.as_ref().map(|word| word.value) {
            None | Some(Checks::Detailed) => ReplyChecks::Detailed,
            Some(Checks::Ordered) => ReplyChecks::Ordered,
            Some(Checks::Partial) => ReplyChecks::Partial,
        },
    }
}

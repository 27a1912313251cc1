//! `inject`: pauses, and answers that are made up.

use super::Around;
use super::fields;
use super::request_text::{self, Holds, Pieces};
use crate::decode::{At, Either, Json, Lasting, Pairs, Text, entity, said, words};
use crate::lower::{Lowering, answer, expression as lower_text};
use crate::write::{Pen, expression as write_text, key, text, unless};
use model::policy::{self, Chance, InjectedBody, Policy, RequestText};

entity! {
    /// First the pause, then the answer; each by its own chance.
    Inject {
        /// A pause: how long, or more about it.
        delay: Option<Either<At<Lasting>, Delay>>,
        /// An answer in the place of all that follows: its status, or more about it.
        answer: Option<Either<At<u16>, At<Injected>>>,
    }
}

entity! {
    /// A pause.
    Delay {
        /// How long.
        time: At<Lasting>,
        /// So many of a hundred requests, at random; all without it.
        percent: Option<At<u8>>,
        /// Only requests of which this condition on variables is true.
        when: Option<At<Vec<Json>>>,
    }
}

entity! {
    /// An answer that is made up. Of `body`, `message` and `example` it has one at most.
    Injected {
        /// The status; 200 without it.
        status: Option<At<u16>>,
        /// So many of a hundred requests, at random; all without it.
        percent: Option<At<u8>>,
        /// Only requests of which this condition on variables is true.
        when: Option<At<Vec<Json>>>,
        /// Header fields; texts may hold variables.
        headers: Option<Pairs<Pieces>>,
        /// The body; it may hold variables.
        body: Option<Pieces>,
        /// This message in the form that the table has for messages.
        message: Option<Text>,
        /// An example of this shape.
        example: Option<Shape>,
        /// Whether the example is XML, with `data` as its root; JSON without it.
        xml: Option<At<bool>>,
    }
}

/// The shape of an example: a kind, or more about it.
pub type Shape = Either<At<Kind>, At<ShapeOf>>;

words! {
    /// A kind of value, made at random.
    Kind {
        /// 1 to 10 small letters.
        "text" Text,
        /// A number below 10 000.
        "number" Number,
        /// A whole number from 1 to 10 000.
        "integer" Integer,
        /// True or false.
        "boolean" Boolean,
        /// Nothing.
        "nothing" Nothing,
    }
}

entity! {
    /// A shape; one of these.
    ShapeOf {
        /// This text.
        text: Option<Text>,
        /// This number.
        number: Option<At<f64>>,
        /// This whole number.
        integer: Option<At<i64>>,
        /// This.
        boolean: Option<At<bool>>,
        /// 1 to 3 of these.
        list: Option<Box<Shape>>,
        /// These members.
        object: Option<Pairs<Shape>>,
    }
}

pub(crate) fn lower(written: &Inject, _: &Around<'_>, at: &mut Lowering<'_>) -> Option<Policy> {
    let delay = written.delay.as_ref().map(|delay| match delay {
        Either::First(time) => policy::Delay { time: time.0, chance: Chance::default() },
        Either::Second(full) => policy::Delay { time: full.time.0, chance: chance(&full.percent, &full.when, at) },
    });
    let answer = written.answer.as_ref().map(|answer| match answer {
        Either::First(code) => policy::Injected {
            chance: Chance::default(),
            status: answer::status(code, at),
            headers: Vec::new(),
            body: InjectedBody::Text(RequestText::default()),
        },
        Either::Second(full) => injected(full, at),
    });
    Some(Policy::Inject(Box::new(policy::Inject { delay, answer })))
}

fn chance(percent: &Option<At<u8>>, when: &Option<At<Vec<Json>>>, at: &mut Lowering<'_>) -> Chance {
    if let Some(percent) = percent.as_ref().filter(|percent| percent.value > 100) {
        at.invalid(&percent.spot, "these are so many of a hundred: 0 to 100");
    }
    Chance {
        percent: percent.as_ref().map(|percent| percent.value),
        when: when.as_ref().and_then(|when| lower_text::vars(when, at)),
    }
}

fn injected(written: &At<Injected>, at: &mut Lowering<'_>) -> policy::Injected {
    let body = match (&written.body, &written.message, &written.example) {
        (body, None, None) => InjectedBody::Text(
            body.as_ref().map_or_else(RequestText::default, |body| request_text::lower(body, Holds::Variables, at)),
        ),
        (None, Some(message), None) => InjectedBody::Message(message.value.clone()),
        (None, None, Some(shape)) => {
            InjectedBody::Example { sample: sample(shape, at), xml: said(&written.xml, false) }
        }
        _ => {
            at.incomplete(&written.spot, "an answer has one body: \"body\", \"message\" or \"example\"");
            InjectedBody::Text(RequestText::default())
        }
    };
    if let (None, Some(xml)) = (&written.example, &written.xml) {
        at.invalid(&xml.spot, "\"xml\" is the form of an \"example\"");
    }
    policy::Injected {
        chance: chance(&written.percent, &written.when, at),
        status: written.status.as_ref().map_or(200, |code| answer::status(code, at)),
        headers: fields::pairs(&written.headers, Holds::Variables, at),
        body,
    }
}

fn sample(written: &Shape, at: &mut Lowering<'_>) -> policy::Sample {
    use policy::Sample;
    let of = match written {
        Either::First(kind) => {
            return match kind.value {
                Kind::Text => Sample::Text(None),
                Kind::Number => Sample::Number(None),
                Kind::Integer => Sample::Integer(None),
                Kind::Boolean => Sample::Boolean(None),
                Kind::Nothing => Sample::Nothing,
            };
        }
        Either::Second(of) => of,
    };
    let members = |at: &mut Lowering<'_>, pairs: &Pairs<Shape>| {
        pairs.0.iter().map(|(name, shape)| (name.value.clone(), sample(shape, at))).collect()
    };
    let mut said = Vec::new();
    said.extend(of.text.as_ref().map(|text| Sample::Text(Some(text.value.clone()))));
    said.extend(of.number.as_ref().map(|number| Sample::Number(Some(number.value))));
    said.extend(of.integer.as_ref().map(|number| Sample::Integer(Some(number.value))));
    said.extend(of.boolean.as_ref().map(|flag| Sample::Boolean(Some(flag.value))));
    said.extend(of.list.as_ref().map(|shape| Sample::List(Box::new(sample(shape, at)))));
    said.extend(of.object.as_ref().map(|pairs| Sample::Object(members(at, pairs))));
    if said.len() != 1 {
        at.incomplete(&of.spot, "a shape is one of text, number, integer, boolean, list and object");
    }
    said.pop().unwrap_or(Sample::Nothing)
}

pub(crate) fn write(one: &policy::Inject, pen: &mut Pen<'_>) -> Inject {
    Inject {
        delay: one.delay.as_ref().map(|delay| {
            let time = At::new(Lasting(delay.time));
            match delay.chance == Chance::default() {
                true => Either::First(time),
                false => {
                    let (percent, when) = write_chance(&delay.chance, pen);
                    Either::Second(Delay { time, percent, when })
                }
            }
        }),
        answer: one.answer.as_ref().map(|answer| write_injected(answer, pen)),
    }
}

type WrittenChance = (Option<At<u8>>, Option<At<Vec<Json>>>);

fn write_chance(one: &Chance, pen: &mut Pen<'_>) -> WrittenChance {
    (one.percent.map(At::new), one.when.as_ref().map(|when| write_text::vars(when, pen)))
}

fn write_injected(one: &policy::Injected, pen: &mut Pen<'_>) -> Either<At<u16>, At<Injected>> {
    let empty = InjectedBody::Text(RequestText::default());
    if one.chance == Chance::default() && one.headers.is_empty() && one.body == empty {
        return Either::First(At::new(one.status));
    }
    let (percent, when) = write_chance(&one.chance, pen);
    let mut written = Injected {
        status: unless(one.status, &200),
        percent,
        when,
        headers: fields::write_pairs(&one.headers, Holds::Variables),
        ..Injected::default()
    };
    match &one.body {
        body if *body == empty => {}
        InjectedBody::Text(body) => written.body = Some(request_text::write(body, Holds::Variables)),
        InjectedBody::Message(message) => written.message = Some(text(message)),
        InjectedBody::Example { sample, xml } => {
            written.example = Some(shape(sample));
            written.xml = unless(*xml, &false);
        }
    }
    Either::Second(At::new(written))
}

fn shape(one: &policy::Sample) -> Shape {
    use policy::Sample;
    let word = |kind| Either::First(At::new(kind));
    let none = ShapeOf::default();
    Either::Second(At::new(match one {
        Sample::Nothing => return word(Kind::Nothing),
        Sample::Text(None) => return word(Kind::Text),
        Sample::Number(None) => return word(Kind::Number),
        Sample::Integer(None) => return word(Kind::Integer),
        Sample::Boolean(None) => return word(Kind::Boolean),
        Sample::Text(Some(plain)) => ShapeOf { text: Some(text(plain)), ..none },
        Sample::Number(Some(number)) => ShapeOf { number: Some(At::new(*number)), ..none },
        Sample::Integer(Some(number)) => ShapeOf { integer: Some(At::new(*number)), ..none },
        Sample::Boolean(Some(flag)) => ShapeOf { boolean: Some(At::new(*flag)), ..none },
        Sample::List(one) => ShapeOf { list: Some(Box::new(shape(one))), ..none },
        Sample::Object(members) => {
            let pairs = members.iter().map(|(name, one)| (key(name), shape(one))).collect();
            ShapeOf { object: Some(Pairs(pairs)), ..none }
        }
    }))
}

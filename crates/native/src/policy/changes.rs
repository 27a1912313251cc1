//! Changes of named texts and of JSON members, as both transforms have them.

use super::request_text::{self, Holds, Pieces};
use crate::decode::{At, Decode, Decoder, Either, OneOrMany, Pairs, TEXT, Text, entity, values};
use crate::lower::{Lowering, header};
use crate::tree::{Node, Tree};
use crate::write::{key, text, texts};
use model::policy::{self, RequestText};
use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::{Serialize, Serializer};
use std::borrow::Cow;

entity! {
    /// Changes of named texts, carried out in this order.
    Changes {
        /// Takes off all of these names.
        remove: Option<OneOrMany<Text>>,
        /// Another name, where the old one is there.
        rename: Option<Pairs<Text>>,
        /// Another value, where the name is there.
        replace: Option<Pairs<Pieces>>,
        /// A value, where the name is not there.
        add: Option<Pairs<Pieces>>,
        /// One more value, whatever is there.
        append: Option<Pairs<Pieces>>,
    }
}

entity! {
    /// Changes of the members of a JSON object, carried out in this order. Values are texts, numbers, true and false.
    JsonChanges {
        /// Takes off.
        remove: Option<OneOrMany<Text>>,
        /// Another name, where the old one is there.
        rename: Option<Pairs<Text>>,
        /// Another value, where the name is there.
        replace: Option<Pairs<Either<JsonScalar, JsonNumber>>>,
        /// A value, where the name is not there.
        add: Option<Pairs<Either<JsonScalar, JsonNumber>>>,
        /// One more value: what is there becomes a list.
        append: Option<Pairs<Either<JsonScalar, JsonNumber>>>,
    }
}

entity! {
    /// A number that is to be written in an unusual way.
    JsonNumber {
        /// As it is to be written.
        number: Text,
    }
}

/// What the names of changed texts are, and what their values mean.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    /// Header fields of a request: values may have parts of the request in them.
    RequestHeader,
    /// Parameters or members of a request: values may have parts of the request in them.
    RequestName,
    /// Header fields of a response: values stand for themselves.
    ResponseHeader,
}

type TextPairs = Option<Pairs<Text>>;

pub(crate) fn lower(written: &Option<Changes>, kind: Kind, at: &mut Lowering<'_>) -> policy::TextChanges {
    let Some(written) = written else { return policy::TextChanges::default() };
    let names = written.remove.iter().flat_map(|names| names.all());
    policy::TextChanges {
        remove: names.map(|text| name(text, kind, at)).collect(),
        rename: pairs(&written.rename, kind, at, |text, at| name(text, kind, at)),
        replace: pairs(&written.replace, kind, at, |text, at| value(text, kind, at)),
        add: pairs(&written.add, kind, at, |text, at| value(text, kind, at)),
        append: pairs(&written.append, kind, at, |text, at| value(text, kind, at)),
    }
}

fn pairs<'a, W, T>(
    written: &Option<Pairs<W>>,
    kind: Kind,
    at: &mut Lowering<'a>,
    mut read: impl FnMut(&W, &mut Lowering<'a>) -> T,
) -> Vec<(String, T)> {
    let all = written.iter().flat_map(|pairs| &pairs.0);
    all.map(|(key, value)| (name(key, kind, at), read(value, at))).collect()
}

fn name(text: &Text, kind: Kind, at: &mut Lowering<'_>) -> String {
    match kind {
        Kind::RequestHeader | Kind::ResponseHeader => header::name(text, &text.spot, at),
        Kind::RequestName => text.value.clone(),
    }
}

fn value(written: &Pieces, kind: Kind, at: &mut Lowering<'_>) -> RequestText {
    let read = request_text::lower(written, kind.holds(), at);
    if let (Kind::RequestHeader | Kind::ResponseHeader, Some(_), Either::First(text)) = (kind, read.as_plain(), written)
    {
        header::value(text, at);
    }
    read
}

impl Kind {
    fn holds(self) -> Holds {
        match self {
            Self::ResponseHeader => Holds::Nothing,
            Self::RequestHeader | Self::RequestName => Holds::Parts,
        }
    }
}

pub(crate) fn lower_json(written: &Option<JsonChanges>, at: &mut Lowering<'_>) -> policy::JsonChanges {
    let Some(written) = written else { return policy::JsonChanges::default() };
    let names = |pairs: &TextPairs| {
        pairs.iter().flat_map(|pairs| &pairs.0).map(|(old, new)| (old.value.clone(), new.value.clone())).collect()
    };
    let mut scalars = |pairs: &Option<Pairs<Either<JsonScalar, JsonNumber>>>| {
        let all = pairs.iter().flat_map(|pairs| &pairs.0);
        all.map(|(name, value)| (name.value.clone(), scalar(value, at))).collect()
    };
    policy::JsonChanges {
        remove: values(&written.remove),
        rename: names(&written.rename),
        replace: scalars(&written.replace),
        add: scalars(&written.add),
        append: scalars(&written.append),
    }
}

fn scalar(written: &Either<JsonScalar, JsonNumber>, at: &mut Lowering<'_>) -> policy::JsonScalar {
    match written {
        Either::First(scalar) => scalar.0.clone(),
        Either::Second(number) => {
            if number.number.parse::<f64>().is_err() {
                at.invalid(&number.number.spot, "this is no number");
            }
            policy::JsonScalar::Number(number.number.value.clone())
        }
    }
}

pub(crate) fn write(one: &policy::TextChanges, kind: Kind) -> Option<Changes> {
    let values = |list: &[(String, RequestText)]| {
        let value = |value| match kind {
            Kind::RequestHeader | Kind::ResponseHeader => request_text::write_field(value, kind.holds()),
            Kind::RequestName => request_text::write(value, kind.holds()),
        };
        let pairs: Vec<_> = list.iter().map(|(name, text)| (key(name), value(text))).collect();
        (!pairs.is_empty()).then_some(Pairs(pairs))
    };
    (!one.is_empty()).then(|| Changes {
        remove: texts(&one.remove),
        rename: write_names(&one.rename),
        replace: values(&one.replace),
        add: values(&one.add),
        append: values(&one.append),
    })
}

fn write_names(list: &[(String, String)]) -> TextPairs {
    let pairs: Vec<_> = list.iter().map(|(old, new)| (key(old), text(new))).collect();
    (!pairs.is_empty()).then_some(Pairs(pairs))
}

pub(crate) fn write_json(one: &policy::JsonChanges) -> Option<JsonChanges> {
    let values = |list: &[(String, policy::JsonScalar)]| {
        let pairs: Vec<_> = list.iter().map(|(name, value)| (key(name), write_scalar(value))).collect();
        (!pairs.is_empty()).then_some(Pairs(pairs))
    };
    (!one.is_empty()).then(|| JsonChanges {
        remove: texts(&one.remove),
        rename: write_names(&one.rename),
        replace: values(&one.replace),
        add: values(&one.add),
        append: values(&one.append),
    })
}

fn write_scalar(one: &policy::JsonScalar) -> Either<JsonScalar, JsonNumber> {
    match one {
        policy::JsonScalar::Text(plain) => {
            let escaped: At<String> = text(plain);
            Either::First(JsonScalar(policy::JsonScalar::Text(escaped.value)))
        }
        policy::JsonScalar::Number(digits) if whole(digits).is_none() => {
            Either::Second(JsonNumber { number: text(digits) })
        }
        policy::JsonScalar::Number(_) | policy::JsonScalar::Boolean(_) => Either::First(JsonScalar(one.clone())),
    }
}

/// A whole number that is written as everybody writes it.
fn whole(digits: &str) -> Option<i64> {
    digits.parse::<i64>().ok().filter(|number| number.to_string() == digits)
}

/// A text, a number, true or false.
#[derive(Clone, Debug)]
pub struct JsonScalar(pub policy::JsonScalar);

impl Default for JsonScalar {
    fn default() -> Self {
        Self(policy::JsonScalar::Text(String::new()))
    }
}

impl Decode for JsonScalar {
    const SCALAR: bool = true;

    /// What comes from the environment stays a text, so that a value cannot change its type.
    fn decode(tree: &Tree, at: &mut Decoder<'_>) -> Option<Self> {
        let Node::Scalar(scalar) = &tree.node else { return at.mismatch(tree, &Self::wanted()) };
        let text = scalar.text.clone();
        let typed = scalar.plain && scalar.written.is_none();
        Some(Self(match text.as_str() {
            "true" | "false" if typed => policy::JsonScalar::Boolean(text == "true"),
            _ if typed && serde_json::from_str::<serde_json::Number>(&text).is_ok() => policy::JsonScalar::Number(text),
            _ => policy::JsonScalar::Text(text),
        }))
    }

    fn takes(tree: &Tree) -> bool {
        matches!(tree.node, Node::Scalar(_) | Node::Broken)
    }

    fn wanted() -> Cow<'static, str> {
        "a text, a number, true or false".into()
    }
}

impl Serialize for JsonScalar {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match &self.0 {
            policy::JsonScalar::Text(text) => serializer.serialize_str(text),
            policy::JsonScalar::Boolean(flag) => serializer.serialize_bool(*flag),
            policy::JsonScalar::Number(digits) => match whole(digits) {
                Some(number) => serializer.serialize_i64(number),
                None => serializer.serialize_str(digits),
            },
        }
    }
}

impl JsonSchema for JsonScalar {
    fn inline_schema() -> bool {
        true
    }

    fn schema_name() -> Cow<'static, str> {
        "JsonScalar".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({ "type": TEXT })
    }
}

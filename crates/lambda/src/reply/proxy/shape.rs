//! A proxy reply as it was written: members that are known, each taken as it comes. Judging them is not done here,
//! so that what is wrong can be told with its place.

use serde::de::{Deserialize, Deserializer, Error, IgnoredAny, MapAccess, SeqAccess, Visitor};
use serde_json::Number;
use std::borrow::Cow;
use std::fmt;
use std::marker::PhantomData;

/// A payload.
pub(super) enum Shape<'a> {
    Object(Box<Object<'a>>),
    Other(Loose<'a>),
}

/// The members that mean something.
#[derive(Default)]
pub(super) struct Object<'a> {
    pub(super) status_code: Option<Loose<'a>>,
    pub(super) headers: Option<Map<'a, Loose<'a>>>,
    pub(super) multi_value_headers: Option<Map<'a, Values<'a>>>,
    pub(super) cookies: Option<Values<'a>>,
    pub(super) body: Option<Loose<'a>>,
    pub(super) is_base64_encoded: Option<Loose<'a>>,
    pub(super) base64_encoded: Option<Loose<'a>>,
}

/// A value of any kind; lists and objects are only named.
pub(super) enum Loose<'a> {
    Null,
    Bool(bool),
    Number(Number),
    Text(Cow<'a, str>),
    List,
    Object,
}

/// A list, or something else.
pub(super) enum Values<'a> {
    List(Vec<Loose<'a>>),
    One(Loose<'a>),
}

/// An object, or something else.
pub(super) enum Map<'a, V> {
    Members(Vec<(Cow<'a, str>, V)>),
    Other(Loose<'a>),
}

impl Loose<'_> {
    /// As the text of a header field.
    pub(super) fn scalar(&self) -> Option<Cow<'_, str>> {
        match self {
            Self::Text(text) => Some(Cow::Borrowed(text)),
            Self::Bool(value) => Some(value.to_string().into()),
            Self::Number(number) => Some(number.to_string().into()),
            Self::Null | Self::List | Self::Object => None,
        }
    }

    /// For messages: the value where it is short, else its kind.
    pub(super) fn shown(&self) -> Cow<'static, str> {
        match self {
            Self::Null => "null".into(),
            Self::Bool(value) => value.to_string().into(),
            Self::Number(number) => number.to_string().into(),
            Self::Text(text) if text.len() <= 40 => format!("{text:?}").into(),
            Self::Text(_) => "a string".into(),
            Self::List => "a list".into(),
            Self::Object => "an object".into(),
        }
    }
}

/// Takes the pieces of a JSON value, whatever it is.
trait Take<'de>: Sized {
    fn scalar(value: Loose<'de>) -> Self;

    fn list<A: SeqAccess<'de>>(mut list: A) -> Result<Self, A::Error> {
        while list.next_element::<IgnoredAny>()?.is_some() {}
        Ok(Self::scalar(Loose::List))
    }

    fn object<A: MapAccess<'de>>(mut object: A) -> Result<Self, A::Error> {
        while object.next_entry::<IgnoredAny, IgnoredAny>()?.is_some() {}
        Ok(Self::scalar(Loose::Object))
    }
}

struct Taker<T>(PhantomData<T>);

impl<'de, T: Take<'de>> Visitor<'de> for Taker<T> {
    type Value = T;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a JSON value")
    }

    fn visit_unit<E: Error>(self) -> Result<T, E> {
        Ok(T::scalar(Loose::Null))
    }

    fn visit_bool<E: Error>(self, value: bool) -> Result<T, E> {
        Ok(T::scalar(Loose::Bool(value)))
    }

    fn visit_u64<E: Error>(self, value: u64) -> Result<T, E> {
        Ok(T::scalar(Loose::Number(value.into())))
    }

    fn visit_i64<E: Error>(self, value: i64) -> Result<T, E> {
        Ok(T::scalar(Loose::Number(value.into())))
    }

    fn visit_f64<E: Error>(self, value: f64) -> Result<T, E> {
        Ok(T::scalar(Number::from_f64(value).map_or(Loose::Null, Loose::Number)))
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<T, E> {
        Ok(T::scalar(Loose::Text(Cow::Owned(text.to_owned()))))
    }

    fn visit_borrowed_str<E: Error>(self, text: &'de str) -> Result<T, E> {
        Ok(T::scalar(Loose::Text(Cow::Borrowed(text))))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, list: A) -> Result<T, A::Error> {
        T::list(list)
    }

    fn visit_map<A: MapAccess<'de>>(self, object: A) -> Result<T, A::Error> {
        T::object(object)
    }
}

macro_rules! taken {
    ($($type:ty),*) => {$(
        impl<'de> Deserialize<'de> for $type {
            fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                deserializer.deserialize_any(Taker(PhantomData))
            }
        }
    )*};
}

taken!(Loose<'de>, Values<'de>, Shape<'de>);

impl<'de, V: Deserialize<'de>> Deserialize<'de> for Map<'de, V> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(Taker(PhantomData))
    }
}

impl<'de> Take<'de> for Loose<'de> {
    fn scalar(value: Self) -> Self {
        value
    }
}

impl<'de> Take<'de> for Values<'de> {
    fn scalar(value: Loose<'de>) -> Self {
        Self::One(value)
    }

    fn list<A: SeqAccess<'de>>(mut list: A) -> Result<Self, A::Error> {
        let mut all = Vec::new();
        while let Some(value) = list.next_element()? {
            all.push(value);
        }
        Ok(Self::List(all))
    }
}

impl<'de, V: Deserialize<'de>> Take<'de> for Map<'de, V> {
    fn scalar(value: Loose<'de>) -> Self {
        Self::Other(value)
    }

    fn object<A: MapAccess<'de>>(mut object: A) -> Result<Self, A::Error> {
        let mut all = Vec::with_capacity(8);
        while let Some((Name(name), value)) = object.next_entry()? {
            all.push((name, value));
        }
        Ok(Self::Members(all))
    }
}

impl<'de> Take<'de> for Shape<'de> {
    fn scalar(value: Loose<'de>) -> Self {
        Self::Other(value)
    }

    fn object<A: MapAccess<'de>>(mut object: A) -> Result<Self, A::Error> {
        let mut known = Object::default();
        while let Some(Name(name)) = object.next_key()? {
            match &*name {
                "statusCode" => known.status_code = Some(object.next_value()?),
                "headers" => known.headers = Some(object.next_value()?),
                "multiValueHeaders" => known.multi_value_headers = Some(object.next_value()?),
                "cookies" => known.cookies = Some(object.next_value()?),
                "body" => known.body = Some(object.next_value()?),
                "isBase64Encoded" => known.is_base64_encoded = Some(object.next_value()?),
                "base64Encoded" => known.base64_encoded = Some(object.next_value()?),
                _ => {
                    object.next_value::<IgnoredAny>()?;
                }
            }
        }
        Ok(Self::Object(Box::new(known)))
    }
}

/// A member's name.
struct Name<'a>(Cow<'a, str>);

impl<'de> Deserialize<'de> for Name<'de> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        match deserializer.deserialize_str(Taker(PhantomData))? {
            Loose::Text(name) => Ok(Self(name)),
            _ => Err(D::Error::custom("a member without a name")),
        }
    }
}

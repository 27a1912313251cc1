//! `query-texts`: changes of the query by texts with expressions.

use super::Around;
use crate::decode::{At, Either, OneOrMany, Pairs, Text, entity, said, values};
use crate::entity::expression::{Expression, OtherText};
use crate::lower::{Lowering, expression as lower_text};
use crate::write::{Pen, expression as write_text, key, texts, unless};
use model::policy::{self, Policy, QueryText};

entity! {
    /// Changes of the query, in this order. A text without a value changes nothing.
    QueryTexts {
        /// Whether nothing of the query stays; false without it.
        clear: Option<At<bool>>,
        /// Parameters that are put in, instead of those of their name or beside them.
        set: Option<Pairs<Either<Text, At<Put>>>>,
        /// No parameter of these names.
        remove: Option<OneOrMany<Text>>,
    }
}

entity! {
    /// The value of a parameter; one of these.
    Put {
        /// A text with expressions, for one more parameter beside those of its name.
        beside: Option<Expression>,
        /// These characters, whatever stands in them.
        plain: Option<Text>,
        /// A text with expressions that may hold secrets, best as `${NAME}`.
        secret: Option<crate::decode::Hidden>,
    }
}

pub(crate) fn lower(written: &QueryTexts, _: &Around<'_>, at: &mut Lowering<'_>) -> Option<Policy> {
    let all = written.set.iter().flat_map(|pairs| &pairs.0);
    Some(Policy::QueryTexts(Box::new(policy::QueryTexts {
        clear: said(&written.clear, false),
        put: all.map(|(name, value)| put(name, value, at)).collect(),
        remove: values(&written.remove),
    })))
}

fn put(name: &Text, written: &Either<Text, At<Put>>, at: &mut Lowering<'_>) -> QueryText {
    let (beside, expression) = match written {
        Either::First(text) => (false, Either::First(text.clone())),
        Either::Second(put) => match &put.beside {
            Some(beside) if put.plain.is_none() && put.secret.is_none() => (true, beside.clone()),
            Some(beside) => {
                at.incomplete(&put.spot, "a parameter has one of \"beside\", \"plain\" and \"secret\"");
                (true, beside.clone())
            }
            None => {
                let other = OtherText { plain: put.plain.clone(), secret: put.secret.clone() };
                (false, Either::Second(At { value: other, spot: put.spot.clone() }))
            }
        },
    };
    QueryText { name: name.value.clone(), value: lower_text::text(&expression, at), beside }
}

pub(crate) fn write(one: &policy::QueryTexts, pen: &mut Pen<'_>) -> QueryTexts {
    let pairs: Vec<_> = one.put.iter().map(|put| (key(&put.name), write_put(put, pen))).collect();
    QueryTexts {
        clear: unless(one.clear, &false),
        set: (!pairs.is_empty()).then_some(Pairs(pairs)),
        remove: texts(&one.remove),
    }
}

fn write_put(put: &QueryText, pen: &mut Pen<'_>) -> Either<Text, At<Put>> {
    let value = write_text::expression(&put.value, pen);
    match value {
        value if put.beside => Either::Second(At::new(Put { beside: Some(value), ..Put::default() })),
        Either::First(text) => Either::First(text),
        Either::Second(At { value: OtherText { plain, secret }, .. }) => {
            Either::Second(At::new(Put { plain, secret, ..Put::default() }))
        }
    }
}

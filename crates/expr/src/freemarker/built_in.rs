//! The functions behind `?`.

mod list;
mod text;

use super::ast::{Expr, Node};
use super::compute::{Problem, missing};
use super::data::Data;
use super::evaluate::Evaluator;
use super::{number, operate, parse};
use crate::error::Error;
use crate::value::{Decimal, Rounding, Value};
use std::sync::Arc;

macro_rules! built_ins {
    ($($variant:ident $name:literal $arguments:expr;)*) => {
        /// A function behind `?`.
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub(super) enum BuiltIn {
            $($variant,)*
        }

        impl BuiltIn {
            const ALL: &[(&'static str, Self, &'static [usize])] = &[$(($name, Self::$variant, &$arguments),)*];
        }
    };
}

built_ins! {
    Abs "abs" [0];
    Boolean "boolean" [0];
    C "c" [0];
    CapFirst "cap_first" [0];
    Ceiling "ceiling" [0];
    Contains "contains" [1];
    Counter "counter" [0];
    Default "default" [1, 2, 3, 4];
    EndsWith "ends_with" [1];
    Eval "eval" [0];
    Exists "exists" [0];
    First "first" [0];
    Floor "floor" [0];
    HasContent "has_content" [0];
    HasNext "has_next" [0];
    Html "html" [0];
    Index "index" [0];
    IndexOf "index_of" [1];
    Int "int" [0];
    IsBoolean "is_boolean" [0];
    IsFirst "is_first" [0];
    IsHash "is_hash" [0];
    IsLast "is_last" [0];
    IsNumber "is_number" [0];
    IsSequence "is_sequence" [0];
    IsString "is_string" [0];
    Join "join" [1, 2, 3];
    JsString "js_string" [0];
    JsonString "json_string" [0];
    Keys "keys" [0];
    Last "last" [0];
    Length "length" [0];
    LowerCase "lower_case" [0];
    Number "number" [0];
    Replace "replace" [2];
    Reverse "reverse" [0];
    Round "round" [0];
    SeqContains "seq_contains" [1];
    Size "size" [0];
    Split "split" [1];
    StartsWith "starts_with" [1];
    String "string" [0, 2];
    Substring "substring" [1, 2];
    Then "then" [2];
    Trim "trim" [0];
    UncapFirst "uncap_first" [0];
    UpperCase "upper_case" [0];
    Values "values" [0];
    Xml "xml" [0];
}

impl BuiltIn {
    pub(super) fn named(name: &str) -> Option<Self> {
        Self::ALL.iter().find(|(own, ..)| *own == name).map(|(_, one, _)| *one)
    }

    /// How many arguments it may have.
    pub(super) fn arguments(self) -> &'static [usize] {
        Self::ALL.iter().find(|(_, one, _)| *one == self).map_or(&[], |(.., arguments)| arguments)
    }

    /// Whether it tells how far a list has come.
    pub(super) fn is_of_loop(self) -> bool {
        use BuiltIn::{Counter, HasNext, Index, IsFirst, IsLast};
        matches!(self, Index | Counter | HasNext | IsFirst | IsLast)
    }
}

/// `of?name(arguments)`.
pub(super) fn call<'w>(
    evaluator: &mut Evaluator<'w, '_>,
    of: &Node,
    built_in: BuiltIn,
    arguments: &[Node],
) -> Result<Data<'w>, Error> {
    use BuiltIn as B;
    match built_in {
        B::Index | B::Counter | B::HasNext | B::IsFirst | B::IsLast => of_loop(evaluator, of, built_in),
        B::Exists => Ok(Data::Bool(!evaluator.tolerant(of)?.is_missing())),
        B::HasContent => Ok(Data::Bool(evaluator.tolerant(of)?.has_content())),
        B::Default => default(evaluator, of, arguments),
        B::Then => {
            let chosen = if evaluator.truth(of)? { 0 } else { 1 };
            evaluator.maybe(&arguments[chosen])
        }
        B::Eval => eval(evaluator, of),
        _ => {
            let value = evaluator.value(of)?;
            let mut given = Vec::with_capacity(arguments.len());
            for argument in arguments {
                given.push(evaluator.value(argument)?);
            }
            of_value(evaluator, &value, built_in, &given)
        }
    }
}

fn of_loop<'w>(evaluator: &Evaluator<'w, '_>, of: &Node, built_in: BuiltIn) -> Result<Data<'w>, Error> {
    let Expr::Name(name) = &of.expr else { return Err(missing(of)) };
    let one = evaluator.list_of(name).ok_or_else(|| Problem::new(format!("no list calls its items {name}")))?;
    Ok(match built_in {
        BuiltIn::Index => Data::whole(one.at as u64),
        BuiltIn::Counter => Data::whole(one.at as u64 + 1),
        BuiltIn::HasNext => Data::Bool(one.at + 1 < one.size),
        BuiltIn::IsFirst => Data::Bool(one.at == 0),
        _ => Data::Bool(one.at + 1 == one.size),
    })
}

/// The first that is there.
fn default<'w>(evaluator: &mut Evaluator<'w, '_>, of: &Node, arguments: &[Node]) -> Result<Data<'w>, Error> {
    let mut value = evaluator.tolerant(of)?;
    for argument in arguments {
        if !value.is_missing() {
            break;
        }
        value = evaluator.maybe(argument)?;
    }
    evaluator.present(of, value)
}

/// A text as an expression: how templates read JSON.
fn eval<'w>(evaluator: &mut Evaluator<'w, '_>, of: &Node) -> Result<Data<'w>, Error> {
    let text = evaluator.shown(of)?;
    evaluator.budget.text(text.len())?;
    evaluator.budget.steps(text.len() * 16)?;
    let depth = evaluator.budget.depth_left();
    let node = parse::expression(&text, 0..text.len(), depth);
    let moved = |error: Error| Error { place: of.place, ..Error::evaluation(error.code, error.message) };
    evaluator.value(&node.map_err(moved)?).map_err(moved)
}

fn of_value<'w>(
    evaluator: &mut Evaluator<'w, '_>,
    value: &Data<'w>,
    built_in: BuiltIn,
    given: &[Data<'w>],
) -> Result<Data<'w>, Error> {
    use BuiltIn as B;
    let rounded = |scale, mode| {
        let rounded = operate::number(value)?.rescaled(scale, mode);
        Ok::<_, Problem>(Data::Number(Arc::new(rounded.unwrap_or_else(|| Decimal::new(0.into(), 0)))))
    };
    Ok(match built_in {
        B::IsString => Data::Bool(matches!(value, Data::Text(_) | Data::Empty)),
        B::IsNumber => Data::Bool(matches!(value, Data::Number(_))),
        B::IsBoolean => Data::Bool(matches!(value, Data::Bool(_))),
        B::IsSequence => {
            Data::Bool(matches!(value, Data::Empty | Data::List(_) | Data::Range(_) | Data::World(Value::List(_))))
        }
        B::IsHash => Data::Bool(value.member("").is_some()),
        B::Abs => {
            let number = operate::number(value)?;
            Data::Number(if number.signum() < 0 { Arc::new(number.negated()) } else { number })
        }
        B::Int => rounded(0, Rounding::Down)?,
        B::Floor => rounded(0, Rounding::Floor)?,
        B::Ceiling => rounded(0, Rounding::Ceiling)?,
        B::Round => match operate::number(value)?.signum() < 0 {
            true => rounded(0, Rounding::HalfDown)?,
            false => rounded(0, Rounding::HalfUp)?,
        },
        B::C => match value {
            Data::Number(number) => Data::text(number::for_machines(number)),
            Data::Bool(truth) => Data::text(truth.to_string()),
            other => return Err(Problem::wants("a number or a truth", other).into()),
        },
        B::String => match (value, given) {
            (Data::Bool(truth), []) => Data::text(truth.to_string()),
            (Data::Bool(truth), [yes, no]) => Data::Text(super::compute::shown(if *truth { yes } else { no })?),
            (other, []) => Data::Text(super::compute::shown(other)?),
            (other, _) => return Err(Problem::wants("a truth", other).into()),
        },
        B::Size | B::First | B::Last | B::Join | B::Reverse | B::SeqContains | B::Keys | B::Values => {
            list::call(value, built_in, given, &mut evaluator.budget)?
        }
        _ => text::call(&super::compute::shown(value)?, built_in, given, &mut evaluator.budget)?,
    })
}

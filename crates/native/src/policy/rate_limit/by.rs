//! Whose requests count together, as written.

use crate::decode::{At, Either, Text, entity, said, words};
use crate::entity::expression::Expression;
use crate::lower::{Lowering, expression, header};
use crate::policy::request_text::{self, Holds, Pieces};
use crate::write::{self, Pen, text};
use model::policy;

words! {
    /// Whose requests count together.
    By {
        /// The known client's.
        "consumer" Consumer,
        /// Those that show one credential.
        "credential" Credential,
        /// Those from one address.
        "address" Address,
        /// Those to routes of one `service`.
        "service" Service,
        /// All of them.
        "everyone" Everyone,
    }
}

entity! {
    /// Whose requests count together; one of these.
    ByValue {
        /// Those with one value of this header.
        header: Option<Text>,
        /// Those for this path, all together.
        path: Option<Text>,
        /// Those with one value of this text with variables: `$remote_addr $http_x`.
        text: Option<Pieces>,
        /// Those in which each of these is the same; what is not there counts as empty.
        same: Option<Vec<Same>>,
        /// Beside `text`: whose a request is of which it says nothing; `address` without it.
        without: Option<At<Without>>,
    }
}

words! {
    /// Whose a request is of which a text says nothing.
    Without {
        /// That of its client's address.
        "address" Address,
        /// Nobody's: it does not count.
        "nobody" Nobody,
    }
}

entity! {
    /// What is the same in requests that count together; one of these.
    Same {
        /// An attribute of the exchange.
        attribute: Option<Text>,
        /// Beside `attribute`: where there is none, the client's address stands in; false without it.
        or_address: Option<At<bool>>,
        /// A text with expressions.
        text: Option<Expression>,
    }
}

/// Whose requests count together.
pub(crate) fn by_or_consumer(written: &Option<Either<At<By>, At<ByValue>>>, at: &mut Lowering<'_>) -> policy::LimitBy {
    written.as_ref().map_or(policy::LimitBy::Consumer, |written| by(written, at))
}

fn by(written: &Either<At<By>, At<ByValue>>, at: &mut Lowering<'_>) -> policy::LimitBy {
    let written = match written {
        Either::First(word) => {
            return match word.value {
                By::Consumer => policy::LimitBy::Consumer,
                By::Credential => policy::LimitBy::Credential,
                By::Address => policy::LimitBy::Address,
                By::Service => policy::LimitBy::Service,
                By::Everyone => policy::LimitBy::Everyone,
            };
        }
        Either::Second(written) => written,
    };
    if let (None, Some(without)) = (&written.text, &written.without) {
        at.invalid(&without.spot, "\"without\" stands beside \"text\"");
    }
    if let Some(same) = &written.same {
        return policy::LimitBy::Evaluated(same.iter().map(|one| self::same(one, at)).collect());
    }
    match (&written.header, &written.path, &written.text) {
        (Some(name), None, None) => policy::LimitBy::Header(header::name(name, &name.spot, at).to_ascii_lowercase()),
        (None, Some(path), None) => policy::LimitBy::Path(path.value.clone()),
        (None, None, Some(text)) => policy::LimitBy::Text {
            text: request_text::lower(text, Holds::Variables, at),
            without: match said(&written.without, Without::Address) {
                Without::Address => policy::WithoutText::Address,
                Without::Nobody => policy::WithoutText::Nobody,
            },
        },
        _ => {
            at.incomplete(
                &written.spot,
                "requests count together by a word, or by one of { header: … }, { path: … }, { text: … } and { same: … }",
            );
            policy::LimitBy::Everyone
        }
    }
}

/// What is the same in requests that belong together.
pub(crate) fn same(written: &Same, at: &mut Lowering<'_>) -> policy::LimitPart {
    match (&written.attribute, &written.text) {
        (_, Some(text)) => policy::LimitPart::Text(expression::text(text, at)),
        (Some(name), None) if said(&written.or_address, false) => {
            policy::LimitPart::AttributeOrAddress(name.value.clone())
        }
        (name, None) => policy::LimitPart::Attribute(name.as_ref().map_or_else(String::new, |name| name.value.clone())),
    }
}

pub(crate) fn write_by(by: &policy::LimitBy, pen: &mut Pen<'_>) -> Option<Either<At<By>, At<ByValue>>> {
    let word = |word| Some(Either::First(At::new(word)));
    match by {
        policy::LimitBy::Consumer => None,
        policy::LimitBy::Credential => word(By::Credential),
        policy::LimitBy::Address => word(By::Address),
        policy::LimitBy::Text { text, without } => {
            let without = match without {
                policy::WithoutText::Address => None,
                policy::WithoutText::Nobody => Some(At::new(Without::Nobody)),
            };
            let text = Some(request_text::write(text, Holds::Variables));
            Some(Either::Second(At::new(ByValue { text, without, ..ByValue::default() })))
        }
        policy::LimitBy::Evaluated(parts) => {
            let same = Some(parts.iter().map(|part| write_same(part, pen)).collect());
            Some(Either::Second(At::new(ByValue { same, ..ByValue::default() })))
        }
        policy::LimitBy::Service => word(By::Service),
        policy::LimitBy::Everyone => word(By::Everyone),
        policy::LimitBy::Header(name) => {
            Some(Either::Second(At::new(ByValue { header: Some(text(name)), ..ByValue::default() })))
        }
        policy::LimitBy::Path(path) => {
            Some(Either::Second(At::new(ByValue { path: Some(text(path)), ..ByValue::default() })))
        }
    }
}

pub(crate) fn write_same(part: &policy::LimitPart, pen: &mut Pen<'_>) -> Same {
    match part {
        policy::LimitPart::Attribute(name) => Same { attribute: Some(text(name)), ..Same::default() },
        policy::LimitPart::AttributeOrAddress(name) => {
            Same { attribute: Some(text(name)), or_address: Some(At::new(true)), text: None }
        }
        policy::LimitPart::Text(one) => Same { text: Some(write::expression::expression(one, pen)), ..Same::default() },
    }
}

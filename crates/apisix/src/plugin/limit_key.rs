//! Whose requests the limits count together: `key` and `key_type`.

use crate::entity::Part;
use model::policy::{LimitBy, RequestText, TextPart, TextSource, WithoutText};
use model::variable::Variable;

/// The client's address stands in where nothing is found.
pub(super) fn by(conf: Part<'_>) -> LimitBy {
    let key = conf.text("key").unwrap_or("remote_addr");
    match conf.text("key_type") {
        Some("constant") => LimitBy::Everyone,
        Some("var_combination") => {
            LimitBy::Text { text: RequestText::with_variables(key), without: WithoutText::Address }
        }
        _ => by_variable(key),
    }
}

/// By one variable.
fn by_variable(key: &str) -> LimitBy {
    match Variable::of(key) {
        Variable::ClientAddress => LimitBy::Address,
        Variable::Consumer => LimitBy::Consumer,
        variable => LimitBy::Text { text: of(vec![TextSource::Variable(variable)]), without: WithoutText::Address },
    }
}

/// By one variable; those that lack it count together.
pub(super) fn by_variable_or_nothing(key: &str) -> LimitBy {
    match Variable::of(key) {
        Variable::ClientAddress => LimitBy::Address,
        variable => LimitBy::Text {
            text: of(vec![TextSource::Variable(variable), TextSource::Text(String::new())]),
            without: WithoutText::Address,
        },
    }
}

fn of(sources: Vec<TextSource>) -> RequestText {
    RequestText { parts: vec![TextPart::FirstOf(sources)] }
}

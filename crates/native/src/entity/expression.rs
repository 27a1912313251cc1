//! Texts with expressions, conditions on what is known of an exchange, and failures that have a key, as written.

use crate::decode::{At, Either, Hidden, Text, entity};

/// A text with expressions in it, `{#request.headers['X-Tenant'][0]}`, or one that is something else.
pub type Expression = Either<Text, At<OtherText>>;

entity! {
    /// A text that is no plain text with expressions; one of these.
    OtherText {
        /// These characters, whatever stands in them.
        plain: Option<Text>,
        /// A text with expressions that may hold secrets, best as `${NAME}`.
        secret: Option<Hidden>,
    }
}

entity! {
    /// What must be true of an exchange: an attribute's value, or an expression.
    Condition {
        /// This attribute …
        attribute: Option<Text>,
        /// … is this text.
        is: Option<Text>,
        /// This expression is true.
        expression: Option<Expression>,
        /// What an expression without a value is; not true without it.
        failure: Option<Failure>,
    }
}

entity! {
    /// A failure that the configuration tells of.
    Failure {
        /// HTTP status; 500 without it, where the policy has no other.
        status: Option<At<u16>>,
        /// The key under which answers are looked up.
        key: Option<Text>,
        /// The message; an empty answer without it.
        message: Option<Text>,
    }
}

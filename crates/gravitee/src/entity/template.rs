//! Answers of one's own to failures, and properties that expressions read.

use crate::schema::{Kind, Record, flag, map, number, secret, text};

/// What is said for one failure and one kind of media.
pub static TEMPLATE: Record = Record {
    name: "response template",
    fields: &[
        number("status"),
        number("statusCode"),
        map("headers", &Kind::Text),
        text("body"),
        flag("propagateErrorKeyToLogs").accepted("the access log tells the failure in any case"),
    ],
};

/// A property.
pub static PROPERTY: Record = Record {
    name: "property",
    fields: &[
        text("key"),
        secret("value"),
        flag("encrypted"),
        flag("dynamic").accepted("the value that is written counts; nobody fetches newer ones"),
        flag("encryptable").accepted("for the console"),
    ],
};

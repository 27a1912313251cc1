//! `aws-lambda`: a call of a function.

use super::{Does, Place, When};
use crate::lower::Lowering;
use crate::schema::{Kind, Record, flag, list, nested, number, secret, text, word};
use dialect::Faith;
use model::policy::Policy;

/// The fields of its configuration.
pub(super) static CONFIG: Record = Record {
    name: "aws-lambda",
    fields: &[
        word("scope", &["REQUEST", "RESPONSE", "REQUEST_CONTENT", "RESPONSE_CONTENT"]).default("REQUEST"),
        text("region").default("us-east-1"),
        secret("accessKey"),
        secret("secretKey"),
        text("endpoint"),
        text("function"),
        text("payload"),
        text("invocationType").default("RequestResponse"),
        text("qualifier"),
        text("logType").default("None"),
        text("roleArn"),
        text("roleSessionName").default("gravitee"),
        list("variables", &Kind::Record(&VARIABLE)),
        flag("sendToConsumer"),
        number("connectionTimeoutMs"),
        number("readTimeoutMs"),
        number("apiCallAttemptTimeoutMs"),
        number("apiCallTimeoutMs"),
        nested("ssl", &SSL),
    ],
};

static VARIABLE: Record = Record { name: "aws-lambda variable", fields: &[text("name"), text("value")] };

static SSL: Record = Record {
    name: "aws-lambda ssl",
    fields: &[
        flag("trustAll"),
        text("trustStoreType"),
        text("trustStorePath"),
        secret("trustStorePassword"),
        text("trustStoreContent"),
    ],
};

pub(super) fn lower(place: &Place<'_>, at: &mut Lowering<'_>) -> Does {
    let text = "functions are not called from definitions yet; what the step would have guarded answers 503";
    at.notes.on(Faith::Unsupported, &place.step, text);
    vec![(When::Turn, Policy::Missing { name: "aws-lambda".to_owned() })]
}

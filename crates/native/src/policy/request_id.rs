//! `request-id`: an id for each request.

use super::Around;
use crate::decode::{At, Given, Text, entity, said, words};
use crate::lower::{Lowering, header};
use crate::write::{text, unless};
use model::policy::{self, IdForm, Policy};

entity! {
    /// Where the id stands, and whose it is.
    RequestId {
        /// Header name; `x-request-id` without it.
        header: Option<Text>,
        /// Whether a client's own id is kept; false without it.
        trust_client: Option<At<bool>>,
        /// Whether the response carries it too; true without it.
        echo: Option<At<bool>>,
        /// How a new one is made; `hex` without it.
        form: Option<At<Form>>,
        /// Whether it is the gateway's own id of the request from then on, as logs and error bodies show it; true
        /// without it.
        own: Option<At<bool>>,
    }
}

words! {
    /// How an id is made.
    Form {
        /// The gateway's own: 32 hex digits.
        "hex" Hex,
        /// A random UUID.
        "uuid" Uuid,
        /// A UUID of this process and a number: `8f6a…#7`.
        "uuid-counter" UuidCounter,
        /// Address, port, process, connection, number and time: `10.0.0.1-8000-17-3-1-1700000000.123`.
        "tracker" Tracker,
    }
}

const HEADER: &str = "x-request-id";

pub(crate) fn lower(written: &Given<RequestId>, _: &Around<'_>, at: &mut Lowering<'_>) -> Option<Policy> {
    let written = &written.0;
    let named = written.header.as_ref().map(|text| header::name(text, &text.spot, at).to_ascii_lowercase());
    Some(Policy::RequestId(policy::RequestId {
        header: named.unwrap_or_else(|| HEADER.to_owned()),
        trust_client: said(&written.trust_client, false),
        echo: said(&written.echo, true),
        form: match said(&written.form, Form::Hex) {
            Form::Hex => IdForm::Own,
            Form::Uuid => IdForm::Uuid,
            Form::UuidCounter => IdForm::UuidCounter,
            Form::Tracker => IdForm::Tracker,
        },
        own: said(&written.own, true),
    }))
}

pub(crate) fn write(one: &policy::RequestId) -> RequestId {
    RequestId {
        header: (one.header != HEADER).then(|| text(&one.header)),
        trust_client: unless(one.trust_client, &false),
        echo: unless(one.echo, &true),
        form: match one.form {
            IdForm::Own => None,
            IdForm::Uuid => Some(At::new(Form::Uuid)),
            IdForm::UuidCounter => Some(At::new(Form::UuidCounter)),
            IdForm::Tracker => Some(At::new(Form::Tracker)),
        },
        own: unless(one.own, &true),
    }
}

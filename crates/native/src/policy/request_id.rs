//! `request-id`: an id for each request.

use super::Around;
use crate::decode::{At, Either, Given, Text, entity, said, words};
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
        /// How a new one is made: by its word (`hex` without it), or of chosen characters.
        form: Option<Either<At<Form>, Range>>,
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
        /// 21 random characters of letters, digits, `_` and `-`.
        "nanoid" NanoId,
        /// Seconds since May 2014 and 128 random bits, in 27 letters and digits that sort by time.
        "ksuid" Ksuid,
        /// A UUID that begins with the time (version 7).
        "uuid-v7" TimedUuid,
    }
}

entity! {
    /// An id of random characters.
    Range {
        /// So many.
        length: At<u32>,
        /// Out of these.
        characters: Text,
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
        form: written.form.as_ref().map_or(IdForm::Own, |form| self::form(form, at)),
        own: said(&written.own, true),
    }))
}

fn form(written: &Either<At<Form>, Range>, at: &mut Lowering<'_>) -> IdForm {
    match written {
        Either::First(word) => match word.value {
            Form::Hex => IdForm::Own,
            Form::Uuid => IdForm::Uuid,
            Form::UuidCounter => IdForm::UuidCounter,
            Form::Tracker => IdForm::Tracker,
            Form::NanoId => IdForm::NanoId,
            Form::Ksuid => IdForm::Ksuid,
            Form::TimedUuid => IdForm::TimedUuid,
        },
        Either::Second(range) => {
            let characters = range.characters.value.clone();
            if characters.is_empty() || !characters.bytes().all(|byte| byte.is_ascii_graphic()) {
                at.invalid(&range.characters.spot, "an id is made of visible ASCII characters");
            }
            IdForm::Range { length: range.length.value, characters }
        }
    }
}

pub(crate) fn write(one: &policy::RequestId) -> RequestId {
    let word = |form| Some(Either::First(At::new(form)));
    RequestId {
        header: (one.header != HEADER).then(|| text(&one.header)),
        trust_client: unless(one.trust_client, &false),
        echo: unless(one.echo, &true),
        form: match &one.form {
            IdForm::Own => None,
            IdForm::Uuid => word(Form::Uuid),
            IdForm::UuidCounter => word(Form::UuidCounter),
            IdForm::Tracker => word(Form::Tracker),
            IdForm::NanoId => word(Form::NanoId),
            IdForm::Ksuid => word(Form::Ksuid),
            IdForm::TimedUuid => word(Form::TimedUuid),
            IdForm::Range { length, characters } => {
                Some(Either::Second(Range { length: At::new(*length), characters: text(characters) }))
            }
        },
        own: unless(one.own, &true),
    }
}

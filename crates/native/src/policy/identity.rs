//! How those behind the gateway learn who the client is: names of request headers. And who stands in for unknown ones.

use super::header_name::{self, HeaderName};
use crate::decode::{At, Either, Text, entity};
use crate::lower::Lowering;
use crate::names;
use crate::write::text;
use model::id::ConsumerId;
use model::policy::IdentityHeaders;

entity! {
    /// Request headers that tell those behind who the client is; `false` for one that is not wanted. What a client
    /// sends under these names is taken off.
    Identity {
        /// The consumer's id; `x-consumer-id` without it.
        id: Option<HeaderName>,
        /// The id that the consumer has elsewhere; `x-consumer-custom-id` without it.
        custom_id: Option<HeaderName>,
        /// The consumer's name; `x-consumer-username` without it.
        name: Option<HeaderName>,
        /// What names the credential; `x-credential-identifier` without it.
        credential: Option<HeaderName>,
        /// The consumer's groups, with commas; `x-consumer-groups` without it.
        groups: Option<HeaderName>,
        /// `true` for a stand-in of unknown clients; `x-anonymous-consumer` without it.
        anonymous: Option<HeaderName>,
    }
}

/// `false`: nothing is told.
pub type Told = Either<At<bool>, Identity>;

const NONE: IdentityHeaders =
    IdentityHeaders { id: None, custom_id: None, name: None, credential: None, groups: None, anonymous: None };

pub(crate) fn lower(written: &Option<Told>, at: &mut Lowering<'_>) -> IdentityHeaders {
    let usual = IdentityHeaders::default();
    let written = match written {
        None => return usual,
        Some(Either::First(told)) => return if told.value { usual } else { NONE },
        Some(Either::Second(written)) => written,
    };
    let mut name = |written, usual| header_name::lower(written, usual, at).map(|name| name.to_ascii_lowercase());
    IdentityHeaders {
        id: name(&written.id, &usual.id),
        custom_id: name(&written.custom_id, &usual.custom_id),
        name: name(&written.name, &usual.name),
        credential: name(&written.credential, &usual.credential),
        groups: name(&written.groups, &usual.groups),
        anonymous: name(&written.anonymous, &usual.anonymous),
    }
}

pub(crate) fn write(one: &IdentityHeaders) -> Option<Told> {
    let usual = IdentityHeaders::default();
    if *one == usual {
        return None;
    }
    if *one == NONE {
        return Some(Either::First(At::new(false)));
    }
    Some(Either::Second(Identity {
        id: header_name::write(&one.id, &usual.id),
        custom_id: header_name::write(&one.custom_id, &usual.custom_id),
        name: header_name::write(&one.name, &usual.name),
        credential: header_name::write(&one.credential, &usual.credential),
        groups: header_name::write(&one.groups, &usual.groups),
        anonymous: header_name::write(&one.anonymous, &usual.anonymous),
    }))
}

/// The consumer of this name, who must be there.
pub(crate) fn stand_in(written: &Option<Text>, at: &mut Lowering<'_>) -> Option<ConsumerId> {
    let name = written.as_ref()?;
    let id = names::id("consumer", name);
    if !at.consumers.contains(&id) {
        let known = at.consumers.clone();
        at.unknown(&name.spot, "consumer", name, known.iter().map(|id| names::name("consumer", id)));
    }
    Some(ConsumerId::new(id))
}

pub(crate) fn write_stand_in(one: &Option<ConsumerId>) -> Option<Text> {
    one.as_ref().map(|id| text(names::name("consumer", id.as_str())))
}

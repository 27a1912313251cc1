//! A Redis where counts stand, as written.

use crate::decode::{At, Either, Hidden, Lasting, Text, entity, said};
use crate::entity::upstream::ClientTls;
use crate::lower::{Lowering, trust};
use crate::write::{Pen, text, trust as trust_write, unless};
use model::policy::{CounterStore, RedisStore};
use model::tls;
use std::time::Duration;

entity! {
    /// A Redis.
    Redis {
        /// Name or address.
        host: Text,
        /// Port; 6379 without it.
        port: Option<At<u16>>,
        /// User, where it has users.
        username: Option<Text>,
        /// Password, best as `${NAME}`.
        password: Option<Hidden>,
        /// Number of the database; 0 without it.
        database: Option<At<u32>>,
        /// TLS: `true`, or more about it; none without it.
        tls: Option<Either<At<bool>, ClientTls>>,
        /// To connect, and for an answer; 2s without it.
        timeout: Option<At<Lasting>>,
        /// Whether requests pass uncounted while it is away, instead of failing; true without it.
        pass_without: Option<At<bool>>,
    }
}

pub(crate) fn lower(written: &Option<Redis>, at: &mut Lowering<'_>) -> CounterStore {
    let Some(written) = written else { return CounterStore::Local };
    let tls = match &written.tls {
        None => None,
        Some(Either::First(wanted)) => wanted.value.then(tls::ClientTls::default),
        Some(Either::Second(tls)) => Some(trust::client_tls(tls, at)),
    };
    CounterStore::Redis(Box::new(RedisStore {
        host: written.host.value.clone(),
        port: said(&written.port, 6379),
        username: written.username.as_ref().map(|name| name.value.clone()),
        password: written.password.as_ref().map(Hidden::secret),
        database: said(&written.database, 0),
        tls,
        timeout: written.timeout.as_ref().map_or(Duration::from_secs(2), |time| time.0),
        pass_without: said(&written.pass_without, true),
    }))
}

pub(crate) fn write(store: &CounterStore, pen: &mut Pen<'_>) -> Option<Redis> {
    let one = match store {
        CounterStore::Local => return None,
        CounterStore::Redis(store) => store,
    };
    let purpose = format!("the password for the Redis on {}", one.host);
    let tls = one.tls.as_ref().map(|tls| match *tls == tls::ClientTls::default() {
        true => Either::First(At::new(true)),
        false => Either::Second(trust_write::client_tls(tls, pen)),
    });
    Some(Redis {
        host: text(&one.host),
        port: unless(one.port, &6379),
        username: one.username.as_deref().map(text),
        password: one.password.as_ref().map(|password| pen.secrets.hide(password, "REDIS_PASSWORD", &purpose)),
        database: unless(one.database, &0),
        tls,
        timeout: unless(Lasting(one.timeout), &Lasting(Duration::from_secs(2))),
        pass_without: unless(one.pass_without, &true),
    })
}

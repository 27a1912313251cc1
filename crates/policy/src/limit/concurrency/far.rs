//! Requests under way, counted in a Redis that several gateways share.

use super::Places;
use crate::limit::counter::redis::{RedisError, Server, numbers, script};
use std::sync::Arc;
use std::time::{Duration, SystemTime, UNIX_EPOCH};
use tokio::runtime::Handle;
use tokio::time::Instant;

/// Counts of one scope.
pub(super) struct FarPlaces {
    scope: String,
    server: Arc<Server>,
    /// Whether requests pass uncounted while it is away.
    pub(super) pass_without: bool,
}

/// A place that is taken, or about to be; dropping it gives it back.
pub(super) struct FarHeld {
    far: Arc<FarPlaces>,
    places: Arc<Places>,
    key: String,
    id: String,
    began: Instant,
    waited: Option<Duration>,
    /// It may have been taken.
    owes: bool,
}

/// Places of gateways that have ended without giving them back are free after this time, in seconds.
const LONGEST: u64 = 3600;

/// One more request: whether there is room, and how many were there before.
const TAKE: &str = "\
local now, most, longest = tonumber(ARGV[1]), tonumber(ARGV[2]), tonumber(ARGV[3])
redis.call('ZREMRANGEBYSCORE', KEYS[1], 0, now)
local taken = redis.call('ZCARD', KEYS[1])
if taken >= most then return {0, taken} end
redis.call('ZADD', KEYS[1], now + longest, ARGV[4])
redis.call('EXPIRE', KEYS[1], longest)
return {1, taken}";

const GIVE_BACK: &str = "return redis.call('ZREM', KEYS[1], ARGV[1])";

impl FarPlaces {
    pub(super) fn new(scope: &str, server: Arc<Server>, pass_without: bool) -> Self {
        Self { scope: scope.to_owned(), server, pass_without }
    }
}

impl FarHeld {
    pub(super) fn new(far: &Arc<FarPlaces>, places: &Arc<Places>, who: &str) -> Self {
        Self {
            far: far.clone(),
            places: places.clone(),
            key: format!("{}:{who}", far.scope),
            id: const_hex::encode(fastrand::u128(..).to_be_bytes()),
            began: Instant::now(),
            waited: None,
            owes: true,
        }
    }

    /// Takes it, unless so many are taken; tells how many were before it.
    pub(super) async fn take(&mut self, most: u32, now: SystemTime) -> Result<Option<u32>, RedisError> {
        let now = now.duration_since(UNIX_EPOCH).unwrap_or_default().as_secs().to_string();
        let (most, longest) = (most.to_string(), LONGEST.to_string());
        let question = script(TAKE, &self.key, &[&now, &most, &longest, &self.id]);
        let [room, before] = numbers(self.far.server.ask(&question).await?)?;
        self.owes = room == 1;
        Ok((room == 1).then(|| u32::try_from(before).unwrap_or(u32::MAX)))
    }

    /// The request goes on after this wait, which is no part of how long it takes.
    pub(super) fn waited(&mut self, wait: Duration) {
        self.waited = Some(wait);
    }
}

impl Drop for FarHeld {
    /// Even one that nobody knows to be taken is given back: the answer may have been lost.
    fn drop(&mut self) {
        if !self.owes {
            return;
        }
        if let Some(waited) = self.waited {
            self.places.learn(self.began.elapsed().saturating_sub(waited));
        }
        let (far, question) = (self.far.clone(), script(GIVE_BACK, &self.key, &[&self.id]));
        if let Ok(runtime) = Handle::try_current() {
            runtime.spawn(async move {
                // where it is away, the place is free again in time
                let _ = far.server.ask(&question).await;
            });
        }
    }
}

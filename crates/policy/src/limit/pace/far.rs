//! Leaky buckets in a Redis that several gateways share.

use crate::limit::counter::redis::{RedisError, Server, numbers, script};
use model::policy::Pace as Data;
use std::sync::Arc;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

/// Buckets of one scope, rate and burst.
pub(super) struct FarBuckets {
    scope: String,
    rate: String,
    burst: String,
    per_second: f64,
    server: Arc<Server>,
    /// Whether requests pass uncounted while it is away.
    pub(super) pass_without: bool,
}

/// One more request: whether it fits, and thousandths of requests above the rate. A bucket goes when it is empty.
const SCRIPT: &str = "\
local now, rate, burst = tonumber(ARGV[1]), tonumber(ARGV[2]), tonumber(ARGV[3])
local held = redis.call('HMGET', KEYS[1], 'excess', 'at')
local excess = 0
if held[1] and held[2] then
  local passed = math.max(now - tonumber(held[2]), 0)
  excess = math.max(tonumber(held[1]) - rate * passed / 1000 + 1, 0)
  if excess > burst then return {0, 0} end
end
redis.call('HSET', KEYS[1], 'excess', tostring(excess), 'at', ARGV[1])
redis.call('PEXPIRE', KEYS[1], math.ceil((excess + 1) / rate * 1000) + 1000)
return {1, math.floor(excess * 1000)}";

impl FarBuckets {
    pub(super) fn new(data: &Data, server: Arc<Server>, pass_without: bool) -> Self {
        let per_second = data.rate.max(f64::MIN_POSITIVE);
        let (rate, burst) = (per_second.to_string(), data.burst.max(0.0).to_string());
        Self { scope: data.scope.clone(), rate, burst, per_second, server, pass_without }
    }

    /// One more request of this client: how long it would wait for its turn; `None`: it is too much, and is not counted.
    pub(super) async fn pour(&self, who: &str, now: SystemTime) -> Result<Option<Duration>, RedisError> {
        let now = now.duration_since(UNIX_EPOCH).unwrap_or_default().as_millis().to_string();
        let key = format!("{}:{who}", self.scope);
        let question = script(SCRIPT, &key, &[&now, &self.rate, &self.burst]);
        let [fits, excess] = numbers(self.server.ask(&question).await?)?;
        let wait = Duration::try_from_secs_f64(excess.max(0) as f64 / 1000.0 / self.per_second);
        Ok((fits == 1).then(|| wait.unwrap_or(Duration::MAX)))
    }
}

//! Kept responses, in bounded memory.

use bytes::Bytes;
use http::{HeaderMap, HeaderName, HeaderValue, StatusCode};
use model::policy::CacheZone;
use std::collections::HashMap;
use std::hash::{BuildHasher, RandomState};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, Weak};
use std::time::Duration;

/// Zones that some snapshot uses: a reload forgets nothing. Cloning shares them.
#[derive(Clone, Default)]
pub struct Caches(Arc<Mutex<HashMap<CacheZone, Weak<Store>>>>);

/// A kept response.
pub(crate) struct Entry {
    pub(crate) status: StatusCode,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Bytes,
    /// What of the request it was for, by its `Vary`.
    pub(crate) vary: Vec<(HeaderName, Option<HeaderValue>)>,
    /// When it was made, since 1970.
    pub(crate) made: Duration,
    /// How long it is fresh.
    pub(crate) fresh: Duration,
    /// Until when it is kept, since 1970.
    pub(crate) until: Duration,
}

/// What is there.
pub(crate) enum Found {
    Nothing,
    /// One whose time is over.
    Expired,
    Entry(Arc<Entry>),
}

/// The responses of one zone, in shards so that workers rarely wait for each other.
pub(crate) struct Store {
    hasher: RandomState,
    shards: Vec<Mutex<Shard>>,
    /// For each shard.
    bytes: u64,
    entries: usize,
}

#[derive(Default)]
struct Shard {
    kept: HashMap<String, Kept>,
    bytes: u64,
    /// Counts uses: who was used last has the highest number.
    uses: u64,
}

struct Kept {
    entry: Arc<Entry>,
    weight: u64,
    used: u64,
}

const SHARDS: u64 = 8;

/// What an entry takes beside its parts.
const OVERHEAD: u64 = 256;

impl Caches {
    /// The store of this zone.
    pub(crate) fn zone(&self, zone: &CacheZone) -> Arc<Store> {
        let mut zones = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(known) = zones.get(zone).and_then(Weak::upgrade) {
            return known;
        }
        zones.retain(|_, store| store.strong_count() > 0);
        let store = Arc::new(Store::new(zone));
        zones.insert(zone.clone(), Arc::downgrade(&store));
        store
    }
}

impl Store {
    fn new(zone: &CacheZone) -> Self {
        // a zone with little room is not cut into pieces that nothing fits into
        let shards = (zone.bytes / zone.largest.max(1)).min(zone.entries).clamp(1, SHARDS);
        Self {
            hasher: RandomState::new(),
            shards: (0..shards).map(|_| Mutex::default()).collect(),
            bytes: zone.bytes / shards,
            entries: usize::try_from(zone.entries / shards).unwrap_or(usize::MAX).max(1),
        }
    }

    /// What is kept under this key, for a request with these fields.
    pub(crate) fn get(&self, key: &str, now: Duration, request: &HeaderMap) -> Found {
        let mut shard = self.shard(key);
        shard.uses += 1;
        let uses = shard.uses;
        let Some(kept) = shard.kept.get_mut(key) else { return Found::Nothing };
        if now >= kept.entry.until {
            return Found::Expired;
        }
        if kept.entry.vary.iter().any(|(name, value)| request.get(name) != value.as_ref()) {
            return Found::Nothing;
        }
        kept.used = uses;
        Found::Entry(kept.entry.clone())
    }

    /// Keeps a response, unless there is no room for it at all.
    pub(crate) fn put(&self, key: String, entry: Entry) {
        let weight = weight(&key, &entry);
        if weight > self.bytes {
            return;
        }
        let mut shard = self.shard(&key);
        shard.take(&key);
        if shard.bytes + weight > self.bytes || shard.kept.len() >= self.entries {
            shard.make_room(self.bytes.saturating_sub(weight), self.entries - 1, entry.made);
        }
        shard.uses += 1;
        shard.bytes += weight;
        let used = shard.uses;
        shard.kept.insert(key, Kept { entry: Arc::new(entry), weight, used });
    }

    /// Forgets a response; whether there was one.
    pub(crate) fn forget(&self, key: &str) -> bool {
        self.shard(key).take(key)
    }

    fn shard(&self, key: &str) -> MutexGuard<'_, Shard> {
        let at = self.hasher.hash_one(key) as usize % self.shards.len();
        self.shards[at].lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Shard {
    fn take(&mut self, key: &str) -> bool {
        let Some(kept) = self.kept.remove(key) else { return false };
        self.bytes -= kept.weight;
        true
    }

    /// What is over goes first, then what was not used for longest. More becomes free than is needed, so that this is
    /// rare.
    fn make_room(&mut self, bytes: u64, entries: usize, now: Duration) {
        self.kept.retain(|_, kept| now < kept.entry.until);
        self.bytes = self.kept.values().map(|kept| kept.weight).sum();
        if self.bytes <= bytes && self.kept.len() <= entries {
            return;
        }
        let (bytes, entries) = (bytes / 8 * 7, entries / 8 * 7);
        let mut oldest: Vec<(u64, String)> = self.kept.iter().map(|(key, kept)| (kept.used, key.clone())).collect();
        oldest.sort_unstable();
        for (_, key) in oldest {
            if self.bytes <= bytes && self.kept.len() <= entries {
                return;
            }
            self.take(&key);
        }
    }
}

fn weight(key: &str, entry: &Entry) -> u64 {
    let fields: usize = entry.headers.iter().map(|(name, value)| name.as_str().len() + value.len() + 32).sum();
    let vary: usize =
        entry.vary.iter().map(|(name, value)| name.as_str().len() + value.as_ref().map_or(0, HeaderValue::len)).sum();
    (key.len() + entry.body.len() + fields + vary) as u64 + OVERHEAD
}

#[cfg(test)]
mod tests {
    use super::*;

    fn entry(body: &'static str, until: u64) -> Entry {
        Entry {
            status: StatusCode::OK,
            headers: HeaderMap::new(),
            body: Bytes::from_static(body.as_bytes()),
            vary: Vec::new(),
            made: Duration::ZERO,
            fresh: Duration::from_secs(until),
            until: Duration::from_secs(until),
        }
    }

    fn store(bytes: u64, entries: u64) -> Store {
        Store::new(&CacheZone { name: "z".into(), bytes, entries, largest: bytes })
    }

    fn has(store: &Store, key: &str, now: u64) -> bool {
        matches!(store.get(key, Duration::from_secs(now), &HeaderMap::new()), Found::Entry(_))
    }

    #[test]
    fn what_was_used_last_stays_when_room_is_short() {
        let store = store(100 * (OVERHEAD + 8), 1_000_000);
        for at in 0..100 {
            store.put(format!("{at:04}"), entry("body", 10));
        }
        assert!(has(&store, "0000", 1));
        for at in 100..150 {
            store.put(format!("{at:04}"), entry("body", 10));
            assert!(has(&store, "0000", 1), "{at}");
        }
        let shard = store.shards[0].lock().unwrap();
        assert!(shard.bytes <= store.bytes);
        assert_eq!(shard.bytes, shard.kept.values().map(|kept| kept.weight).sum::<u64>());
        assert!(!shard.kept.contains_key("0001"));
    }

    #[test]
    fn a_flood_of_keys_fits_into_bounded_memory() {
        let store = Store::new(&CacheZone { name: "z".into(), bytes: 1 << 20, entries: 800, largest: 1 << 10 });
        for at in 0..10_000 {
            store.put(at.to_string(), entry("body", 10));
        }
        let shards: Vec<_> = store.shards.iter().map(|shard| shard.lock().unwrap()).collect();
        assert!(shards.iter().map(|shard| shard.kept.len()).sum::<usize>() <= 800);
        assert!(shards.iter().map(|shard| shard.bytes).sum::<u64>() <= 1 << 20);
    }

    #[test]
    fn what_is_over_is_told_and_goes_first() {
        let store = store(3 * (OVERHEAD + 8), 9);
        store.put("over".into(), entry("b", 1));
        assert!(matches!(store.get("over", Duration::from_secs(1), &HeaderMap::new()), Found::Expired));
        store.put("new1".into(), Entry { made: Duration::from_secs(2), ..entry("b", 9) });
        store.put("new2".into(), Entry { made: Duration::from_secs(2), ..entry("b", 9) });
        store.put("new3".into(), Entry { made: Duration::from_secs(2), ..entry("b", 9) });
        assert!(["new1", "new2", "new3"].iter().all(|key| has(&store, key, 3)));
        assert!(store.forget("new1") && !store.forget("new1") && !has(&store, "new1", 3));
        store.put("large".into(), Entry { body: vec![0; 10_000].into(), ..entry("", 9) });
        assert!(!has(&store, "large", 3) && has(&store, "new2", 3));
    }
}

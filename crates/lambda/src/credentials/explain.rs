//! Who would sign, and why: for people who ask why it is this identity and no other.

use super::Keys;
use super::identity::{IdentityKey, IdentitySource};
use super::source::NoKeys;
use super::sts::CallerIdentity;
use super::surroundings::Surroundings;
use std::sync::Arc;
use std::time::SystemTime;

/// Who would sign, and why.
#[derive(Debug)]
pub struct Explained {
    /// Sources that have no keys, in the order in which they were asked.
    pub tried: Vec<NoKeys>,
    /// The source that has some.
    pub winner: Option<Winner>,
    /// Whose keys they are by STS, or why STS does not say.
    pub caller: Option<Result<CallerIdentity, String>>,
    /// Where STS was asked.
    pub sts: String,
}

/// A source that has keys.
#[derive(Debug)]
pub struct Winner {
    /// Its word: `container`.
    pub provider: &'static str,
    /// Which variables, file, URL or role the keys are from.
    pub origin: String,
    /// When they end.
    pub expires: Option<SystemTime>,
}

/// `asks`: whether STS is asked whose keys they are.
pub(crate) async fn explain(key: &IdentityKey, around: &Arc<Surroundings>, asks: bool) -> Explained {
    let source = IdentitySource::new(key, around);
    let sts = source.sts().url().to_owned();
    match source.fetch(None).await {
        Err(tried) => Explained { tried, winner: None, caller: None, sts },
        Ok(found) => {
            let winner = Winner { provider: found.provider, origin: found.origin, expires: found.keys.expires };
            let caller = match asks {
                true => Some(caller(&source, found.keys).await),
                false => None,
            };
            Explained { tried: found.passed, winner: Some(winner), caller, sts }
        }
    }
}

async fn caller(source: &IdentitySource, keys: Keys) -> Result<CallerIdentity, String> {
    let caller = source.sts().caller_identity(&Arc::new(keys)).await;
    caller.map(|(caller, _)| caller).map_err(|cause| format!("{cause}; {}", cause.remedy()))
}

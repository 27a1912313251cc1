//! The region where nobody says one: the profile's, then the one that the instance stands in. Looked up once, in the
//! background.

use super::metadata::InstanceMetadata;
use super::profile::OfProfile;
use super::surroundings::Surroundings;
use super::web::Way;
use model::aws::Metadata;
use std::sync::{Arc, OnceLock};

/// The region of the surroundings, once it has been looked for.
#[derive(Default)]
pub(crate) struct FoundRegion(OnceLock<Option<(String, &'static str)>>);

impl FoundRegion {
    /// The region, if one is known.
    pub(crate) fn known(&self) -> Option<&str> {
        Some(self.0.get()?.as_ref()?.0.as_str())
    }

    /// Where it is from.
    pub(crate) fn origin(&self) -> Option<&'static str> {
        Some(self.0.get()?.as_ref()?.1)
    }

    /// Looks for it; the answer stays.
    pub(crate) async fn look(&self, around: &Arc<Surroundings>) {
        if self.0.get().is_none() {
            let found = look(around).await;
            if let Some((region, origin)) = &found {
                tracing::info!(region, origin, "region found");
            }
            let _ = self.0.set(found); // somebody else may have been faster
        }
    }
}

async fn look(around: &Arc<Surroundings>) -> Option<(String, &'static str)> {
    let profile = OfProfile::new(None, None, Way::default(), around.clone());
    if let Some(region) = profile.region().await.filter(|region| is_region(region)) {
        return Some((region, "profile"));
    }
    let metadata = InstanceMetadata::new(Metadata::V1WithV2First, around.clone());
    let region = metadata.region().await.ok().filter(|region| is_region(region))?;
    Some((region, "metadata"))
}

/// Whether a text can be a region: what comes from outside becomes part of a host name.
pub(crate) fn is_region(text: &str) -> bool {
    !text.is_empty() && text.len() <= 64 && text.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-')
}

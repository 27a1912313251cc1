//! Secrets that managers keep: asked for when a configuration first refers to them, kept, and asked for again from time
//! to time. What was got once goes on serving while its manager is away.

mod google;
mod vault;
mod web;

use dialect::Dialect;
use dialect::resolve::{Environment, Manager, NoSecret, ProcessEnvironment, Wanted};
use lambda::secret::{Asker, Keeper};
use model::Secret;
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;
use store::Documents;
use tokio::task::JoinSet;
use tokio::time::Instant;

/// After so long a secret is asked for again, as in APISIX.
const GOOD_FOR: Duration = Duration::from_secs(300);
/// After so long one that was not got is asked for again.
const BAD_FOR: Duration = Duration::from_secs(60);

/// The secrets of one source. As an environment it has the process's variables too.
#[derive(Default)]
pub(crate) struct Secrets {
    signing: Asker,
    known: Mutex<Known>,
}

#[derive(Default)]
struct Known {
    /// By the reference as it is written.
    held: BTreeMap<String, Held>,
    /// References that were met since something last changed.
    asked: BTreeSet<String>,
    revision: u64,
}

struct Held {
    wanted: Option<Wanted>,
    found: Result<Secret, Arc<str>>,
    until: Instant,
}

impl Environment for Secrets {
    fn variable(&self, name: &str) -> Option<String> {
        ProcessEnvironment.variable(name)
    }

    fn secret(&self, reference: &str) -> Result<Secret, NoSecret> {
        let mut known = self.known();
        if !known.asked.contains(reference) {
            known.asked.insert(reference.to_owned());
        }
        match known.held.get(reference) {
            None => Err(NoSecret::Later),
            Some(held) => held.found.clone().map_err(NoSecret::Away),
        }
    }

    fn revision(&self) -> u64 {
        self.known().revision
    }
}

impl Secrets {
    fn known(&self) -> MutexGuard<'_, Known> {
        self.known.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Asks for what is referred to and not here, for what is due, and for what is somewhere else now. Says whether
    /// something has changed: then all that was met before counts as unmet. Cancel-safe.
    pub(crate) async fn fetch(&self, dialect: &dyn Dialect, documents: &Documents) -> bool {
        let asked: Vec<String> = self.known().asked.iter().cloned().collect();
        if asked.is_empty() {
            return false;
        }
        let places = dialect.kept_secrets(&asked, documents, self);
        let due = self.due(asked.into_iter().zip(places));
        if due.is_empty() {
            return false;
        }
        let texts = self.ask(&due).await;
        self.take(due, &texts)
    }

    fn due(
        &self,
        places: impl Iterator<Item = (String, Result<Wanted, String>)>,
    ) -> Vec<(String, Result<Wanted, String>)> {
        let (known, now) = (self.known(), Instant::now());
        let is_due = |(reference, place): &(String, Result<Wanted, String>)| match known.held.get(reference) {
            None => true,
            Some(held) => held.until <= now || held.wanted.as_ref() != place.as_ref().ok(),
        };
        places.filter(is_due).collect()
    }

    /// Every secret once, however many of its members are referred to.
    async fn ask(&self, due: &[(String, Result<Wanted, String>)]) -> Texts {
        let wanted = due.iter().filter_map(|(_, place)| place.as_ref().ok());
        let places: HashSet<(Manager, String)> =
            wanted.map(|wanted| (wanted.manager.clone(), wanted.name.clone())).collect();
        let mut asking = JoinSet::new();
        for (manager, name) in places {
            let signing = self.signing.clone();
            asking.spawn(async move {
                let text = text(&signing, &manager, &name).await;
                ((manager, name), text.map_err(Arc::from))
            });
        }
        asking.join_all().await.into_iter().collect()
    }

    fn take(&self, due: Vec<(String, Result<Wanted, String>)>, texts: &Texts) -> bool {
        let mut known = self.known();
        let mut changed = false;
        for (reference, place) in due {
            let found = match &place {
                Ok(wanted) => member(wanted, texts),
                Err(cause) => Err(Arc::from(cause.as_str())),
            };
            let until = Instant::now() + if found.is_ok() { GOOD_FOR } else { BAD_FOR };
            let wanted = place.ok();
            let before = known.held.remove(&reference);
            let found = match (found, before.as_ref()) {
                (Err(cause), Some(Held { found: Ok(old), wanted: then, .. })) if *then == wanted => {
                    tracing::warn!(reference, %cause, "this secret is not got; what it was goes on serving");
                    Ok(old.clone())
                }
                (found, _) => found,
            };
            changed |= before.is_none_or(|before| before.found != found);
            known.held.insert(reference, Held { wanted, found, until });
        }
        if changed {
            known.revision += 1;
            known.asked.clear();
        }
        changed
    }

    /// Forgets what nobody has referred to since something last changed.
    pub(crate) fn forget_unasked(&self) {
        let Known { held, asked, .. } = &mut *self.known();
        held.retain(|reference, _| asked.contains(reference));
    }

    /// When the next one is asked for again.
    pub(crate) fn next(&self) -> Option<Instant> {
        let known = self.known();
        known.asked.iter().filter_map(|reference| known.held.get(reference)).map(|held| held.until).min()
    }
}

/// What managers answered, by manager and name.
type Texts = HashMap<(Manager, String), Result<Secret, Arc<str>>>;

async fn text(signing: &Asker, manager: &Manager, name: &str) -> Result<Secret, String> {
    match manager {
        Manager::Vault { url, prefix, token, namespace } => {
            vault::read(&vault::Asked { url, prefix, token, namespace: namespace.as_deref() }, name).await
        }
        Manager::Google { account, verify } => google::read(account, *verify, name).await,
        Manager::Signed { region, endpoint, access_key, secret_key, session_token } => {
            let keeper = Keeper {
                region: region.clone(),
                endpoint: endpoint.clone(),
                access_key: access_key.clone(),
                secret_key: secret_key.clone(),
                session_token: session_token.clone(),
            };
            signing.ask(&keeper, name).await.map_err(|error| error.to_string())
        }
    }
}

/// A member of a secret: a text, or a number as it is written.
fn member(wanted: &Wanted, texts: &Texts) -> Result<Secret, Arc<str>> {
    let nothing = || Err(Arc::from("it was not asked for"));
    let text = texts.get(&(wanted.manager.clone(), wanted.name.clone())).cloned().unwrap_or_else(nothing)?;
    let bad = |what: &str| Arc::from(format!("the secret {} {what}", wanted.name));
    let value: Value = serde_json::from_str(text.expose()).map_err(|_| bad("is no JSON object"))?;
    match value.get(&wanted.member) {
        Some(Value::String(text)) => Ok(Secret::new(text)),
        Some(Value::Number(number)) => Ok(Secret::new(number.to_string())),
        Some(Value::Null | Value::Bool(_) | Value::Array(_) | Value::Object(_)) | None => {
            Err(bad(&format!("has no text {}", wanted.member)))
        }
    }
}

#[cfg(test)]
mod tests;

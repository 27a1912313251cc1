//! Who may use which plan: subscriptions and keys of all documents.

use super::key;
use crate::part::Part;
use crate::read::{Content, Notes};
use crate::schema::same_word;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use dialect::Faith;
use model::policy::{Shows, Subscription};
use model::secret::Secret;
use model::world::Constant;
use std::time::{Duration, SystemTime};

/// All subscriptions and keys.
pub(super) struct Book {
    entries: Vec<Entry>,
}

/// Somebody who may use a plan.
struct Entry {
    api: Option<String>,
    plan: Option<String>,
    subscription: Subscription,
}

impl Book {
    /// What the documents say.
    pub(super) fn of(contents: &[Content], notes: &mut Notes) -> Self {
        let files: Vec<Part<'_>> =
            contents.iter().filter(|one| !notes.is_broken(one.document())).map(Content::file).collect();
        let subscriptions: Vec<Part<'_>> = files.iter().flat_map(|file| file.parts("subscriptions")).collect();
        let keys = files.iter().flat_map(|file| file.parts("apiKeys"));
        let mut entries: Vec<Entry> = keys.flat_map(|part| of_key(&part, &subscriptions)).collect();
        entries.extend(subscriptions.iter().filter_map(of_client));
        for part in &subscriptions {
            entries.extend(of_certificate(part, notes));
        }
        Self { entries }
    }

    /// Keys for a plan.
    pub(super) fn keys(&self, api: &str, plan: &str) -> Vec<Subscription> {
        self.find(api, plan, |shows| matches!(shows, Shows::Key(_)))
    }

    /// Clients for a plan.
    pub(super) fn clients(&self, api: &str, plan: &str) -> Vec<Subscription> {
        self.find(api, plan, |shows| matches!(shows, Shows::Client(_)))
    }

    /// Certificates for a plan.
    pub(super) fn certificates(&self, api: &str, plan: &str) -> Vec<Subscription> {
        self.find(api, plan, |shows| matches!(shows, Shows::Certificate(_)))
    }

    /// All certificates, each once.
    pub(super) fn known(&self) -> Vec<String> {
        let mut known: Vec<String> = Vec::new();
        for entry in &self.entries {
            if let Shows::Certificate(pem) = &entry.subscription.shows
                && !known.contains(pem)
            {
                known.push(pem.clone());
            }
        }
        known
    }

    fn find(&self, api: &str, plan: &str, shows: fn(&Shows) -> bool) -> Vec<Subscription> {
        let is = |entry: &&Entry| {
            entry.plan.as_deref() == Some(plan)
                && entry.api.as_deref().is_none_or(|one| one == api)
                && shows(&entry.subscription.shows)
        };
        self.entries.iter().filter(is).map(|entry| entry.subscription.clone()).collect()
    }
}

/// The subscriptions of a key: a key that names some is for their plans, another for its own.
fn of_key(part: &Part<'_>, subscriptions: &[Part<'_>]) -> Vec<Entry> {
    let Some(text) = part.filled("key") else { return Vec::new() };
    if part.flag("revoked") || part.flag("paused") || !part.flag("active") {
        return Vec::new();
    }
    let mut named = part.texts("subscriptions");
    named.extend(part.owned("subscription"));
    let own: Vec<&Part<'_>> =
        subscriptions.iter().filter(|one| named.iter().any(|id| one.text("id") == Some(id))).collect();
    let entry = |of: Option<&Part<'_>>| {
        if of.is_some_and(|of| !is_accepted(of)) {
            return None;
        }
        let value = |name: &str| part.filled(name).or_else(|| of?.filled(name)).map(str::to_owned);
        let id = of.and_then(|of| of.filled("id")).map(str::to_owned).or_else(|| named.first().cloned());
        let until = [moment(part, "expireAt"), of.and_then(|of| moment(of, "endingAt"))].into_iter().flatten().min();
        let shows = Shows::Key(Secret::new(text));
        let from = of.and_then(|of| moment(of, "startingAt"));
        Some(Entry {
            api: value("api"),
            plan: value("plan"),
            subscription: subscription(id.unwrap_or_default(), value("application"), shows, (from, until)),
        })
    };
    match own.is_empty() {
        true => entry(None).into_iter().collect(),
        false => own.into_iter().filter_map(|of| entry(Some(of))).collect(),
    }
}

fn of_client(part: &Part<'_>) -> Option<Entry> {
    let client = part.filled("clientId").filter(|_| is_accepted(part))?;
    let id = part.owned("id").unwrap_or_default();
    let shows = Shows::Client(client.to_owned());
    let times = (moment(part, "startingAt"), moment(part, "endingAt"));
    Some(Entry {
        api: part.owned("api"),
        plan: part.owned("plan"),
        subscription: subscription(id, part.owned("application"), shows, times),
    })
}

/// The certificate is PEM, or the base64 of it.
fn of_certificate(part: &Part<'_>, notes: &mut Notes) -> Option<Entry> {
    let field = "clientCertificate";
    let written = part.filled(field).filter(|_| is_accepted(part))?;
    let Some(pem) = pem(written) else {
        let text = "this is no certificate in PEM: nobody gets in by it";
        notes.say(Faith::Unsupported, part, field, text);
        return None;
    };
    let id = part.owned("id").unwrap_or_default();
    let times = (moment(part, "startingAt"), moment(part, "endingAt"));
    Some(Entry {
        api: part.owned("api"),
        plan: part.owned("plan"),
        subscription: subscription(id, part.owned("application"), Shows::Certificate(pem), times),
    })
}

/// The first certificate of a text.
fn pem(written: &str) -> Option<String> {
    const OPEN: &str = "-----BEGIN CERTIFICATE-----";
    const CLOSE: &str = "-----END CERTIFICATE-----";
    let decoded = || {
        let bytes = STANDARD.decode(written.split_whitespace().collect::<String>()).ok()?;
        String::from_utf8(bytes).ok()
    };
    let text = if written.contains(OPEN) { written.to_owned() } else { decoded()? };
    let from = text.find(OPEN)?;
    let to = from + text[from..].find(CLOSE)?;
    let body: String = text[from + OPEN.len()..to].split_whitespace().collect();
    // a certificate is a sequence
    let der = STANDARD.decode(body).ok().filter(|der| der.first() == Some(&0x30))?;
    let body = STANDARD.encode(der);
    let lines: Vec<&str> = (0..body.len()).step_by(64).map(|at| &body[at..body.len().min(at + 64)]).collect();
    Some(format!("{OPEN}\n{}\n{CLOSE}\n", lines.join("\n")))
}

fn subscription(
    id: String,
    application: Option<String>,
    shows: Shows,
    (from, until): (Option<SystemTime>, Option<SystemTime>),
) -> Subscription {
    let application = application.unwrap_or_default();
    let attributes = vec![
        (key::APPLICATION.to_owned(), Constant::text(&application)),
        (key::SUBSCRIPTION.to_owned(), Constant::text(&id)),
    ];
    Subscription { id, application, name: None, shows, from, until, attributes }
}

fn is_accepted(part: &Part<'_>) -> bool {
    part.text("status").is_some_and(|status| same_word(status, "ACCEPTED"))
}

/// Milliseconds since 1970.
fn moment(part: &Part<'_>, name: &str) -> Option<SystemTime> {
    Some(SystemTime::UNIX_EPOCH + Duration::from_millis(part.count(name)?))
}

//! Where clients connect, and how.

use super::judged::Remark;
use super::{Lowering, Said};
use crate::entity::{Kind, Part};
use crate::plugin::words;
use dialect::Faith;
use model::chain::{Phase, Step, StepRank};
use model::id::{Slot, TableId};
use model::listener::{Limits, Listener};
use model::policy::{Case, HostCertificates, HostDemand, Policy};
use model::secret::Secret;
use model::tls::{Certificate, ClientCertificates, ClientDemand, ServerTls};
use serde_json::Value;

pub(super) fn listeners(table: &TableId, at: &Lowering<'_>, said: &mut Vec<Said>) -> Vec<Listener> {
    let (certificates, clients) = (certificates(at), clients(at));
    let mut found: Vec<Listener> = Vec::new();
    for listen in &at.settings.listens {
        if listen.tls && certificates.is_empty() {
            continue; // nobody could be served there
        }
        if found.iter().any(|other| other.address == listen.address) {
            let message = format!("{} is listened on once", listen.address);
            said.push((None, Remark::new(Faith::Exact, "", message)));
            continue;
        }
        found.push(Listener {
            address: listen.address,
            tables: vec![table.clone()],
            tls: listen.tls.then(|| ServerTls { certificates: certificates.clone(), clients: clients.clone() }),
            http2: listen.http2,
            proxy_protocol: listen.proxy_protocol,
            trusted_proxies: at.settings.trusted.clone(),
            client_address: at.settings.client_address.clone(),
            limits: Limits { body_bytes: at.settings.body_most.unwrap_or(u64::MAX), ..Limits::default() },
        });
    }
    found
}

/// Whether an object is for clients, and not for upstreams or switched off.
fn serves(part: Part<'_>) -> bool {
    part.count("status").unwrap_or(1) == 1 && part.text("type") != Some("client")
}

fn hosts(part: Part<'_>) -> Vec<String> {
    part.owned("sni").map_or_else(|| part.texts("snis"), |sni| vec![sni])
}

/// What clients are asked for when they begin TLS. Where some paths need no certificate, all may begin.
fn clients(at: &Lowering<'_>) -> Vec<ClientCertificates> {
    let parts = at.objects.of_kind(Kind::Ssls).iter().map(|item| item.judged.part()).filter(|part| serves(*part));
    let asking = parts.filter_map(|part| {
        let open = !part.items("client.skip_mtls_uri_regex").is_empty();
        Some(ClientCertificates {
            hosts: hosts(part),
            authorities: vec![part.owned("client.ca")?],
            demand: if open { ClientDemand::Any } else { ClientDemand::Required },
            ..ClientCertificates::default()
        })
    });
    asking.collect()
}

/// Paths that need no certificate. Of a pattern that cannot be read nothing is let through.
fn open(part: Part<'_>) -> Vec<String> {
    let mut patterns = part.texts("client.skip_mtls_uri_regex");
    patterns.retain(|pattern| regex::Regex::new(pattern).is_ok());
    patterns
}

/// Holds requests to what their host demands, whatever host was named when TLS began; none where no host demands anything.
pub(super) fn demands(at: &Lowering<'_>) -> Option<Step> {
    let parts = at.objects.of_kind(Kind::Ssls).iter().map(|item| item.judged.part()).filter(|part| serves(*part));
    let demand =
        |part: Part<'_>| HostDemand { names: hosts(part), demanded: part.value("client").is_some(), open: open(part) };
    let hosts: Vec<HostDemand> = parts.map(demand).collect();
    let policy = HostCertificates { hosts, refusals: words::pages([(Case::Forbidden, 400)]) };
    policy.hosts.iter().any(|host| host.demanded).then(|| Step {
        slot: Slot::new("ssls"),
        rank: StepRank { phase: Phase::Rewrite, order: i64::MIN },
        precedence: 0,
        predicate: None,
        policy: Policy::HostCertificates(Box::new(policy)),
    })
}

/// What names the servers that clients ask for.
fn certificates(at: &Lowering<'_>) -> Vec<Certificate> {
    let mut found = Vec::new();
    for item in at.objects.of_kind(Kind::Ssls) {
        let part = item.judged.part();
        if !serves(part) {
            continue;
        }
        let hosts = hosts(part);
        let more = part.items("certs").iter().zip(part.items("keys"));
        let more = more.filter_map(|(cert, key)| Some((cert.as_str()?, key.as_str()?)));
        let first = part.text("cert").zip(part.text("key"));
        found.extend(first.into_iter().chain(more).map(|(chain, key)| Certificate {
            hosts: hosts.clone(),
            chain: chain.to_owned(),
            key: Secret::new(key),
        }));
    }
    found
}

/// A certificate with its key that an upstream is shown.
pub(super) fn identity(id: &Value, at: &Lowering<'_>) -> Option<(String, Secret)> {
    let item = at.objects.get(Kind::Ssls, &crate::entity::id_text(id)?)?;
    let part = item.judged.part();
    Some((part.owned("cert")?, Secret::new(part.text("key")?)))
}

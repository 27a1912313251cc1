//! TLS towards upstreams: what is checked of them, and what they are shown.

use super::Lowering;
use crate::entity::{Collection, Entity};
use crate::part::Part;
use dialect::Faith;
use model::secret::Secret;
use model::tls::{ClientIdentity, ClientTls};
use net::tls::{ClientTlsOptions, check_identity, client_config};

/// Towards the nodes of a service. Their certificates are checked where the service says so, as in Kong.
pub(super) fn towards(service: &Entity, upstream: Option<&Entity>, at: &mut Lowering<'_>) -> ClientTls {
    ClientTls {
        verify: Part::of(&service.object).flag("tls_verify"),
        authorities: authorities(service, at),
        server_name: None,
        identity: identity(service, upstream, at),
    }
}

fn authorities(service: &Entity, at: &mut Lowering<'_>) -> Vec<String> {
    let mut found = Vec::new();
    for (number, id) in Part::of(&service.object).texts("ca_certificates").iter().enumerate() {
        let Some(text) = at.entities.get(Collection::CaCertificates, id).and_then(|one| one.text("cert")) else {
            continue;
        };
        let options = ClientTlsOptions { authorities: vec![text.to_owned()], ..ClientTlsOptions::default() };
        match client_config(&options) {
            Ok(_) => found.push(text.to_owned()),
            Err(why) => {
                let field = format!("ca_certificates.{}", number + 1);
                at.say(Faith::Unsupported, service, &field, format!("the authority is not trusted: {why}"));
            }
        }
    }
    found
}

/// The service's own certificate, else that of the nodes it names, else that of the settings.
fn identity(service: &Entity, upstream: Option<&Entity>, at: &mut Lowering<'_>) -> Option<ClientIdentity> {
    for entity in [Some(service), upstream].into_iter().flatten() {
        if let Some(certificate) = at.entities.named_by(entity, "client_certificate") {
            let (chain, key) = (certificate.text("cert")?.to_owned(), Secret::new(certificate.text("key")?));
            return usable(ClientIdentity { chain, key }, entity, "client_certificate", at);
        }
    }
    let (chain, key) = at.settings.identity.clone()?;
    let (chain, key) = (at.file(&chain)?, Secret::new(at.file(&key)?));
    usable(ClientIdentity { chain, key }, service, "", at)
}

fn usable(one: ClientIdentity, entity: &Entity, field: &str, at: &mut Lowering<'_>) -> Option<ClientIdentity> {
    let shown = net::tls::ClientIdentity { chain_pem: one.chain.clone(), key_pem: one.key.expose().to_owned() };
    match check_identity(&shown) {
        Ok(_) => Some(one),
        Err(why) => {
            at.say(Faith::Unsupported, entity, field, format!("no client certificate is shown to the upstream: {why}"));
            None
        }
    }
}

//! TLS towards others.

use super::{Pen, listener, some, text, unless};
use crate::decode::At;
use crate::entity::upstream::{ClientTls, Identity};
use model::tls;

pub(crate) fn client_tls(tls: &tls::ClientTls, pen: &mut Pen<'_>) -> ClientTls {
    let authorities: Vec<_> = tls.authorities.iter().map(|pem| listener::pem(pem)).collect();
    ClientTls {
        verify: unless(tls.verify, &true),
        authorities: some(authorities).map(Into::into),
        stores: None,
        server_name: tls.server_name.as_ref().map(|name| text(name)),
        identity: tls.identity.as_ref().map(|identity| At::new(self::identity(identity, pen))),
    }
}

fn identity(identity: &tls::ClientIdentity, pen: &mut Pen<'_>) -> Identity {
    let purpose = "the private key, in PEM, of a client certificate";
    Identity {
        chain: Some(listener::pem(&identity.chain)),
        key: Some(listener::key(&identity.key, "CLIENT_KEY", purpose, pen)),
        ..Identity::default()
    }
}

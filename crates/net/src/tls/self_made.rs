//! A certificate where TLS is asked for and none was given: made anew, vouched for by nobody.

use super::{ServerCertificate, TlsError};

/// A certificate for `localhost` with a key of its own. Clients accept it only where they do not check certificates.
pub fn self_made() -> Result<ServerCertificate, TlsError> {
    let names = vec!["localhost".to_owned()];
    let failed = |error: rcgen::Error| TlsError::SelfMade(error.to_string());
    let made = rcgen::generate_simple_self_signed(names).map_err(failed)?;
    Ok(ServerCertificate { hosts: Vec::new(), chain_pem: made.cert.pem(), key_pem: made.signing_key.serialize_pem() })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tls::server_config;

    #[test]
    fn what_is_made_can_serve_and_is_new_each_time() {
        let (one, two) = (self_made().unwrap(), self_made().unwrap());
        assert_ne!(one.key_pem, two.key_pem);
        assert!(server_config(&[one], true).is_ok());
    }
}

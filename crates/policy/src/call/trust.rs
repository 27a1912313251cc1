//! Whom TLS trusts, where that is read when a call is made.

use bytes::Bytes;
use lambda::CallError;
use lambda::error::Blame;
use model::Secret;
use model::answer::FailureKind;
use model::tls::ClientTls;
use net::tls::store::{Unlock, read};

/// What was evaluated of it. Calls with equal values share connections.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub(super) struct Trust {
    /// Everybody.
    pub(super) all: bool,
    /// `PEM` in any case; other kinds tell themselves apart.
    pub(super) kind: Option<String>,
    pub(super) path: Option<String>,
    pub(super) password: Option<Secret>,
    pub(super) content: Option<String>,
}

impl Trust {
    /// TLS with it. Fails where the store cannot be read.
    pub(super) async fn apply(&self, tls: &mut ClientTls) -> Result<(), CallError> {
        if self.all {
            tls.verify = false;
            return Ok(());
        }
        let Some(bytes) = self.bytes().await? else { return Ok(()) };
        let unlock = Unlock { password: self.password.as_ref().map(Secret::expose), ..Unlock::default() };
        let stored = read(&bytes, &unlock).map_err(|cause| unusable(&cause.to_string()))?;
        let chain = stored.identity.map(|identity| identity.chain);
        let authorities: Vec<String> = stored.authorities.into_iter().chain(chain).collect();
        if authorities.is_empty() {
            return Err(unusable("it holds no certificate"));
        }
        tls.authorities.extend(authorities);
        Ok(())
    }

    /// The store; none where none is configured.
    async fn bytes(&self) -> Result<Option<Bytes>, CallError> {
        let Some(kind) = &self.kind else { return Ok(None) };
        match (kind.eq_ignore_ascii_case("PEM"), &self.content, &self.path) {
            (true, Some(content), _) => Ok(Some(Bytes::copy_from_slice(content.as_bytes()))),
            (_, _, Some(path)) => {
                let found = tokio::fs::read(path).await;
                found.map(|bytes| Some(bytes.into())).map_err(|cause| unusable(&format!("{path}: {cause}")))
            }
            (_, _, None) => Ok(None),
        }
    }
}

fn unusable(cause: &str) -> CallError {
    let mut error = CallError::before(FailureKind::Rejected, Blame::Config, format!("the trust store: {cause}"));
    error.reason = Some("Failed to configure SSL truststore".into());
    error
}

#[cfg(test)]
mod tests {
    use super::*;

    async fn check(trust: Trust, expected: Result<(bool, usize), &str>) {
        let mut tls = ClientTls::default();
        let seen = trust.apply(&mut tls).await.map(|()| (tls.verify, tls.authorities.len()));
        assert_eq!(seen.map_err(|error| error.reason.unwrap()), expected.map_err(Box::from), "{trust:?}");
    }

    #[tokio::test]
    async fn stores_are_read_where_one_is_configured() {
        let key = rcgen::generate_simple_self_signed(vec!["a.test".to_owned()]).unwrap();
        let pem = key.cert.pem();
        let file = std::env::temp_dir().join(format!("lambdagate-trust-{}.pem", fastrand::u64(..)));
        std::fs::write(&file, &pem).unwrap();
        let text = |text: &str| Some(text.to_owned());
        let path = text(file.to_str().unwrap());
        let refused = Err("Failed to configure SSL truststore");
        let trust = |kind: &str, path, content| Trust { kind: text(kind), path, content, ..Trust::default() };
        check(Trust::default(), Ok((true, 0))).await;
        check(trust("PEM", None, None), Ok((true, 0))).await;
        check(trust("JKS", None, text(&pem)), Ok((true, 0))).await;
        check(trust("pem", None, Some(pem.repeat(2))), Ok((true, 2))).await;
        check(trust("PEM", path.clone(), None), Ok((true, 1))).await;
        check(trust("PEM", text("/nonexistent/a.pem"), text(&pem)), Ok((true, 1))).await;
        check(trust("JKS", text("/nonexistent/a.jks"), None), refused).await;
        check(trust("PEM", None, text("nonsense")), refused).await;
        check(Trust { all: true, ..trust("JKS", text("/nonexistent/a.jks"), None) }, Ok((false, 0))).await;
        std::fs::remove_file(file).unwrap();
    }
}

//! Name servers, asked directly.

use hickory_resolver::TokioResolver;
use std::net::IpAddr;
use std::time::{Duration, Instant};

/// Who is asked.
pub(super) enum Servers {
    /// Those of the system's resolv.conf, with its hosts file.
    System,
    /// This one.
    #[cfg(test)]
    One(std::net::SocketAddr),
}

impl Servers {
    /// The addresses of a name, and how long they hold. The system's files are read each time: they are small, they
    /// change, and answers are remembered elsewhere.
    pub(super) async fn ask(&self, host: &str) -> Result<(Vec<IpAddr>, Duration), String> {
        let found = self.resolver().await?.lookup_ip(host).await.map_err(|cause| cause.to_string())?;
        let lifetime = found.valid_until().saturating_duration_since(Instant::now());
        Ok((found.iter().collect(), lifetime))
    }

    async fn resolver(&self) -> Result<TokioResolver, String> {
        match self {
            Self::System => {
                let built = tokio::task::spawn_blocking(|| {
                    let mut builder = TokioResolver::builder_tokio().map_err(|cause| cause.to_string())?;
                    builder.options_mut().cache_size = 0;
                    builder.build().map_err(|cause| cause.to_string())
                });
                built.await.map_err(|cause| cause.to_string())?
            }
            #[cfg(test)]
            Self::One(at) => one(*at),
        }
    }
}

#[cfg(test)]
fn one(at: std::net::SocketAddr) -> Result<TokioResolver, String> {
    use hickory_resolver::config::{NameServerConfig, ResolverConfig};
    let mut server = NameServerConfig::udp(at.ip());
    server.connections[0].port = at.port();
    let config = ResolverConfig::from_parts(None, vec![], vec![server]);
    let mut builder = TokioResolver::builder_with_config(config, Default::default());
    builder.options_mut().cache_size = 0;
    builder.build().map_err(|cause| cause.to_string())
}

//! How an Admin API behaves, from settings.

use super::{Holder, Home, Role, key};
use crate::settings::{Admin, AdminTls, Settings};
use dialect::admin::AdminPort;
use ipnet::IpNet;
use model::secret::Secret;
use model::tls::{Certificate, ClientCertificates, ClientDemand, ServerTls};
use std::io;
use std::path::Path;

/// How an Admin API behaves.
#[derive(Clone, Debug)]
pub struct Rules {
    /// Where it listens.
    pub ports: Vec<AdminPort>,
    /// What keys in answers begin with: `/apisix`.
    pub prefix: String,
    /// Who may ask.
    pub holders: Vec<Holder>,
    /// Whether a key is asked for.
    pub key_required: bool,
    /// From where may be asked; empty: from anywhere.
    pub allow: Vec<IpNet>,
    /// Whether pages of other sites may ask.
    pub cors: bool,
    /// The plugins that are enabled; `None`: all.
    pub plugins: Option<Vec<String>>,
    /// Whether the stream proxy is on.
    pub stream: bool,
    /// What is written.
    pub home: Home,
}

impl Rules {
    /// What settings say; `None`: there is no Admin API. `data` is the folder for a key that has to be made.
    pub fn of(settings: &Settings, home: Home, data: &Path) -> Option<Self> {
        let admin = settings.admin.as_ref()?;
        Some(Self {
            ports: ports(admin),
            prefix: settings.etcd.prefix.trim_end_matches('/').to_owned(),
            holders: holders(admin, data),
            key_required: admin.key_required,
            allow: admin.allow.clone(),
            cors: admin.cors,
            plugins: settings.plugins.clone(),
            stream: false,
            home,
        })
    }
}

/// The port, unless it would have to do without what makes it safe.
fn ports(admin: &Admin) -> Vec<AdminPort> {
    match admin.tls.as_ref().map(tls).transpose() {
        Ok(tls) => vec![AdminPort { address: admin.listen, tls }],
        Err((path, error)) => {
            tracing::error!(%error, path, "a file of the Admin API's TLS cannot be read: it is not listened on");
            Vec::new()
        }
    }
}

fn tls<'a>(files: &'a AdminTls) -> Result<ServerTls, (&'a str, io::Error)> {
    let read = |path: &'a str| std::fs::read_to_string(path).map_err(|error| (path, error));
    let mut tls = ServerTls::default();
    if let Some((chain, key)) = &files.certificate {
        let (chain, key) = (read(chain)?, Secret::new(read(key)?));
        tls.certificates.push(Certificate { hosts: Vec::new(), chain, key });
    }
    if let Some(authority) = &files.clients {
        let (authorities, demand) = (vec![read(authority)?], ClientDemand::Required);
        tls.clients.push(ClientCertificates { authorities, demand, ..Default::default() });
    }
    Ok(tls)
}

/// Those with keys; somebody who may do everything is always among them.
fn holders(admin: &Admin, data: &Path) -> Vec<Holder> {
    let role = |name: &str| if name == "admin" { Role::Admin } else { Role::Viewer };
    let known = admin.keys.iter().filter(|one| !one.key.expose().is_empty());
    let mut all: Vec<Holder> = known.map(|one| Holder { key: one.key.clone(), role: role(&one.role) }).collect();
    if admin.key_required && !all.iter().any(|holder| holder.role == Role::Admin) {
        match key::kept(data) {
            Ok(key) => all.push(Holder { key, role: Role::Admin }),
            Err(error) => {
                let folder = data.display();
                tracing::error!(%error, %folder, "no key is set for the Admin API, and none can be made: it stays shut");
            }
        }
    }
    all
}

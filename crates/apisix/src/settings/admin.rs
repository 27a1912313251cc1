//! What is said of the Admin API.

use super::{Reader, yes};
use crate::entity::Part;
use dialect::Faith;
use ipnet::IpNet;
use model::secret::Secret;
use std::net::{IpAddr, SocketAddr};

/// The Admin API.
#[derive(Clone, Debug, PartialEq)]
pub struct Admin {
    /// Where it listens.
    pub listen: SocketAddr,
    /// The files of its TLS; `None`: it speaks plain HTTP.
    pub tls: Option<AdminTls>,
    /// Whether a key is asked for.
    pub key_required: bool,
    /// The keys.
    pub keys: Vec<AdminKey>,
    /// From where it may be asked; empty: from everywhere.
    pub allow: Vec<IpNet>,
    /// Whether pages of other origins may ask it.
    pub cors: bool,
}

/// The files with which the Admin API speaks TLS, in PEM.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct AdminTls {
    /// Certificate chain and key; without them a certificate is made.
    pub certificate: Option<(String, String)>,
    /// Clients need a certificate of this authority.
    pub clients: Option<String>,
}

/// A key of the Admin API.
#[derive(Clone, Debug, PartialEq)]
pub struct AdminKey {
    /// Its name.
    pub name: String,
    /// The key; empty: one is to be made.
    pub key: Secret,
    /// `admin` or `viewer`.
    pub role: String,
}

impl Reader<'_> {
    pub(super) fn admin(&mut self) -> Option<Admin> {
        if !yes(self.part, "apisix.enable_admin") || self.role() == "data_plane" {
            return None;
        }
        let part = self.part.part("deployment.admin");
        let address = |text: &str| text.parse::<IpAddr>().ok();
        let file = |name: &str| part.owned(&format!("admin_api_mtls.admin_ssl_{name}")).filter(|path| !path.is_empty());
        let ip = part.text("admin_listen.ip").map_or(Some(IpAddr::from([0, 0, 0, 0])), address);
        let ip = ip.unwrap_or_else(|| {
            let message = "this is no address: the Admin API listens on this machine only";
            self.texts.say(Faith::Invalid, &self.origin, "deployment.admin.admin_listen.ip", message);
            [127, 0, 0, 1].into()
        });
        let keys = part.items("admin_key").iter().map(|key| {
            let key = Part::of_value(Some(key));
            AdminKey {
                name: key.owned("name").unwrap_or_default(),
                key: Secret::new(key.text("key").unwrap_or_default()),
                role: key.owned("role").unwrap_or_else(|| "viewer".to_owned()),
            }
        });
        Some(Admin {
            listen: SocketAddr::new(ip, part.status("admin_listen.port").unwrap_or(9180)),
            tls: part
                .flag("https_admin")
                .then(|| AdminTls { certificate: file("cert").zip(file("cert_key")), clients: file("ca_cert") }),
            key_required: yes(part, "admin_key_required"),
            keys: keys.collect(),
            allow: match part.value("allow_admin") {
                None => crate::lower::networks(&["127.0.0.0/24".to_owned()]),
                Some(_) => crate::lower::networks(&part.texts("allow_admin")),
            },
            cors: yes(part, "enable_admin_cors"),
        })
    }
}

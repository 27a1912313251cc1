//! `config.yaml` over `config-default.yaml`: what of them is honoured, and what it says.

mod admin;
mod listen;
mod table;
mod told;

pub use admin::{Admin, AdminKey, AdminTls};
pub use listen::Listen;
pub use table::{Setting, TABLE};
pub use told::ToldListen;

use crate::entity::Part;
use crate::read::{Origin, Texts, substitute_values, value};
use crate::schema::Object;
use dialect::Faith;
use dialect::findings::Findings;
use dialect::resolve::Environment;
use dialect::tree::parse_plain;
use ipnet::IpNet;
use model::listener::ClientAddress;
use model::secret::Secret;
use serde_json::Value;
use std::time::Duration;

/// What is said of the process as a whole.
#[derive(Clone, Debug, PartialEq)]
pub struct Settings {
    /// Where clients connect.
    pub listens: Vec<Listen>,
    /// The Admin API; `None`: there is none.
    pub admin: Option<Admin>,
    /// Where objects come from.
    pub provider: Provider,
    /// The cluster that holds objects, for [`Provider::Etcd`].
    pub etcd: Etcd,
    /// How routes are chosen.
    pub router: Router,
    /// Whether clients are told the version.
    pub server_tokens: bool,
    /// Whether clients are told an upstream's status, whatever it is.
    pub shows_upstream_status: bool,
    /// What of a path means nothing when routes are chosen.
    pub paths: Paths,
    /// Plugins that may be used; `None`: all.
    pub plugins: Option<Vec<String>>,
    /// Keys of texts that are encrypted in etcd, the one that encrypts first.
    pub keyring: Vec<Secret>,
    /// Whether plugins' secrets are among those texts; private keys are in any case.
    pub encrypts_fields: bool,
    /// Peers that are believed about clients.
    pub trusted: Vec<IpNet>,
    /// Where they tell the client's address, and whether they are believed about more than that.
    pub client_address: ClientAddress,
    /// The largest body; `None`: any.
    pub body_most: Option<u64>,
    /// Where metrics are told.
    pub metrics: Option<ToldListen>,
    /// Where status is told.
    pub status: Option<ToldListen>,
    /// Attributes of plugins, by their names.
    pub plugin_attr: Value,
}

/// What of a path means nothing when routes are chosen.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Paths {
    /// An escaped slash is no slash.
    pub keep_escaped_slashes: bool,
    /// A slash at the end.
    pub cut_end_slash: bool,
    /// What follows a `;` in a segment.
    pub cut_parameters: bool,
}

/// Where objects come from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Provider {
    /// Nothing is said.
    Unsaid,
    /// A cluster of etcd.
    Etcd,
    /// `apisix.yaml`.
    Yaml,
    /// `apisix.json`.
    Json,
    /// Whoever writes a whole configuration to the Admin API.
    Api,
}

/// A cluster of etcd.
#[derive(Clone, Debug, PartialEq)]
pub struct Etcd {
    /// Its members.
    pub hosts: Vec<String>,
    /// What keys begin with.
    pub prefix: String,
    /// How long an answer may take.
    pub timeout: Duration,
    /// Who asks.
    pub user: Option<String>,
    /// With which password.
    pub password: Option<Secret>,
    /// Whether members' certificates are checked.
    pub verify: bool,
    /// The name that their certificates have.
    pub sni: Option<String>,
    /// File with the certificate that is shown.
    pub cert: Option<String>,
    /// File with its key.
    pub key: Option<String>,
    /// Files with authorities that members may be trusted by, beside the system's.
    pub authorities: Vec<String>,
}

/// How routes are chosen.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Router {
    /// By host, then by path.
    HostUri,
    /// By path.
    Uri,
    /// By path, in which `:name` is a parameter.
    UriWithParameter,
}

/// The text of a settings file, with its key.
#[derive(Clone, Copy, Debug)]
pub struct File<'a> {
    /// The document's key.
    pub key: &'a str,
    /// Its text.
    pub text: &'a str,
}

/// What the files say, the later over the earlier.
pub(crate) fn settings(files: &[File<'_>], environment: &dyn Environment, texts: &mut Texts) -> Settings {
    let mut all = Value::Object(Object::new());
    for file in files {
        let read = read(file, environment, texts);
        remark(&read, file, texts);
        merge(&mut all, read);
    }
    let origin = Origin::document(files.last().map_or("config.yaml", |file| file.key));
    let mut reader = Reader { part: Part::of_value(Some(&all)), origin, environment, texts };
    reader.settings()
}

fn read(file: &File<'_>, environment: &dyn Environment, texts: &mut Texts) -> Value {
    let mut findings = Findings::new(file.key);
    let tree = parse_plain(file.text, &mut findings);
    let mut read = tree.as_ref().map(value).unwrap_or_default();
    let mut missing = Vec::new();
    substitute_values(&mut read, environment, &mut missing);
    texts.add(file.key, tree, findings.into_list());
    for missing in missing {
        texts.say(Faith::Invalid, &Origin::document(file.key), "", missing.to_string());
    }
    read
}

/// Members of objects one by one; everything else as a whole.
fn merge(under: &mut Value, over: Value) {
    match (under, over) {
        (Value::Object(under), Value::Object(over)) => {
            for (name, value) in over {
                match under.get_mut(&name) {
                    Some(there) => merge(there, value),
                    None => drop(under.insert(name, value)),
                }
            }
        }
        (_, Value::Null) => {}
        (under, over) => *under = over,
    }
}

/// Remarks on what is not honoured, or not known.
fn remark(read: &Value, file: &File<'_>, texts: &mut Texts) {
    for (path, faith, message) in table::remarks(read) {
        texts.say(faith, &Origin::document(file.key), &path, message);
    }
}

struct Reader<'a> {
    part: Part<'a>,
    origin: Origin,
    environment: &'a dyn Environment,
    texts: &'a mut Texts,
}

impl Reader<'_> {
    fn settings(&mut self) -> Settings {
        let part = self.part;
        Settings {
            listens: listen::listens(part, &mut |path, message| {
                self.texts.say(Faith::Invalid, &self.origin, path, message)
            }),
            admin: self.admin(),
            provider: self.provider(),
            etcd: self.etcd(),
            router: self.router(),
            server_tokens: yes(part, "apisix.enable_server_tokens"),
            shows_upstream_status: part.flag("apisix.show_upstream_status_in_response_header"),
            paths: Paths {
                keep_escaped_slashes: part.flag("apisix.match_uri_encoded_slash"),
                cut_end_slash: part.flag("apisix.delete_uri_tail_slash"),
                cut_parameters: part.flag("apisix.normalize_uri_like_servlet"),
            },
            plugins: part.value("plugins").map(|_| part.texts("plugins")),
            keyring: keyring(part),
            encrypts_fields: yes(part, "apisix.data_encryption.enable_encrypt_fields"),
            trusted: self.trusted(),
            client_address: self.client_address(),
            body_most: bytes(part, "nginx_config.http.client_max_body_size").filter(|most| *most > 0),
            metrics: told::metrics(self),
            status: told::status(self),
            plugin_attr: part.value("plugin_attr").cloned().unwrap_or_default(),
        }
    }

    fn role(&self) -> &str {
        self.part.text("deployment.role").unwrap_or("traditional")
    }

    fn provider(&mut self) -> Provider {
        let role = self.role();
        let said = self.part.text(&format!("deployment.role_{role}.config_provider"));
        let standalone = self.environment.variable("APISIX_STAND_ALONE").is_some_and(|value| value == "true");
        match (role, said) {
            ("data_plane", Some("yaml")) => Provider::Yaml,
            ("data_plane", Some("json")) => Provider::Json,
            (_, Some("yaml" | "json")) => Provider::Api,
            (_, Some("etcd")) => Provider::Etcd,
            _ if standalone => Provider::Yaml,
            (_, Some("xds")) => {
                let path = format!("deployment.role_{role}.config_provider");
                self.texts.say(
                    Faith::Unsupported,
                    &self.origin,
                    &path,
                    "xDS is not spoken: no objects come from there",
                );
                Provider::Unsaid
            }
            _ if self.part.value("deployment.etcd.host").is_some() => Provider::Etcd,
            _ => Provider::Unsaid,
        }
    }

    fn etcd(&self) -> Etcd {
        let part = self.part.part("deployment.etcd");
        let named = self.environment.variable("APISIX_DEPLOYMENT_ETCD_HOST");
        let named = named.and_then(|text| serde_json::from_str::<Vec<String>>(&text).ok());
        let mut hosts = named.unwrap_or_else(|| part.texts("host"));
        hosts.extend(part.owned("host"));
        Etcd {
            hosts,
            prefix: part.owned("prefix").unwrap_or_else(|| "/apisix".to_owned()),
            timeout: Duration::from_secs(part.count("timeout").unwrap_or(30)),
            user: part.owned("user"),
            password: part.text("password").map(Secret::new),
            verify: yes(part, "tls.verify"),
            sni: part.owned("tls.sni"),
            cert: part.owned("tls.cert"),
            key: part.owned("tls.key"),
            authorities: authorities(self.part),
        }
    }

    fn router(&mut self) -> Router {
        let name = self.part.text("apisix.router.http").unwrap_or("radixtree_host_uri");
        match name {
            "radixtree_host_uri" => Router::HostUri,
            "radixtree_uri" => Router::Uri,
            "radixtree_uri_with_parameter" => Router::UriWithParameter,
            other => {
                let message = format!("there is no router {other:?}: radixtree_host_uri is taken");
                self.texts.say(Faith::Invalid, &self.origin, "apisix.router.http", message);
                Router::HostUri
            }
        }
    }

    /// Peers whose word about the client's address counts, and those that are believed about all they forward.
    fn trusted(&self) -> Vec<IpNet> {
        let mut texts = match self.part.value("nginx_config.http.real_ip_from") {
            Some(_) => self.part.texts("nginx_config.http.real_ip_from"),
            None => vec!["127.0.0.1".to_owned()],
        };
        texts.extend(self.part.texts("apisix.trusted_addresses"));
        crate::lower::networks(&texts)
    }

    fn client_address(&self) -> ClientAddress {
        let header = self.part.text("nginx_config.http.real_ip_header").unwrap_or("X-Real-IP").to_ascii_lowercase();
        ClientAddress {
            field: (header != "proxy_protocol").then_some(header),
            past_trusted: self.part.text("nginx_config.http.real_ip_recursive") == Some("on"),
            alone: self.part.texts("apisix.trusted_addresses").is_empty(),
        }
    }
}

/// Yes unless no is said.
fn yes(part: Part<'_>, path: &str) -> bool {
    part.value(path).is_none() || part.flag(path)
}

/// Files with certificate authorities; `system` stands for those of the machine.
fn authorities(part: Part<'_>) -> Vec<String> {
    let all = part.text("apisix.ssl.ssl_trusted_certificate").unwrap_or_default();
    let files = all.split(',').map(str::trim).filter(|file| !file.is_empty() && *file != "system");
    files.map(str::to_owned).collect()
}

/// The keys with which texts in etcd are encrypted.
fn keyring(part: Part<'_>) -> Vec<Secret> {
    let mut keys = part.texts("apisix.data_encryption.keyring");
    keys.extend(part.owned("apisix.data_encryption.keyring"));
    if keys.is_empty() {
        keys = crate::crypt::USUAL.map(str::to_owned).to_vec();
    }
    keys.into_iter().map(Secret::new).collect()
}

/// A number of bytes, as nginx writes them: `10m`.
fn bytes(part: Part<'_>, path: &str) -> Option<u64> {
    if let Some(number) = part.count(path) {
        return Some(number);
    }
    let text = part.text(path)?.trim();
    let (digits, unit) = match text.char_indices().last()? {
        (at, 'k' | 'K') => (&text[..at], 1024),
        (at, 'm' | 'M') => (&text[..at], 1024 * 1024),
        (at, 'g' | 'G') => (&text[..at], 1024 * 1024 * 1024),
        _ => (text, 1),
    };
    digits.trim().parse::<u64>().ok()?.checked_mul(unit)
}

#[cfg(test)]
mod tests;

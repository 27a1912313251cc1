//! `kong.conf` and the `KONG_*` variables: what of them is honoured, and what it says.

mod lines;
mod listen;
mod table;

pub use lines::Lines;
pub use listen::{Listen, listens};
pub use table::{Setting, TABLE};

use crate::entity::Flavor;
use crate::schema::Honour;
use dialect::Faith;
use dialect::findings::Findings;
use dialect::resolve::Environment;
use dialect::tree::Mark;
use ipnet::IpNet;
use model::listener::ClientAddress;
use std::net::IpAddr;

/// Settings that name a file with the text of errors.
pub const TEMPLATES: [&str; 4] =
    ["error_template_html", "error_template_json", "error_template_plain", "error_template_xml"];

/// Settings that name a file with a certificate or a key.
pub const CERTIFICATES: [&str; 6] =
    ["ssl_cert", "ssl_cert_key", "client_ssl_cert", "client_ssl_cert_key", "admin_ssl_cert", "admin_ssl_cert_key"];

/// What is said of the process as a whole.
#[derive(Clone, Debug, PartialEq)]
pub struct Settings {
    /// Where clients connect.
    pub proxy: Vec<Listen>,
    /// Where the Admin API listens.
    pub admin: Vec<Listen>,
    /// Where status and metrics are told.
    pub status: StatusListen,
    /// Header fields that clients see of the gateway.
    pub headers: Vec<String>,
    /// Header fields that upstreams see of it.
    pub headers_upstream: Vec<String>,
    /// Peers that are believed about clients.
    pub trusted: Vec<IpNet>,
    /// Where they tell the client's address.
    pub client_address: ClientAddress,
    /// How routes are written and ranked.
    pub flavor: Flavor,
    /// The largest body that counts as small.
    pub body_buffer: u64,
    /// The largest body; `None`: any.
    pub body_most: Option<u64>,
    /// Plugins that may be used; `None`: all.
    pub plugins: Option<Vec<String>>,
    /// The media type of errors for clients who ask for none.
    pub error_type: String,
    /// Files with the texts of errors, by the name of the setting.
    pub templates: Vec<(&'static str, String)>,
    /// Files of the certificate for clients who name no known host, and of its key.
    pub certificate: Option<(String, String)>,
    /// The same of the certificate of the Admin API; `None`: one that is made at the start.
    pub admin_certificate: Option<(String, String)>,
    /// The same of the certificate that upstreams are shown; `None`: none is shown.
    pub identity: Option<(String, String)>,
    /// A declarative document in a setting.
    pub declarative: Option<String>,
    /// Idle connections kept to an upstream.
    pub keepalive: (usize, u64),
}

/// Where status and metrics are told.
#[derive(Clone, Debug, PartialEq)]
pub struct StatusListen {
    /// Addresses, without TLS.
    pub listens: Vec<Listen>,
    /// Somebody wrote them; else they are only usual.
    pub is_written: bool,
}

/// The environment variable of a setting.
pub fn variable(name: &str) -> String {
    format!("KONG_{}", name.to_ascii_uppercase())
}

/// Where a setting stands.
#[derive(Clone, Debug)]
struct Told {
    value: String,
    /// Line of the file; nothing for a variable.
    line: Option<u32>,
}

struct Reader<'a> {
    lines: &'a Lines,
    environment: &'a dyn Environment,
    findings: &'a mut Findings,
}

/// What settings say: variables win over lines.
pub fn settings(lines: &Lines, environment: &dyn Environment, findings: &mut Findings) -> Settings {
    let mut reader = Reader { lines, environment, findings };
    reader.remarks();
    let headers = "server_tokens, latency_tokens, X-Kong-Request-Id";
    let bind = "0.0.0.0:8000 reuseport backlog=16384, 0.0.0.0:8443 http2 ssl reuseport backlog=16384";
    let admin = "127.0.0.1:8001 reuseport backlog=16384, 127.0.0.1:8444 http2 ssl reuseport backlog=16384";
    let proxy = reader.listens("proxy_listen", bind);
    let trusted = reader.networks("trusted_ips");
    Settings {
        client_address: reader.client_address(&proxy, &trusted),
        proxy,
        admin: reader.listens("admin_listen", admin),
        status: StatusListen {
            listens: reader.plain_listens("status_listen", "127.0.0.1:8007 reuseport backlog=16384"),
            is_written: reader.told("status_listen").is_some(),
        },
        headers: reader.words("headers", headers),
        headers_upstream: reader.words("headers_upstream", "X-Kong-Request-Id"),
        trusted,
        flavor: reader.flavor(),
        body_buffer: reader.body("client_body_buffer_size").unwrap_or(8 * 1024),
        body_most: reader.body("client_max_body_size").filter(|most| *most > 0),
        plugins: reader.plugins(),
        error_type: reader.text("error_default_type").unwrap_or_else(|| "text/plain".to_owned()),
        templates: TEMPLATES.iter().filter_map(|name| Some((*name, reader.text(name)?))).collect(),
        certificate: reader.text("ssl_cert").zip(reader.text("ssl_cert_key")),
        admin_certificate: reader.text("admin_ssl_cert").zip(reader.text("admin_ssl_cert_key")),
        identity: reader
            .text("client_ssl")
            .filter(|text| text == "on")
            .and_then(|_| reader.text("client_ssl_cert").zip(reader.text("client_ssl_cert_key"))),
        declarative: reader.text("declarative_config_string"),
        keepalive: (
            reader.number("upstream_keepalive_pool_size").and_then(|n| usize::try_from(n).ok()).unwrap_or(512),
            reader.number("upstream_keepalive_idle_timeout").unwrap_or(60),
        ),
    }
}

impl Reader<'_> {
    fn told(&self, name: &str) -> Option<Told> {
        let written = self.environment.variable(&variable(name));
        let written = written.map(|value| Told { value, line: None });
        written
            .or_else(|| self.lines.find(name).map(|(value, line)| Told { value: value.to_owned(), line: Some(line) }))
    }

    fn text(&self, name: &str) -> Option<String> {
        self.told(name).map(|told| told.value).filter(|value| !value.is_empty())
    }

    fn words(&self, name: &str, default: &str) -> Vec<String> {
        let text = self.text(name).unwrap_or_else(|| default.to_owned());
        text.split(',').map(|word| word.trim().to_owned()).filter(|word| !word.is_empty()).collect()
    }

    fn number(&mut self, name: &str) -> Option<u64> {
        let text = self.text(name)?;
        let number = size(&text);
        if number.is_none() {
            self.say(name, Faith::Invalid, format!("{name} is a number or a size such as 8k, not {text:?}"));
        }
        number
    }

    /// A directive of nginx under one of the names by which it may be given.
    fn body(&mut self, directive: &str) -> Option<u64> {
        let names = ["nginx_proxy_", "nginx_http_", ""].map(|prefix| format!("{prefix}{directive}"));
        names.iter().find_map(|name| self.number(name))
    }

    fn networks(&mut self, name: &str) -> Vec<IpNet> {
        let mut networks = Vec::new();
        for word in self.words(name, "") {
            match network(&word) {
                Some(network) => networks.push(network),
                None if word == "unix:" => {}
                None => self.say(name, Faith::Invalid, format!("{word:?} is neither an address nor a network")),
            }
        }
        networks
    }

    /// The field of `real_ip_header`; `proxy_protocol` is the address of the PROXY header.
    fn client_address(&mut self, proxy: &[Listen], trusted: &[IpNet]) -> ClientAddress {
        let name = self.text("real_ip_header").unwrap_or_else(|| "X-Real-IP".to_owned()).to_ascii_lowercase();
        let from_wire = name == "proxy_protocol";
        if proxy.iter().any(|listen| listen.proxy_protocol) {
            let everybody = trusted.iter().any(|network| network.prefix_len() == 0);
            if !from_wire {
                let text = "the address in a PROXY header is the peer's, whatever real_ip_header says";
                self.say("real_ip_header", Faith::Approximate, text.to_owned());
            } else if !everybody {
                let text = "PROXY headers are believed of every peer, not of trusted_ips alone";
                self.say("real_ip_header", Faith::Approximate, text.to_owned());
            }
        }
        if http::HeaderName::from_bytes(name.as_bytes()).is_err() {
            self.say("real_ip_header", Faith::Invalid, format!("{name:?} is not the name of a header field"));
        }
        let past_trusted = self.text("real_ip_recursive").is_some_and(|text| text == "on");
        ClientAddress { field: (!from_wire).then_some(name), past_trusted, alone: false }
    }

    fn listens(&mut self, name: &str, default: &str) -> Vec<Listen> {
        let text = self.text(name).unwrap_or_else(|| default.to_owned());
        let (listens, wrong) = listens(&text);
        for text in wrong {
            self.say(name, Faith::Invalid, text);
        }
        listens
    }

    /// Where status is told: without TLS.
    fn plain_listens(&mut self, name: &str, default: &str) -> Vec<Listen> {
        let mut all = self.listens(name, default);
        for listen in all.iter().filter(|listen| listen.tls) {
            let text = format!("{} is not listened on: there is no TLS here", listen.address);
            self.say(name, Faith::Unsupported, text);
        }
        all.retain(|listen| !listen.tls);
        all
    }

    fn flavor(&mut self) -> Flavor {
        let Some(text) = self.text("router_flavor") else { return Flavor::default() };
        Flavor::named(&text).unwrap_or_else(|| {
            let known = "traditional, traditional_compatible or expressions";
            self.say("router_flavor", Faith::Invalid, format!("router_flavor is {known}, not {text:?}"));
            Flavor::default()
        })
    }

    fn plugins(&self) -> Option<Vec<String>> {
        let words = self.words("plugins", "bundled");
        (!words.iter().any(|word| word == "bundled")).then(|| words.into_iter().filter(|word| word != "off").collect())
    }

    /// What is written and has not the effect it has in the original.
    fn remarks(&mut self) {
        for setting in TABLE {
            let Some(told) = self.told(setting.name) else { continue };
            if setting.defaults.contains(&told.value.as_str()) {
                continue;
            }
            let (faith, text) = match setting.honour {
                Honour::Exact => continue,
                Honour::Approximate(text) => (Faith::Approximate, text),
                Honour::Ignored(text) => (Faith::Ignored, text),
                Honour::Unsupported(text) => (Faith::Unsupported, text),
            };
            self.say(setting.name, faith, text.to_owned());
        }
        for (name, _, line) in self.lines.all() {
            if table::of(name).is_none() {
                let message = "there is no such setting here: it has no effect".to_owned();
                self.findings.add(Faith::Ignored, mark(line), name, message);
            }
        }
    }

    fn say(&mut self, name: &str, faith: Faith, message: String) {
        let told = self.told(name);
        match told.and_then(|told| told.line) {
            Some(line) => self.findings.add(faith, mark(line), name, message),
            None => self.findings.add(faith, Mark::default(), &variable(name), message),
        }
    }
}

fn mark(line: u32) -> Mark {
    Mark { line, column: 1, length: 0 }
}

fn network(text: &str) -> Option<IpNet> {
    text.parse::<IpNet>().ok().or_else(|| text.parse::<IpAddr>().ok().map(IpNet::from))
}

/// A number with `k`, `m` or `g` behind it.
fn size(text: &str) -> Option<u64> {
    let text = text.trim().to_ascii_lowercase();
    let (digits, factor) = match text.as_bytes().last()? {
        b'k' => (&text[..text.len() - 1], 1024),
        b'm' => (&text[..text.len() - 1], 1024 * 1024),
        b'g' => (&text[..text.len() - 1], 1024 * 1024 * 1024),
        _ => (text.as_str(), 1),
    };
    digits.parse::<u64>().ok()?.checked_mul(factor)
}

#[cfg(test)]
mod tests;

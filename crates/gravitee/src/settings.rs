//! `gravitee.yml` and the variables that win over it: what of them is honoured, and what it says.

mod allowed;
mod lines;
mod table;

pub(crate) use lines::resolved;
pub use lines::{Lines, Told};
pub use table::{Setting, TABLE, setting};

use crate::lower::property::USUAL;
use crate::schema::Honour;
use dialect::Faith;
use dialect::findings::{Findings, Spot};
use dialect::resolve::Environment;
use expr::el::Allowed;
use model::policy::{CounterStore, RedisStore};
use model::secret::Secret;
use model::tls::ClientTls;
use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::time::Duration;

/// Settings that name a file with a certificate or key.
pub const CERTIFICATES: [&str; 3] =
    ["http.ssl.keystore.certificates[0].cert", "http.ssl.keystore.certificates[0].key", "http.ssl.truststore.path"];

/// Whether clients are asked for certificates.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ClientAuth {
    /// They are not.
    None,
    /// They may show a trusted one.
    Request,
    /// They must.
    Required,
}

/// What is said of the process as a whole.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Settings {
    /// Where clients connect.
    pub address: SocketAddr,
    /// By TLS.
    pub secured: bool,
    /// HTTP/2 by ALPN.
    pub alpn: bool,
    /// Files of the certificate and its key.
    pub certificate: Option<(String, String)>,
    /// Whether clients are asked for certificates.
    pub client_auth: ClientAuth,
    /// The file with the authorities of clients' certificates.
    pub trust: Option<String>,
    /// Keys that check tokens, with their issuers.
    pub issuer_keys: Vec<(String, Secret)>,
    /// The most bytes of a request's header.
    pub header_bytes: usize,
    /// How long a request may take; `None`: as long as it needs.
    pub request_time: Option<Duration>,
    /// Clients that ask for a WebSocket get one.
    pub websocket: bool,
    /// A PROXY header comes first.
    pub proxy_protocol: bool,
    /// The field with the id of a client's transaction.
    pub transaction_header: String,
    /// The field with the id of a request.
    pub request_header: String,
    /// What a request that belongs to no API is told.
    pub not_found: (String, String),
    /// The header field of an API key.
    pub key_header: String,
    /// The query parameter of an API key.
    pub key_param: String,
    /// Payloads of the older engine are sent as they are written.
    pub verbatim_payload: bool,
    /// The tenant that the gateway is for.
    pub tenant: Option<String>,
    /// What encrypted properties are encrypted with.
    pub property_key: Secret,
    /// The tags that it is for; without any it serves all APIs.
    pub tags: Vec<String>,
    /// Where limits count.
    pub counters: CounterStore,
    /// What expressions may call; `None`: all that there is.
    pub allowed: Option<Allowed>,
}

/// What a request that belongs to no API is told where settings say nothing.
const NOT_FOUND: &str = "No context-path matches the request URI.";

/// What names of issuers' keys begin with.
const ISSUERS: &str = "policy.jwt.issuer.";

struct Reader<'a> {
    lines: &'a Lines,
    environment: &'a dyn Environment,
    findings: &'a mut Findings,
}

/// What settings say: variables win over lines.
pub fn settings(lines: &Lines, environment: &dyn Environment, findings: &mut Findings) -> Settings {
    let mut reader = Reader { lines, environment, findings };
    reader.remark();
    let host = reader.text("http.host").and_then(|host| reader.host(&host));
    let port = reader.number("http.port").and_then(|port| u16::try_from(port).ok()).unwrap_or(8082);
    let [chain, key, trust] = CERTIFICATES.map(|name| reader.text(name));
    Settings {
        address: SocketAddr::new(host.unwrap_or(IpAddr::V4(Ipv4Addr::UNSPECIFIED)), port),
        secured: reader.flag("http.secured", false),
        alpn: reader.flag("http.alpn", true),
        certificate: chain.zip(key),
        client_auth: reader.client_auth(),
        trust,
        issuer_keys: reader.issuer_keys(),
        header_bytes: reader.number("http.maxHeaderSize").and_then(|size| usize::try_from(size).ok()).unwrap_or(8192),
        request_time: reader.number("http.requestTimeout").filter(|time| *time > 0).map(Duration::from_millis),
        websocket: reader.flag("http.websocket.enabled", false),
        proxy_protocol: reader.flag("http.haproxy.proxyProtocol", false),
        transaction_header: reader
            .text("handlers.request.transaction.header")
            .unwrap_or_else(|| "X-Gravitee-Transaction-Id".to_owned()),
        request_header: reader
            .text("handlers.request.request.header")
            .unwrap_or_else(|| "X-Gravitee-Request-Id".to_owned()),
        not_found: (
            reader.text("http.errors[404].message").unwrap_or_else(|| NOT_FOUND.to_owned()),
            reader.text("http.errors[404].contentType").unwrap_or_else(|| "text/plain".to_owned()),
        ),
        key_header: reader.text("policy.api-key.header").unwrap_or_else(|| "X-Gravitee-Api-Key".to_owned()),
        key_param: reader.text("policy.api-key.param").unwrap_or_else(|| "api-key".to_owned()),
        verbatim_payload: reader.flag("policy.aws-lambda.verbatim-payload", false),
        property_key: Secret::new(reader.text("api.properties.encryption.secret").unwrap_or_else(|| USUAL.to_owned())),
        tenant: reader.text("tenant"),
        tags: lines.list(environment, "tags"),
        counters: reader.counters(),
        allowed: reader.allowed(),
    }
}

impl Reader<'_> {
    /// Tells of what is written and not honoured.
    fn remark(&mut self) {
        let mut told: Vec<&str> = Vec::new();
        for (name, mark) in self.lines.names() {
            let known = setting(name);
            let (faith, text) = match known.map(|setting| setting.honour) {
                Some(Honour::Exact | Honour::Accepted(_)) => continue,
                Some(Honour::Approximate(text)) => (Faith::Approximate, text),
                Some(Honour::Ignored(text)) => (Faith::Ignored, text),
                Some(Honour::Unsupported(text)) => (Faith::Unsupported, text),
                None => (Faith::Ignored, "nobody here knows this setting"),
            };
            if !told.contains(&text) {
                self.findings.add(faith, mark, name, format!("{name}: {text}"));
                told.push(text);
            }
        }
    }

    /// Counts stand in this process unless they are to stand in a Redis.
    fn counters(&mut self) -> CounterStore {
        match self.told("ratelimit.type") {
            Some(told) if told.value == "redis" => CounterStore::Redis(Box::new(self.redis())),
            Some(told) => {
                let mark = told.mark.unwrap_or_default();
                let text = "ratelimit.type: counts stand in this process, or in a Redis (redis)";
                self.findings.add(Faith::Approximate, mark, "ratelimit.type", text.to_owned());
                CounterStore::Local
            }
            None => CounterStore::Local,
        }
    }

    fn redis(&mut self) -> RedisStore {
        let times = ["ratelimit.redis.operation.timeout", "ratelimit.redis.timeout"];
        // -1: no bound
        let time = times.iter().find_map(|name| self.text(name)?.trim().parse::<u64>().ok().filter(|time| *time > 0));
        let port = self.number("ratelimit.redis.port").and_then(|port| u16::try_from(port).ok());
        let verify = !self.flag("ratelimit.redis.trustAll", true);
        RedisStore {
            host: self.text("ratelimit.redis.host").unwrap_or_else(|| "localhost".to_owned()),
            port: port.unwrap_or(6379),
            username: None,
            password: self.text("ratelimit.redis.password").map(Secret::new),
            database: 0,
            tls: self.flag("ratelimit.redis.ssl", false).then(|| ClientTls { verify, ..ClientTls::default() }),
            timeout: Duration::from_millis(time.unwrap_or(2000)),
            pass_without: true,
        }
    }

    fn told(&self, name: &str) -> Option<Told> {
        self.lines.told(self.environment, name).filter(|told| !told.value.is_empty())
    }

    fn text(&self, name: &str) -> Option<String> {
        self.told(name).map(|told| told.value)
    }

    fn client_auth(&mut self) -> ClientAuth {
        let name = "http.ssl.clientAuth";
        let Some(told) = self.told(name) else { return ClientAuth::None };
        match told.value.trim().to_ascii_lowercase().as_str() {
            "none" | "false" => ClientAuth::None,
            "request" => ClientAuth::Request,
            "required" | "true" => ClientAuth::Required,
            _ => {
                self.wrong(name, &told, "none, request or required");
                ClientAuth::Required
            }
        }
    }

    /// `policy.jwt.issuer.ISSUER.KEY`: a key's own name does not count.
    fn issuer_keys(&self) -> Vec<(String, Secret)> {
        let names = self.lines.names().map(|(name, _)| name);
        let own = names.filter_map(|name| Some((name, name.strip_prefix(ISSUERS)?.rsplit_once('.')?.0)));
        own.filter_map(|(name, issuer)| Some((issuer.to_owned(), Secret::new(self.text(name)?)))).collect()
    }

    fn flag(&mut self, name: &str, usual: bool) -> bool {
        let Some(told) = self.told(name) else { return usual };
        match told.value.trim().to_ascii_lowercase().as_str() {
            "true" => true,
            "false" => false,
            _ => {
                self.wrong(name, &told, "true or false");
                usual
            }
        }
    }

    fn number(&mut self, name: &str) -> Option<u64> {
        let told = self.told(name)?;
        let number = told.value.trim().parse().ok();
        if number.is_none() {
            self.wrong(name, &told, "a number");
        }
        number
    }

    fn host(&mut self, host: &str) -> Option<IpAddr> {
        let address = if host == "localhost" { Some(IpAddr::V4(Ipv4Addr::LOCALHOST)) } else { host.parse().ok() };
        if address.is_none()
            && let Some(told) = self.told("http.host")
        {
            self.wrong("http.host", &told, "an address");
        }
        address
    }

    fn wrong(&mut self, name: &str, told: &Told, wanted: &str) {
        let from = told.variable.as_ref().map(|name| format!(" (variable {name})")).unwrap_or_default();
        let spot = Spot { mark: told.mark.unwrap_or_default(), path: name.to_owned() };
        self.findings.invalid(&spot, format!("{name}{from} is {wanted}, not {:?}", told.value));
    }
}

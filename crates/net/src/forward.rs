//! Forward proxies: which one a connection goes through, from configuration or environment.
//!
//! How they are spoken to stands in `client/through`.

mod except;

pub use except::Except;

use crate::client::OriginTls;
use crate::tls::{ClientTlsOptions, TlsError, client_config};
use percent_encoding::percent_decode_str;
use std::fmt;
use std::sync::Arc;

/// How a forward proxy is spoken to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Scheme {
    /// HTTP in plain text: CONNECT for https, absolute URLs for http.
    Http,
    /// The same within TLS.
    Https,
    /// SOCKS5; names are resolved here.
    Socks5,
    /// SOCKS5; the proxy resolves names.
    Socks5h,
}

impl Scheme {
    fn as_str(self) -> &'static str {
        match self {
            Self::Http => "http",
            Self::Https => "https",
            Self::Socks5 => "socks5",
            Self::Socks5h => "socks5h",
        }
    }

    fn usual_port(self) -> u16 {
        match self {
            Self::Http => 80,
            Self::Https => 443,
            Self::Socks5 | Self::Socks5h => 1080,
        }
    }
}

/// A forward proxy. What is shown of it has no password.
#[derive(Clone)]
pub struct Forward {
    /// How it is spoken to.
    pub scheme: Scheme,
    /// Name or address, without brackets.
    pub host: String,
    /// Port.
    pub port: u16,
    /// User and password.
    pub login: Option<(String, String)>,
    /// TLS towards it, when it speaks https.
    pub tls: Option<OriginTls>,
}

/// Why a text names no forward proxy. It quotes nothing: there could be a password in it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ForwardError {
    /// Unknown scheme.
    #[error("the scheme of a forward proxy is http, https, socks5 or socks5h")]
    Scheme,
    /// No host.
    #[error("a forward proxy is written http://HOST:PORT; there is no host in it")]
    NoHost,
    /// Bad port.
    #[error("the port of a forward proxy is a number from 1 to 65535")]
    Port,
    /// Something behind the port.
    #[error("a forward proxy is written http://HOST:PORT, without a path")]
    Path,
    /// Bad user or password.
    #[error("user and password of a forward proxy have at most 255 bytes each, and no line breaks")]
    Login,
}

/// Why there is no way through a forward proxy.
#[derive(Debug, thiserror::Error)]
pub enum WayError {
    /// The configuration names none.
    #[error("forward proxy: {0}")]
    Forward(#[from] ForwardError),
    /// The environment names none.
    #[error("forward proxy: {0}")]
    Variable(#[from] BadVariable),
    /// TLS cannot be set up, towards it or towards what is behind it.
    #[error("{0}")]
    Tls(#[from] TlsError),
}

impl Forward {
    /// Reads `http://user:password@host:port`; without a scheme it is http. User and password are percent-decoded.
    /// TLS is still to be set for https.
    pub fn read(text: &str) -> Result<Self, ForwardError> {
        let (scheme, rest) = text.split_once("://").unwrap_or(("http", text));
        let scheme = match scheme.to_ascii_lowercase().as_str() {
            "http" => Scheme::Http,
            "https" => Scheme::Https,
            "socks5" => Scheme::Socks5,
            "socks5h" => Scheme::Socks5h,
            _ => return Err(ForwardError::Scheme),
        };
        let (login, rest) = match rest.rsplit_once('@') {
            Some((login, rest)) => (Some(read_login(login)), rest),
            None => (None, rest),
        };
        let rest = rest.strip_suffix('/').unwrap_or(rest);
        if rest.contains(['/', '?', '#']) {
            return Err(ForwardError::Path);
        }
        let (host, port) = read_address(rest, scheme.usual_port())?;
        Self { scheme, host, port, login: None, tls: None }.with_login(login)
    }

    /// With user and password instead of those in the URL, if there are any.
    pub fn with_login(mut self, login: Option<(String, String)>) -> Result<Self, ForwardError> {
        let Some((user, password)) = login else { return Ok(self) };
        let good = |text: &str| text.len() <= 255 && !text.contains(['\r', '\n', '\0']);
        if !good(&user) || !good(&password) || (user.contains(':') && self.is_http()) {
            return Err(ForwardError::Login);
        }
        self.login = Some((user, password));
        Ok(self)
    }

    /// With TLS towards a proxy that speaks https.
    pub fn secured(mut self, options: &ClientTlsOptions, server_name: Option<&str>) -> Result<Self, TlsError> {
        if self.scheme == Scheme::Https {
            let server_name = server_name.unwrap_or(&self.host).to_owned();
            self.tls = Some(OriginTls { config: client_config(options)?, server_name });
        }
        Ok(self)
    }

    pub(crate) fn is_http(&self) -> bool {
        matches!(self.scheme, Scheme::Http | Scheme::Https)
    }
}

impl fmt::Display for Forward {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (open, close) = if self.host.contains(':') { ("[", "]") } else { ("", "") };
        write!(f, "{}://{open}{}{close}:{}", self.scheme.as_str(), self.host, self.port)
    }
}

impl fmt::Debug for Forward {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{self}")
    }
}

fn read_login(text: &str) -> (String, String) {
    let decoded = |text: &str| percent_decode_str(text).decode_utf8_lossy().into_owned();
    let (user, password) = text.split_once(':').unwrap_or((text, ""));
    (decoded(user), decoded(password))
}

fn read_address(text: &str, usual: u16) -> Result<(String, u16), ForwardError> {
    let (host, port) = match text.rsplit_once(':') {
        Some((host, port)) if !port.ends_with(']') => (host, port.parse().ok().filter(|port| *port > 0)),
        _ => (text, Some(usual)),
    };
    let inner = host.strip_prefix('[').and_then(|host| host.strip_suffix(']'));
    let good = match inner {
        Some(address) => address.parse::<std::net::Ipv6Addr>().is_ok(),
        None => !host.is_empty() && host.chars().all(|c| c.is_ascii_alphanumeric() || "-._".contains(c)),
    };
    if !good {
        return Err(ForwardError::NoHost);
    }
    Ok((inner.unwrap_or(host).to_owned(), port.ok_or(ForwardError::Port)?))
}

/// The forward proxies that the environment names.
#[derive(Clone, Default)]
pub struct FromEnvironment {
    http: Option<Arc<Forward>>,
    https: Option<Arc<Forward>>,
    except: Except,
}

/// A variable that names no forward proxy.
#[derive(Clone, Debug, thiserror::Error)]
#[error("{variable}: {cause}; correct it, or unset it")]
pub struct BadVariable {
    /// Its name.
    pub variable: &'static str,
    /// Why.
    pub cause: ForwardError,
}

impl FromEnvironment {
    /// `HTTPS_PROXY`, `HTTP_PROXY`, `ALL_PROXY` for both, and `NO_PROXY`. The lower-case names win, and empty ones
    /// count as unset, as curl has it.
    pub fn read(variable: impl Fn(&str) -> Option<String>) -> Result<Self, BadVariable> {
        let set = |name: &str| variable(name).filter(|value| !value.trim().is_empty());
        let find = |names: [&'static str; 4]| {
            let found = names.into_iter().find_map(|name| Some((name, set(name)?)));
            let read = |(variable, text): (&'static str, String)| {
                Forward::read(text.trim()).map(Arc::new).map_err(|cause| BadVariable { variable, cause })
            };
            found.map(read).transpose()
        };
        Ok(Self {
            http: find(["http_proxy", "HTTP_PROXY", "all_proxy", "ALL_PROXY"])?,
            https: find(["https_proxy", "HTTPS_PROXY", "all_proxy", "ALL_PROXY"])?,
            except: Except::read(&set("no_proxy").or_else(|| set("NO_PROXY")).unwrap_or_default()),
        })
    }

    /// The proxy for an origin. This host itself is always reached directly.
    pub fn forward(&self, https: bool, host: &str, port: u16) -> Option<&Arc<Forward>> {
        let forward = if https { self.https.as_ref() } else { self.http.as_ref() };
        forward.filter(|_| !is_this_host(host) && !self.except.covers(host, port))
    }
}

fn is_this_host(host: &str) -> bool {
    let bare = except::bare(host);
    let name = bare.rsplit('.').next().unwrap_or_default();
    name.eq_ignore_ascii_case("localhost")
        || bare.parse::<std::net::IpAddr>().is_ok_and(|address| address.to_canonical().is_loopback())
}

#[cfg(test)]
mod tests;

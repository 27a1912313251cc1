//! Texts of a certain form: hosts, paths, names, addresses. Each judge says what is wrong in the original's words.

use ipnet::IpNet;
use regex_syntax::ast;
use std::net::IpAddr;

/// A judge's answer.
pub type Judged = Result<(), String>;

/// A name or address without port.
pub fn host(text: &str) -> Judged {
    if text.parse::<IpAddr>().is_ok() {
        return Ok(());
    }
    if let Some((name, port)) = text.rsplit_once(':')
        && (is_hostname(name) || name.parse::<IpAddr>().is_ok() || name.starts_with('['))
        && !port.is_empty()
        && port.bytes().all(|byte| byte.is_ascii_digit())
    {
        return Err("must not have a port".to_owned());
    }
    if is_hostname(text) { Ok(()) } else { Err(format!("invalid value: {text}")) }
}

/// A host of a route: `*` as the first or last label, and possibly a port.
pub fn route_host(text: &str) -> Judged {
    let name = match text.rsplit_once(':') {
        Some((name, port)) if !name.contains(':') => match port.parse::<u16>() {
            Ok(_) => name,
            Err(_) => return Err("invalid port number".to_owned()),
        },
        _ => text,
    };
    match name.matches('*').count() {
        0 => host(name),
        1 if name.starts_with("*.") => host(&name[2..]),
        1 if name.ends_with(".*") => host(&name[..name.len() - 2]),
        1 => Err("invalid wildcard: must be placed at leftmost or rightmost label".to_owned()),
        _ => Err("invalid wildcard: must have at most one wildcard".to_owned()),
    }
}

/// A server name: no address, no port, perhaps with a wildcard as the first or last label.
pub fn sni(text: &str) -> Judged {
    if text.parse::<IpAddr>().is_ok() {
        return Err("must not be an IP".to_owned());
    }
    route_host(text).and_then(|()| if text.contains(':') { Err("must not have a port".to_owned()) } else { Ok(()) })
}

/// A name of an upstream: no address, no port.
pub fn upstream_name(text: &str) -> Judged {
    if text.parse::<IpAddr>().is_ok() {
        return Err("Invalid name; no ip addresses allowed".to_owned());
    }
    match host(text) {
        Err(why) if why == "must not have a port" => Err("Invalid name; no port allowed".to_owned()),
        Err(_) => Err("Invalid name; must be a valid hostname".to_owned()),
        Ok(()) => Ok(()),
    }
}

/// A host with or without port.
pub fn target(text: &str) -> Judged {
    let (name, port) = split_port(text);
    if port.is_some_and(|port| port.parse::<u16>().is_err()) || host(name).is_err() {
        return Err(format!("Invalid target ('{text}'); not a valid hostname or ip address"));
    }
    Ok(())
}

/// Host and port of `host:port`, `[::1]:port` or a host alone.
pub fn split_port(text: &str) -> (&str, Option<&str>) {
    if let Some((address, rest)) = text.strip_prefix('[').and_then(|text| text.split_once(']')) {
        return (address, rest.strip_prefix(':'));
    }
    match text.rsplit_once(':') {
        Some((name, port)) if !name.contains(':') => (name, Some(port)),
        _ => (text, None),
    }
}

fn is_hostname(text: &str) -> bool {
    let text = text.strip_suffix('.').unwrap_or(text);
    let label = |label: &str| {
        let inner = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'_';
        !label.is_empty() && label.len() <= 63 && label.bytes().all(inner)
    };
    text.len() <= 253 && text.split('.').all(label)
}

/// `scheme://host…`.
pub fn url(text: &str) -> Judged {
    let rest = match text.split_once("://") {
        Some((scheme, rest)) if is_scheme(scheme) => rest,
        _ if text.starts_with("//") => return Err("missing scheme in url".to_owned()),
        _ => return Err("missing host in url".to_owned()),
    };
    let authority = rest.split(['/', '?', '#']).next().unwrap_or_default();
    let host = authority.rsplit_once('@').map_or(authority, |(_, host)| host);
    if host.is_empty() || host.starts_with(':') { Err("missing host in url".to_owned()) } else { Ok(()) }
}

fn is_scheme(text: &str) -> bool {
    text.starts_with(|first: char| first.is_ascii_alphabetic())
        && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"+-.".contains(&byte))
}

/// The scheme of a proxy is `http`.
pub fn proxy_url(text: &str) -> Judged {
    url(text)
}

/// A path of a service.
pub fn path(text: &str) -> Judged {
    if !text.starts_with('/') {
        return Err("should start with: /".to_owned());
    }
    if text.contains("//") {
        return Err("must not have empty segments".to_owned());
    }
    escapes(text)?;
    let allowed = |byte: u8| byte.is_ascii_alphanumeric() || b"/%-._~!$&'()*+,;=:@".contains(&byte);
    match text.bytes().all(allowed) {
        true => Ok(()),
        false => Err(format!("invalid path: '{text}' (characters outside of the reserved list of RFC 3986 found)")),
    }
}

/// A path of a route: a prefix, or a regular expression behind `~`.
pub fn route_path(text: &str) -> Judged {
    if let Some(pattern) = text.strip_prefix('~').filter(|pattern| pattern.starts_with('/')) {
        return regex(pattern);
    }
    if !text.starts_with('/') {
        return Err("should start with: / (fixed path) or ~/ (regex path)".to_owned());
    }
    if text.contains("//") {
        return Err("must not have empty segments".to_owned());
    }
    escapes(text)?;
    let normal = super::super::entity::path::normalized(text);
    if normal == text { Ok(()) } else { Err(format!("non-normalized path, consider use '{normal}' instead")) }
}

fn escapes(text: &str) -> Judged {
    for (at, _) in text.match_indices('%') {
        let digits = text.as_bytes().get(at + 1..at + 3);
        if !digits.is_some_and(|digits| digits.iter().all(u8::is_ascii_hexdigit)) {
            let shown: String = text[at..].chars().take(3).collect();
            return Err(format!("invalid url-encoded value: '{shown}'"));
        }
    }
    Ok(())
}

/// A regular expression. The original's engine says what is wrong in words of its own; the commonest are the same here.
pub fn regex(pattern: &str) -> Judged {
    let why = match ast::parse::Parser::new().parse(pattern) {
        Ok(_) => return Ok(()),
        Err(error) => error,
    };
    let said = match why.kind() {
        // the original's language has these, though no route can use them in its default order
        ast::ErrorKind::UnsupportedLookAround | ast::ErrorKind::UnsupportedBackreference => return Ok(()),
        ast::ErrorKind::GroupUnclosed => "missing closing parenthesis".to_owned(),
        ast::ErrorKind::GroupUnopened => "unmatched closing parenthesis".to_owned(),
        ast::ErrorKind::ClassUnclosed => "missing terminating ] for character class".to_owned(),
        ast::ErrorKind::RepetitionMissing => "quantifier does not follow a repeatable item".to_owned(),
        kind => kind.to_string(),
    };
    Err(format!("invalid regex: '{pattern}' (PCRE returned: pcre2_compile() failed: {said} in \"{pattern}\")"))
}

/// A name of an entity.
pub fn name(text: &str) -> Judged {
    let ascii = |c: char| c.is_ascii_alphanumeric() || ".-_~".contains(c);
    match text.chars().all(|c| !c.is_ascii() || ascii(c)) {
        true => Ok(()),
        false => {
            let rule = "the only accepted ascii characters are alphanumerics or ., -, _, and ~";
            Err(format!("invalid value '{text}': {rule}"))
        }
    }
}

/// A tag.
pub fn tag(text: &str) -> Judged {
    let allowed = |c: char| !c.is_control() && c != ',' && c != '/';
    match text.chars().all(allowed) {
        true => Ok(()),
        false => {
            Err(format!("invalid tag '{text}': expected printable ascii (except `,` and `/`) or valid utf-8 sequences"))
        }
    }
}

/// An HTTP method, upper case.
pub fn method(text: &str) -> Judged {
    let upper = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_uppercase());
    if upper { Ok(()) } else { Err(format!("invalid value: {text}")) }
}

/// A name of a header field.
pub fn header_name(text: &str) -> Judged {
    let allowed = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'_';
    match !text.is_empty() && text.bytes().all(allowed) {
        true => Ok(()),
        false => Err(format!("bad header name '{text}', allowed characters are A-Z, a-z, 0-9, '_', and '-'")),
    }
}

/// An address or network.
pub fn ip_or_cidr(text: &str) -> Judged {
    let right = text.parse::<IpAddr>().is_ok() || text.parse::<IpNet>().is_ok();
    if right { Ok(()) } else { Err(format!("invalid ip or cidr range: '{text}'")) }
}

/// A UUID.
pub fn uuid(text: &str) -> Judged {
    let right = text.len() == 36 && uuid::Uuid::try_parse(text).is_ok();
    if right { Ok(()) } else { Err("expected a valid UUID".to_owned()) }
}

/// `name:value`.
pub fn pair(text: &str) -> Judged {
    match text.split_once(':') {
        Some((name, _)) if !name.is_empty() => Ok(()),
        _ => Err(format!("invalid value: {text}")),
    }
}

/// `name:value` with a name that a header field can have.
pub fn header_pair(text: &str) -> Judged {
    pair(text)?;
    let name = text.split(':').next().unwrap_or_default();
    let allowed = |byte: u8| byte.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~".contains(&byte);
    if name.bytes().all(allowed) { Ok(()) } else { Err(format!("'{name}' is not a valid header")) }
}

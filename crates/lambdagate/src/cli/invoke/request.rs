//! A request as written on the command line: `GET /users/7?full=1`.

use crate::exit::Refusal;
use http::{HeaderMap, HeaderName, HeaderValue, Method, Uri};

/// A request that no client sent.
#[derive(Debug)]
pub(in crate::cli) struct Written {
    pub(in crate::cli) method: Method,
    pub(in crate::cli) https: bool,
    pub(in crate::cli) host: String,
    pub(in crate::cli) path: String,
    pub(in crate::cli) query: Option<String>,
    pub(in crate::cli) headers: HeaderMap,
}

/// Reads `GET /path`, `/path` for GET, or `GET https://host/path`.
pub(in crate::cli) fn read(line: &str, headers: &[String]) -> Result<Written, Refusal> {
    let refused = || Refusal::new(format!("--request {line:?} is no request"), "write --request 'GET /users/7?full=1'");
    let (method, target) = line.trim().split_once(' ').unwrap_or(("GET", line.trim()));
    let method: Method = method.to_uppercase().parse().map_err(|_| refused())?;
    let uri: Uri = target.trim().parse().map_err(|_| refused())?;
    if !uri.path().starts_with('/') {
        return Err(refused());
    }
    let mut headers = fields(headers)?;
    let named = headers.get(http::header::HOST).and_then(|host| host.to_str().ok()).map(str::to_owned);
    let host = uri.authority().map(ToString::to_string).or(named).unwrap_or_else(|| "localhost".to_owned());
    headers.insert(http::header::HOST, HeaderValue::from_str(&host).map_err(|_| refused())?);
    Ok(Written {
        method,
        https: uri.scheme_str() == Some("https"),
        host,
        path: uri.path().to_owned(),
        query: uri.query().map(str::to_owned),
        headers,
    })
}

fn fields(written: &[String]) -> Result<HeaderMap, Refusal> {
    let mut headers = HeaderMap::new();
    for line in written {
        let refused = || Refusal::new(format!("--header {line:?} is no header field"), "write --header 'name: value'");
        let (name, value) = line.split_once(':').ok_or_else(refused)?;
        let name: HeaderName = name.trim().parse().map_err(|_| refused())?;
        headers.append(name, value.trim().parse().map_err(|_| refused())?);
    }
    Ok(headers)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn request_lines_are_read() {
        let cases = [
            ("GET /users/7?full=1", Some("GET http localhost /users/7 full=1")),
            ("/users", Some("GET http localhost /users -")),
            ("post /a", Some("POST http localhost /a -")),
            ("PUT https://api.example.com/a", Some("PUT https api.example.com /a -")),
            ("GET users", None),
            ("GET", None),
            ("G@T /a", None),
        ];
        for (line, expected) in cases {
            let seen = read(line, &[]).ok().map(|r| {
                let scheme = if r.https { "https" } else { "http" };
                format!("{} {scheme} {} {} {}", r.method, r.host, r.path, r.query.as_deref().unwrap_or("-"))
            });
            assert_eq!(seen.as_deref(), expected, "{line}");
        }
    }

    #[test]
    fn header_fields_are_read_and_may_name_the_host() {
        let request = read("/", &["Host: a.example".into(), "x-a: 1".into(), "X-A: 2".into()]).unwrap();
        assert_eq!(request.host, "a.example");
        assert_eq!(request.headers.get_all("x-a").iter().collect::<Vec<_>>(), ["1", "2"]);
        assert!(read("/", &["nothing".into()]).is_err());
    }
}

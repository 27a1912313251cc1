//! Cases of `forward`.

use super::*;

#[test]
fn a_proxy_is_read_from_its_url_and_shown_without_password() {
    let login = |user: &str, password: &str| Some((user.to_owned(), password.to_owned()));
    for (text, shown, expected) in [
        ("http://proxy:3128", "http://proxy:3128", None),
        ("proxy:3128", "http://proxy:3128", None),
        ("http://proxy", "http://proxy:80", None),
        ("HTTPS://proxy/", "https://proxy:443", None),
        ("socks5://10.0.0.1", "socks5://10.0.0.1:1080", None),
        ("socks5h://[2001:db8::1]:99", "socks5h://[2001:db8::1]:99", None),
        ("http://me:s%40crt@proxy:1", "http://proxy:1", login("me", "s@crt")),
        ("http://me:a@b@proxy:1", "http://proxy:1", login("me", "a@b")),
        ("http://me@proxy:1", "http://proxy:1", login("me", "")),
        ("http://d%5Cme:x@proxy:1", "http://proxy:1", login("d\\me", "x")),
    ] {
        let forward = Forward::read(text).unwrap();
        assert_eq!((forward.to_string().as_str(), &forward.login), (shown, &expected), "{text}");
        assert!(!format!("{forward:?}").contains("crt"));
    }
}

#[test]
fn what_names_no_proxy_is_refused() {
    for (text, expected) in [
        ("ftp://proxy", ForwardError::Scheme),
        ("socks4://proxy", ForwardError::Scheme),
        ("http://", ForwardError::NoHost),
        ("http://a b:1", ForwardError::NoHost),
        ("http://[zz]:1", ForwardError::NoHost),
        ("http://proxy:0", ForwardError::Port),
        ("http://proxy:99999", ForwardError::Port),
        ("http://proxy:x", ForwardError::Port),
        ("http://proxy:1/path", ForwardError::Path),
        ("http://me%0a:x@proxy:1", ForwardError::Login),
        ("http://a%3Ab:x@proxy:1", ForwardError::Login),
    ] {
        assert_eq!(Forward::read(text).unwrap_err(), expected, "{text}");
    }
}

#[test]
fn exceptions_cover_names_suffixes_ports_and_networks() {
    let list = "example.com, .below.test *.star.test,10.0.0.0/8, 192.0.2.7,port.test:8443,[2001:db8::1],fd00::/8 ::2";
    let except = Except::read(list);
    for (host, port, expected) in [
        ("example.com", 443, true),
        ("EXAMPLE.com.", 443, true),
        ("a.b.example.com", 443, true),
        ("notexample.com", 443, false),
        ("example.com.evil", 443, false),
        ("below.test", 443, false),
        ("a.below.test", 443, true),
        ("star.test", 443, false),
        ("a.star.test", 443, true),
        ("10.1.2.3", 80, true),
        ("11.1.2.3", 80, false),
        ("ten.10.0.0.1", 80, false),
        ("192.0.2.7", 80, true),
        ("192.0.2.70", 80, false),
        ("::ffff:10.0.0.1", 80, true),
        ("port.test", 8443, true),
        ("port.test", 443, false),
        ("a.port.test", 8443, true),
        ("[2001:db8::1]", 443, true),
        ("2001:db8::1", 443, true),
        ("2001:db8::2", 443, false),
        ("fd12::1", 443, true),
        ("::2", 443, true),
        ("", 443, false),
    ] {
        assert_eq!(except.covers(host, port), expected, "{host}:{port}");
    }
    assert!(Except::read("a, *").covers("anything", 1));
    assert!(!Except::read("").covers("anything", 1));
}

#[test]
fn the_environment_chooses_by_scheme_and_never_for_this_host() {
    type Variables = &'static [(&'static str, &'static str)];
    let chosen = |variables: Variables, https, host: &str| {
        let value = |name: &str| variables.iter().find(|(known, _)| *known == name).map(|(_, v)| (*v).to_owned());
        let found = FromEnvironment::read(value).unwrap();
        found.forward(https, host, 443).map(ToString::to_string).unwrap_or_default()
    };
    let both: Variables = &[("HTTPS_PROXY", "http://s:1"), ("HTTP_PROXY", "http://p:2"), ("NO_PROXY", "no.test")];
    for (variables, https, host, expected) in [
        (both, true, "a.test", "http://s:1"),
        (both, false, "a.test", "http://p:2"),
        (both, true, "no.test", ""),
        (both, true, "localhost", ""),
        (both, true, "127.0.0.9", ""),
        (both, true, "::1", ""),
        (both, true, "api.localhost.", ""),
        (&[("https_proxy", "http://low:1"), ("HTTPS_PROXY", "http://up:1")], true, "a", "http://low:1"),
        (&[("https_proxy", " "), ("HTTPS_PROXY", "http://up:1")], true, "a", "http://up:1"),
        (&[("ALL_PROXY", "socks5h://all")], true, "a", "socks5h://all:1080"),
        (&[("ALL_PROXY", "socks5h://all"), ("http_proxy", "http://p")], false, "a", "http://p:80"),
        (&[("HTTP_PROXY", "http://p")], true, "a", ""),
        (&[("ALL_PROXY", "http://p"), ("no_proxy", "*")], true, "a", ""),
        (&[], true, "a", ""),
    ] {
        assert_eq!(chosen(variables, https, host), expected, "{variables:?} {https} {host}");
    }
    let Err(error) = FromEnvironment::read(|name| (name == "HTTPS_PROXY").then(|| "ftp://me:secret@x".to_owned()))
    else {
        panic!("ftp is no proxy")
    };
    let text = error.to_string();
    assert!(text.starts_with("HTTPS_PROXY: the scheme") && !text.contains("secret"), "{text}");
}

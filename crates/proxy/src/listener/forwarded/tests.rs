//! Peers, fields and whom they make the client.

use super::*;

fn trust(proxies: &[&str], field: &str, past_trusted: bool) -> Trust {
    let proxies = proxies.iter().map(|net| net.parse().unwrap()).collect();
    let field = (!field.is_empty()).then(|| field.parse().unwrap());
    Trust { proxies, field, past_trusted, alone: false }
}

fn headers(name: &str, fields: &[&str]) -> HeaderMap {
    let name: HeaderName = name.parse().unwrap();
    fields.iter().map(|field| (name.clone(), field.parse().unwrap())).collect()
}

#[test]
fn only_trusted_proxies_are_believed() {
    let trust = trust(&["10.0.0.0/8", "::1/128"], "x-forwarded-for", true);
    let cases: &[(&str, &[&str], Option<&str>)] = &[
        ("192.0.2.9", &["203.0.113.7"], None),
        ("10.0.0.1", &[], None),
        ("10.0.0.1", &["203.0.113.7"], Some("203.0.113.7")),
        ("10.0.0.1", &["1.1.1.1, 203.0.113.7, 10.2.3.4"], Some("203.0.113.7")),
        ("10.0.0.1", &["1.1.1.1", "203.0.113.7:443, 10.0.0.2"], Some("203.0.113.7")),
        ("10.0.0.1", &["10.9.9.9, 10.0.0.2"], Some("10.9.9.9")),
        ("10.0.0.1", &["not an address"], None),
        ("10.0.0.1", &["1.1.1.1, nonsense, 10.0.0.2"], Some("10.0.0.2")),
        ("::ffff:10.0.0.1", &["[2001:db8::1]:8080"], Some("2001:db8::1")),
        ("::1", &["2001:db8::2"], Some("2001:db8::2")),
    ];
    for (peer, fields, expected) in cases {
        let said = trust.read(&headers("x-forwarded-for", fields), peer.parse().unwrap());
        assert_eq!(said.address, expected.map(|text| text.parse().unwrap()), "{peer} {fields:?}");
        assert_eq!(said.trusted, *peer != "192.0.2.9");
    }
}

#[test]
fn the_field_and_how_far_it_is_read_are_data() {
    let cases: &[(&str, bool, &[&str], Option<&str>)] = &[
        ("x-real-ip", false, &["203.0.113.7"], Some("203.0.113.7")),
        ("x-real-ip", false, &["203.0.113.7, 10.0.0.2"], Some("10.0.0.2")),
        ("x-real-ip", true, &["203.0.113.7, 10.0.0.2"], Some("203.0.113.7")),
        ("", true, &["203.0.113.7"], None),
    ];
    for (field, past_trusted, fields, expected) in cases {
        let trust = trust(&["10.0.0.0/8"], field, *past_trusted);
        let mut headers = headers("x-real-ip", fields);
        headers.insert("x-forwarded-for", "198.51.100.1".parse().unwrap());
        let said = trust.read(&headers, "10.0.0.1".parse().unwrap());
        assert_eq!(said.address, expected.map(|text| text.parse().unwrap()), "{field} {past_trusted} {fields:?}");
    }
}

#[test]
fn the_scheme_of_the_last_proxy_counts() {
    let trust = trust(&["10.0.0.0/8"], "x-forwarded-for", true);
    for (field, expected) in [("https", Some(true)), ("http, HTTPS", Some(true)), ("http", Some(false)), ("ws", None)] {
        let said = trust.read(&headers("x-forwarded-proto", &[field]), "10.0.0.1".parse().unwrap());
        assert_eq!(said.https, expected, "{field}");
    }
}

#[test]
fn some_proxies_are_believed_about_the_address_alone() {
    let trust = Trust { alone: true, ..trust(&["10.0.0.0/8"], "x-real-ip", false) };
    let mut headers = headers("x-real-ip", &["203.0.113.7"]);
    headers.insert("x-forwarded-proto", "https".parse().unwrap());
    let said = trust.read(&headers, "10.0.0.1".parse().unwrap());
    assert_eq!(said, Said { trusted: false, address: Some("203.0.113.7".parse().unwrap()), https: None });
}

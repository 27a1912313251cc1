//! Settings are read, case by case.

use super::{AdminTls, File, Provider, Router, Settings, settings};
use crate::read::Texts;
use std::collections::BTreeMap;

fn read(texts: &[&str]) -> (Settings, Vec<String>) {
    let files: Vec<File<'_>> = texts.iter().map(|text| File { key: "config.yaml", text }).collect();
    let environment: BTreeMap<String, String> = [("PORT".to_owned(), "9999".to_owned())].into();
    let mut said = Texts::default();
    let settings = settings(&files, &environment, &mut said);
    (settings, said.into_findings().iter().map(ToString::to_string).collect())
}

fn listens(text: &str) -> Vec<String> {
    let (settings, said) = read(&[text]);
    assert!(said.is_empty(), "{said:?}");
    let one = |listen: &super::Listen| {
        let marks = [(listen.tls, " tls"), (listen.http2, " h2"), (listen.proxy_protocol, " proxy")];
        let marks: String = marks.into_iter().filter(|(is, _)| *is).map(|(_, word)| word).collect();
        format!("{}{marks}", listen.address)
    };
    settings.listens.iter().map(one).collect()
}

#[test]
fn ports_are_listened_on_in_every_form_in_which_they_are_written() {
    let tls = "0.0.0.0:9443 tls h2";
    let cases: &[(&str, &[&str])] = &[
        ("", &["0.0.0.0:9080 h2", tls]),
        ("apisix: {node_listen: 80}", &["0.0.0.0:80 h2", tls]),
        ("apisix: {node_listen: [80, 81], ssl: {enable: false}}", &["0.0.0.0:80 h2", "0.0.0.0:81 h2"]),
        (
            "apisix: {node_listen: [{ip: 127.0.0.2, port: 80}, {port: 81, enable_http2: false}], ssl: {enable: false}}",
            &["127.0.0.2:80 h2", "0.0.0.0:81"],
        ),
        (
            "apisix: {node_listen: [9080, {port: 9081, enable_http2: true}], enable_http2: false, ssl: {enable: false}}",
            &["0.0.0.0:9080", "0.0.0.0:9081 h2"],
        ),
        (
            "apisix: {node_listen: \"${{PORT}}\", ssl: {listen: [{port: 443}]}}",
            &["0.0.0.0:9999 h2", "0.0.0.0:443 tls h2"],
        ),
        (
            "apisix: {ssl: {enable: false}, proxy_protocol: {listen_http_port: 9181}}",
            &["0.0.0.0:9080 h2", "0.0.0.0:9181 h2 proxy"],
        ),
    ];
    for (text, expected) in cases {
        assert_eq!(listens(text), *expected, "{text}");
    }
}

#[test]
fn the_role_tells_where_objects_come_from() {
    let role = |role: &str, provider: &str| {
        format!("deployment: {{role: {role}, role_{role}: {{config_provider: {provider}}}}}")
    };
    let cases = [
        (String::new(), Provider::Unsaid),
        (role("data_plane", "yaml"), Provider::Yaml),
        (role("data_plane", "json"), Provider::Json),
        (role("traditional", "yaml"), Provider::Api),
        (role("traditional", "etcd"), Provider::Etcd),
        ("deployment: {etcd: {host: [\"http://127.0.0.1:2379\"]}}".to_owned(), Provider::Etcd),
    ];
    for (text, expected) in cases {
        assert_eq!(read(&[&text]).0.provider, expected, "{text}");
    }
}

#[test]
fn the_file_stands_over_the_defaults() {
    let defaults = "apisix: {node_listen: 9080, router: {http: radixtree_uri, ssl: radixtree_sni}}\nplugins: [a, b]";
    let (settings, _) = read(&[defaults, "apisix: {router: {http: radixtree_uri_with_parameter}}\nplugins: [cors]"]);
    assert_eq!(settings.router, Router::UriWithParameter);
    assert_eq!(settings.plugins, Some(vec!["cors".to_owned()]));
    assert_eq!(read(&[defaults]).0.router, Router::Uri);
}

#[test]
fn the_admin_api_has_its_keys_and_place() {
    let text = "deployment: {admin: {allow_admin: [10.0.0.0/8], admin_listen: {ip: 127.0.0.1, port: 9181}, admin_key: \
                [{name: a, key: k1, role: admin}, {name: v, key: k2, role: viewer}]}}";
    let admin = read(&[text]).0.admin.unwrap();
    assert_eq!(admin.listen, "127.0.0.1:9181".parse().unwrap());
    assert_eq!(
        admin.keys.iter().map(|key| (key.key.expose(), key.role.as_str())).collect::<Vec<_>>(),
        [("k1", "admin"), ("k2", "viewer")]
    );
    assert!(admin.key_required && admin.cors);
    assert_eq!(admin.allow.len(), 1);
    assert!(read(&["deployment: {role: data_plane}"]).0.admin.is_none());
    assert!(read(&["apisix: {enable_admin: false}"]).0.admin.is_none());
}

#[test]
fn the_admin_api_speaks_tls_where_it_is_asked_to() {
    let files = |chain: &str, key: &str| Some((chain.to_owned(), key.to_owned()));
    let cases = [
        ("{admin_api_mtls: {admin_ssl_cert: a.pem, admin_ssl_cert_key: a.key}}", None),
        ("{https_admin: true}", Some(AdminTls::default())),
        (
            "{https_admin: true, admin_api_mtls: {admin_ssl_cert: a.pem, admin_ssl_cert_key: a.key, admin_ssl_ca_cert: ''}}",
            Some(AdminTls { certificate: files("a.pem", "a.key"), clients: None }),
        ),
        (
            "{https_admin: true, admin_api_mtls: {admin_ssl_ca_cert: ca.pem}}",
            Some(AdminTls { certificate: None, clients: Some("ca.pem".to_owned()) }),
        ),
    ];
    for (admin, expected) in cases {
        let (settings, said) = read(&[&format!("deployment: {{admin: {admin}}}")]);
        assert_eq!((settings.admin.unwrap().tls, said), (expected, Vec::new()), "{admin}");
    }
}

#[test]
fn what_is_not_honoured_is_told() {
    let cases = [
        ("nginx_config: {worker_processes: 4}", "ignored: there is no nginx below"),
        ("apisix: {colour: red}", "ignored: this setting is not known"),
        ("apisix: {node_listen: x}", "no port"),
        ("apisix: {router: {http: best}}", "there is no router"),
        ("apisix: {id: \"${{NONE}}\"}", "NONE is not set"),
        ("discovery: {dns: {servers: []}}", "unsupported"),
    ];
    for (text, expected) in cases {
        let said = read(&[text]).1.join("\n");
        assert!(said.contains(expected), "{text}: {said}");
    }
    let (settings, said) =
        read(&["nginx_config: {http: {client_max_body_size: 10m}}\napisix: {enable_control: false}"]);
    assert_eq!((settings.body_most, said), (Some(10 * 1024 * 1024), vec![]));
}

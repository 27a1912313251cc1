//! Files and variables, and what is said of them.

use super::*;
use std::collections::BTreeMap;

fn read(conf: &str, variables: &[(&str, &str)]) -> (Settings, Vec<String>) {
    let environment: BTreeMap<String, String> =
        variables.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
    let mut findings = Findings::new("kong.conf");
    let settings = settings(&Lines::read(conf), &environment, &mut findings);
    let said =
        findings.into_list().into_iter().map(|f| format!("{} {}: {}", f.place.line, f.place.path, f.faith.as_str()));
    (settings, said.collect())
}

#[test]
fn a_file_and_variables_are_read_and_variables_win() {
    let conf = "
# a comment
proxy_listen = 127.0.0.1:9000, [::1]:9443 ssl http2 proxy_protocol # here too
router_flavor = 'traditional'
client_max_body_size=10m
trusted_ips = 10.0.0.0/8,127.0.0.1
headers = off
";
    let (settings, said) =
        read(conf, &[("KONG_HEADERS", "server_tokens"), ("KONG_NGINX_HTTP_CLIENT_BODY_BUFFER_SIZE", "16k")]);
    assert_eq!(said, ["0 KONG_REAL_IP_HEADER: approximate"], "of PROXY headers");
    assert_eq!(settings.headers, ["server_tokens"]);
    assert_eq!(settings.flavor, Flavor::Traditional);
    assert_eq!((settings.body_buffer, settings.body_most), (16 * 1024, Some(10 * 1024 * 1024)));
    assert_eq!(settings.trusted.len(), 2);
    let expected = [
        Listen { address: ([127, 0, 0, 1], 9000).into(), tls: false, http2: false, proxy_protocol: false },
        Listen { address: "[::1]:9443".parse().unwrap(), tls: true, http2: true, proxy_protocol: true },
    ];
    assert_eq!(settings.proxy, expected);
}

#[test]
fn defaults_are_kongs() {
    let (settings, said) = read("", &[]);
    assert_eq!(said, [] as [&str; 0]);
    let addresses: Vec<String> = settings.proxy.iter().map(|listen| listen.address.to_string()).collect();
    assert_eq!(addresses, ["0.0.0.0:8000", "0.0.0.0:8443"]);
    assert_eq!(settings.headers, ["server_tokens", "latency_tokens", "X-Kong-Request-Id"]);
    assert_eq!((settings.body_buffer, settings.body_most, settings.plugins), (8192, None, None));
}

#[test]
fn what_has_no_effect_or_is_wrong_is_said() {
    let conf =
        "role = data_plane\npg_host = db\ndatabase = postgres\nno_such = 1\nrouter_flavor = best\nproxy_listen = x\n";
    let (settings, said) = read(conf, &[("KONG_CLUSTER_CONTROL_PLANE", "cp:8005")]);
    assert_eq!(settings.flavor, Flavor::Compatible);
    assert_eq!(
        said,
        [
            "0 KONG_CLUSTER_CONTROL_PLANE: unsupported",
            "1 role: unsupported",
            "2 pg_host: unsupported",
            "3 database: unsupported",
            "4 no_such: ignored",
            "5 router_flavor: invalid",
            "6 proxy_listen: invalid",
        ]
    );
}

#[test]
fn every_setting_stands_once() {
    let names: std::collections::BTreeSet<&str> = TABLE.iter().map(|setting| setting.name).collect();
    assert_eq!(names.len(), TABLE.len());
}

#[test]
fn the_clients_address_is_read_where_proxies_write_it() {
    let plain = "proxy_listen = 127.0.0.1:8000\n";
    let wired = "proxy_listen = 127.0.0.1:8000 proxy_protocol\n";
    type Case<'a> = (&'a str, &'a str, Option<&'a str>, bool, &'a [&'a str]);
    let cases: &[Case<'_>] = &[
        (plain, "", Some("x-real-ip"), false, &[]),
        (plain, "real_ip_header = X-Forwarded-For\nreal_ip_recursive = on", Some("x-forwarded-for"), true, &[]),
        (plain, "real_ip_header = CF-Connecting-IP", Some("cf-connecting-ip"), false, &[]),
        (wired, "real_ip_header = proxy_protocol\ntrusted_ips = 0.0.0.0/0,::/0", None, false, &[]),
        (wired, "real_ip_header = proxy_protocol", None, false, &["2 real_ip_header: approximate"]),
        (wired, "real_ip_header = X-Real-IP", Some("x-real-ip"), false, &["2 real_ip_header: approximate"]),
    ];
    for (listen, conf, field, past_trusted, remarks) in cases {
        let (settings, said) = read(&format!("{listen}{conf}"), &[]);
        let expected = ClientAddress { field: field.map(str::to_owned), past_trusted: *past_trusted, alone: false };
        assert_eq!(settings.client_address, expected, "{conf}");
        assert_eq!(said, *remarks, "{conf}");
    }
}

#[test]
fn an_admin_api_listens_with_and_without_tls() {
    let cases: [(&str, &[(&str, bool)]); 3] = [
        ("", &[("127.0.0.1:8001", false), ("127.0.0.1:8444", true)]),
        ("\nadmin_listen = 127.0.0.1:8441 http2 ssl\n", &[("127.0.0.1:8441", true)]),
        ("\nadmin_listen = off\n", &[]),
    ];
    for (conf, expected) in cases {
        let (settings, said) = read(conf, &[]);
        let shown: Vec<(String, bool)> =
            settings.admin.iter().map(|listen| (listen.address.to_string(), listen.tls)).collect();
        let expected: Vec<(String, bool)> = expected.iter().map(|(at, tls)| ((*at).to_owned(), *tls)).collect();
        assert_eq!((shown, said), (expected, vec![]), "{conf}");
    }
}

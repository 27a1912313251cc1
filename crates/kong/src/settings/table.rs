//! Every setting that is known, and how faithfully it is honoured.

use crate::schema::Honour::{self, Approximate, Exact, Ignored, Unsupported};

/// One setting.
#[derive(Clone, Copy, Debug)]
pub struct Setting {
    /// Its name.
    pub name: &'static str,
    /// Values that mean no more than the default.
    pub defaults: &'static [&'static str],
    /// How faithfully.
    pub honour: Honour,
}

const fn exact(name: &'static str) -> Setting {
    Setting { name, defaults: &[], honour: Exact }
}

const fn other(name: &'static str, defaults: &'static [&'static str], honour: Honour) -> Setting {
    Setting { name, defaults, honour }
}

const NGINX: Honour = Ignored("there is no nginx whose directive it could be");
const GZIP: Honour = Unsupported("responses are not compressed");
const DATABASE: Honour =
    Unsupported("PostgreSQL is not served; `deck dump` or `kong config db_export` write a file that is");
const HYBRID: Honour =
    Unsupported("hybrid mode is not served: this gateway takes its configuration from files or its own Admin API");
const ENTERPRISE: Honour = Unsupported("it belongs to Kong Enterprise, and nothing here stands for it");
const LOGS: Honour = Ignored("the gateway's own options say where and how it logs");
const LUA: Honour = Ignored("no Lua code runs here");
const WORKERS: Honour = Ignored("the gateway has its own threads and memory");
const NAMES: Honour = Ignored("DNS answers are kept for the lifetime that they name");
const TLS: Honour = Approximate("TLS has one set of safe versions and ciphers");

/// All of them.
pub const TABLE: &[Setting] = &[
    exact("proxy_listen"),
    exact("admin_listen"),
    exact("status_listen"),
    exact("headers"),
    exact("headers_upstream"),
    exact("trusted_ips"),
    exact("real_ip_header"),
    exact("real_ip_recursive"),
    exact("router_flavor"),
    exact("nginx_http_client_body_buffer_size"),
    exact("nginx_proxy_client_body_buffer_size"),
    exact("client_body_buffer_size"),
    exact("nginx_http_client_max_body_size"),
    exact("nginx_proxy_client_max_body_size"),
    exact("client_max_body_size"),
    exact("error_default_type"),
    exact("error_template_html"),
    exact("error_template_json"),
    exact("error_template_plain"),
    exact("error_template_xml"),
    exact("plugins"),
    exact("declarative_config"),
    exact("declarative_config_string"),
    exact("ssl_cert"),
    exact("ssl_cert_key"),
    exact("upstream_keepalive_pool_size"),
    exact("upstream_keepalive_idle_timeout"),
    other("database", &["off"], DATABASE),
    other("prefix", &[], Ignored("nothing is written there")),
    other("log_level", &["notice", "info", "warn"], LOGS),
    other("proxy_access_log", &["logs/access.log"], LOGS),
    other("proxy_error_log", &["logs/error.log"], LOGS),
    other("proxy_stream_access_log", &["logs/access.log basic", "off"], LOGS),
    other("proxy_stream_error_log", &["logs/error.log"], LOGS),
    other("admin_access_log", &["logs/admin_access.log"], LOGS),
    other("admin_error_log", &["logs/error.log"], LOGS),
    other("status_access_log", &["off"], LOGS),
    other("status_error_log", &["logs/status_error.log"], LOGS),
    other("stream_listen", &["off"], Unsupported("TCP and TLS connections are not proxied")),
    other("admin_gui_listen", &["off", ""], Ignored("Kong Manager is not there")),
    other("admin_gui_url", &[""], Ignored("Kong Manager is not there")),
    other("admin_gui_path", &[""], Ignored("Kong Manager is not there")),
    other("allow_debug_header", &["off"], Unsupported("no debug header fields are written")),
    other("request_debug", &["on", "off"], Unsupported("no debug header fields are written")),
    other("request_debug_token", &[""], Unsupported("no debug header fields are written")),
    other("role", &["traditional"], HYBRID),
    other("cluster_mtls", &["shared"], HYBRID),
    other("cluster_cert", &[""], HYBRID),
    other("cluster_cert_key", &[""], HYBRID),
    other("cluster_ca_cert", &[""], HYBRID),
    other("cluster_server_name", &[""], HYBRID),
    other("cluster_control_plane", &[""], HYBRID),
    other("cluster_listen", &["off"], HYBRID),
    other("cluster_telemetry_endpoint", &[""], HYBRID),
    other("cluster_data_plane_purge_delay", &["1209600"], HYBRID),
    other("cluster_dp_labels", &[""], HYBRID),
    other("cluster_ocsp", &["off"], HYBRID),
    other("cluster_use_proxy", &["off"], HYBRID),
    other("cluster_max_payload", &["16777216"], HYBRID),
    other("konnect_mode", &["off"], HYBRID),
    other("pg_host", &["127.0.0.1"], DATABASE),
    other("pg_port", &["5432"], DATABASE),
    other("pg_timeout", &["5000"], DATABASE),
    other("pg_user", &["kong"], DATABASE),
    other("pg_password", &[""], DATABASE),
    other("pg_database", &["kong"], DATABASE),
    other("pg_schema", &[""], DATABASE),
    other("pg_ssl", &["off"], DATABASE),
    other("pg_ssl_verify", &["off"], DATABASE),
    other("pg_ro_host", &[""], DATABASE),
    other("cassandra_contact_points", &[""], DATABASE),
    other("db_update_frequency", &["5"], Ignored("changes are in force before their reply is sent")),
    other("db_update_propagation", &["0"], Ignored("changes are in force before their reply is sent")),
    other("db_cache_ttl", &["0"], Ignored("nothing is cached in front of the store")),
    other("declarative_config_encryption_mode", &["off"], Ignored("files are read as they are")),
    other("vaults", &["bundled", "off", "env"], Unsupported("references are resolved from the environment alone")),
    other("vault_env_prefix", &[""], Unsupported("a vault entity with a prefix of its own does this")),
    other("mem_cache_size", &["128m"], WORKERS),
    other("nginx_worker_processes", &["auto"], WORKERS),
    other("nginx_main_worker_processes", &["auto"], WORKERS),
    other("worker_consistency", &["eventual", "strict"], WORKERS),
    other("worker_state_update_frequency", &["5"], WORKERS),
    other("nginx_user", &[], NGINX),
    other("nginx_daemon", &["on", "off"], NGINX),
    other("nginx_main_daemon", &["on", "off"], NGINX),
    other("nginx_http_keepalive_requests", &[], NGINX),
    other("nginx_http_gzip", &["off"], GZIP),
    other("nginx_proxy_gzip", &["off"], GZIP),
    other("nginx_proxy_real_ip_header", &["X-Real-IP"], NGINX),
    other("nginx_http_lua_regex_match_limit", &["100000"], LUA),
    other("lua_socket_pool_size", &["256"], LUA),
    other("lua_package_path", &[], LUA),
    other("lua_package_cpath", &[], LUA),
    other("lua_max_req_headers", &["100"], Approximate("the listener's own limit holds: 100 fields")),
    other("lua_max_resp_headers", &["100"], LUA),
    other("lua_max_uri_args", &["100"], Approximate("100 arguments count; the plugin's max_uri_args says otherwise")),
    other("lua_max_post_args", &["100"], Approximate("100 arguments count; the plugin's max_uri_args says otherwise")),
    other(
        "lua_ssl_trusted_certificate",
        &["system", ""],
        Unsupported("the system's certificate authorities are trusted"),
    ),
    other("lua_ssl_verify_depth", &["1"], Ignored("chains are checked in full, whatever their length")),
    other("lua_ssl_protocols", &[], TLS),
    other("ssl_cipher_suite", &["intermediate", "modern"], TLS),
    other("ssl_ciphers", &[], TLS),
    other("ssl_protocols", &["TLSv1.2 TLSv1.3", "TLSv1.1 TLSv1.2 TLSv1.3"], TLS),
    other("ssl_session_tickets", &["on"], TLS),
    other("ssl_session_timeout", &["1d"], TLS),
    other("ssl_dhparam", &[""], TLS),
    exact("client_ssl"),
    exact("client_ssl_cert"),
    exact("client_ssl_cert_key"),
    exact("admin_ssl_cert"),
    exact("admin_ssl_cert_key"),
    other(
        "upstream_keepalive_max_requests",
        &["10000"],
        Ignored("a connection is kept as long as it is idle and well"),
    ),
    other("dns_resolver", &[""], NAMES),
    other("dns_hostsfile", &["/etc/hosts"], NAMES),
    other("dns_order", &["LAST,SRV,A,CNAME"], NAMES),
    other("dns_valid_ttl", &[""], NAMES),
    other("dns_stale_ttl", &["3600", "4"], NAMES),
    other("dns_not_found_ttl", &["30"], NAMES),
    other("dns_error_ttl", &["1"], NAMES),
    other("dns_no_sync", &["off"], NAMES),
    other("dns_cache_size", &["10000"], NAMES),
    other("proxy_server", &[""], Ignored("it concerns Kong's own connections to its cloud")),
    other("port_maps", &[""], Unsupported("ports are told as they are listened on")),
    other("host_ports", &[""], Unsupported("ports are told as they are listened on")),
    other("anonymous_reports", &["on", "off"], Exact),
    other("untrusted_lua", &["sandbox", "off", "on"], LUA),
    other("untrusted_lua_sandbox_requires", &[""], LUA),
    other("untrusted_lua_sandbox_environment", &[""], LUA),
    other("tracing_instrumentations", &["off"], Unsupported("no traces are sent")),
    other("tracing_sampling_rate", &["0.01", "1.0"], Unsupported("no traces are sent")),
    other("opentelemetry_tracing", &["off"], Unsupported("no traces are sent")),
    other("wasm", &["off"], Unsupported("WebAssembly filters do not run here")),
    other("wasm_filters_path", &[""], Unsupported("WebAssembly filters do not run here")),
    other("portal", &["off"], ENTERPRISE),
    other("vitals", &["off", "on"], ENTERPRISE),
    other("enforce_rbac", &["off"], ENTERPRISE),
    other("admin_gui_auth", &[""], ENTERPRISE),
    other("keyring_enabled", &["off"], ENTERPRISE),
    other("fips", &["off"], ENTERPRISE),
];

/// The setting of this name; directives of nginx are known by their prefix.
pub(super) fn of(name: &str) -> Option<&'static Setting> {
    TABLE.iter().find(|setting| setting.name == name)
}

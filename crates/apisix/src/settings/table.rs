//! Every setting that is known, and how faithfully it is honoured.

use crate::schema::Honour;
use crate::schema::Honour::{Approximate, Exact, Ignored, Unsupported};
use dialect::Faith;
use serde_json::Value;

/// A setting, or all settings below it.
#[derive(Clone, Copy, Debug)]
pub struct Setting {
    /// Its dotted path.
    pub name: &'static str,
    /// How faithfully it is honoured.
    pub honour: Honour,
}

const fn of(name: &'static str, honour: Honour) -> Setting {
    Setting { name, honour }
}

const NGINX: Honour = Ignored("there is no nginx below");
const EXPIRE: Honour = Ignored("series end when nothing counts in them and others need their place");
const WORKERS: Honour = Ignored("there are no worker processes to set up");
const OTHER_STORE: Honour = Ignored("the watch of etcd sees to it by itself");

/// All of them; the longest path that fits counts.
pub const TABLE: &[Setting] = &[
    of("apisix.node_listen", Exact),
    of("apisix.enable_http2", Exact),
    of("apisix.enable_admin", Exact),
    of("apisix.enable_heartbeat", Ignored("nothing is reported to anybody")),
    of("apisix.enable_dev_mode", WORKERS),
    of("apisix.enable_reuseport", Exact),
    of("apisix.enable_ipv6", Approximate("an address of IPv6 is listened on where one is written")),
    of("apisix.enable_server_tokens", Exact),
    of("apisix.show_upstream_status_in_response_header", Exact),
    of("apisix.extra_lua_path", Ignored("Lua does not run here")),
    of("apisix.extra_lua_cpath", Ignored("Lua does not run here")),
    of("apisix.lua_module_hook", Ignored("Lua does not run here")),
    of("apisix.proxy_protocol.listen_http_port", Exact),
    of("apisix.proxy_protocol.listen_https_port", Exact),
    of("apisix.proxy_protocol.enable_tcp_pp", Ignored("streams are not proxied")),
    of("apisix.proxy_protocol.enable_tcp_pp_to_upstream", Ignored("streams are not proxied")),
    of(
        "apisix.proxy_cache",
        Approximate(
            "each zone has 50 MiB of memory, and responses of a zone on disk that say nothing are fresh for 10 s",
        ),
    ),
    of("apisix.delete_uri_tail_slash", Exact),
    of("apisix.normalize_uri_like_servlet", Exact),
    of("apisix.match_uri_encoded_slash", Exact),
    of("apisix.router.http", Exact),
    of("apisix.router.ssl", Exact),
    of("apisix.proxy_mode", Ignored("HTTP is proxied; streams are not")),
    of("apisix.stream_proxy", Unsupported("streams are not proxied")),
    of("apisix.dns_resolver", Ignored("names are resolved as the system resolves them")),
    of("apisix.dns_resolver_valid", Ignored("names are resolved anew when their time is over")),
    of("apisix.resolver_timeout", Ignored("names are resolved as the system resolves them")),
    of("apisix.enable_resolv_search_opt", Exact),
    of("apisix.ssl.enable", Exact),
    of("apisix.ssl.listen", Exact),
    of("apisix.ssl.listen.enable_http3", Unsupported("HTTP/3 is not spoken")),
    of("apisix.ssl.ssl_trusted_certificate", Approximate("the system's certificate authorities are trusted")),
    of("apisix.ssl.ssl_protocols", Approximate("TLS 1.2 and 1.3 are spoken")),
    of("apisix.ssl.ssl_ciphers", Ignored("the ciphers are those that are thought safe")),
    of("apisix.ssl.ssl_session_tickets", Ignored("sessions are resumed")),
    of("apisix.ssl.fallback_sni", Approximate("clients who name no known host get the first certificate")),
    of("apisix.enable_control", Unsupported("there is no control API; status and metrics have a port of their own")),
    of("apisix.control", Unsupported("there is no control API; status and metrics have a port of their own")),
    of("apisix.status", Exact),
    of("apisix.disable_sync_configuration_during_start", Ignored("the start waits for the configuration")),
    of("apisix.worker_startup_time_threshold", WORKERS),
    of("apisix.data_encryption.enable_encrypt_fields", Exact),
    of("apisix.data_encryption.keyring", Exact),
    of("apisix.events", WORKERS),
    of("apisix.lru", WORKERS),
    of("apisix.tracing", Ignored("nothing is traced")),
    of(
        "apisix.trusted_addresses",
        Approximate(
            "what they say of the client's address is read from real_ip_header, and peers of real_ip_from are believed like them",
        ),
    ),
    of("apisix.config_center", Ignored("deployment.role tells where objects come from")),
    of("apisix.id", Ignored("instances have no ids")),
    of("nginx_config.http.client_max_body_size", Exact),
    of("nginx_config.http.real_ip_header", Exact),
    of("nginx_config.http.real_ip_recursive", Exact),
    of("nginx_config.http.real_ip_from", Exact),
    of("nginx_config", NGINX),
    of("discovery", Unsupported("no registry is asked for nodes")),
    of("graphql", Ignored("queries are not read")),
    of("ext-plugin", Unsupported("plugin runners are not asked")),
    of("wasm", Unsupported("WebAssembly does not run here")),
    of("xrpc", Ignored("streams are not proxied")),
    of("plugins", Exact),
    of("stream_plugins", Ignored("streams are not proxied")),
    of("plugin_attr.prometheus.export_uri", Exact),
    of("plugin_attr.prometheus.export_addr", Exact),
    of("plugin_attr.prometheus.enable_export_server", Exact),
    of("plugin_attr.prometheus.metric_prefix", Exact),
    of("plugin_attr.prometheus.default_buckets", Exact),
    of("plugin_attr.prometheus.refresh_interval", Ignored("each scrape is answered with what is counted by then")),
    of("plugin_attr.prometheus.metrics.http_status.extra_labels", Exact),
    of("plugin_attr.prometheus.metrics.http_latency.extra_labels", Exact),
    of("plugin_attr.prometheus.metrics.bandwidth.extra_labels", Exact),
    of("plugin_attr.prometheus.metrics.http_status.expire", EXPIRE),
    of("plugin_attr.prometheus.metrics.http_latency.expire", EXPIRE),
    of("plugin_attr.prometheus.metrics.bandwidth.expire", EXPIRE),
    of("plugin_attr.redirect.https_port", Exact),
    of("plugin_attr", Ignored("plugins have no attributes of the process here")),
    of("deployment.role", Exact),
    of("deployment.role_traditional.config_provider", Exact),
    of("deployment.role_control_plane.config_provider", Exact),
    of("deployment.role_data_plane.config_provider", Exact),
    of("deployment.admin.admin_key_required", Exact),
    of("deployment.admin.admin_key", Exact),
    of("deployment.admin.enable_admin_cors", Exact),
    of("deployment.admin.enable_admin_ui", Ignored("there is no user interface")),
    of("deployment.admin.allow_admin", Exact),
    of("deployment.admin.admin_listen", Exact),
    of("deployment.admin.https_admin", Exact),
    of("deployment.admin.admin_api_mtls", Exact),
    of("deployment.admin.admin_api_version", Approximate("answers have the form of version v3")),
    of("deployment.etcd.host", Exact),
    of("deployment.etcd.prefix", Exact),
    of("deployment.etcd.timeout", Exact),
    of("deployment.etcd.user", Exact),
    of("deployment.etcd.password", Exact),
    of("deployment.etcd.tls", Exact),
    of("deployment.etcd.use_grpc", Exact),
    of("deployment.etcd.watch_timeout", OTHER_STORE),
    of("deployment.etcd.resync_delay", OTHER_STORE),
    of("deployment.etcd.health_check_timeout", OTHER_STORE),
    of("deployment.etcd.startup_retry", OTHER_STORE),
    of("deployment.certs", Ignored("there is no cluster of control planes")),
];

/// What is said about the settings that are written: path, how faithful, what differs.
pub(super) fn remarks(written: &Value) -> Vec<(String, Faith, String)> {
    let mut found = Vec::new();
    walk(written, String::new(), &mut found);
    found
}

fn walk(value: &Value, path: String, found: &mut Vec<(String, Faith, String)>) {
    let below = format!("{path}.");
    let further = path.is_empty() || TABLE.iter().any(|setting| setting.name.starts_with(&below));
    match (value, setting(&path)) {
        (Value::Null, _) => {}
        (Value::Object(members), _) if further => {
            for (name, value) in members {
                let path = if path.is_empty() { name.clone() } else { format!("{path}.{name}") };
                walk(value, path, found);
            }
        }
        (_, Some(setting)) => match setting.honour {
            Exact => {}
            Approximate(text) => found.push((path, Faith::Approximate, text.to_owned())),
            Ignored(text) => found.push((path, Faith::Ignored, text.to_owned())),
            // what is switched off is not missed
            Unsupported(_) if *value == Value::Bool(false) => {}
            Unsupported(text) => found.push((path, Faith::Unsupported, text.to_owned())),
        },
        (_, None) => found.push((path, Faith::Ignored, "this setting is not known".to_owned())),
    }
}

/// The setting of a path, or the one above it that speaks for all below.
fn setting(path: &str) -> Option<&'static Setting> {
    let fits = |setting: &&Setting| {
        path.strip_prefix(setting.name).is_some_and(|rest| rest.is_empty() || rest.starts_with('.'))
    };
    TABLE.iter().filter(fits).max_by_key(|setting| setting.name.len())
}

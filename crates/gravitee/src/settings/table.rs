//! Which settings are read, and how faithfully they are honoured.

use crate::schema::Honour;

/// A setting of `gravitee.yml`.
#[derive(Clone, Copy, Debug)]
pub struct Setting {
    /// Its dotted name; one that ends in a dot is all that begins with it.
    pub name: &'static str,
    /// How faithfully it is honoured.
    pub honour: Honour,
}

const fn exact(name: &'static str) -> Setting {
    Setting { name, honour: Honour::Exact }
}

const fn approximate(name: &'static str, text: &'static str) -> Setting {
    Setting { name, honour: Honour::Approximate(text) }
}

const fn ignored(name: &'static str, text: &'static str) -> Setting {
    Setting { name, honour: Honour::Ignored(text) }
}

const fn unsupported(name: &'static str, text: &'static str) -> Setting {
    Setting { name, honour: Honour::Unsupported(text) }
}

const fn accepted(name: &'static str, text: &'static str) -> Setting {
    Setting { name, honour: Honour::Accepted(text) }
}

const OTHER_SOURCES: &str = "definitions come from files, not from a database";
const OWN: &str = "the gateway has its own, set on the command line";

/// All of them. Of several that fit the first counts.
pub const TABLE: &[Setting] = &[
    exact("http.port"),
    exact("http.host"),
    accepted("http.idleTimeout", "connections are closed after 75 seconds without a request"),
    accepted("http.tcpKeepAlive", "connections are kept alive"),
    accepted("http.compressionSupported", "bodies pass as they are encoded"),
    exact("http.alpn"),
    exact("http.secured"),
    exact("http.ssl.keystore.type"),
    exact("http.ssl.keystore.certificates[0].cert"),
    exact("http.ssl.keystore.certificates[0].key"),
    exact("http.ssl.clientAuth"),
    approximate("http.ssl.truststore.type", "stores are read as PEM"),
    exact("http.ssl.truststore.path"),
    unsupported(
        "http.ssl.keystore.path",
        "keystores are read as PEM: certificate and key under http.ssl.keystore.certificates",
    ),
    unsupported("http.ssl.", "certificates of the listener are read as PEM; what more is said of its TLS is not"),
    exact("http.maxHeaderSize"),
    exact("http.maxInitialLineLength"),
    exact("http.requestTimeout"),
    accepted("http.requestTimeoutGraceDelay", "response steps have no time of their own"),
    exact("http.websocket.enabled"),
    ignored("http.websocket.", "messages pass as they are, of any size; extensions are agreed on with the endpoint"),
    exact("http.haproxy.proxyProtocol"),
    accepted("http.haproxy.proxyProtocolTimeout", "a PROXY header may take as long as the request's"),
    exact("http.errors[404].message"),
    exact("http.errors[404].contentType"),
    accepted("http.instances", "the gateway uses the processors that there are"),
    accepted("http.", "of no effect here"),
    unsupported("servers[", "one server is served: write it under http"),
    exact("el.whitelist.mode"),
    exact("el.whitelist.list"),
    exact("policy.jwt.issuer."),
    exact("policy.api-key.header"),
    exact("policy.api-key.param"),
    exact("policy.aws-lambda.verbatim-payload"),
    exact("services.sync.local.path"),
    accepted("services.sync.local.enabled", "the folder is read in any case"),
    accepted("services.sync.", "the folder is watched"),
    accepted("services.core.", OWN),
    accepted("services.metrics.", OWN),
    accepted("services.", "of no effect here"),
    exact("tenant"),
    exact("tags"),
    approximate("zones", "`#node.zone` is not known"),
    accepted("management.", OTHER_SOURCES),
    exact("ratelimit.type"),
    exact("ratelimit.redis.host"),
    exact("ratelimit.redis.port"),
    exact("ratelimit.redis.password"),
    exact("ratelimit.redis.ssl"),
    exact("ratelimit.redis.trustAll"),
    approximate("ratelimit.redis.timeout", "it holds for connecting and for each answer, 2 s where nothing is said"),
    approximate(
        "ratelimit.redis.operation.timeout",
        "it holds for connecting and for each answer, 2 s where nothing is said",
    ),
    unsupported("ratelimit.redis.sentinel.", "sentinels are not asked: ratelimit.redis.host is the server"),
    unsupported("ratelimit.redis.truststore.", "certificates are checked by the system's authorities, or not at all"),
    unsupported("ratelimit.redis.keystore.", "the Redis is shown no certificate"),
    ignored("ratelimit.redis.", "of no effect here"),
    accepted("ratelimit.", "counters are the gateway's own, or in a Redis"),
    accepted("reporters.", "the access log and the metrics port are the gateway's own"),
    accepted("plugins.", "policies are built in"),
    accepted("reactor.", "of no effect here"),
    accepted("api.validateSubscription", "subscriptions are looked up in any case"),
    exact("api.properties.encryption.secret"),
    unsupported(
        "api.secrets.",
        "secret providers are not asked: `{#secrets.get(…)}` finds what secrets.json beside the definitions has",
    ),
    unsupported(
        "secrets.",
        "secret providers are not asked: `{#secrets.get(…)}` finds what secrets.json beside the definitions has",
    ),
    unsupported("system.proxy.", "a system proxy is what HTTPS_PROXY, HTTP_PROXY and NO_PROXY say"),
    accepted("gracefulShutdown.", OWN),
    exact("handlers.request.transaction.header"),
    exact("handlers.request.request.header"),
    accepted("handlers.", "of no effect here"),
    accepted("cache.", "of no effect here"),
    accepted("classloader.", "of no effect here"),
    accepted("cluster.", "of no effect here"),
    accepted("organizations", "every definition is served"),
    accepted("environments", "every definition is served"),
    accepted("cloud.", OTHER_SOURCES),
    accepted("license.", "none is needed"),
];

/// What is known about a setting.
pub fn setting(name: &str) -> Option<&'static Setting> {
    let fits = |setting: &&Setting| {
        let wide = setting.name.ends_with(['.', '[']);
        let list = name.strip_prefix(setting.name).is_some_and(|rest| rest.starts_with('['));
        name == setting.name || list || wide && name.starts_with(setting.name)
    };
    TABLE.iter().find(fits)
}

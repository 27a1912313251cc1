//! Plugins that Kong has and this gateway does not: what changes without each.

/// A plugin that is not there.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Absent {
    /// Its name.
    pub name: &'static str,
    /// Its place in the order.
    pub priority: i64,
    /// Whether it guards: routes that it would have guarded answer 503 rather than stand open.
    pub guards: bool,
    /// What changes because it is not there.
    pub loss: &'static str,
}

const fn guard(name: &'static str, priority: i64, loss: &'static str) -> Absent {
    Absent { name, priority, guards: true, loss }
}

const fn plain(name: &'static str, priority: i64, loss: &'static str) -> Absent {
    Absent { name, priority, guards: false, loss }
}

/// All plugins of Kong's that are not there.
pub const ABSENT: &[Absent] = &[
    guard("pre-function", 1_000_000, "its Lua code does not run; it may have refused requests"),
    plain("zipkin", 100_000, "no spans are sent"),
    plain("request-callout", 812, "its calls are not made"),
    guard("bot-detection", 2500, "bots are not refused"),
    guard("session", 1900, "session cookies name nobody"),
    guard("acme", 1705, "certificates are not renewed and challenges are not answered"),
    guard("oauth2", 1400, "access tokens are not checked"),
    guard("openid-connect", 1050, "nobody is authenticated by the identity provider"),
    guard("ldap-auth", 1200, "passwords are not checked against the directory"),
    guard("ldap-auth-advanced", 1200, "passwords are not checked against the directory"),
    guard("hmac-auth", 1030, "signatures of requests are not checked"),
    guard("key-auth-enc", 1250, "keys are not checked"),
    guard("mtls-auth", 1600, "client certificates are not checked"),
    guard("header-cert-auth", 1600, "client certificates are not checked"),
    guard("oauth2-introspection", 1700, "access tokens are not checked"),
    guard("vault-auth", 1350, "access tokens are not checked"),
    guard("jwt-signer", 1020, "tokens are neither checked nor signed"),
    guard("saml", 1010, "nobody is authenticated by the identity provider"),
    guard("opa", 920, "the policy agent is not asked"),
    guard("request-validator", 999, "requests are not validated"),
    guard("oas-validation", 840, "requests are not validated"),
    guard("json-threat-protection", 1009, "bodies are not examined"),
    guard("xml-threat-protection", 999, "bodies are not examined"),
    guard("injection-protection", 1007, "requests are not examined"),
    guard("standard-webhooks", 760, "signatures of webhooks are not checked"),
    guard("upstream-oauth", 760, "upstreams get no access token"),
    guard("websocket-validator", 1006, "messages are not validated"),
    guard("tls-handshake-modifier", 1800, "no client certificate is asked for"),
    guard("tls-metadata-headers", 996, "facts of client certificates are not passed on"),
    guard("rate-limiting-advanced", 910, "requests are not limited"),
    guard("service-protection", 915, "requests are not limited"),
    guard("graphql-rate-limiting-advanced", 902, "requests are not limited"),
    guard("response-ratelimiting", 900, "requests are not limited by what upstreams report"),
    guard("ai-prompt-guard", 771, "prompts are not examined"),
    plain("grpc-gateway", 998, "gRPC services cannot be called with JSON"),
    plain("grpc-web", 3, "gRPC services cannot be called from browsers"),
    plain("degraphql", 1500, "its paths are not answered"),
    plain("redirect", 779, "requests are not redirected; routes answer as if it were not there"),
    plain("azure-functions", 749, "the function is not called; the route leads on to its service, if it has one"),
    plain("forward-proxy", 50, "upstreams are reached without the proxy"),
    plain("proxy-cache", 100, "responses are not cached; every request reaches what answers it"),
    plain("proxy-cache-advanced", 100, "responses are not cached; every request reaches what answers it"),
    plain("graphql-proxy-cache-advanced", 99, "responses are not cached"),
    plain("request-transformer-advanced", 802, "requests are not transformed"),
    plain("response-transformer-advanced", 800, "responses are not transformed"),
    plain("route-transformer-advanced", 780, "routes are not rewritten"),
    plain("route-by-header", 850, "all requests go to the route's own service"),
    plain("canary", 13, "all requests go to the route's own service"),
    plain("mocking", -1, "no mocked responses are given"),
    plain("exit-transformer", 9999, "responses of the gateway's own are not transformed"),
    plain("jq", 811, "bodies are not transformed"),
    plain("kafka-upstream", 751, "nothing is sent to Kafka"),
    plain("confluent", 752, "nothing is sent to Kafka"),
    plain("ai-proxy", 770, "no language model is asked"),
    plain("ai-proxy-advanced", 770, "no language model is asked"),
    plain("ai-prompt-decorator", 772, "prompts are not decorated"),
    plain("ai-prompt-template", 773, "templates are not filled"),
    plain("ai-request-transformer", 777, "requests are not transformed"),
    plain("ai-response-transformer", 769, "responses are not transformed"),
    plain("app-dynamics", 999_999, "no figures are sent"),
    plain("opentelemetry", 14, "no traces are sent"),
    plain("prometheus", 13, "metrics are on the gateway's own metrics port, under the gateway's own names"),
    plain("statsd", 11, "no figures are sent"),
    plain("statsd-advanced", 11, "no figures are sent"),
    plain("datadog", 10, "no figures are sent"),
    plain("file-log", 9, "the log file is not written; the gateway has an access log of its own"),
    plain("udp-log", 8, "nothing is logged there"),
    plain("tcp-log", 7, "nothing is logged there"),
    plain("loggly", 6, "nothing is logged there"),
    plain("kafka-log", 5, "nothing is logged there"),
    plain("syslog", 4, "nothing is logged there"),
    plain("konnect-application-auth", 950, "applications of the developer portal are not known"),
    plain("post-function", -1000, "its Lua code does not run"),
];

/// What is known about a plugin that is not there; nothing is known about people's own.
pub fn absent(name: &str) -> Option<&'static Absent> {
    ABSENT.iter().find(|plugin| plugin.name == name)
}

//! Plugins that APISIX has and this gateway does not: what changes without each.

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

/// All plugins of APISIX's that are not there.
pub const ABSENT: &[Absent] = &[
    plain("real-ip", 23000, "clients keep the address that the listener found"),
    plain("ai", 22900, "it only speeds the original up"),
    plain("client-control", 22000, "the listener's limit of bodies holds"),
    plain("proxy-control", 21990, "requests are read as each upstream and function needs it"),
    plain("zipkin", 12011, "no spans are sent"),
    plain("skywalking", 12010, "no spans are sent"),
    plain("opentelemetry", 12009, "no traces are sent"),
    plain("ext-plugin-pre-req", 12000, "the plugin runner is not asked"),
    guard("serverless-pre-function", 10000, "its Lua code does not run; it may have refused requests"),
    guard("batch-requests", 4010, "requests are not split"),
    guard("csrf", 2980, "tokens against forged requests are not checked"),
    guard("chaitin-waf", 2700, "the firewall is not asked"),
    guard("multi-auth", 2600, "nobody is authenticated"),
    guard("openid-connect", 2599, "nobody is authenticated by the identity provider"),
    guard("saml-auth", 2598, "nobody is authenticated by the identity provider"),
    guard("cas-auth", 2597, "nobody is authenticated by the identity provider"),
    guard("authz-casbin", 2560, "nobody is authorized"),
    guard("authz-casdoor", 2559, "nobody is authorized"),
    guard("wolf-rbac", 2555, "nobody is authorized"),
    guard("ldap-auth", 2540, "passwords are not checked against the directory"),
    guard("hmac-auth", 2530, "signatures of requests are not checked"),
    guard("jwe-decrypt", 2509, "tokens are not decrypted"),
    guard("attach-consumer-label", 2399, "labels of clients are not passed on"),
    guard("forward-auth", 2002, "the authorization service is not asked"),
    guard("opa", 2001, "the policy agent is not asked"),
    guard("authz-keycloak", 2000, "nobody is authorized"),
    guard("ai-prompt-guard", 1072, "prompts are not examined"),
    plain("error-log-logger", 1091, "error logs are not sent"),
    plain("proxy-cache", 1085, "responses are not cached; every request reaches what answers it"),
    plain("body-transformer", 1080, "bodies are not transformed"),
    plain("ai-prompt-template", 1071, "templates are not filled"),
    plain("ai-prompt-decorator", 1070, "prompts are not decorated"),
    guard("ai-aws-content-moderation", 1050, "contents are not examined"),
    guard("ai-aliyun-content-moderation", 1029, "contents are not examined"),
    plain("ai-proxy", 1040, "no language model is asked"),
    plain("ai-proxy-multi", 1041, "no language model is asked"),
    plain("ai-rag", 1060, "nothing is added to prompts"),
    guard("ai-rate-limiting", 1030, "requests are not limited"),
    plain("proxy-mirror", 1010, "requests are not mirrored"),
    guard("workflow", 1006, "its rules do not hold"),
    plain("api-breaker", 1005, "upstreams are not given a rest by it; health checks are"),
    guard("graphql-limit-count", 1004, "requests are not limited"),
    plain("gzip", 995, "responses are not compressed"),
    plain("brotli", 996, "responses are not compressed"),
    plain("server-info", 990, "nothing is reported"),
    plain("traffic-split", 966, "all requests go to the route's own upstream"),
    plain("oas-validator", 512, "requests are not validated"),
    plain("degraphql", 509, "its paths are not answered"),
    plain("kafka-proxy", 508, "nothing is sent to Kafka"),
    plain("grpc-transcode", 506, "gRPC services cannot be called with JSON"),
    plain("grpc-web", 505, "gRPC services cannot be called from browsers"),
    plain("http-dubbo", 504, "Dubbo services cannot be called"),
    plain("dubbo-proxy", 507, "Dubbo services cannot be called"),
    plain("public-api", 501, "the gateway's own endpoints are not shown on routes"),
    plain("prometheus", 500, "metrics are on the gateway's own metrics port, under the gateway's own names"),
    plain("datadog", 495, "no figures are sent"),
    plain("lago", 415, "nothing is reported there"),
    plain("loki-logger", 414, "nothing is logged there"),
    plain("elasticsearch-logger", 413, "nothing is logged there"),
    plain("echo", 412, "nothing is echoed"),
    plain("loggly", 411, "nothing is logged there"),
    plain("http-logger", 410, "nothing is logged there"),
    plain("splunk-hec-logging", 409, "nothing is logged there"),
    plain("skywalking-logger", 408, "nothing is logged there"),
    plain("google-cloud-logging", 407, "nothing is logged there"),
    plain("sls-logger", 406, "nothing is logged there"),
    plain("tcp-logger", 405, "nothing is logged there"),
    plain("kafka-logger", 403, "nothing is logged there"),
    plain("rocketmq-logger", 402, "nothing is logged there"),
    plain("syslog", 401, "nothing is logged there"),
    plain("udp-logger", 400, "nothing is logged there"),
    plain("file-logger", 399, "the log file is not written; the gateway has an access log of its own"),
    plain("clickhouse-logger", 398, "nothing is logged there"),
    plain("tencent-cloud-cls", 397, "nothing is logged there"),
    plain("inspect", 200, "nothing is inspected"),
    plain("log-rotate", 100, "logs are rotated by whoever keeps them"),
    plain("example-plugin", 0, "it only shows how plugins are written"),
    plain("gm", -43, "the Chinese ciphers are not spoken"),
    plain("openwhisk", -1901, "the function is not called; the route leads on to its upstream, if it has one"),
    guard("serverless-post-function", -2000, "its Lua code does not run; it may have refused requests"),
    plain("ext-plugin-post-req", -3000, "the plugin runner is not asked"),
    plain("ext-plugin-post-resp", -4000, "the plugin runner is not asked"),
];

/// What is known about a plugin that is not there; nothing is known about people's own.
pub fn absent(name: &str) -> Option<&'static Absent> {
    ABSENT.iter().find(|plugin| plugin.name == name)
}

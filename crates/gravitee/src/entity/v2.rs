//! Definitions of version 2.

use super::flow::FLOW_V2;
use super::plan::PLAN_V2;
use super::resource::RESOURCE;
use super::template::{PROPERTY, TEMPLATE};
use crate::schema::{Kind, Record, any, flag, list, map, nested, number, secret, text, texts, word};

const FOR_PEOPLE: &str = "for people";
const CONSOLE: &str = "for the console";

/// A definition.
pub static API: Record = Record {
    name: "API (v2)",
    fields: &[
        text("id"),
        text("crossId").accepted(CONSOLE),
        text("name"),
        text("version"),
        text("description").accepted(FOR_PEOPLE),
        text("gravitee").default("2.0.0"),
        text("execution_mode").default("v3"),
        word("flow_mode", &["DEFAULT", "BEST_MATCH"]).default("DEFAULT"),
        nested("proxy", &PROXY),
        list("flows", &Kind::Record(&FLOW_V2)),
        list("plans", &Kind::Record(&PLAN_V2)),
        list("properties", &Kind::Record(&PROPERTY)),
        list("resources", &Kind::Record(&RESOURCE)),
        map("response_templates", &Kind::Map(&Kind::Record(&TEMPLATE))),
        texts("path_mappings"),
        nested("services", &SERVICES),
        texts("tags"),
        any("definition_context").accepted(CONSOLE),
        any("paths").unsupported("the rules of version 1 are not read: write them as flows"),
    ],
};

/// Where requests come from, and where they lead.
pub static PROXY: Record = Record {
    name: "proxy (v2)",
    fields: &[
        text("context_path"),
        list("virtual_hosts", &Kind::Record(&VIRTUAL_HOST)),
        list("groups", &Kind::Record(&GROUP)),
        list("endpoints", &Kind::Short(&ENDPOINT)),
        nested("load_balancing", &LOAD_BALANCING),
        nested("http", &HTTP),
        nested("ssl", &SSL),
        nested("proxy", &FORWARD),
        any("headers"),
        flag("strip_context_path").accepted("the context path is always taken off, as the original does"),
        flag("preserve_host"),
        nested("cors", &CORS),
        any("logging").ignored("bodies and headers are not logged; the gateway's access log is its own"),
        nested("failover", &FAILOVER),
        texts("servers").ignored("there is one server, and every API is on it"),
    ],
};

/// How an endpoint is chosen.
pub const BALANCING: &[&str] = &["ROUND_ROBIN", "RANDOM", "WEIGHTED_ROUND_ROBIN", "WEIGHTED_RANDOM"];

/// One host and path.
pub static VIRTUAL_HOST: Record = Record {
    name: "virtual host (v2)",
    fields: &[text("host"), text("path").default("/"), flag("override_entrypoint").accepted(CONSOLE)],
};

/// Endpoints that serve the same.
pub static GROUP: Record = Record {
    name: "endpoint group (v2)",
    fields: &[
        text("name"),
        list("endpoints", &Kind::Short(&ENDPOINT)),
        nested("load_balancing", &LOAD_BALANCING),
        nested("http", &HTTP),
        nested("ssl", &SSL),
        nested("proxy", &FORWARD),
        any("headers"),
        any("services").ignored("endpoints are not discovered: those that are written count"),
    ],
};

/// How an endpoint is chosen.
pub static LOAD_BALANCING: Record =
    Record { name: "load_balancing (v2)", fields: &[word("type", BALANCING).default("ROUND_ROBIN")] };

/// One endpoint.
pub static ENDPOINT: Record = Record {
    name: "endpoint (v2)",
    fields: &[
        text("name"),
        text("target"),
        word("type", &["http", "grpc"]).default("http"),
        number("weight").default("1"),
        flag("backup"),
        texts("tenants"),
        flag("inherit"),
        nested("healthcheck", &HEALTH),
        nested("http", &HTTP),
        nested("ssl", &SSL),
        nested("proxy", &FORWARD),
        any("headers"),
        text("hostHeader"),
    ],
};

/// How HTTP is spoken.
pub static HTTP: Record = Record {
    name: "http (v2)",
    fields: &[
        number("connectTimeout").default("5000"),
        number("readTimeout").default("10000"),
        number("idleTimeout").default("60000"),
        number("keepAliveTimeout").default("30000"),
        flag("keepAlive").default("true"),
        flag("pipelining").ignored("requests on one connection wait for each other's response"),
        number("maxConcurrentConnections")
            .default("100")
            .approximate("so many idle connections are kept; more are opened where they are needed"),
        flag("useCompression").default("true").accepted("bodies pass as the endpoint encodes them"),
        flag("propagateClientAcceptEncoding"),
        flag("followRedirects").unsupported("a redirect goes to the client as it is"),
        word("version", &["HTTP_1_1", "HTTP_2"]).default("HTTP_1_1"),
        flag("clearTextUpgrade").default("true").approximate("HTTP/2 without TLS is spoken by prior knowledge"),
        flag("encodeURI").ignored("the target goes on as the client wrote it"),
        number("maxHeaderSize").default("8192").accepted("the gateway's own bounds hold"),
        number("maxChunkSize").default("8192").accepted("the gateway's own bounds hold"),
        flag("propagateClientHost"),
    ],
};

/// TLS towards endpoints.
pub static SSL: Record = Record {
    name: "ssl",
    fields: &[
        flag("enabled").accepted("the target's scheme says it"),
        flag("trustAll"),
        flag("hostnameVerifier").default("true").approximate("where it is off, certificates are not checked at all"),
        nested("trustStore", &STORE),
        nested("keyStore", &STORE),
        text("pem"),
    ],
};

/// Certificates, or certificate and key.
pub static STORE: Record = Record {
    name: "trustStore, keyStore",
    fields: &[
        word("type", &["NONE", "PEM", "PKCS12", "JKS"]),
        text("path"),
        text("content"),
        secret("password"),
        secret("keyPassword"),
        text("alias"),
        text("certPath"),
        text("certContent"),
        text("keyPath"),
        secret("keyContent"),
    ],
};

/// A forward proxy.
pub static FORWARD: Record = Record {
    name: "proxy",
    fields: &[
        flag("enabled"),
        flag("useSystemProxy"),
        text("host"),
        number("port"),
        text("username"),
        secret("password"),
        word("type", &["HTTP", "SOCKS4", "SOCKS5"]).default("HTTP").approximate("SOCKS4 is spoken as SOCKS5"),
    ],
};

/// Another endpoint when one fails.
pub static FAILOVER: Record = Record {
    name: "failover (v2)",
    fields: &[
        flag("enabled").default("true"),
        number("maxAttempts").default("1"),
        number("retryTimeout").default("10000"),
        list("cases", &Kind::Word(&["TIMEOUT"])).accepted("a time-out and no answer are the same, as in the original"),
    ],
};

/// Requests from other origins.
pub static CORS: Record = Record {
    name: "cors",
    fields: &[
        flag("enabled"),
        texts("allowOrigin"),
        texts("allowMethods"),
        texts("allowHeaders"),
        texts("exposeHeaders"),
        number("maxAge").default("-1"),
        flag("allowCredentials"),
        flag("runPolicies"),
        flag("allowPrivateNetwork"),
    ],
};

/// What happens besides traffic.
pub static SERVICES: Record = Record {
    name: "services (v2)",
    fields: &[
        nested("health-check", &HEALTH),
        any("discovery").ignored("endpoints are not discovered: those that are written count"),
        any("dynamic-property").ignored("properties stay as they are written"),
    ],
};

/// Whether endpoints are well.
pub static HEALTH: Record = Record {
    name: "health-check (v2)",
    fields: &[
        flag("enabled"),
        text("schedule").approximate("the time between two checks is taken from its first field with a step; other schedules are every 10 seconds"),
        text("description").accepted(FOR_PEOPLE),
        flag("inherit"),
        list("steps", &Kind::Record(&HEALTH_STEP)),
    ],
};

/// One check.
pub static HEALTH_STEP: Record = Record {
    name: "health-check step (v2)",
    fields: &[
        text("name").accepted(FOR_PEOPLE),
        nested("request", &HEALTH_REQUEST),
        nested("response", &HEALTH_RESPONSE),
    ],
};

/// What is asked.
pub static HEALTH_REQUEST: Record = Record {
    name: "health-check request (v2)",
    fields: &[
        text("path").default("/"),
        text("method").default("GET").approximate("every check is a GET"),
        any("headers"),
        text("body").ignored("a check has no body"),
        flag("fromRoot"),
    ],
};

/// What must hold.
pub static HEALTH_RESPONSE: Record = Record {
    name: "health-check response (v2)",
    fields: &[list("assertions", &Kind::Text)
        .approximate("comparisons of the status are understood; others are taken as 2xx")],
};

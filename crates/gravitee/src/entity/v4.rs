//! Definitions of version 4.

use super::flow::{EXECUTION, FLOW_V4};
use super::plan::PLAN_V4;
use super::resource::RESOURCE;
use super::template::{PROPERTY, TEMPLATE};
use super::v2::{CORS, FORWARD, SSL};
use crate::schema::{Kind, Record, any, flag, list, map, nested, number, text, texts, word};

const FOR_PEOPLE: &str = "for people";
const CONSOLE: &str = "for the console";

/// What an API may be for.
pub const TYPES: &[&str] =
    &["proxy", "message", "native", "mcp-proxy", "llm-proxy", "a2a-proxy", "mcp-resource-server"];

/// A definition.
pub static API: Record = Record {
    name: "API (v4)",
    fields: &[
        text("id"),
        text("crossId").accepted(CONSOLE),
        text("name"),
        text("description").accepted(FOR_PEOPLE),
        text("apiVersion"),
        text("definitionVersion"),
        word("type", TYPES).default("proxy"),
        list("listeners", &Kind::Record(&LISTENER)),
        list("endpointGroups", &Kind::Record(&GROUP)),
        list("flows", &Kind::Record(&FLOW_V4)),
        nested("flowExecution", &EXECUTION),
        list("plans", &Kind::Record(&PLAN_V4)),
        map("responseTemplates", &Kind::Map(&Kind::Record(&TEMPLATE))),
        list("properties", &Kind::Record(&PROPERTY)),
        list("resources", &Kind::Record(&RESOURCE)),
        nested("failover", &FAILOVER),
        any("analytics").accepted("figures are on the gateway's metrics port, and the access log is its own"),
        any("services").ignored("properties stay as they are written"),
        texts("tags"),
        any("definitionContext").accepted(CONSOLE),
        any("originContext").accepted(CONSOLE),
        any("visibility").accepted(CONSOLE),
        any("lifecycleState").accepted(CONSOLE),
        any("state").accepted(CONSOLE),
        any("labels").accepted(CONSOLE),
        any("groups").accepted(CONSOLE),
        any("metadata").accepted(CONSOLE),
    ],
};

/// Where requests come from.
pub static LISTENER: Record = Record {
    name: "listener (v4)",
    fields: &[
        word("type", &["http", "subscription", "tcp", "kafka"]).default("http"),
        list("paths", &Kind::Record(&PATH)),
        texts("pathMappings"),
        nested("cors", &CORS),
        list("entrypoints", &Kind::Record(&ENTRYPOINT)),
        texts("servers").ignored("there is one server, and every API is on it"),
        texts("hosts").accepted("part of tcp"),
    ],
};

/// One host and path.
pub static PATH: Record = Record {
    name: "path (v4)",
    fields: &[text("host"), text("path").default("/"), flag("overrideAccess").accepted(CONSOLE)],
};

/// How clients speak.
pub static ENTRYPOINT: Record = Record {
    name: "entrypoint (v4)",
    fields: &[
        text("type").default("http-proxy"),
        any("configuration").accepted("an http-proxy has none"),
        any("qos").accepted("an http-proxy has none"),
        any("dlq").accepted("an http-proxy has none"),
    ],
};

/// Endpoints that serve the same.
pub static GROUP: Record = Record {
    name: "endpoint group (v4)",
    fields: &[
        text("name"),
        text("type").default("http-proxy"),
        nested("loadBalancer", &LOAD_BALANCER),
        nested("sharedConfiguration", &SHARED),
        list("endpoints", &Kind::Record(&ENDPOINT)),
        nested("services", &SERVICES),
    ],
};

/// How an endpoint is chosen.
pub static LOAD_BALANCER: Record = Record {
    name: "loadBalancer (v4)",
    fields: &[
        word("type", &["round-robin", "random", "weighted-round-robin", "weighted-random"]).default("round-robin")
    ],
};

/// One endpoint.
pub static ENDPOINT: Record = Record {
    name: "endpoint (v4)",
    fields: &[
        text("name"),
        text("type").default("http-proxy"),
        number("weight").default("1"),
        flag("secondary"),
        texts("tenants"),
        flag("inheritConfiguration").default("true"),
        nested("configuration", &TARGET),
        nested("sharedConfigurationOverride", &SHARED),
        nested("services", &SERVICES),
    ],
};

/// Where an endpoint is.
pub static TARGET: Record = Record { name: "endpoint configuration (v4)", fields: &[text("target")] };

/// What endpoints of a group share.
pub static SHARED: Record = Record {
    name: "shared configuration (v4)",
    fields: &[nested("http", &HTTP), nested("ssl", &SSL), nested("proxy", &FORWARD), any("headers")],
};

/// How HTTP is spoken.
pub static HTTP: Record = Record {
    name: "http (v4)",
    fields: &[
        number("connectTimeout").default("3000"),
        number("readTimeout").default("10000"),
        number("idleTimeout").default("60000"),
        number("keepAliveTimeout").default("30000"),
        flag("keepAlive").default("true"),
        flag("pipelining").ignored("requests on one connection wait for each other's response"),
        number("maxConcurrentConnections")
            .default("20")
            .approximate("so many idle connections are kept; more are opened where they are needed"),
        flag("useCompression").default("true").accepted("bodies pass as the endpoint encodes them"),
        flag("propagateClientAcceptEncoding"),
        flag("propagateClientHost"),
        flag("followRedirects").unsupported("a redirect goes to the client as it is"),
        word("version", &["HTTP_1_1", "HTTP_2"]).default("HTTP_1_1"),
        flag("clearTextUpgrade").default("true").approximate("HTTP/2 without TLS is spoken by prior knowledge"),
        number("http2MultiplexingLimit").accepted("the endpoint's own bound holds"),
        number("maxHeaderSize").accepted("the gateway's own bounds hold"),
        number("maxChunkSize").accepted("the gateway's own bounds hold"),
    ],
};

/// Another endpoint when one fails.
pub static FAILOVER: Record = Record {
    name: "failover (v4)",
    fields: &[
        flag("enabled"),
        number("maxRetries").default("2"),
        number("slowCallDuration").default("2000"),
        number("openStateDuration").default("10000"),
        number("maxFailures").default("5"),
        flag("perSubscription").default("true"),
        text("failureCondition"),
        flag("forceNextEndpointOnFailure").accepted("another endpoint is always asked, where there is one"),
    ],
};

/// What happens besides traffic.
pub static SERVICES: Record = Record {
    name: "services (v4)",
    fields: &[
        nested("healthCheck", &SERVICE),
        any("discovery").ignored("endpoints are not discovered: those that are written count"),
    ],
};

/// One of them.
pub static SERVICE: Record = Record {
    name: "healthCheck (v4)",
    fields: &[
        flag("enabled"),
        flag("overrideConfiguration"),
        text("type").default("http-health-check"),
        nested("configuration", &HEALTH),
    ],
};

/// Whether endpoints are well.
pub static HEALTH: Record = Record {
    name: "healthCheck configuration (v4)",
    fields: &[
        text("schedule").approximate("the time between two checks is taken from its first field with a step; other schedules are every 10 seconds"),
        text("target").default("/"),
        text("method").default("GET").approximate("every check is a GET"),
        any("headers"),
        text("body").ignored("a check has no body"),
        text("assertion").approximate("comparisons of the status are understood; others are taken as 2xx"),
        number("successThreshold").default("2"),
        number("failureThreshold").default("2"),
        flag("overrideEndpointPath"),
    ],
};

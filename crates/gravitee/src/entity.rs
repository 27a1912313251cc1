//! What definitions consist of, field by field: version 2 and version 4, plans, flows, subscriptions and settings of
//! the gateway.

pub mod event;
pub mod flow;
pub mod plan;
pub mod resource;
pub mod template;
pub mod v2;
pub mod v4;

use crate::schema::{Kind, Record, list, map, text, word};

/// The version of the original whose behaviour is followed.
pub const VERSION: &str = "4.9.0";

/// Flows around those of all APIs.
pub static ORGANIZATION: Record = Record {
    name: "organisation",
    fields: &[
        text("id").accepted("for people"),
        text("name").accepted("for people"),
        list("flows", &Kind::Record(&flow::FLOW_V2)),
        word("flowMode", &["DEFAULT", "BEST_MATCH"]).default("DEFAULT"),
    ],
};

/// What `secrets.get` finds: texts by path and key. `${NAME}` is a variable.
pub static SECRETS: Record = Record { name: "secrets", fields: &[map("secrets", &Kind::Map(&Kind::Secret))] };

/// All records, for the documentation.
pub static RECORDS: &[&Record] = &[
    &v2::API,
    &v2::PROXY,
    &v2::VIRTUAL_HOST,
    &v2::GROUP,
    &v2::LOAD_BALANCING,
    &v2::ENDPOINT,
    &v2::HTTP,
    &v2::SSL,
    &v2::STORE,
    &v2::FORWARD,
    &v2::FAILOVER,
    &v2::CORS,
    &v2::HEALTH,
    &v2::HEALTH_STEP,
    &v2::HEALTH_REQUEST,
    &v2::HEALTH_RESPONSE,
    &v2::SERVICES,
    &flow::FLOW_V2,
    &flow::PATH_OPERATOR,
    &flow::STEP,
    &plan::PLAN_V2,
    &v4::API,
    &v4::LISTENER,
    &v4::PATH,
    &v4::ENTRYPOINT,
    &v4::GROUP,
    &v4::LOAD_BALANCER,
    &v4::ENDPOINT,
    &v4::TARGET,
    &v4::SHARED,
    &v4::HTTP,
    &v4::FAILOVER,
    &v4::SERVICES,
    &v4::SERVICE,
    &v4::HEALTH,
    &flow::FLOW_V4,
    &flow::SELECTOR,
    &flow::EXECUTION,
    &plan::PLAN_V4,
    &plan::SECURITY,
    &resource::RESOURCE,
    &resource::OAUTH2,
    &resource::OAUTH2_AM,
    &resource::OAUTH2_KEYCLOAK,
    &resource::KEYCLOAK,
    &resource::CREDENTIALS,
    &resource::CACHE,
    &template::TEMPLATE,
    &template::PROPERTY,
    &event::FILE,
    &event::EVENT,
    &event::SUBSCRIPTION,
    &event::API_KEY,
    &ORGANIZATION,
    &SECRETS,
];

//! Scenarios: the real binary, the local Lambda, real Python and Node code, real clients.

#![allow(clippy::unwrap_used)] // a test that cannot go on shall say where

mod client;
mod command_line;
mod double;
mod endpoints_through_proxies;
mod gate;
mod judge;
mod kept;
mod redis;
mod rows;
mod site;

mod admin_secrets;
mod apisix_admin;
mod apisix_cases;
mod apisix_etcd;
mod apisix_limits;
mod apisix_plugins;
mod authentication;
mod cache;
mod client_certificates;
mod compression;
mod credentials;
mod each_policy;
mod event_shapes;
mod failures;
mod flood;
mod gravitee_cases;
mod gravitee_limits;
mod guards;
mod kong;
mod kong_admin;
mod kong_cases;
mod kong_plugins;
mod limits;
mod local_lambda;
mod local_people;
mod local_runtimes;
mod logs;
mod marked_secrets;
mod metrics;
mod needs;
mod policies;
mod reload_and_drain;
mod sdk;
mod secrets;
mod shown;
mod side_by_side;
mod template;
mod traffic_split;
mod translated;
mod transport;
mod upstream;
mod websocket;

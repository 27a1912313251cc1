//! What the API tells of the process.

use super::book::Book;
use super::reply::Reply;
use super::{Admin, place};
use crate::entity::{Collection, Flavor, VERSION};
use crate::plugin::Plugin;
use http::StatusCode;
use serde_json::{Map, Value, json};
use telemetry::Metrics;

impl Admin {
    /// `/`.
    pub(super) fn root(&self, book: &Book) -> Reply {
        let plugins = self.enabled();
        let available = plugins.iter().map(|plugin| {
            let about = json!({"version": VERSION, "priority": plugin.priority()});
            (plugin.name().to_owned(), about)
        });
        let mut used: Vec<&str> =
            book.of_collection(Collection::Plugins).iter().filter_map(|plugin| plugin.text("name")).collect();
        used.sort_unstable();
        used.dedup();
        Reply::ok(json!({
            "tagline": "Welcome to kong",
            "version": VERSION,
            "edition": "community",
            "hostname": hostname(),
            "node_id": self.node,
            "lua_version": "none: this is lambdagate",
            "pids": {"master": std::process::id(), "workers": [std::process::id()]},
            "timers": {"running": 0, "pending": 0},
            "plugins": {
                "available_on_server": available.collect::<Map<_, _>>(),
                "disabled_on_server": {},
                "enabled_in_cluster": used,
            },
            "configuration": self.configuration(),
        }))
    }

    /// What clients decide by; no setting with a secret is among them.
    fn configuration(&self) -> Value {
        let flavor = match self.settings.flavor {
            Flavor::Compatible => "traditional_compatible",
            Flavor::Traditional => "traditional",
            Flavor::Expressions => "expressions",
        };
        let addresses =
            |all: &[crate::settings::Listen]| all.iter().map(|one| one.address.to_string()).collect::<Vec<_>>();
        let loaded: Map<String, Value> =
            self.enabled().iter().map(|plugin| (plugin.name().to_owned(), json!(true))).collect();
        json!({
            // tools ask this to know whether they may write
            "database": if self.kept { "postgres" } else { "off" },
            "role": "traditional",
            "router_flavor": flavor,
            "proxy_listen": addresses(&self.settings.proxy),
            "admin_listen": addresses(&self.settings.admin),
            "plugins": self.settings.plugins.clone().unwrap_or_else(|| vec!["bundled".to_owned()]),
            "loaded_plugins": loaded,
        })
    }

    /// `/status`.
    pub(super) fn status(&self, book: &Book, metrics: &Metrics) -> Reply {
        let (open, accepted) = (metrics.open_connections(), metrics.connections_total());
        let mut body = json!({
            "memory": {"lua_shared_dicts": {}, "workers_lua_vms": []},
            "server": {
                "connections_active": open,
                "connections_accepted": accepted,
                "connections_handled": accepted,
                "connections_reading": 0,
                "connections_writing": 0,
                "connections_waiting": open,
                "total_requests": metrics.requests_total(),
            },
        });
        match self.kept {
            true => body["database"] = json!({"reachable": true}),
            false => body["configuration_hash"] = json!(book.hash),
        }
        Reply::ok(body)
    }

    /// `/plugins/enabled`.
    pub(super) fn plugins_enabled(&self) -> Reply {
        let names: Vec<&str> = self.enabled().into_iter().map(Plugin::name).collect();
        Reply::ok(json!({ "enabled_plugins": names }))
    }

    fn enabled(&self) -> Vec<Plugin> {
        let chosen = self.settings.plugins.as_ref();
        let is = |plugin: &Plugin| chosen.is_none_or(|names| names.iter().any(|name| name == plugin.name()));
        Plugin::ALL.iter().copied().filter(is).collect()
    }
}

/// `/endpoints`.
pub(super) fn endpoints() -> Reply {
    Reply::ok(json!({ "data": place::all() }))
}

/// `/metrics`.
pub(super) fn metrics(metrics: &Metrics) -> Reply {
    Reply::text(StatusCode::OK, telemetry::metrics::CONTENT_TYPE, metrics.render())
}

fn hostname() -> String {
    let told = std::fs::read_to_string("/proc/sys/kernel/hostname").ok();
    let told = told.or_else(|| std::env::var("HOSTNAME").ok());
    told.map(|name| name.trim().to_owned()).filter(|name| !name.is_empty()).unwrap_or_else(|| "localhost".to_owned())
}

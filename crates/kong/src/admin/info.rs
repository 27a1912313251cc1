//! What the API tells of the process.

use super::book::Book;
use super::reply::Reply;
use super::{Admin, pen, place};
use crate::entity::{Collection, Entity, Flavor, VERSION};
use crate::metrics::Target;
use crate::part::Part;
use crate::plugin::Plugin;
use http::StatusCode;
use serde_json::{Map, Value, json};
use std::sync::OnceLock;
use telemetry::Metrics;
use telemetry::book::Page;
use telemetry::metrics::NodeFigures;

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
            "node_id": node(),
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

    /// `/metrics`.
    pub(super) fn metrics(&self, book: &Book, metrics: &Metrics) -> Reply {
        let asks = |plugin: &Entity| {
            let part = Part::of(&plugin.object);
            plugin.text("name") == Some("prometheus")
                && part.flag("enabled")
                && part.flag("config.upstream_health_metrics")
        };
        let asked = book.of_collection(Collection::Plugins).iter().any(|plugin| asks(plugin));
        let targets = asked.then(|| targets(book, metrics));
        let text = crate::metrics::page(metrics, node(), VERSION, targets.as_deref());
        Reply::text(StatusCode::OK, Page::CONTENT_TYPE, text)
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

/// Whether there is nothing to serve.
pub(super) fn is_empty(book: &Book) -> bool {
    Collection::ALL.iter().all(|collection| book.of_collection(*collection).is_empty())
}

/// The name of this process, made when it is first asked for.
pub(super) fn node() -> &'static str {
    static NODE: OnceLock<String> = OnceLock::new();
    NODE.get_or_init(pen::fresh)
}

/// Targets of all upstreams. Nodes are known under the services that lead to them.
fn targets(book: &Book, metrics: &Metrics) -> Vec<Target> {
    let nodes = metrics.nodes();
    let (services, targets) = (book.of_collection(Collection::Services), book.of_collection(Collection::Targets));
    let mut found = Vec::new();
    for upstream in book.of_collection(Collection::Upstreams) {
        let Some(name) = upstream.text("name") else { continue };
        let services = services.iter().filter(|service| service.text("host") == Some(name));
        let ids: Vec<String> = services.map(|service| crate::lower::name("service", service)).collect();
        for target in targets.iter().filter(|target| target.reference("upstream") == Some(upstream.id())) {
            let Some(target) = target.text("target") else { continue };
            let is_ill = |node: &NodeFigures| !node.well && node.node == target && ids.contains(&node.upstream);
            let state = match (crate::lower::is_checked(upstream), nodes.iter().any(is_ill)) {
                (false, _) => "healthchecks_off",
                (true, false) => "healthy",
                (true, true) => "unhealthy",
            };
            found.push(Target { upstream: name.to_owned(), target: target.to_owned(), state });
        }
    }
    found
}

fn hostname() -> String {
    let told = std::fs::read_to_string("/proc/sys/kernel/hostname").ok();
    let told = told.or_else(|| std::env::var("HOSTNAME").ok());
    told.map(|name| name.trim().to_owned()).filter(|name| !name.is_empty()).unwrap_or_else(|| "localhost".to_owned())
}

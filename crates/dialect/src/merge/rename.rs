//! New ids for old ones, wherever a gateway says them.

use model::Gateway;
use model::chain::{Step, Who};
use model::endpoint::{Endpoint, HttpEndpoint};
use model::id::{ConsumerId, TableId, UpstreamId};
use model::policy::Policy;
use model::table::Table;
use std::collections::BTreeMap;
use std::sync::Arc;

/// New id by old one.
pub(super) type Names = BTreeMap<String, String>;

/// Renames tables, upstreams and consumers, and all that refers to them.
pub(super) fn apply(gateway: &mut Gateway, names: &Names) {
    for table in gateway.listeners.iter_mut().flat_map(|listener| &mut listener.tables) {
        *table = TableId::new(new(names, table.as_str()));
    }
    for consumer in &mut gateway.consumers {
        let consumer = Arc::make_mut(consumer);
        consumer.id = ConsumerId::new(new(names, consumer.id.as_str()));
    }
    let upstreams = gateway.upstreams.list().iter();
    gateway.upstreams =
        upstreams.map(|(id, upstream)| (UpstreamId::new(new(names, id.as_str())), upstream.clone())).collect();
    for table in &mut gateway.tables {
        rename_table(table, names);
    }
}

fn rename_table(table: &mut Table, names: &Names) {
    table.id = TableId::new(new(names, table.id.as_str()));
    rename_steps(&mut table.global, names);
    for overlay in &mut table.overlays {
        if let Who::Consumer(id) = &mut overlay.who {
            *id = ConsumerId::new(new(names, id.as_str()));
        }
        rename_steps(&mut overlay.steps, names);
    }
    for route in table.routes.iter_mut().map(Arc::make_mut) {
        for group in &mut route.chain.groups {
            rename_steps(&mut group.steps, names);
        }
        let rename = |http: &mut HttpEndpoint| http.upstream = UpstreamId::new(new(names, http.upstream.as_str()));
        match &mut route.endpoint {
            Endpoint::Http(http) => rename(http),
            Endpoint::Groups(groups) => {
                let members = groups.groups.iter_mut().flat_map(|group| &mut group.members);
                members.for_each(|member| rename(&mut member.http));
            }
            Endpoint::None | Endpoint::Answer(_) => {}
        }
    }
}

fn rename_steps(steps: &mut [Step], names: &Names) {
    for step in steps {
        if let Policy::KeyAuth(auth) = &mut step.policy {
            auth.anonymous = auth.anonymous.take().map(|id| ConsumerId::new(new(names, id.as_str())));
        }
    }
}

fn new<'a>(names: &'a Names, old: &'a str) -> &'a str {
    names.get(old).map_or(old, String::as_str)
}

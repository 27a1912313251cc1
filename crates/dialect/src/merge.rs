//! Several sources, one gateway: ids carry their origin, so that putting together is putting side by side.
//!
//! Two sources of one dialect may still choose equal ids; the later one's then get a number behind, everywhere in it.

mod rename;

use model::Gateway;
use model::id::{ConsumerId, TableId, UpstreamId};
use std::collections::BTreeSet;

/// Puts sources together, in the order of the command line.
pub fn merge(sources: impl IntoIterator<Item = Gateway>) -> Gateway {
    let mut whole = Gateway::default();
    for mut source in sources {
        let names = clashes(&whole, &source);
        if !names.is_empty() {
            let taken = ids(&whole).chain(ids(&source)).map(str::to_owned).collect();
            rename::apply(&mut source, &numbered(names, &taken));
        }
        whole.listeners.extend(source.listeners);
        whole.tables.extend(source.tables);
        whole.upstreams.join(source.upstreams);
        whole.consumers.extend(source.consumers);
    }
    whole
}

/// The ids of things that are gateway-wide.
fn ids(gateway: &Gateway) -> impl Iterator<Item = &str> {
    let tables = gateway.tables.iter().map(|t| TableId::as_str(&t.id));
    let upstreams = gateway.upstreams.keys().map(UpstreamId::as_str);
    tables.chain(upstreams).chain(gateway.consumers.iter().map(|c| ConsumerId::as_str(&c.id)))
}

fn clashes(whole: &Gateway, source: &Gateway) -> BTreeSet<String> {
    let there: BTreeSet<&str> = ids(whole).collect();
    if there.is_empty() {
        return BTreeSet::new();
    }
    ids(source).filter(|id| there.contains(id)).map(str::to_owned).collect()
}

fn numbered(names: BTreeSet<String>, taken: &BTreeSet<String>) -> rename::Names {
    let free = |name: &str| (2u32..).map(|n| format!("{name}#{n}")).find(|new| !taken.contains(new));
    names.into_iter().filter_map(|name| free(&name).map(|new| (name, new))).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use model::chain::{Overlay, Who};
    use model::consumer::Consumer;
    use model::listener::{Limits, Listener};
    use model::table::Table;
    use std::sync::Arc;

    fn source(table: &str, consumer: &str) -> Gateway {
        let id = ConsumerId::new(consumer);
        let mut content = Table::new(TableId::new(table));
        content.overlays.push(Overlay { who: Who::Consumer(id.clone()), routes: None, steps: Vec::new() });
        Gateway {
            listeners: vec![Listener {
                address: ([127, 0, 0, 1], 0).into(),
                tables: vec![TableId::new(table)],
                tls: None,
                http2: true,
                proxy_protocol: false,
                trusted_proxies: Vec::new(),
                client_address: Default::default(),
                limits: Limits::default(),
            }],
            tables: vec![content],
            upstreams: Default::default(),
            consumers: vec![Arc::new(Consumer::new(id, "bob"))],
        }
    }

    #[test]
    fn sources_stand_side_by_side() {
        let whole = merge([source("a/table/main", "a/consumer/bob"), source("b/table/main", "b/consumer/bob")]);
        let tables: Vec<&str> = whole.tables.iter().map(|t| t.id.as_str()).collect();
        assert_eq!(tables, ["a/table/main", "b/table/main"]);
    }

    #[test]
    fn equal_ids_of_a_later_source_are_numbered_wherever_they_stand() {
        let one = || source("a/table/main", "a/consumer/bob");
        let whole = merge([one(), one(), one()]);
        for (at, suffix) in ["", "#2", "#3"].into_iter().enumerate() {
            assert_eq!(whole.tables[at].id.as_str(), format!("a/table/main{suffix}"));
            assert_eq!(whole.listeners[at].tables[0], whole.tables[at].id);
            assert_eq!(whole.consumers[at].id.as_str(), format!("a/consumer/bob{suffix}"));
            assert_eq!(whole.tables[at].overlays[0].who, Who::Consumer(whole.consumers[at].id.clone()));
        }
    }
}

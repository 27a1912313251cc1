//! Several sources, one gateway: ids carry their origin, so that putting together is putting side by side.

use model::Gateway;

/// Puts sources together, in the order of the command line.
pub fn merge(sources: impl IntoIterator<Item = Gateway>) -> Gateway {
    let mut whole = Gateway::default();
    for source in sources {
        whole.listeners.extend(source.listeners);
        whole.tables.extend(source.tables);
        whole.upstreams.extend(source.upstreams);
        whole.consumers.extend(source.consumers);
    }
    whole
}

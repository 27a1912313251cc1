//! Objects that name others: what is named must be there, and what is named may not go.

use super::book::{Book, Kept};
use super::reply::Problem;
use crate::document::Place;
use crate::entity::{Kind, id_text};
use memchr::memmem::Finder;
use serde_json::Value;

/// Whether everything is there that an object names.
pub(super) fn there(book: &Book, place: &Place, value: &Value) -> Result<(), Problem> {
    for (member, kind) in place.kind.references() {
        let Some(id) = value.get(*member).and_then(id_text) else { continue };
        if !book.has(&Place::new(*kind, &id)) {
            let name = kind.singular().replace('_', " ");
            let text = format!("failed to fetch {name} info by {name} id [{id}], response code: 404");
            return Err(Problem::wrong(text));
        }
    }
    Ok(())
}

/// Whether nobody names an object.
pub(super) fn unused(book: &Book, place: &Place) -> Result<(), Problem> {
    for user in USERS.iter().filter(|user| user.of == place.kind) {
        let needle = Finder::new(place.id.as_bytes());
        let names = |kept: &Kept| user.member.names(kept, &place.id);
        let found = book.all(user.by, None, |text| needle.find(text).is_some()).into_iter().find(names);
        if let Some(found) = found {
            return Err(Problem::wrong(format!("{} [{}] is still using it now", user.words, found.place.id)));
        }
    }
    Ok(())
}

/// Who may name objects of a kind, and what is said then.
struct User {
    of: Kind,
    by: Kind,
    member: Member,
    words: &'static str,
}

/// Where the id stands.
#[derive(Clone, Copy)]
enum Member {
    Own(&'static str),
    /// `upstream_id` of a `traffic-split`.
    Split,
    /// `proto_id` of a `grpc-transcode`.
    Proto,
}

impl Member {
    fn names(self, kept: &Kept, id: &str) -> bool {
        let is_it = |value: &Value| id_text(value).is_some_and(|found| found == id);
        let plugin = |name: &str| kept.object.get("plugins").and_then(|plugins| plugins.get(name));
        match self {
            Self::Own(member) => kept.object.get(member).is_some_and(is_it),
            Self::Proto => plugin("grpc-transcode").and_then(|conf| conf.get("proto_id")).is_some_and(is_it),
            Self::Split => {
                let rules = plugin("traffic-split").and_then(|conf| conf["rules"].as_array());
                let mut items = rules.into_iter().flatten().filter_map(|rule| rule["weighted_upstreams"].as_array());
                items.any(|items| items.iter().any(|item| is_it(&item["upstream_id"])))
            }
        }
    }
}

macro_rules! users {
    ($($of:ident by $by:ident $member:expr, $words:literal;)*) => {
        &[$(User { of: Kind::$of, by: Kind::$by, member: $member, words: $words },)*]
    };
}

use Member::{Own, Proto, Split};

const USERS: &[User] = users! {
    Upstreams by Routes Own("upstream_id"), "can not delete this upstream, route";
    Upstreams by Services Own("upstream_id"), "can not delete this upstream, service";
    Upstreams by StreamRoutes Own("upstream_id"), "can not delete this upstream, stream_route";
    Upstreams by Routes Split, "can not delete this upstream, plugin in route";
    Upstreams by Services Split, "can not delete this upstream, plugin in service";
    Upstreams by PluginConfigs Split, "can not delete this upstream, plugin in plugin_config";
    Upstreams by Consumers Split, "can not delete this upstream, plugin in consumer";
    Upstreams by ConsumerGroups Split, "can not delete this upstream, plugin in consumer_group";
    Upstreams by GlobalRules Split, "can not delete this upstream, plugin in global_rules";
    Services by Routes Own("service_id"), "can not delete this service directly, route";
    Services by StreamRoutes Own("service_id"), "can not delete this service directly, stream_route";
    PluginConfigs by Routes Own("plugin_config_id"), "can not delete this plugin config, route";
    ConsumerGroups by Consumers Own("group_id"), "can not delete this consumer group, consumer";
    Protos by Routes Proto, "can not delete this proto,route";
    Protos by Services Proto, "can not delete this proto,service";
};

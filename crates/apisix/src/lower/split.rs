//! Where the parts of a divided route lead: its own upstream first, and those that traffic-split names behind it.

use super::judged::{Judged, Remark};
use super::objects::Item;
use super::upstream::{self, Leads};
use super::{Lowering, Said};
use crate::entity::{Kind, Part};
use crate::plugin::traffic_split::{ATTRIBUTE, Way, ways};
use dialect::Faith;
use model::answer::Keyed;
use model::endpoint::{
    Endpoint, EndpointGroup, EndpointGroups, EndpointMember, HttpEndpoint, Lead, LeadManner, Upstream, UpstreamTimeouts,
};
use model::id::UpstreamId;
use model::policy::HeaderEdits;
use std::sync::Arc;
use std::time::Duration;

/// What an upstream of a plugin waits for each step, where it does not say.
const USUAL: Duration = Duration::from_secs(15);

/// What a divided route leads to.
pub(super) struct Divided {
    pub(super) endpoint: Endpoint,
    pub(super) upstreams: Vec<(UpstreamId, Arc<Upstream>)>,
    /// The upstreams that it asked for, and what was there.
    pub(super) asked: Vec<(String, Option<Arc<Judged>>)>,
}

/// Leads a route's parts. `conf` is the plugin's configuration, which stands in `item`.
pub(super) fn divided(
    conf: Part<'_>,
    item: &Item,
    route: &str,
    usual: Endpoint,
    at: &Lowering<'_>,
    said: &mut Vec<Said>,
) -> Divided {
    let own = match usual {
        Endpoint::Http(http) => Some(http),
        Endpoint::None | Endpoint::Groups(_) | Endpoint::Answer(_) => None,
    };
    let websocket = own.as_ref().is_some_and(|own| own.websocket);
    let mut divided = Divided { endpoint: Endpoint::None, upstreams: Vec::new(), asked: Vec::new() };
    let mut groups = vec![group(String::new(), own)];
    for way in ways(conf) {
        let Some(name) = way.name().filter(|name| groups.iter().all(|group| group.name != *name)) else { continue };
        let http = leads(&way, item, route, &mut divided, at, said);
        groups.push(group(name.to_owned(), http.map(|http| HttpEndpoint { websocket, ..http })));
    }
    let lead = Lead {
        target: ATTRIBUTE.to_owned(),
        instead: None,
        method: String::new(),
        no_method: Keyed { status: 500, key: None, message: None },
        manner: LeadManner::Name,
    };
    divided.endpoint = Endpoint::Groups(Box::new(EndpointGroups { groups, lead: Some(lead), again: None }));
    divided
}

/// Where one part leads; nowhere, where its upstream is not there.
fn leads(
    way: &Way<'_>,
    item: &Item,
    route: &str,
    divided: &mut Divided,
    at: &Lowering<'_>,
    said: &mut Vec<Said>,
) -> Option<HttpEndpoint> {
    let nothing = Part::of_value(None);
    let path = "plugins.traffic-split.rules";
    let led = match &way.named {
        Some(id) => {
            let found = at.objects.get(Kind::Upstreams, id);
            divided.asked.push((id.clone(), found.map(|found| found.judged.clone())));
            let Some(found) = found else {
                let message = format!("there is no upstream {id}: what would go there is answered by 503");
                said.push((Some(item.origin()), Remark::new(Faith::Unsupported, path, message)));
                return None;
            };
            let mut say = |remark| said.push((Some(found.origin()), remark));
            upstream::lead(found.judged.part(), id, nothing, route, at, &mut say)
        }
        None => {
            let key = format!("route:{route}:{}", way.name().unwrap_or_default().replace(' ', "-"));
            let mut say = |remark: Remark| {
                let remark = Remark { path: format!("{path}.{}", remark.path), ..remark };
                said.push((Some(item.origin()), remark));
            };
            upstream::lead(way.own, &key, nothing, route, at, &mut say)
        }
    };
    match led {
        Leads::To(http, upstream) => {
            let (id, mut upstream) = upstream;
            if way.named.is_none() && !way.own.part("timeout").is_there() {
                Arc::make_mut(&mut upstream).timeouts = UpstreamTimeouts { connect: USUAL, write: USUAL, read: USUAL };
            }
            divided.upstreams.push((id, upstream));
            Some(http)
        }
        Leads::Nowhere => None,
    }
}

fn group(name: String, http: Option<HttpEndpoint>) -> EndpointGroup {
    let member = |http| EndpointMember {
        name: name.clone(),
        weight: 1,
        spare: false,
        http,
        query: None,
        fields: HeaderEdits::default(),
        other_tls: None,
    };
    let members = http.map(member).into_iter().collect();
    EndpointGroup { members, at_random: false, name }
}

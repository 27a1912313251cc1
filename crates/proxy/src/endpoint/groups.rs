//! Groups of endpoints: whose turn it is, and where steps have led a request.

use super::again::{self, Try};
use super::forward::{HttpRoute, read_target};
use super::rotation::Rotation;
use super::stranger::Strangers;
use super::{EndpointError, ReadyUpstreams, running};
use http::Uri;
use model::answer::FailureKind;
use model::endpoint::{EndpointGroup, EndpointGroups, EndpointMember, Lead, LeadManner};
use model::table::PathNormalization;
use policy::again::ReadyAgain;
use policy::failure::Blame;
use policy::lead::{LedTo, led};
use policy::{Edits, Exchange, Failure};

/// Groups made ready.
pub(crate) struct ReadyGroups {
    groups: Vec<ReadyGroup>,
    lead: Option<Lead>,
    again: Option<ReadyAgain>,
}

struct ReadyGroup {
    name: String,
    at_random: bool,
    members: Vec<ReadyMember>,
    usual: Turns,
    spare: Turns,
}

/// Those of a group that stand in for each other.
struct Turns {
    members: Vec<usize>,
    weights: Vec<u32>,
    rotation: Rotation,
}

/// A path to which a step has led.
struct Led<'a> {
    path: &'a str,
    /// It stands for the endpoint's own as well.
    instead: bool,
    manner: LeadManner,
}

struct ReadyMember {
    name: String,
    route: HttpRoute,
    query: Option<String>,
    fields: Edits,
    strangers: Strangers,
}

impl ReadyGroups {
    pub(super) fn compile(
        data: &EndpointGroups,
        normalization: PathNormalization,
        upstreams: &ReadyUpstreams,
    ) -> Result<Self, EndpointError> {
        let member = |member: &EndpointMember| {
            Ok(ReadyMember {
                name: member.name.clone(),
                route: HttpRoute::new(&member.http, normalization, running(&member.http.upstream, upstreams)?),
                query: member.query.clone(),
                fields: Edits::compile(&member.fields).map_err(EndpointError::Edit)?,
                strangers: Strangers::new(member.other_tls.clone()),
            })
        };
        let group = |group: &EndpointGroup| {
            Ok(ReadyGroup {
                name: group.name.clone(),
                at_random: group.at_random,
                members: group.members.iter().map(member).collect::<Result<_, _>>()?,
                usual: Turns::of(&group.members, false),
                spare: Turns::of(&group.members, true),
            })
        };
        Ok(Self {
            groups: data.groups.iter().map(group).collect::<Result<_, _>>()?,
            lead: data.lead.clone(),
            again: data.again.as_deref().map(ReadyAgain::new),
        })
    }

    pub(super) fn routes(&self) -> impl Iterator<Item = &HttpRoute> {
        self.members().map(|member| &member.route)
    }

    fn members(&self) -> impl Iterator<Item = &ReadyMember> {
        self.groups.iter().flat_map(|group| &group.members)
    }

    /// Leaves an answer in the exchange, after as many tries as there may be.
    pub(super) async fn forward(&self, exchange: &mut Exchange, behind_proxy: bool) -> Result<(), Box<Failure>> {
        match &self.again {
            None => self.once(exchange, behind_proxy).await,
            Some(rule) => Box::pin(again::answer(rule, Try::One(self, behind_proxy), exchange)).await,
        }
    }

    /// Asks one endpoint.
    pub(super) async fn once(&self, exchange: &mut Exchange, behind_proxy: bool) -> Result<(), Box<Failure>> {
        let Some(lead) = &self.lead else {
            return self.usual(exchange)?.usual(exchange, behind_proxy).await;
        };
        let policy::lead::Led { to, instead, method } = led(lead, exchange)?;
        if let Some(method) = method {
            exchange.request.method = method;
        }
        match to {
            LedTo::Usual => self.usual(exchange)?.usual(exchange, behind_proxy).await,
            LedTo::Path(path) => {
                let target = Led { path: &path, instead, manner: lead.manner };
                self.usual(exchange)?.path(exchange, behind_proxy, target).await
            }
            LedTo::Named(name, path) => {
                let target = Led { path: &path, instead, manner: lead.manner };
                self.named(&name, exchange)?.path(exchange, behind_proxy, target).await
            }
            LedTo::Other(name) => self.named(&name, exchange)?.usual(exchange, behind_proxy).await,
            LedTo::Url(url) => {
                let member = self.on_the_way_to(&url, lead.manner, exchange)?;
                member.url(exchange, behind_proxy, &url, lead.manner).await
            }
        }
    }

    fn usual(&self, exchange: &Exchange) -> Result<&ReadyMember, Box<Failure>> {
        self.groups.first().and_then(|group| group.next(exchange)).ok_or_else(nobody)
    }

    /// An endpoint of this name, if it is well; else one of the group of this name.
    fn named(&self, name: &str, exchange: &Exchange) -> Result<&ReadyMember, Box<Failure>> {
        if let Some(member) = self.members().find(|member| member.name == name) {
            return Some(member).filter(|member| member.route.is_well()).ok_or_else(nobody);
        }
        let group = self.groups.iter().find(|group| group.name == name);
        group.and_then(|group| group.next(exchange)).ok_or_else(nobody)
    }

    fn on_the_way_to(&self, url: &str, manner: LeadManner, exchange: &Exchange) -> Result<&ReadyMember, Box<Failure>> {
        match manner {
            LeadManner::Evaluated | LeadManner::Name => self.usual(exchange),
            LeadManner::Plain => {
                let own = self.members().find(|member| member.begins(url));
                own.or_else(|| self.members().next()).ok_or_else(nobody)
            }
        }
    }
}

impl ReadyGroup {
    /// Whose turn it is: one that was not asked before, if there is one.
    fn next(&self, exchange: &Exchange) -> Option<&ReadyMember> {
        let asked = exchange.upstream.as_ref().map(|asked| &asked.node);
        let well = |at: &usize| self.members[*at].route.is_well();
        let fresh = |at: &usize| asked.is_none_or(|asked| !self.members[*at].route.names(asked));
        let of = |turns: &Turns| {
            let order = if self.at_random { turns.shuffled() } else { turns.in_turn() };
            let well: Vec<usize> = order.into_iter().filter(well).collect();
            well.iter().copied().find(fresh).or_else(|| well.first().copied())
        };
        of(&self.usual).or_else(|| of(&self.spare)).map(|at| &self.members[at])
    }
}

impl Turns {
    fn of(members: &[EndpointMember], spare: bool) -> Self {
        let own = members.iter().enumerate().filter(|(_, member)| member.spare == spare);
        let (members, weights): (Vec<usize>, Vec<u32>) = own.map(|(at, member)| (at, member.weight)).unzip();
        Self { rotation: Rotation::new(&weights), members, weights }
    }

    fn in_turn(&self) -> Vec<usize> {
        self.rotation.take().map(|at| self.members[at]).collect()
    }

    /// Each place goes to one of those that are left, by their weights.
    fn shuffled(&self) -> Vec<usize> {
        let mut left: Vec<(usize, u64)> =
            self.members.iter().zip(&self.weights).map(|(at, weight)| (*at, u64::from(*weight))).collect();
        left.retain(|(_, weight)| *weight > 0);
        let mut order = Vec::with_capacity(left.len());
        while !left.is_empty() {
            let sum: u64 = left.iter().map(|(_, weight)| weight).sum();
            let mut mark = fastrand::u64(..sum);
            let past = |(_, weight): &(usize, u64)| match mark.checked_sub(*weight) {
                Some(rest) => {
                    mark = rest;
                    false
                }
                None => true,
            };
            let chosen = left.iter().position(past).unwrap_or(0);
            order.push(left.swap_remove(chosen).0);
        }
        order
    }
}

impl ReadyMember {
    async fn usual(&self, exchange: &mut Exchange, behind_proxy: bool) -> Result<(), Box<Failure>> {
        let target = self.route.target(exchange)?;
        let target = match &self.query {
            None => target,
            Some(own) => {
                let mark = if target.query().is_some() { '&' } else { '?' };
                read_target(&format!("{target}{mark}{own}"))?
            }
        };
        self.send(exchange, behind_proxy, target).await
    }

    /// A path behind its own, or instead of it; the client's is not seen.
    async fn path(&self, exchange: &mut Exchange, behind_proxy: bool, led: Led<'_>) -> Result<(), Box<Failure>> {
        let (path, query) = with_query(led.path);
        let own = if led.instead { "" } else { self.route.prefix() };
        let target = self.queries(&joined(own, path), query, self.query.as_deref(), exchange, led.manner);
        self.send(exchange, behind_proxy, read_target(&target)?).await
    }

    async fn url(
        &self,
        exchange: &mut Exchange,
        behind_proxy: bool,
        url: &str,
        manner: LeadManner,
    ) -> Result<(), Box<Failure>> {
        let (url, query) = with_query(url);
        let place: Uri = url.parse().map_err(|_| no_url(url))?;
        let own = match manner {
            LeadManner::Evaluated | LeadManner::Name => self.query.as_deref(),
            LeadManner::Plain => None,
        };
        let target = self.queries(place.path(), query, own, exchange, manner);
        let mut request = self.route.request(exchange, behind_proxy, read_target(&target)?);
        self.fields.apply(request.headers_mut());
        self.strangers.ask(&place, request, &self.route, exchange).await
    }

    /// A path with its query, the endpoint's and the client's.
    fn queries(
        &self,
        path: &str,
        led: Option<&str>,
        own: Option<&str>,
        exchange: &Exchange,
        manner: LeadManner,
    ) -> String {
        let client = exchange.request.uri.query();
        with_queries(
            path,
            match manner {
                LeadManner::Evaluated | LeadManner::Name => [client, own, led],
                LeadManner::Plain => [led, own, client],
            },
        )
    }

    async fn send(&self, exchange: &mut Exchange, behind_proxy: bool, target: Uri) -> Result<(), Box<Failure>> {
        let mut request = self.route.request(exchange, behind_proxy, target);
        self.fields.apply(request.headers_mut());
        self.route.ask(request, exchange).await
    }

    /// Whether a URL begins as its own does.
    fn begins(&self, url: &str) -> bool {
        let (scheme, node) = self.route.place();
        let rest = url.strip_prefix(scheme).and_then(|rest| rest.strip_prefix("://"));
        let path = rest.and_then(|rest| rest.strip_prefix(node));
        path.is_some_and(|path| path.starts_with(self.route.prefix().trim_end_matches('/')))
    }
}

/// Two parts of a path, with one slash between those that have two, or at the beginning.
fn joined(own: &str, path: &str) -> String {
    let own = if path.starts_with('/') { own.strip_suffix('/').unwrap_or(own) } else { own };
    let slash = if own.starts_with('/') || own.is_empty() && path.starts_with('/') { "" } else { "/" };
    format!("{slash}{own}{path}")
}

fn with_query(text: &str) -> (&str, Option<&str>) {
    text.split_once('?').map_or((text, None), |(path, query)| (path, Some(query)))
}

fn with_queries(path: &str, queries: [Option<&str>; 3]) -> String {
    let queries: Vec<&str> = queries.into_iter().flatten().filter(|query| !query.is_empty()).collect();
    if queries.is_empty() { path.to_owned() } else { format!("{path}?{}", queries.join("&")) }
}

fn nobody() -> Box<Failure> {
    Failure::new(FailureKind::UpstreamUnhealthy, Blame::Upstream, "no endpoint can be asked")
}

fn no_url(url: &str) -> Box<Failure> {
    let text = "a request was led to what is no URL";
    Failure::new(FailureKind::UpstreamUnreachable, Blame::Config, text).detail(format!("{text}: {url:?}"))
}

#[cfg(test)]
mod tests;

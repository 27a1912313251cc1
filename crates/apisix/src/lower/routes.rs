//! The routes of a source as they were made last, and which of them a change makes anew.

use super::judged::Judged;
use super::memory::Touched;
use super::objects::{Item, Order};
use super::route::{Asked, Basis, Made, make};
use super::threads::of_each;
use super::{Lowering, Said};
use crate::entity::Kind;
use crate::read::Origin;
use model::endpoint::Upstream;
use model::gateway::Upstreams;
use model::id::UpstreamId;
use model::route::Route;
use pieces::Pieces;
use std::collections::{BTreeSet, HashMap};
use std::sync::Arc;

/// What was made of all routes.
#[derive(Default)]
pub(super) struct Routes {
    kept: HashMap<Order, Kept>,
    /// Where those stand that mean something; side by side with what they mean.
    orders: Pieces<Order>,
    routes: Pieces<Arc<Route>>,
    upstreams: Upstreams,
    /// How many routes lead to an upstream.
    users: HashMap<UpstreamId, usize>,
    /// Those about which there is something to say.
    remarked: BTreeSet<Order>,
}

/// What was made of a route, and of what.
struct Kept {
    /// The route and the objects that it names; nothing where one is not there.
    sources: [Option<Arc<Judged>>; 4],
    /// Where they stood, if that was said.
    origins: Vec<Option<Origin>>,
    asked: Asked,
    made: Made,
}

impl Routes {
    /// The routes, in the order of their objects.
    pub(super) fn list(&self) -> &Pieces<Arc<Route>> {
        &self.routes
    }

    /// All that they lead to.
    pub(super) fn upstreams(&self) -> &Upstreams {
        &self.upstreams
    }

    /// What is to be said of them.
    pub(super) fn said(&self) -> impl Iterator<Item = Said> {
        let kept = self.remarked.iter().filter_map(|order| self.kept.get(order));
        kept.flat_map(|kept| kept.made.said.iter().cloned())
    }

    /// Makes anew what a change touches.
    pub(super) fn follow(&mut self, at: &Lowering<'_>, touched: &Touched) {
        let items = at.objects.of_kind(Kind::Routes);
        if touched.afresh {
            return self.make_all(items, at);
        }
        if touched.file {
            self.refile(items);
        }
        let due = self.due(items, at, touched);
        let many = touched.file || due.len() > self.routes.len() / 8;
        self.kept.reserve(due.len());
        let (mut left, mut fresh) = (Vec::new(), HashMap::new());
        for order in due {
            let before = self.kept.remove(&order);
            let now = items.find(&order).map(|item| self.sharing(made(item, at), &mut fresh));
            if !many {
                self.replace(&order, before.as_ref(), now.as_ref(), &mut left);
            }
            self.kept.extend(now.map(|now| (order, now)));
        }
        if many {
            self.lay(items);
        }
        for id in left.iter().filter(|id| !self.users.contains_key(id)) {
            self.upstreams.remove(id);
        }
    }

    /// Makes all routes, of which none was known.
    fn make_all(&mut self, items: &Pieces<Item>, at: &Lowering<'_>) {
        let (items, mut fresh) = (items.iter().collect::<Vec<_>>(), HashMap::new());
        self.kept.reserve(items.len());
        for (item, made) in items.iter().zip(of_each(&items, |item| made(item, at))) {
            let made = self.sharing(made, &mut fresh);
            self.kept.insert(item.order.clone(), made);
        }
        self.lay(items);
    }

    /// Finds the routes of a file again by their ids: they may stand elsewhere now.
    fn refile(&mut self, items: &Pieces<Item>) {
        let of_file = self.kept.extract_if(|order, _| order.is_of_file());
        let mut known: HashMap<String, Kept> = of_file.filter_map(|(_, kept)| Some((kept.id()?, kept))).collect();
        for item in items.iter().take_while(|item| item.order.is_of_file()) {
            if let Some(kept) = known.remove(&item.judged.place.id) {
                self.kept.insert(item.order.clone(), kept);
            }
        }
    }

    fn due(&self, items: &Pieces<Item>, at: &Lowering<'_>, touched: &Touched) -> BTreeSet<Order> {
        let mut due = touched.routes.clone();
        if touched.any(&[Kind::PluginMetadata, Kind::Ssls]) {
            // each route may depend on them
            due.extend(items.iter().map(|item| item.order.clone()));
        } else if touched.file || touched.any(&[Kind::Services, Kind::Upstreams, Kind::PluginConfigs, Kind::Consumers])
        {
            let stands =
                |item: &&Item| self.kept.get(&item.order).is_some_and(|kept| kept.stands(&Basis::of(item, at), at));
            due.extend(items.iter().filter(|item| !stands(item)).map(|item| item.order.clone()));
        }
        due
    }

    /// What was made of a route; upstreams that are as they were, or as another route has them, are shared.
    fn sharing(&self, mut kept: Kept, fresh: &mut HashMap<UpstreamId, Arc<Upstream>>) -> Kept {
        for (id, upstream) in &mut kept.made.upstreams {
            let known = fresh.get(id).or_else(|| Some(&self.upstreams.list().find(id)?.1));
            match known.filter(|known| *known == upstream) {
                Some(known) => *upstream = known.clone(),
                None => drop(fresh.insert(id.clone(), upstream.clone())),
            }
        }
        kept
    }

    /// Puts what was made of a route in the place of what was made of it before. Upstreams that it has left are told.
    fn replace(&mut self, order: &Order, before: Option<&Kept>, now: Option<&Kept>, left: &mut Vec<UpstreamId>) {
        for (id, upstream) in now.iter().flat_map(|now| &now.made.upstreams) {
            *self.users.entry(id.clone()).or_default() += 1;
            if !self.upstreams.list().find(id).is_some_and(|(_, known)| Arc::ptr_eq(known, upstream)) {
                self.upstreams.insert(id.clone(), upstream.clone());
            }
        }
        for (id, _) in before.iter().flat_map(|before| &before.made.upstreams) {
            if let Some(users) = self.users.get_mut(id) {
                *users -= 1;
                if *users == 0 {
                    self.users.remove(id);
                    left.push(id.clone());
                }
            }
        }
        self.note(order, now);
        match (self.orders.search(order), now.and_then(|now| now.made.route.clone())) {
            (Ok(at), Some(route)) => self.routes[at] = route,
            (Ok(at), None) => {
                self.orders.remove(at);
                self.routes.remove(at);
            }
            (Err(at), Some(route)) => {
                self.orders.insert(at, order.clone());
                self.routes.insert(at, route);
            }
            (Err(_), None) => {}
        }
    }

    fn note(&mut self, order: &Order, now: Option<&Kept>) {
        if now.is_some_and(|now| !now.made.said.is_empty()) {
            self.remarked.insert(order.clone());
        } else {
            self.remarked.remove(order);
        }
    }

    /// Lays everything out anew.
    fn lay<'i>(&mut self, items: impl IntoIterator<Item = &'i Item>) {
        let kept = items.into_iter().filter_map(|item| Some((&item.order, self.kept.get(&item.order)?)));
        let kept: Vec<(&Order, &Kept)> = kept.collect();
        let live = || kept.iter().filter_map(|(order, kept)| Some((*order, kept.made.route.as_ref()?)));
        let upstreams = || kept.iter().flat_map(|(_, kept)| &kept.made.upstreams);
        let mut users: HashMap<UpstreamId, usize> = HashMap::with_capacity(kept.len());
        for (id, _) in upstreams() {
            *users.entry(id.clone()).or_default() += 1;
        }
        let upstreams = upstreams().cloned().collect();
        let orders = live().map(|(order, _)| order.clone()).collect();
        let routes = live().map(|(_, route)| route.clone()).collect();
        let remarked = kept.iter().filter(|(_, kept)| !kept.made.said.is_empty());
        let remarked = remarked.map(|(order, _)| (*order).clone()).collect();
        (self.orders, self.routes, self.remarked, self.users) = (orders, routes, remarked, users);
        self.upstreams = upstreams;
    }
}

/// What a route means now.
fn made(item: &Item, at: &Lowering<'_>) -> Kept {
    let basis = Basis::of(item, at);
    let mut asked = Asked::default();
    let made = make(&basis, at, &mut asked);
    let origins = if made.said.is_empty() { Vec::new() } else { basis.all().map(origin).to_vec() };
    Kept { sources: basis.all().map(|item| Some(item?.judged.clone())), origins, asked, made }
}

impl Kept {
    fn id(&self) -> Option<String> {
        Some(self.sources.first()?.as_ref()?.place.id.clone())
    }

    /// Whether all it was made of is as it was.
    fn stands(&self, basis: &Basis<'_>, at: &Lowering<'_>) -> bool {
        self.sources.iter().zip(basis.all()).all(|(old, new)| same(old, new))
            && self.origins.iter().zip(basis.all()).all(|(old, new)| *old == origin(new))
            && self.asked.stands(at)
    }
}

impl Asked {
    /// Whether what is there is what was there.
    fn stands(&self, at: &Lowering<'_>) -> bool {
        self.consumers.iter().all(|(name, there)| at.objects.get(Kind::Consumers, name).is_some() == *there)
            && self.upstreams.iter().all(|(id, old)| same(old, at.objects.get(Kind::Upstreams, id)))
    }
}

fn same(old: &Option<Arc<Judged>>, new: Option<&Item>) -> bool {
    match (old, new) {
        (Some(old), Some(new)) => Arc::ptr_eq(old, &new.judged),
        (None, None) => true,
        (Some(_), None) | (None, Some(_)) => false,
    }
}

fn origin(item: Option<&Item>) -> Option<Origin> {
    item.map(Item::origin)
}

//! All objects of a source that are what they should be: those of a file in its order, then those that are kept one by one,
//! the oldest first.

use super::Said;
use super::judged::{Judged, Remark};
use crate::entity::Kind;
use crate::read::{Origin, Texts};
use pieces::{Keyed, Pieces};
use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::Arc;
use store::{Document, Revision};

/// Where an object stands among those of its kind.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) enum Order {
    /// Its number in the file.
    File(usize),
    /// When its document came to be, and its key.
    Kept(Revision, Arc<str>),
}

impl Order {
    pub(super) fn of(document: &Document) -> Self {
        Self::Kept(document.created, document.key.as_str().into())
    }

    pub(super) fn is_of_file(&self) -> bool {
        matches!(self, Self::File(_))
    }
}

impl Keyed for Order {
    type Key = Self;

    fn key(&self) -> &Self {
        self
    }
}

/// An object with its place in a file, if it came from one.
#[derive(Clone)]
pub(crate) struct Item {
    pub(super) order: Order,
    pub(crate) judged: Arc<Judged>,
    origin: Option<Arc<Origin>>,
}

impl Keyed for Item {
    type Key = Order;

    fn key(&self) -> &Order {
        &self.order
    }
}

impl Item {
    pub(super) fn kept(order: Order, judged: Judged) -> Self {
        Self { order, judged: Arc::new(judged), origin: None }
    }

    pub(super) fn of_file(at: usize, judged: Arc<Judged>, origin: Origin) -> Self {
        Self { order: Order::File(at), judged, origin: Some(Arc::new(origin)) }
    }

    /// Where remarks on it belong.
    pub(crate) fn origin(&self) -> Origin {
        match &self.origin {
            Some(origin) => (**origin).clone(),
            None => Origin::document(self.judged.place.to_string()),
        }
    }

    /// The remarks on the object by itself.
    pub(super) fn said(&self) -> Vec<Said> {
        self.judged.remarks.iter().map(|remark| (Some(self.origin()), remark.clone())).collect()
    }

    fn is_same(&self, other: &Self) -> bool {
        self.order == other.order && Arc::ptr_eq(&self.judged, &other.judged) && self.origin == other.origin
    }
}

/// What is not what it should be.
pub(super) struct Bad {
    /// The document whose newest text cannot be used.
    pub(super) broken: Option<String>,
    pub(super) said: Vec<Said>,
}

/// All objects that are what they should be.
#[derive(Default)]
pub(crate) struct Objects {
    items: BTreeMap<Kind, Pieces<Item>>,
    nothing: Pieces<Item>,
    /// Where objects stand that others name, by their ids: of equal ones the first.
    places: HashMap<(Kind, String), Order>,
    /// Those about which there is something to say.
    remarked: BTreeSet<(Kind, Order)>,
    /// Those that are not what they should be.
    pub(super) bad: BTreeMap<Order, Bad>,
}

impl Objects {
    /// Those of a kind, in the order in which they came to be.
    pub(crate) fn of_kind(&self, kind: Kind) -> &Pieces<Item> {
        self.items.get(&kind).unwrap_or(&self.nothing)
    }

    /// The one with this id. Routes are named by nobody.
    pub(crate) fn get(&self, kind: Kind, id: &str) -> Option<&Item> {
        self.of_kind(kind).find(self.places.get(&(kind, id.to_owned()))?)
    }

    /// The documents whose newest text cannot be used.
    pub(super) fn broken(&self) -> Vec<String> {
        self.bad.values().filter_map(|bad| bad.broken.clone()).collect()
    }

    /// Makes the remarks on objects by themselves.
    pub(super) fn tell(&self, texts: &mut Texts) {
        let items = self.remarked.iter().filter_map(|(kind, order)| self.of_kind(*kind).find(order));
        let said = items.flat_map(Item::said).chain(self.bad.values().flat_map(|bad| bad.said.clone()));
        said.for_each(|said| tell(said, texts));
    }

    /// Puts new objects of a kind among the others.
    pub(super) fn put_all(&mut self, kind: Kind, items: Vec<Item>) {
        for item in &items {
            self.note(kind, item);
        }
        let known = self.items.entry(kind).or_default();
        if items.len() > known.len() / 8 {
            *known = Pieces::ordered(known.iter().cloned().chain(items));
        } else {
            items.into_iter().for_each(|item| drop(known.put(item)));
        }
    }

    fn note(&mut self, kind: Kind, item: &Item) {
        if !item.judged.remarks.is_empty() {
            self.remarked.insert((kind, item.order.clone()));
        }
        if is_named(kind) {
            let first = self.places.entry((kind, item.judged.place.id.clone())).or_insert_with(|| item.order.clone());
            if item.order < *first {
                *first = item.order.clone();
            }
        }
    }

    /// Takes out what a document kept. No other document names the same object, and of a file's the first stands before it.
    pub(super) fn take(&mut self, kind: Kind, order: &Order) {
        self.bad.remove(order);
        let Some(gone) = self.items.get_mut(&kind).and_then(|items| items.take(order)) else { return };
        self.remarked.remove(&(kind, order.clone()));
        let place = (kind, gone.judged.place.id.clone());
        if self.places.get(&place) == Some(order) {
            self.places.remove(&place);
        }
    }

    /// Puts the objects of a file in the place of those it had. Says of which kinds some are others, or stand elsewhere.
    pub(super) fn replace_file(&mut self, good: Vec<Item>, bad: Vec<Bad>) -> BTreeSet<Kind> {
        self.bad.retain(|order, _| !order.is_of_file());
        self.bad.extend(bad.into_iter().enumerate().map(|(at, bad)| (Order::File(at), bad)));
        let mut new: BTreeMap<Kind, Vec<Item>> = BTreeMap::new();
        for item in good {
            new.entry(item.judged.place.kind).or_default().push(item);
        }
        let mut others = BTreeSet::new();
        for kind in Kind::ALL {
            let new = new.remove(kind).unwrap_or_default();
            let known = self.items.entry(*kind).or_default();
            let of_file = known.iter().take_while(|item| item.order.is_of_file()).count();
            if of_file != new.len() || !known.iter().zip(&new).all(|(old, new)| old.is_same(new)) {
                let kept = known.iter_from(of_file).cloned();
                *known = new.into_iter().chain(kept).collect();
                others.insert(*kind);
            }
        }
        if !others.is_empty() {
            self.note_all();
        }
        others
    }

    fn note_all(&mut self) {
        self.places.clear();
        self.remarked.clear();
        for (kind, items) in std::mem::take(&mut self.items) {
            items.iter().for_each(|item| self.note(kind, item));
            self.items.insert(kind, items);
        }
    }
}

/// Whether others may name objects of this kind.
fn is_named(kind: Kind) -> bool {
    !matches!(kind, Kind::Routes | Kind::Credentials)
}

/// Makes a remark; one that is about no object is about the source.
pub(super) fn tell((origin, Remark { faith, path, message }): Said, texts: &mut Texts) {
    texts.say(faith, &origin.unwrap_or_else(|| Origin::document("")), &path, message);
}

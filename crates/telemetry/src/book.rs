//! Counters under names and labels that the configuration says, kept apart for each scrape.
//!
//! A series is asked for once and counts with plain atomics from then on. Their number has a bound: what strangers vary
//! in their requests cannot make memory grow. Not for the gateway's own figures: those are `metrics`.

mod page;
mod series;
#[cfg(test)]
mod tests;

pub use page::Page;
pub use series::Series;

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// As many series have a place in one book; of further ones it is only known that there were some.
pub const MOST: usize = 20_000;

/// What the series of a family have in common.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Form {
    /// The family's name.
    pub name: String,
    /// What it counts, for people.
    pub help: String,
    /// The names of its labels.
    pub labels: Vec<String>,
    /// A histogram's upper bounds, in thousandths; `None`: it is a counter.
    pub bounds: Option<Vec<u64>>,
}

/// The series of one scrape.
#[derive(Debug, Default)]
pub struct Book {
    families: Mutex<Families>,
    refused: AtomicU64,
}

#[derive(Debug, Default)]
struct Families {
    by_name: BTreeMap<String, Family>,
    series: usize,
    /// A full book is looked through for series that nobody holds only now and then.
    until_sweep: usize,
}

#[derive(Debug)]
struct Family {
    form: Form,
    series: BTreeMap<Vec<Box<str>>, Arc<Series>>,
}

impl Book {
    /// The series with these values of the labels; nothing where the book is full, which is counted.
    pub fn series(&self, form: &Form, values: &[&str]) -> Option<Arc<Series>> {
        let found = self.locked().series(form, values, MOST);
        if found.is_none() {
            self.refused.fetch_add(1, Ordering::Relaxed);
        }
        found
    }

    /// How often a series found no place.
    pub fn refused(&self) -> u64 {
        self.refused.load(Ordering::Relaxed)
    }

    fn locked(&self) -> MutexGuard<'_, Families> {
        self.families.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Families {
    fn series(&mut self, form: &Form, values: &[&str], most: usize) -> Option<Arc<Series>> {
        if self.by_name.get(&form.name).is_some_and(|family| family.form != *form) {
            // the configuration means something else by the name now
            self.series -= self.by_name.remove(&form.name).map_or(0, |family| family.series.len());
        }
        let key: Vec<Box<str>> = values.iter().map(|value| Box::from(*value)).collect();
        if let Some(series) = self.by_name.get(&form.name).and_then(|family| family.series.get(&key)) {
            return Some(series.clone());
        }
        if self.series >= most && !self.sweep(most) {
            return None;
        }
        let fresh = Arc::new(Series::of(form));
        let family = || Family { form: form.clone(), series: BTreeMap::new() };
        self.by_name.entry(form.name.clone()).or_insert_with(family).series.insert(key, fresh.clone());
        self.series += 1;
        Some(fresh)
    }

    /// Forgets what nobody counts in any more; says whether there is room.
    fn sweep(&mut self, most: usize) -> bool {
        if self.until_sweep > 0 {
            self.until_sweep -= 1;
            return false;
        }
        for family in self.by_name.values_mut() {
            family.series.retain(|_, series| Arc::strong_count(series) > 1);
        }
        self.series = self.by_name.values().map(|family| family.series.len()).sum();
        self.until_sweep = most / 10;
        self.series < most
    }
}

/// The books of a process, by name.
#[derive(Debug, Default)]
pub(crate) struct Books(Mutex<BTreeMap<String, Arc<Book>>>);

impl Books {
    /// The book of this name; a new one where there is none.
    pub(crate) fn of(&self, name: &str) -> Arc<Book> {
        let mut books = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(book) = books.get(name) {
            return book.clone();
        }
        books.entry(name.to_owned()).or_default().clone()
    }

    /// The book of this name, if somebody has asked for it.
    pub(crate) fn known(&self, name: &str) -> Option<Arc<Book>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).get(name).cloned()
    }
}

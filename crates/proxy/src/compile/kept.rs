//! What a compilation finds again of the one before it.

use crate::router::NEW;
use crate::snapshot::ReadyRoute;
use model::route::Route;
use pieces::{Pieces, Trace};
use std::collections::HashMap;
use std::sync::Arc;

/// A list with the trace of the one that it was made of, thing by thing.
pub(crate) struct Traced<T, U> {
    pub(crate) trace: Trace<T>,
    pub(crate) made: Pieces<U>,
}

impl<T, U> Traced<T, U> {
    pub(crate) fn both(&self) -> (&Trace<T>, &Pieces<U>) {
        (&self.trace, &self.made)
    }
}

/// Routes that are in a table as they were before.
pub(super) struct Known<'a> {
    /// For each route of the table its position before, or [`NEW`].
    pub(super) origins: Vec<u32>,
    /// Those whose piece of the list is not there any more, with their positions before.
    scattered: HashMap<*const Route, (u32, &'a Arc<ReadyRoute>)>,
}

impl<'a> Known<'a> {
    pub(super) fn of(routes: &Pieces<Arc<Route>>, before: &'a Traced<Arc<Route>, Arc<ReadyRoute>>) -> Self {
        let stretches = routes.stretches(&before.trace);
        let mut whole: Vec<_> = stretches.iter().filter_map(|stretch| stretch.there.clone()).collect();
        whole.sort_by_key(|there| there.start);
        let mut scattered = HashMap::new();
        let mut from = 0;
        for there in whole.into_iter().chain(std::iter::once(before.made.len()..before.made.len())) {
            let between = before.made.iter_from(from).take(there.start - from).zip(number(from)..);
            scattered.extend(between.map(|(ready, at)| (ready.model.as_ptr(), (at, ready))));
            from = there.end;
        }
        let mut origins = Vec::with_capacity(routes.len());
        for stretch in stretches {
            match stretch.there {
                Some(there) => origins.extend(number(there.start)..number(there.end)),
                None => {
                    let own = routes.iter_from(stretch.here.start).take(stretch.here.len());
                    origins.extend(own.map(|route| scattered.get(&Arc::as_ptr(route)).map_or(NEW, |(at, _)| *at)));
                }
            }
        }
        Self { origins, scattered }
    }

    /// What was made of this route before.
    pub(super) fn ready(&self, route: &Arc<Route>) -> Option<&'a Arc<ReadyRoute>> {
        self.scattered.get(&Arc::as_ptr(route)).map(|(_, ready)| *ready)
    }
}

fn number(at: usize) -> u32 {
    u32::try_from(at).expect("a table has fewer than four billion routes")
}

//! APISIX's Admin API, version 3: requests become changes of objects, which the desk brings into force before they are
//! answered.
//!
//! [`place`] tells what a path names, `guard` who may ask, `body` what was sent, `objects` and `list` deal with objects,
//! `whole` with a whole configuration at once, `told` with what the API tells about itself.

mod body;
mod book;
mod duplicate;
mod group;
mod guard;
mod key;
mod list;
mod objects;
mod patch;
mod place;
mod reference;
mod reply;
mod rules;
mod told;
mod whole;

pub use guard::{Holder, Role};
pub use rules::Rules;

use book::Book;
use bytes::Bytes;
use dialect::admin::{AdminApi, AdminPort, Answering, Desk, Refused};
use http::{Method, Request, StatusCode};
use place::Spot;
use reply::{Answer, Problem, Reply};
use std::sync::{Arc, Mutex, PoisonError};
use store::{Change, StoreError};

/// How often a change is thought out anew because another was first.
const TRIES: usize = 100;

/// What an Admin API writes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Home {
    /// Objects, one by one.
    Objects,
    /// A whole configuration at once, which is kept in memory.
    Whole,
}

/// The Admin API of one source.
pub struct Admin {
    rules: Rules,
    /// The objects that were last looked at.
    book: Mutex<Option<Arc<Book>>>,
    /// Writers take turns: each sees what the one before has done.
    turn: tokio::sync::Mutex<()>,
}

/// A request that may be answered.
struct Asked<'a> {
    request: &'a Request<Bytes>,
    query: Vec<(String, String)>,
}

impl Asked<'_> {
    fn method(&self) -> &Method {
        self.request.method()
    }

    /// The first argument of this name.
    fn argument(&self, name: &str) -> Option<&str> {
        self.query.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str())
    }
}

impl Admin {
    /// The API of a source.
    pub fn new(rules: Rules) -> Self {
        Self { rules, book: Mutex::default(), turn: tokio::sync::Mutex::default() }
    }

    async fn respond(&self, request: &Request<Bytes>, desk: &Desk) -> Answer {
        guard::from_here(&self.rules, request)?;
        if *request.method() == Method::OPTIONS {
            return Ok(Reply::empty(StatusCode::OK));
        }
        let query = body::pairs(request.uri().query().unwrap_or_default());
        let asked = Asked { request, query };
        guard::token(&self.rules, &asked)?;
        let path = body::decoded(request.uri().path());
        let spot = Spot::find(&path).ok_or(Problem::nothing())?;
        match (self.rules.home, spot) {
            (_, Spot::Plugins(rest)) => told::plugins(&self.rules, &asked, &rest),
            (_, Spot::Schema(rest)) => told::schema(&self.rules, &asked, &rest),
            (_, Spot::Validate) => whole::validate(&self.rules, &asked),
            (Home::Whole, Spot::Configs) => self.configs(&asked, desk).await,
            (Home::Whole, Spot::Objects(_)) => Err(Problem::nothing()),
            (Home::Objects, Spot::Objects(target)) => self.objects(target, &asked, desk).await,
            (Home::Objects, Spot::Configs) => Err(Problem::unsupported("configs")),
            (_, Spot::Unknown(kind)) => Err(Problem::unsupported(&kind)),
        }
    }

    /// The objects as they are now.
    async fn book(&self, desk: &Desk) -> Result<Arc<Book>, Problem> {
        let (documents, revision) = desk.documents().await.map_err(|error| Problem::away(&error))?;
        let mut known = self.book.lock().unwrap_or_else(PoisonError::into_inner);
        match known.as_ref().filter(|known| known.is_of(&documents, revision)) {
            Some(known) => Ok(known.clone()),
            None => Ok(known.insert(Arc::new(Book::new(documents, revision))).clone()),
        }
    }

    /// Thinks out changes, brings them into force, and answers; all anew when somebody else was first.
    async fn write<P>(&self, desk: &Desk, plan: P) -> Answer
    where
        P: Fn(&Book) -> Result<(Reply, Vec<Change>), Problem>,
    {
        let _turn = self.turn.lock().await;
        for _ in 0..TRIES {
            let book = self.book(desk).await?;
            let (reply, changes) = plan(&book)?;
            if changes.is_empty() {
                return Ok(reply);
            }
            match desk.commit(changes, Some(book.revision())).await {
                Ok(_) => return Ok(reply),
                Err(Refused::Store(StoreError::Conflict { .. })) => {}
                Err(refused) => return Err(refusal(&refused)),
            }
        }
        Err(Problem::error(StatusCode::SERVICE_UNAVAILABLE, "value changed before overwritten"))
    }

    /// Whether a plugin may be named.
    fn knows(rules: &Rules, name: &str) -> bool {
        let enabled = rules.plugins.as_ref().is_none_or(|plugins| plugins.iter().any(|one| one == name));
        enabled && crate::check::exists(name)
    }
}

impl AdminApi for Admin {
    fn ports(&self) -> Vec<AdminPort> {
        self.rules.ports.clone()
    }

    fn answer<'a>(&'a self, request: Request<Bytes>, desk: &'a Desk) -> Answering<'a> {
        Box::pin(async move {
            let reply = self.respond(&request, desk).await.unwrap_or_else(Problem::reply);
            reply.send(self.rules.cors, *request.method() == Method::HEAD)
        })
    }
}

/// What is said of changes that did not come into force.
fn refusal(refused: &Refused) -> Problem {
    match refused {
        Refused::Store(error) => Problem::away(error),
        Refused::Broken(_) | Refused::CannotRun(_) => Problem::wrong(refused.to_string()),
        Refused::Ending => Problem::error(StatusCode::SERVICE_UNAVAILABLE, refused.to_string()),
    }
}

#[cfg(test)]
mod tests;

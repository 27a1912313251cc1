//! Kong's Admin API: requests become changes of documents, which the desk brings into force before they are answered.
//!
//! [`place`] tells what a path names, `pen` what a request would change, `problem` what is said when it cannot be.

mod apis;
mod arguments;
mod book;
mod config;
mod entities;
mod info;
mod page;
mod pen;
mod place;
mod problem;
mod reply;
mod schemas;
mod tags;
mod told;

pub(crate) use told::ports;

use crate::entity::REFUSED;
use crate::settings::{Listen, Settings};
use arguments::{Arguments, Unread};
use book::Book;
use bytes::Bytes;
use dialect::admin::{AdminApi, AdminPort, Answering, Desk, Refused};
use dialect::resolve::ProcessEnvironment;
use dialect::{Faith, Finding};
use http::{Method, Request, Response, StatusCode};
use model::tls::{Certificate, ServerTls};
use page::Query;
use pen::Pen;
use place::Place;
use problem::Problem;
use reply::{Answer, Reply};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Instant, SystemTime};
use store::{Change, StoreError};

/// How often a change is thought out anew because another was first.
const TRIES: usize = 100;

/// The Admin API of one source.
pub struct Admin {
    settings: Settings,
    /// What its ports with TLS show; `None`: one that is made at the start.
    certificate: Option<Certificate>,
    /// Entities are kept one by one, and written here.
    kept: bool,
    /// The entities that were last looked at.
    book: Mutex<Option<Arc<Book>>>,
    /// Writers take turns: each sees what the one before has done.
    turn: tokio::sync::Mutex<()>,
}

/// A request that was understood as far as its form.
struct Asked<'a> {
    method: &'a Method,
    query: Query,
    arguments: Arguments,
    /// What was sent, for places that take more than arguments.
    body: &'a Bytes,
    /// Its media type without parameters.
    media: String,
}

impl Admin {
    /// The API of a source with these settings.
    pub fn new(settings: Settings, certificate: Option<Certificate>, kept: bool) -> Self {
        Self { settings, certificate, kept, book: Mutex::default(), turn: tokio::sync::Mutex::default() }
    }

    async fn respond(&self, request: &Request<Bytes>, desk: &Desk) -> Answer {
        let place = place::find(request.uri().path()).ok_or(Problem::Nothing)?;
        let method = request.method();
        if method == Method::OPTIONS {
            return Ok(Reply::allowed(place.methods()));
        }
        let asked_for = if method == Method::HEAD { "GET" } else { method.as_str() };
        if !place.methods().contains(&asked_for) {
            return Err(Problem::Said(StatusCode::METHOD_NOT_ALLOWED, "Method not allowed".to_owned()));
        }
        let head = request.headers().get(http::header::CONTENT_TYPE).and_then(|value| value.to_str().ok());
        let media = head.unwrap_or_default().split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
        let arguments = match arguments::read(request.headers(), request.body()) {
            _ if asked_for == "GET" || asked_for == "DELETE" => Arguments::default(),
            _ if place == Place::Config && config::is_text(&media) => Arguments::default(),
            Ok(arguments) => arguments,
            Err(Unread::Page(page)) => return Ok(page),
            Err(Unread::Problem(problem)) => return Err(problem),
        };
        let query = arguments::pairs(request.uri().query().unwrap_or_default());
        let asked = Asked { method, query, arguments, body: request.body(), media };
        self.at(place, asked, desk).await
    }

    async fn at(&self, place: Place, asked: Asked<'_>, desk: &Desk) -> Answer {
        match place {
            Place::Root => Ok(self.root(&*self.book(desk).await?)),
            Place::Status => Ok(self.status(&*self.book(desk).await?, &desk.metrics)),
            Place::Endpoints => Ok(info::endpoints()),
            Place::Metrics => Ok(self.metrics(&*self.book(desk).await?, &desk.metrics)),
            Place::PluginsEnabled => Ok(self.plugins_enabled()),
            Place::Config => self.config(asked, desk).await,
            Place::Tags => Ok(tags::list(&*self.book(desk).await?, None)),
            Place::Tag(tag) => Ok(tags::list(&*self.book(desk).await?, Some(&tag))),
            Place::Schema(name) => schemas::entity(&name, self.settings.flavor),
            Place::PluginSchema(name) => schemas::plugin(&name),
            Place::Validate(name) => self.validate(&name, asked.arguments, desk).await,
            Place::All(collection) => self.all(collection, asked, desk).await,
            Place::One(collection, key) => self.one(collection, &key, asked, desk).await,
            Place::Children(family) => self.children(family, asked, desk).await,
            Place::Child(family, key) => self.child(family, &key, asked, desk).await,
            Place::Parent(family) => self.parent(family, asked, desk).await,
            Place::Health(key) => self.health(&key, desk).await,
            Place::Apis => self.apis(asked, desk).await,
            Place::Api(key) => self.api(&key, asked, desk).await,
            Place::ApiPlugins(key) => self.api_plugins(&key, asked, desk).await,
            Place::ApiPlugin(key, id) => self.api_plugin(&key, &id, asked, desk).await,
        }
    }

    /// The entities as they are now.
    async fn book(&self, desk: &Desk) -> Result<Arc<Book>, Problem> {
        let (documents, revision) = desk.documents().await.map_err(|error| Problem::Database(error.to_string()))?;
        let now = SystemTime::now();
        let known = self.book.lock().unwrap_or_else(PoisonError::into_inner).clone();
        if let Some(known) = known.filter(|known| known.revision == revision && !known.is_over(now)) {
            return Ok(known);
        }
        let book = Arc::new(Book::of(&documents, revision, &ProcessEnvironment, now));
        *self.book.lock().unwrap_or_else(PoisonError::into_inner) = Some(book.clone());
        Ok(book)
    }

    fn pen<'a>(&'a self, book: &'a Book) -> Pen<'a> {
        let plugins = self.settings.plugins.as_deref();
        Pen { book, kept: self.kept, flavor: self.settings.flavor, plugins, now: SystemTime::now() }
    }

    /// Thinks out changes, brings them into force, and answers; all anew when somebody else was first.
    async fn write<P>(&self, desk: &Desk, plan: P) -> Answer
    where
        P: Fn(&Pen<'_>) -> Result<(Reply, Vec<Change>), Problem>,
    {
        let _turn = self.turn.lock().await;
        for _ in 0..TRIES {
            let book = self.book(desk).await?;
            let (reply, changes) = plan(&self.pen(&book))?;
            if changes.is_empty() {
                return Ok(reply);
            }
            match desk.commit(changes, Some(book.revision)).await {
                Ok(_) => return Ok(reply),
                Err(Refused::Store(StoreError::Conflict { .. })) => {}
                Err(refused) => return Err(refusal(refused)),
            }
        }
        Err(Problem::Database("others change the configuration all the time: try again".to_owned()))
    }
}

impl AdminApi for Admin {
    fn ports(&self) -> Vec<AdminPort> {
        let tls = || ServerTls { certificates: self.certificate.iter().cloned().collect(), ..Default::default() };
        let port = |listen: &Listen| AdminPort { address: listen.address, tls: listen.tls.then(tls) };
        self.settings.admin.iter().map(port).collect()
    }

    fn answer<'a>(&'a self, request: Request<Bytes>, desk: &'a Desk) -> Answering<'a> {
        Box::pin(async move {
            let began = Instant::now();
            let reply = self.respond(&request, desk).await.unwrap_or_else(|problem| Reply::of(&problem));
            sent(reply, &request, began)
        })
    }
}

/// A reply on its way; to `HEAD` without its body.
fn sent(reply: Reply, request: &Request<Bytes>, began: Instant) -> Response<Bytes> {
    let mut response: Response<Bytes> = reply.send(began.elapsed());
    if request.method() == Method::HEAD {
        let length = response.body().len();
        *response.body_mut() = Bytes::new();
        response.headers_mut().insert(http::header::CONTENT_LENGTH, length.into());
    }
    response
}

/// What is said of changes that did not come into force.
fn refusal(refused: Refused) -> Problem {
    match refused {
        Refused::Store(error) => Problem::Database(error.to_string()),
        Refused::Broken(findings) => Problem::Schema(config::violations(&wrong(&findings))),
        Refused::CannotRun(text) => {
            Problem::Schema(crate::schema::Violations(vec![crate::schema::Violation::entity(text)]))
        }
        Refused::Ending => Problem::Said(StatusCode::SERVICE_UNAVAILABLE, "the gateway is ending".to_owned()),
    }
}

/// The findings that say that something is wrong.
fn wrong(findings: &[Finding]) -> Vec<Finding> {
    let is_wrong = |finding: &&Finding| finding.faith == Faith::Invalid || finding.message.starts_with(REFUSED);
    findings.iter().filter(is_wrong).cloned().collect()
}

//! Objects one by one: looked at, put, made, changed in part, removed.

use super::book::{Book, Kept};
use super::place::Target;
use super::reply::{Answer, Problem, Reply};
use super::{Admin, Asked, Rules, body, duplicate, group, list, patch, reference};
use crate::check;
use crate::document::Place;
use crate::entity::{Kind, id_text};
use crate::schema::Object;
use dialect::admin::Desk;
use http::{Method, StatusCode};
use serde_json::{Value, json};
use std::time::{Duration, SystemTime};
use store::Change;

type Planned = Result<(Reply, Vec<Change>), Problem>;

impl Admin {
    /// Objects, or one of them.
    pub(super) async fn objects(&self, target: Target, asked: &Asked<'_>, desk: &Desk) -> Answer {
        let rules = &self.rules;
        if target.kind == Kind::StreamRoutes && !rules.stream {
            return Err(Problem::wrong("stream mode is disabled, can not add stream routes"));
        }
        let sent = body::read(asked.request.body())?;
        let end = end(asked)?;
        match *asked.method() {
            Method::GET | Method::HEAD => {
                let book = self.book(desk).await?;
                match &target.id {
                    Some(id) => one(rules, &book, &target.place(id)),
                    None => list::all(rules, &book, &target, asked),
                }
            }
            ref method if is_missing(target.kind, method) => {
                let text = format!("not supported `{method}` method for {}", target.name());
                Err(Problem::error(StatusCode::METHOD_NOT_ALLOWED, text))
            }
            Method::PUT => self.write(desk, |book| put(rules, book, &target, sent.clone(), end)).await,
            Method::POST => self.write(desk, |book| post(rules, book, &target, sent.clone(), end)).await,
            Method::PATCH => self.write(desk, |book| change(rules, book, &target, sent.clone(), end)).await,
            Method::DELETE => self.write(desk, |book| remove(rules, book, &target, asked)).await,
            _ => Err(Problem::nothing()),
        }
    }
}

/// The methods that some kinds do not have.
fn is_missing(kind: Kind, method: &Method) -> bool {
    match kind {
        Kind::Consumers | Kind::Credentials | Kind::PluginMetadata => matches!(*method, Method::POST | Method::PATCH),
        Kind::ConsumerGroups | Kind::PluginConfigs | Kind::GlobalRules | Kind::Secrets => *method == Method::POST,
        Kind::Routes | Kind::Services | Kind::Upstreams | Kind::Ssls | Kind::Protos | Kind::StreamRoutes => false,
    }
}

/// `ttl`: after so many seconds the object ceases to be.
fn end(asked: &Asked<'_>) -> Result<Option<SystemTime>, Problem> {
    let Some(ttl) = asked.argument("ttl") else { return Ok(None) };
    let seconds = ttl.parse::<f64>().ok().and_then(|seconds| Duration::try_from_secs_f64(seconds).ok());
    match seconds.and_then(|seconds| SystemTime::now().checked_add(seconds)) {
        Some(end) => Ok(Some(end)),
        None => Err(Problem::wrong("invalid argument ttl: should be a number")),
    }
}

fn one(rules: &Rules, book: &Book, place: &Place) -> Answer {
    book.get(place).map(|kept| Reply::ok(shown(rules, kept))).ok_or_else(Problem::no_object)
}

/// An object as it is answered.
pub(super) fn shown(rules: &Rules, mut kept: Kept) -> Value {
    if kept.place.kind == Kind::Ssls {
        kept.object.shift_remove("key"); // private keys are never shown
        kept.object.shift_remove("keys");
    }
    let key = format!("{}/{}", rules.prefix, kept.place);
    json!({"key": key, "value": kept.object, "createdIndex": kept.created, "modifiedIndex": kept.modified})
}

fn written(rules: &Rules, status: StatusCode, place: &Place, object: &Object) -> Reply {
    Reply::json(status, json!({"key": format!("{}/{place}", rules.prefix), "value": object}))
}

fn put(rules: &Rules, book: &Book, target: &Target, sent: Option<Value>, end: Option<SystemTime>) -> Planned {
    let (place, mut value) = named(target, sent)?;
    judge(rules, book, &place, &value)?;
    let Value::Object(object) = &mut value else { return Err(Problem::wrong("invalid configuration")) };
    let old = book.get(&place);
    if place.kind != Kind::PluginMetadata {
        stamp(object, old.as_ref().and_then(|old| old.object.get("create_time")));
    }
    let status = if old.is_some() { StatusCode::OK } else { StatusCode::CREATED };
    Ok((written(rules, status, &place, object), vec![kept(&place, object, end)]))
}

fn post(rules: &Rules, book: &Book, target: &Target, sent: Option<Value>, end: Option<SystemTime>) -> Planned {
    let mut value = sent.ok_or_else(|| Problem::wrong("missing configurations"))?;
    if target.id.is_some() || value.get("id").is_some_and(|id| !id.is_null()) {
        return Err(Problem::wrong(format!("wrong {} id, do not need it", target.name())));
    }
    let place = target.place(&format!("{:020}", book.revision().0 + 1));
    unstamped(&value)?;
    judge(rules, book, &place, &value)?;
    let Value::Object(object) = &mut value else { return Err(Problem::wrong("invalid configuration")) };
    object.insert("id".to_owned(), json!(place.id));
    stamp(object, None);
    Ok((written(rules, StatusCode::CREATED, &place, object), vec![kept(&place, object, end)]))
}

fn change(rules: &Rules, book: &Book, target: &Target, sent: Option<Value>, end: Option<SystemTime>) -> Planned {
    if target.kind == Kind::Secrets && (target.id.is_none() || target.below.is_none()) {
        return Err(Problem::wrong("no secret id and/or sub path in uri"));
    }
    let id = target.id.as_ref().ok_or_else(|| Problem::wrong(format!("missing {} id", target.name())))?;
    let sent = sent.ok_or_else(|| Problem::wrong("missing new configuration"))?;
    let place = target.place(id);
    let old = book.get(&place).ok_or_else(Problem::no_object)?;
    let timed = target.below.is_none() && sent.get("update_time").is_some();
    let mut value = match &target.below {
        Some(below) => patch::replaced(Value::Object(old.object), below, sent)?,
        None => patch::merged(Value::Object(old.object), sent)?,
    };
    judge(rules, book, &place, &value)?;
    let Value::Object(object) = &mut value else { return Err(Problem::wrong("invalid configuration")) };
    if !timed {
        object.insert("update_time".to_owned(), json!(now()));
    }
    Ok((written(rules, StatusCode::OK, &place, object), vec![kept(&place, object, end)]))
}

fn remove(rules: &Rules, book: &Book, target: &Target, asked: &Asked<'_>) -> Planned {
    let id = target.id.as_ref().ok_or_else(|| Problem::wrong(format!("missing {} id", target.name())))?;
    let place = target.place(id);
    if asked.argument("force") != Some("true") {
        reference::unused(book, &place)?;
    }
    if !book.has(&place) {
        return Err(Problem::no_object());
    }
    let own = if place.kind == Kind::Consumers { book.credentials(&place.id) } else { Vec::new() };
    let changes = own.into_iter().chain([place.to_string()]).map(|key| Change::Remove { key }).collect();
    let reply = json!({"deleted": "1", "key": format!("{}/{place}", rules.prefix)});
    Ok((Reply::ok(reply), changes))
}

/// The object that a request puts, with its name inside.
fn named(target: &Target, sent: Option<Value>) -> Result<(Place, Value), Problem> {
    let mut value = sent.ok_or_else(|| Problem::wrong("missing configurations"))?;
    unstamped(&value)?;
    let inside = |member: &str| value.get(member).and_then(id_text);
    let missing = || Problem::wrong(format!("missing {} id", target.name()));
    let id = match target.kind {
        Kind::Consumers => {
            let name = inside("username");
            if target.id.is_some() && name.is_some() && name != target.id {
                return Err(Problem::wrong("wrong username"));
            }
            name.or_else(|| target.id.clone()).unwrap_or_default() // the schema asks for it
        }
        Kind::PluginMetadata => target.id.clone().ok_or_else(|| Problem::wrong("missing plugin name"))?,
        Kind::Secrets => target.id.clone().ok_or_else(missing)?,
        _ => {
            let own = inside("id");
            let is_other = target.id.is_some() && own.is_some() && own != target.id;
            if is_other {
                return Err(Problem::wrong(format!("wrong {} id", target.name())));
            }
            match (&target.id, value.get("id")) {
                (Some(id), _) => id.clone(),
                (None, Some(id)) => id_text(id).unwrap_or_default(), // the schema judges it
                (None, None) => return Err(missing()),
            }
        }
    };
    let place = target.place(&id);
    if let Value::Object(object) = &mut value {
        match target.kind {
            Kind::Consumers | Kind::PluginMetadata => {}
            Kind::Secrets => drop(object.insert("id".to_owned(), json!(place_id(&place)))),
            _ if target.id.is_some() => drop(object.insert("id".to_owned(), json!(id))),
            _ => {}
        }
    }
    Ok((place, value))
}

/// The id that an object has inside.
fn place_id(place: &Place) -> String {
    place.parent.as_ref().map_or_else(|| place.id.clone(), |parent| format!("{parent}/{}", place.id))
}

/// Refuses times that only this side sets.
fn unstamped(value: &Value) -> Result<(), Problem> {
    let found = ["create_time", "update_time"].into_iter().find(|name| value.get(*name).is_some());
    found.map_or(Ok(()), |name| Err(Problem::wrong(format!("the property is forbidden: {name}"))))
}

/// Whether an object may be: by itself, and beside the others.
fn judge(rules: &Rules, book: &Book, place: &Place, value: &Value) -> Result<(), Problem> {
    if place.kind == Kind::Credentials {
        let consumer = Place::new(Kind::Consumers, place.parent.as_deref().unwrap_or_default());
        if !book.has(&consumer) {
            return Err(Problem::error(StatusCode::NOT_FOUND, "consumer not found"));
        }
    }
    check::check(place, value, &|name| Admin::knows(rules, name)).map_err(Problem::wrong)?;
    reference::there(book, place, value)?;
    group::agrees(book, place, value)?;
    duplicate::none(book, place, value)
}

fn stamp(object: &mut Object, created: Option<&Value>) {
    let now = json!(now());
    object.insert("create_time".to_owned(), created.cloned().unwrap_or_else(|| now.clone()));
    object.insert("update_time".to_owned(), now);
}

fn kept(place: &Place, object: &Object, expires: Option<SystemTime>) -> Change {
    Change::Put { key: place.to_string(), bytes: Value::Object(object.clone()).to_string().into(), expires }
}

/// Seconds since 1970.
pub(super) fn now() -> u64 {
    SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).map_or(0, |since| since.as_secs())
}

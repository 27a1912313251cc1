//! `/apis`, as versions before 0.13 had them: an API is a service and a route that share their id.

mod translate;

use super::page::Query;
use super::pen::{Named, Pen, fresh};
use super::problem::Problem;
use super::reply::{Answer, Reply};
use super::{Admin, Asked};
use crate::document;
use crate::entity::{Collection, Entity};
use crate::schema::{Object, text};
use dialect::admin::Desk;
use http::{Method, StatusCode};
use serde_json::{Value, json};
use store::Change;
use translate::{Api, plugin_shown};

type Planned = Result<(Reply, Vec<Change>), Problem>;

impl Admin {
    /// `/apis`.
    pub(super) async fn apis(&self, asked: Asked<'_>, desk: &Desk) -> Answer {
        if *asked.method == Method::GET || *asked.method == Method::HEAD {
            let book = self.book(desk).await?;
            let all = Api::all(&book).iter().map(Api::shown).collect();
            return Ok(listed(all, &asked.query));
        }
        let plan = |pen: &Pen<'_>| {
            let id = asked.arguments.object.get("id").and_then(Value::as_str);
            match id.and_then(|id| Api::find(pen.book, id)) {
                Some(old) if *asked.method == Method::PUT => change(pen, &old, &asked, true),
                _ => create(pen, &asked),
            }
        };
        self.write(desk, plan).await
    }

    /// `/apis/NAME`.
    pub(super) async fn api(&self, key: &str, asked: Asked<'_>, desk: &Desk) -> Answer {
        if *asked.method == Method::GET || *asked.method == Method::HEAD {
            let book = self.book(desk).await?;
            return Api::find(&book, key).map(|api| Reply::ok(api.shown())).ok_or(Problem::Nothing);
        }
        let plan = |pen: &Pen<'_>| {
            let old = Api::find(pen.book, key).ok_or(Problem::Nothing)?;
            match *asked.method {
                Method::PATCH => change(pen, &old, &asked, false),
                _ => remove(pen, &old),
            }
        };
        self.write(desk, plan).await
    }

    /// `/apis/NAME/plugins`.
    pub(super) async fn api_plugins(&self, key: &str, asked: Asked<'_>, desk: &Desk) -> Answer {
        if *asked.method == Method::GET || *asked.method == Method::HEAD {
            let book = self.book(desk).await?;
            let api = Api::find(&book, key).ok_or(Problem::Nothing)?;
            let all = book.children(Collection::Plugins, "route", api.route.id());
            return Ok(listed(all.into_iter().map(|one| plugin_shown(book.shown(one))).collect(), &asked.query));
        }
        let plan = |pen: &Pen<'_>| {
            let api = Api::find(pen.book, key).ok_or(Problem::Nothing)?;
            let mut arguments = asked.arguments.clone();
            arguments.object.insert("route".to_owned(), json!({"id": api.route.id()}));
            let id = arguments.object.get("id").and_then(Value::as_str).map(str::to_owned);
            let old = id.as_deref().and_then(|id| pen.book.get(Collection::Plugins, id));
            match (*asked.method == Method::PUT, &id) {
                (true, Some(id)) if old.is_some() => {
                    let written = pen.upsert(Collection::Plugins, old, id, Named::Id, arguments)?;
                    Ok((Reply::ok(plugin_shown(pen.book.shown(&written.entity))), written.changes))
                }
                _ => {
                    let written = pen.insert(Collection::Plugins, arguments)?;
                    Ok((Reply::created(plugin_shown(pen.book.shown(&written.entity))), written.changes))
                }
            }
        };
        self.write(desk, plan).await
    }

    /// `/apis/NAME/plugins/ID`.
    pub(super) async fn api_plugin(&self, key: &str, id: &str, asked: Asked<'_>, desk: &Desk) -> Answer {
        let own = |book: &'_ super::Book| -> Result<Entity, Problem> {
            let api = Api::find(book, key).ok_or(Problem::Nothing)?;
            let plugins = book.children(Collection::Plugins, "route", api.route.id());
            plugins.into_iter().find(|plugin| plugin.id() == id).cloned().ok_or(Problem::Nothing)
        };
        if *asked.method == Method::GET || *asked.method == Method::HEAD {
            let book = self.book(desk).await?;
            return Ok(Reply::ok(plugin_shown(book.shown(&own(&book)?))));
        }
        let plan = |pen: &Pen<'_>| {
            let old = own(pen.book)?;
            if *asked.method != Method::PATCH {
                return Ok((Reply::empty(StatusCode::NO_CONTENT), pen.remove(&old, Named::Id)?));
            }
            let written = pen.update(&old, asked.arguments.clone(), Named::Id)?;
            Ok((Reply::ok(plugin_shown(pen.book.shown(&written.entity))), written.changes))
        };
        self.write(desk, plan).await
    }
}

fn create(pen: &Pen<'_>, asked: &Asked<'_>) -> Planned {
    let api = translate::checked(asked.arguments.clone(), Object::new())?;
    let given = asked.arguments.object.get("id").and_then(Value::as_str);
    let id = match given {
        Some(id) if text::uuid(id).is_err() => {
            return Err(Problem::Plain(StatusCode::BAD_REQUEST, json!({"id": format!("{id} is not a valid uuid")})));
        }
        Some(id) => id.to_owned(),
        None => fresh(),
    };
    if let Some(other) = translate::taken(pen.book, &api, &id) {
        return Err(other);
    }
    let (service, route) = translate::parts(&api, &id)?;
    let service = pen.insert(Collection::Services, service).map_err(translate::old_words)?;
    let route = pen.beside(Collection::Routes, route.object).map_err(translate::old_words)?;
    let shown = Api { service: &service.entity, route: &route.entity }.shown();
    Ok((Reply::created(shown), [service.changes, route.changes].concat()))
}

fn change(pen: &Pen<'_>, old: &Api<'_>, asked: &Asked<'_>, whole: bool) -> Planned {
    let before = if whole { Object::new() } else { old.members() };
    let api = translate::checked(asked.arguments.clone(), before)?;
    let id = old.service.id();
    if let Some(other) = translate::taken(pen.book, &api, id) {
        return Err(other);
    }
    let (service, route) = translate::parts(&api, id)?;
    let put = |collection, old, arguments| {
        pen.upsert(collection, Some(old), id, Named::Id, arguments).map_err(translate::old_words)
    };
    let service = put(Collection::Services, old.service, service)?;
    let route = put(Collection::Routes, old.route, route)?;
    let shown = Api { service: &service.entity, route: &route.entity }.shown();
    Ok((Reply::ok(shown), [service.changes, route.changes].concat()))
}

fn remove(pen: &Pen<'_>, old: &Api<'_>) -> Planned {
    let mut changes = pen.remove(old.route, Named::Id)?;
    let plugins = pen.book.children(Collection::Plugins, "service", old.service.id());
    changes.extend(plugins.iter().map(|one| Change::Remove { key: document::key(Collection::Plugins, one.id()) }));
    changes.push(Change::Remove { key: document::key(Collection::Services, old.service.id()) });
    Ok((Reply::empty(StatusCode::NO_CONTENT), changes))
}

/// Lists of those days: all at once, counted; `size` limits them, `name` and `id` choose.
fn listed(mut data: Vec<Value>, query: &Query) -> Reply {
    for (name, value) in query.iter().filter(|(name, _)| name == "name" || name == "id") {
        data.retain(|one| one.get(name).and_then(Value::as_str) == Some(value));
    }
    let total = data.len();
    Reply::ok(json!({ "data": data, "total": total }))
}

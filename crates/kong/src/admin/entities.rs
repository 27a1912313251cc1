//! Collections, entities in them, and entities beside others: one set of answers for all.

use super::page::{page, value};
use super::pen::{Named, Written};
use super::place::{self, Family};
use super::problem::Problem;
use super::reply::{Answer, Reply};
use super::{Admin, Asked, Pen};
use crate::entity::{Collection, Entity};
use crate::schema::text;
use dialect::admin::Desk;
use http::{Method, StatusCode};
use serde_json::{Value, json};
use store::Change;

impl Admin {
    /// `/services`.
    pub(super) async fn all(&self, collection: Collection, asked: Asked<'_>, desk: &Desk) -> Answer {
        if asked.method == Method::POST {
            let plan = |pen: &Pen<'_>| create(pen, collection, &asked, None);
            return self.write(desk, plan).await;
        }
        let book = self.book(desk).await?;
        let rows = book.of_collection(collection);
        // clients are also found by the id that others have given them
        if let Some(id) = value(&asked.query, "custom_id").filter(|_| collection == Collection::Consumers) {
            let found = rows.into_iter().filter(|row| row.text("custom_id") == Some(id));
            let data: Vec<Value> = found.map(|row| book.shown(row)).collect();
            return Ok(Reply::ok(json!({ "data": data, "next": null })));
        }
        page(&book, rows, &asked.query, &place::path(collection))
    }

    /// `/services/NAME`.
    pub(super) async fn one(&self, collection: Collection, key: &str, asked: Asked<'_>, desk: &Desk) -> Answer {
        if is_read(asked.method) {
            let book = self.book(desk).await?;
            return book.find(collection, key)?.map(|entity| Reply::ok(book.shown(entity))).ok_or(Problem::Nothing);
        }
        let plan = |pen: &Pen<'_>| {
            let (old, named) = (pen.book.find(collection, key)?, named(collection, key));
            match *asked.method {
                Method::PUT => put(pen, collection, old, key, named, &asked),
                Method::PATCH => {
                    let old = old.ok_or_else(|| missing(key, named))?;
                    let mut arguments = asked.arguments.clone();
                    let names = snis(collection, &mut arguments);
                    renamed(pen, pen.update(old, arguments, named)?, names)
                }
                _ => delete(pen, collection, old, named),
            }
        };
        self.write(desk, plan).await
    }

    /// `/services/NAME/routes`.
    pub(super) async fn children(&self, family: Family, asked: Asked<'_>, desk: &Desk) -> Answer {
        let Family { of, ref key, other, member } = family;
        if asked.method == Method::POST {
            let plan = |pen: &Pen<'_>| {
                let parent = pen.book.find(of, key)?.ok_or(Problem::Nothing)?;
                create(pen, other, &asked, Some((member, parent.id())))
            };
            return self.write(desk, plan).await;
        }
        let book = self.book(desk).await?;
        let parent = book.find(of, key)?.ok_or(Problem::Nothing)?;
        let rows = book.children(other, member, parent.id());
        page(&book, rows, &asked.query, &place::child_path(of, parent.id(), other))
    }

    /// `/services/NAME/routes/NAME`.
    pub(super) async fn child(&self, family: Family, key: &str, asked: Asked<'_>, desk: &Desk) -> Answer {
        let Family { of, key: ref parent, other, member } = family;
        if is_read(asked.method) {
            let book = self.book(desk).await?;
            let parent = book.find(of, parent)?.ok_or(Problem::Nothing)?;
            let found = book.child(other, member, parent.id(), key)?;
            return found.map(|entity| Reply::ok(book.shown(entity))).ok_or(Problem::Nothing);
        }
        let plan = |pen: &Pen<'_>| {
            let parent = pen.book.find(of, parent)?.ok_or(Problem::Nothing)?;
            let (old, named) = (pen.book.child(other, member, parent.id(), key)?, named(other, key));
            let mut arguments = asked.arguments.clone();
            let this = json!({ "id": parent.id() });
            match *asked.method {
                Method::PUT => {
                    arguments.object.insert(member.to_owned(), this);
                    // one of this name may stand elsewhere, and is moved here
                    let old = if old.is_some() { old } else { pen.book.find(other, key)? };
                    shown(pen, pen.upsert(other, old, key, named, arguments)?)
                }
                Method::PATCH => {
                    let old = old.ok_or(Problem::Nothing)?;
                    arguments.object.entry(member).or_insert(this);
                    shown(pen, pen.update(old, arguments, named)?)
                }
                _ => delete(pen, other, Some(old.ok_or(Problem::Nothing)?), named),
            }
        };
        self.write(desk, plan).await
    }

    /// `/routes/NAME/service`.
    pub(super) async fn parent(&self, family: Family, asked: Asked<'_>, desk: &Desk) -> Answer {
        let Family { of, ref key, other, member } = family;
        if is_read(asked.method) {
            let book = self.book(desk).await?;
            let child = book.find(of, key)?.ok_or(Problem::Nothing)?;
            let id = child.reference(member).ok_or(Problem::Nothing)?;
            return book.get(other, id).map(|entity| Reply::ok(book.shown(entity))).ok_or(Problem::Nothing);
        }
        let plan = |pen: &Pen<'_>| {
            let child = pen.book.find(of, key)?.ok_or(Problem::Nothing)?;
            let old = child.reference(member).and_then(|id| pen.book.get(other, id));
            if *asked.method == Method::PATCH {
                let old = old.ok_or(Problem::Nothing)?;
                return shown(pen, pen.update(old, asked.arguments.clone(), Named::Id)?);
            }
            let id = old.map_or_else(super::pen::fresh, |old| old.id().to_owned());
            let written = pen.upsert(other, old, &id, Named::Id, asked.arguments.clone())?;
            let (reply, mut changes) = shown(pen, written)?;
            if old.is_none() {
                // the child names its new parent from now on
                let mut object = child.object.clone();
                object.insert(member.to_owned(), json!({ "id": id }));
                changes.push(crate::document::put(of, &object, pen.book.end(child)));
            }
            Ok((reply, changes))
        };
        self.write(desk, plan).await
    }

    /// `/upstreams/NAME/health`: nodes are judged by the requests they answer, so none is known to be ill beforehand.
    pub(super) async fn health(&self, key: &str, desk: &Desk) -> Answer {
        let book = self.book(desk).await?;
        let upstream = book.find(Collection::Upstreams, key)?.ok_or(Problem::Nothing)?;
        let nodes = book.children(Collection::Targets, "upstream", upstream.id());
        let data = nodes.into_iter().map(|node| {
            let mut shown = book.shown(node);
            shown["health"] = json!("HEALTHCHECKS_OFF");
            shown
        });
        Ok(Reply::ok(json!({"data": data.collect::<Vec<_>>(), "next": null, "node_id": super::info::node()})))
    }
}

type Planned = Result<(Reply, Vec<Change>), Problem>;

fn create(pen: &Pen<'_>, collection: Collection, asked: &Asked<'_>, parent: Option<(&str, &str)>) -> Planned {
    let mut arguments = asked.arguments.clone();
    if let Some((member, id)) = parent {
        arguments.object.insert(member.to_owned(), json!({ "id": id }));
    }
    let snis = snis(collection, &mut arguments);
    let Written { entity, end, mut changes } = pen.insert(collection, arguments)?;
    let mut shown = pen.book.show(&entity, end);
    if let Some(names) = snis {
        changes.extend(name_certificate(pen, &entity, &names)?);
        shown["snis"] = json!(names);
    }
    Ok((Reply::created(shown), changes))
}

fn put(
    pen: &Pen<'_>,
    collection: Collection,
    old: Option<&Entity>,
    key: &str,
    named: Named<'_>,
    asked: &Asked<'_>,
) -> Planned {
    let mut arguments = asked.arguments.clone();
    let names = snis(collection, &mut arguments);
    renamed(pen, pen.upsert(collection, old, key, named, arguments)?, names)
}

/// A certificate with the names that it is to have from now on; without any it keeps those it has.
fn renamed(pen: &Pen<'_>, written: Written, names: Option<Vec<String>>) -> Planned {
    let Some(names) = names else { return shown(pen, written) };
    let Written { entity, end, mut changes } = written;
    let (mut known, had) = (Vec::new(), pen.book.children(Collection::Snis, "certificate", entity.id()));
    for sni in had {
        let name = sni.text("name").unwrap_or_default();
        match names.iter().any(|one| one == name) {
            true => known.push(name),
            false => changes.extend(pen.remove(sni, Named::Id)?),
        }
    }
    let new: Vec<String> = names.iter().filter(|name| !known.contains(&name.as_str())).cloned().collect();
    changes.extend(name_certificate(pen, &entity, &new)?);
    let mut shown = pen.book.show(&entity, end);
    shown["snis"] = json!(names);
    Ok((Reply::ok(shown), changes))
}

fn shown(pen: &Pen<'_>, written: Written) -> Planned {
    Ok((Reply::ok(pen.book.show(&written.entity, written.end)), written.changes))
}

/// What is not there is gone already.
fn delete(pen: &Pen<'_>, collection: Collection, old: Option<&Entity>, named: Named<'_>) -> Planned {
    pen.allowed(collection, super::pen::Deed::Remove, named)?;
    let changes = old.map_or(Ok(Vec::new()), |old| pen.remove(old, named))?;
    Ok((Reply::empty(StatusCode::NO_CONTENT), changes))
}

/// `snis` of a certificate: names that become entities of their own.
fn snis(collection: Collection, arguments: &mut super::Arguments) -> Option<Vec<String>> {
    if collection != Collection::Certificates {
        return None;
    }
    match arguments.object.remove("snis")? {
        Value::Array(names) => Some(names.iter().filter_map(Value::as_str).map(str::to_owned).collect()),
        Value::String(name) => Some(name.split(',').map(str::to_owned).collect()),
        _ => Some(Vec::new()),
    }
}

fn name_certificate(pen: &Pen<'_>, certificate: &Entity, names: &[String]) -> Result<Vec<Change>, Problem> {
    let mut changes = Vec::new();
    for name in names {
        let object = json!({"name": name, "certificate": {"id": certificate.id()}});
        changes.extend(pen.beside(Collection::Snis, object.as_object().cloned().unwrap_or_default())?.changes);
    }
    Ok(changes)
}

fn is_read(method: &Method) -> bool {
    *method == Method::GET || *method == Method::HEAD
}

/// By id, or by the name that a collection has instead.
fn named<'k>(collection: Collection, key: &'k str) -> Named<'k> {
    match collection.endpoint_key() {
        Some(name) if text::uuid(key).is_err() => Named::By(name, key),
        _ => Named::Id,
    }
}

fn missing(key: &str, named: Named<'_>) -> Problem {
    match named {
        Named::Id => Problem::NotFound(json!({ "id": key })),
        Named::By(name, value) => Problem::NotFound(json!({ name: value })),
    }
}

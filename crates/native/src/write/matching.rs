//! Conditions on a request.

use super::{Pen, expression, key, text, texts, unless};
use crate::decode::{At, Either, OneOrMany, Pairs, Text};
use crate::entity::matching::{self as entity, Path, TextCondition, TextRule};
use crate::lower::rank;
use model::predicate::{HostPattern, PathPattern, PathTemplate, Predicate, TextPattern};
use model::route::Match;

/// `match` of a route.
type Matches = OneOrMany<Either<Text, At<entity::Match>>>;

/// The matches of a route, and the priority they share.
pub(super) fn matches(all: &[Match], pen: &mut Pen<'_>) -> (Option<Matches>, Option<At<i64>>) {
    let priorities: Vec<Option<i64>> = all.iter().map(priority).collect();
    let shared = match priorities.first() {
        Some(Some(first)) if priorities.iter().all(|other| *other == Some(*first)) => *first,
        _ => 0,
    };
    let route = (shared != 0).then(|| At::new(shared));
    if let [only] = all
        && only.predicate == Predicate::default()
        && priorities == [Some(shared)]
    {
        return (None, route);
    }
    let written: Vec<_> = all.iter().zip(priorities).map(|(one, own)| alternative(one, own, shared, pen)).collect();
    (Some(written.into()), route)
}

/// The priority of a match whose rank is otherwise the computed one.
fn priority(one: &Match) -> Option<i64> {
    let priority = rank::priority(one.rank);
    (rank::rank(&one.predicate, priority) == one.rank).then_some(priority)
}

fn alternative(one: &Match, own: Option<i64>, shared: i64, pen: &mut Pen<'_>) -> Either<Text, At<entity::Match>> {
    let mut written = predicate(&one.predicate, pen);
    match own {
        Some(own) if own == shared => {
            if let Some(short) = short(&one.predicate, &written) {
                return Either::First(short);
            }
        }
        Some(own) => written.priority = Some(At::new(own)),
        None => written.rank = Some(At::new(one.rank.0.to_vec())),
    }
    Either::Second(At::new(written))
}

/// `GET /users/{id}`, where methods and path say all.
fn short(predicate: &Predicate, written: &entity::Match) -> Option<Text> {
    let Some(Either::First(path)) = &written.path else { return None };
    let only = Predicate { path: predicate.path.clone(), methods: predicate.methods.clone(), ..Predicate::default() };
    let methods = predicate.methods.join(",");
    let good = *predicate == only && !path.contains(' ') && predicate.methods.iter().all(|m| !m.contains([',', '$']));
    good.then(|| if methods.is_empty() { path.clone() } else { At::new(format!("{methods} {}", path.value)) })
}

/// The condition of a step or a group.
pub(super) fn condition_of(all: &Predicate, pen: &mut Pen<'_>) -> At<entity::Match> {
    At::new(predicate(all, pen))
}

fn predicate(predicate: &Predicate, pen: &mut Pen<'_>) -> entity::Match {
    let hosts: Vec<String> = predicate.hosts.iter().map(host).collect();
    let headers: Vec<_> = predicate.headers.iter().map(|h| (key(&h.name), condition(&h.value))).collect();
    let query: Vec<_> = predicate.query.iter().map(|q| (key(&q.name), condition(&q.value))).collect();
    entity::Match {
        path: predicate.path.as_ref().map(path),
        hosts: texts(&hosts),
        methods: texts(&predicate.methods),
        headers: (!headers.is_empty()).then_some(Pairs(headers)),
        query: (!query.is_empty()).then_some(Pairs(query)),
        schemes: texts(&predicate.schemes),
        clients: texts(&predicate.clients.iter().map(ToString::to_string).collect::<Vec<_>>()),
        server_names: texts(&predicate.server_names.iter().map(host).collect::<Vec<_>>()),
        expression: predicate.expression.as_deref().map(text),
        vars: predicate.vars.as_ref().map(|one| expression::vars(one, pen)),
        below: unless(predicate.below, &false),
        conditions: expression::conditions(&predicate.conditions, pen),
        priority: None,
        rank: None,
    }
}

fn path(pattern: &PathPattern) -> Either<Text, At<Path>> {
    // As `lower` would read it: braces make a template, and a star at the end is refused.
    let plain = |text: &str, literal: bool| {
        !text.ends_with("/*") && PathTemplate::parse(text).is_ok_and(|read| read.is_literal() == literal)
    };
    let rule = match pattern {
        PathPattern::Exact(one) if plain(one, true) => return Either::First(text(one)),
        PathPattern::Template(one) if plain(&one.text, false) => return Either::First(text(&one.text)),
        PathPattern::Exact(one) => Path { exact: Some(text(one)), ..Path::default() },
        PathPattern::Template(one) => Path { template: Some(text(&one.text)), ..Path::default() },
        PathPattern::Prefix(one) => Path { prefix: Some(text(one)), ..Path::default() },
        PathPattern::Regex(one) => Path { regex: Some(text(one)), ..Path::default() },
    };
    Either::Second(At::new(rule))
}

fn host(pattern: &HostPattern) -> String {
    match pattern {
        HostPattern::Exact(name) => name.clone(),
        HostPattern::Suffix(name) => format!("*{name}"),
        HostPattern::Prefix(name) => format!("{name}*"),
    }
}

fn condition(pattern: &TextPattern) -> TextCondition {
    let rule = match pattern {
        TextPattern::OneOf(all) => {
            return Either::First(all.iter().map(|one| text(one)).collect::<Vec<_>>().into());
        }
        TextPattern::Present => TextRule { present: Some(At::new(true)), ..TextRule::default() },
        TextPattern::Absent => TextRule { present: Some(At::new(false)), ..TextRule::default() },
        TextPattern::Regex(one) => TextRule { regex: Some(text(one)), ..TextRule::default() },
    };
    Either::Second(rule)
}

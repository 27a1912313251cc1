//! What requests have in common that one response is for, as written.

use crate::decode::{At, Either, OneOrMany, Text, entity, said, words};
use crate::lower::{Lowering, header};
use crate::policy::Around;
use crate::policy::rate_limit::{Same, same, usual_scope, write_same};
use crate::policy::request_text::{self, Holds, Pieces};
use crate::write::{Pen, text, texts, unless};
use model::policy::{CacheKey, CachePath, CacheQuery};

entity! {
    /// What requests have in common that one response is for, beside the method.
    Key {
        /// Policies with the same scope and zone share responses; each has its own without it.
        scope: Option<Text>,
        /// The route; false without it.
        route: Option<At<bool>>,
        /// The known client; true without it.
        consumer: Option<At<bool>>,
        /// The host; true without it.
        host: Option<At<bool>>,
        /// The path; `exact` without it.
        path: Option<At<PathWord>>,
        /// Parameters of the query, whatever their order: `all` (without it), `nothing`, or `{ of: … }`.
        query: Option<Either<At<QueryWord>, At<QueryOf>>>,
        /// These header fields; none without it.
        headers: Option<OneOrMany<Text>>,
        /// These texts with variables.
        texts: Option<Vec<Pieces>>,
        /// These attributes and texts with expressions.
        same: Option<Vec<Same>>,
    }
}

words! {
    /// How paths are compared.
    PathWord {
        /// As they are.
        "exact" Exact,
        /// Without regard to case.
        "any-case" AnyCase,
        /// Not at all.
        "nothing" Nothing,
    }
}

words! {
    /// Which parameters of the query count.
    QueryWord {
        /// All.
        "all" All,
        /// None.
        "nothing" Nothing,
    }
}

entity! {
    /// Some parameters of the query.
    QueryOf {
        /// Their names.
        of: OneOrMany<Text>,
    }
}

pub(super) fn lower(written: &Option<At<Key>>, around: &Around<'_>, at: &mut Lowering<'_>) -> CacheKey {
    let none = Key::default();
    let written = written.as_ref().map_or(&none, |written| &written.value);
    CacheKey {
        scope: written.scope.as_ref().map_or_else(|| usual_scope(around), |text| text.value.clone()),
        route: said(&written.route, false),
        consumer: said(&written.consumer, true),
        host: said(&written.host, true),
        path: match said(&written.path, PathWord::Exact) {
            PathWord::Exact => Some(CachePath::Exact),
            PathWord::AnyCase => Some(CachePath::AnyCase),
            PathWord::Nothing => None,
        },
        query: match &written.query {
            None => CacheQuery::All,
            Some(Either::First(word)) => match word.value {
                QueryWord::All => CacheQuery::All,
                QueryWord::Nothing => CacheQuery::Nothing,
            },
            Some(Either::Second(some)) => CacheQuery::Of(some.of.all().iter().map(|name| name.value.clone()).collect()),
        },
        headers: header::names(written.headers.as_ref(), &[], at),
        texts: written.texts.iter().flatten().map(|text| request_text::lower(text, Holds::Variables, at)).collect(),
        parts: written.same.iter().flatten().map(|one| same(one, at)).collect(),
    }
}

pub(super) fn write(one: &CacheKey, around: &Around<'_>, pen: &mut Pen<'_>) -> Option<Key> {
    let usual = CacheKey {
        scope: usual_scope(around),
        consumer: true,
        host: true,
        path: Some(CachePath::Exact),
        query: CacheQuery::All,
        ..CacheKey::default()
    };
    if *one == usual {
        return None;
    }
    let filled: Vec<Pieces> = one.texts.iter().map(|text| request_text::write(text, Holds::Variables)).collect();
    let parts: Vec<Same> = one.parts.iter().map(|part| write_same(part, pen)).collect();
    Some(Key {
        scope: (one.scope != usual.scope).then(|| text(&one.scope)),
        route: unless(one.route, &usual.route),
        consumer: unless(one.consumer, &usual.consumer),
        host: unless(one.host, &usual.host),
        path: match one.path {
            Some(CachePath::Exact) => None,
            Some(CachePath::AnyCase) => Some(At::new(PathWord::AnyCase)),
            None => Some(At::new(PathWord::Nothing)),
        },
        query: match &one.query {
            CacheQuery::All => None,
            CacheQuery::Nothing => Some(Either::First(At::new(QueryWord::Nothing))),
            CacheQuery::Of(names) => {
                let of = names.iter().map(|name| text(name)).collect::<Vec<_>>().into();
                Some(Either::Second(At::new(QueryOf { of })))
            }
        },
        headers: texts(&one.headers),
        texts: (!filled.is_empty()).then_some(filled),
        same: (!parts.is_empty()).then_some(parts),
    })
}

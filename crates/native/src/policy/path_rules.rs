//! `path-rules`: paths and methods that clients may ask for.

use super::Around;
use crate::decode::{At, Either, OneOrMany, Text, entity, words};
use crate::entity::expression::Failure;
use crate::lower::{Lowering, expression as lower_text, matching};
use crate::write::{expression as write_text, text};
use model::policy::{self, PathMethods, Policy};

entity! {
    /// A request must fit a rule that allows, where there are any, and none that denies. Its path is compared as a whole,
    /// and below what the route matched.
    PathRules {
        /// What is allowed; everything without it.
        allow: Option<OneOrMany<Either<Text, PathRuleOf>>>,
        /// What is denied.
        deny: Option<OneOrMany<Either<Text, PathRuleOf>>>,
        /// What becomes of escaped slashes before paths are compared; `kept` without it.
        slashes: Option<At<Slashes>>,
        /// What is said of a path that is not allowed; status 403 without it.
        no_path: Option<Failure>,
        /// What is said where a path would be allowed with another method; status 405 without it.
        no_method: Option<Failure>,
    }
}

entity! {
    /// Paths with methods.
    PathRuleOf {
        /// `?` is a character, `*` are characters of a segment, `**` segments; every path without it.
        path: Option<Text>,
        /// One of these; every method without it.
        methods: Option<OneOrMany<Text>>,
    }
}

words! {
    /// How a path is compared.
    Slashes {
        /// Other escapes are decoded and dots and slashes resolved first; escaped slashes stay.
        "kept" Kept,
        /// The same, and escaped slashes are slashes.
        "decoded" Decoded,
        /// As the client sent it.
        "as-sent" AsSent,
    }
}

const NO_PATH: (u16, &str) = (403, "this path is not allowed");
const NO_METHOD: (u16, &str) = (405, "this path is not allowed with this method");

type Rules = Option<OneOrMany<Either<Text, PathRuleOf>>>;

pub(crate) fn lower(written: &PathRules, _: &Around<'_>, at: &mut Lowering<'_>) -> Option<Policy> {
    Some(Policy::PathRules(Box::new(policy::PathRules {
        allow: rules(&written.allow, at),
        deny: rules(&written.deny, at),
        normalized: match written.slashes.as_ref().map_or(Slashes::Kept, |word| word.value) {
            Slashes::Kept => Some(policy::Slashes::Kept),
            Slashes::Decoded => Some(policy::Slashes::Decoded),
            Slashes::AsSent => None,
        },
        no_path: lower_text::failure_or(&written.no_path, NO_PATH, at),
        no_method: lower_text::failure_or(&written.no_method, NO_METHOD, at),
    })))
}

fn rules(written: &Rules, at: &mut Lowering<'_>) -> Vec<PathMethods> {
    let mut rules = Vec::new();
    for one in written.iter().flat_map(|all| all.all()) {
        rules.push(match one {
            Either::First(path) => PathMethods { path: Some(path.value.clone()), methods: None },
            Either::Second(one) => PathMethods {
                path: one.path.as_ref().map(|path| path.value.clone()),
                methods: one
                    .methods
                    .as_ref()
                    .map(|all| all.all().iter().map(|method| matching::method(method, &method.spot, at)).collect()),
            },
        });
    }
    rules
}

pub(crate) fn write(one: &policy::PathRules) -> PathRules {
    PathRules {
        allow: write_rules(&one.allow),
        deny: write_rules(&one.deny),
        slashes: match one.normalized {
            Some(policy::Slashes::Kept) => None,
            Some(policy::Slashes::Decoded) => Some(At::new(Slashes::Decoded)),
            None => Some(At::new(Slashes::AsSent)),
        },
        no_path: write_text::unlike(&one.no_path, NO_PATH),
        no_method: write_text::unlike(&one.no_method, NO_METHOD),
    }
}

fn write_rules(rules: &[PathMethods]) -> Rules {
    let rule = |one: &PathMethods| match one {
        PathMethods { path: Some(path), methods: None } => Either::First(text(path)),
        PathMethods { path, methods } => Either::Second(PathRuleOf {
            path: path.as_deref().map(text),
            methods: methods.as_ref().map(|all| all.iter().map(|one| text(one)).collect::<Vec<_>>().into()),
        }),
    };
    (!rules.is_empty()).then(|| rules.iter().map(rule).collect::<Vec<_>>().into())
}

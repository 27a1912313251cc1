//! What becomes of a path on its way to an upstream.

use super::super::Lowering;
use crate::decode::{At, Either, Text, meant};
use crate::entity::upstream::{self as entity, PathWord};
use model::endpoint::{PathRewrite, PathRule, Seam};

pub(in crate::lower) fn path_rule(
    written: &Either<At<PathWord>, At<entity::PathRule>>,
    at: &mut Lowering<'_>,
) -> PathRule {
    match written {
        Either::First(word) => match word.value {
            PathWord::Keep => PathRule::KEEP,
            PathWord::Strip => PathRewrite::StripMatched { prefix: "/".to_owned() }.into(),
        },
        Either::Second(rule) => PathRule {
            rewrite: rewrite(rule, at),
            seam: meant(&rule.seam, Seam::Slash),
            normalized: rule.normalized.as_ref().is_some_and(|flag| flag.value),
        },
    }
}

fn rewrite(rule: &At<entity::PathRule>, at: &mut Lowering<'_>) -> PathRewrite {
    let slash = |text: &Text, at: &mut Lowering<'_>| {
        if !text.starts_with('/') {
            at.invalid(&text.spot, "what is put in front of a path begins with '/'");
        }
        text.value.clone()
    };
    match (&rule.strip, &rule.prefix) {
        (Some(prefix), None) => PathRewrite::StripMatched { prefix: slash(prefix, at) },
        (None, Some(prefix)) => PathRewrite::Prepend { prefix: slash(prefix, at) },
        (None, None) if rule.seam.is_some() || rule.normalized.is_some() => PathRewrite::Keep,
        _ => {
            at.incomplete(&rule.spot, "a path is changed in one way: strip or prefix");
            PathRewrite::Keep
        }
    }
}

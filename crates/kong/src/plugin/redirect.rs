//! `redirect`: sends clients elsewhere.

use super::{Parts, Steps};
use crate::entity::Entity;
use crate::lower::Lowering;
use crate::part::Part;
use crate::schema::{Rule, boolean, integer, string, text};
use model::answer::{Answer, AnswerBody, Location};
use model::chain::Phase;
use model::policy::Policy;

pub(super) fn parts() -> Parts {
    Parts::new(vec![
        integer("status_code").default(301).between(100, 599),
        string("location").required().rule(Rule::Text(text::url)),
        boolean("keep_incoming_path").default(false).optional(),
    ])
}

pub(super) fn lower(entity: &Entity, _: &mut Lowering<'_>) -> Steps {
    let part = Part::of(&entity.object).part("config");
    let status = part.count("status_code").and_then(|status| u16::try_from(status).ok()).unwrap_or(301);
    let url = part.text("location").unwrap_or_default();
    let mut headers = vec![("content-type".to_owned(), "text/plain; charset=utf-8".to_owned())];
    let location = match part.flag("keep_incoming_path") {
        true => Some(Location::Behind(origin(url).to_owned())),
        false => {
            headers.push(("location".to_owned(), url.to_owned()));
            None
        }
    };
    let body = AnswerBody::Text("redirecting".to_owned());
    vec![(Phase::Access, Policy::Respond(Answer { status, headers, location, body }))]
}

/// Scheme, host and port of a URL: path, query and fragment are the request's.
fn origin(url: &str) -> &str {
    let begin = url.find("://").map_or(0, |at| at + 3);
    let end = url[begin..].find(['/', '?', '#']).map_or(url.len(), |at| begin + at);
    &url[..end]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_origin_ends_before_the_path() {
        for (url, expected) in [
            ("https://new.test", "https://new.test"),
            ("https://new.test:81/a?b#c", "https://new.test:81"),
            ("https://new.test?b", "https://new.test"),
            ("app://open#c", "app://open"),
        ] {
            assert_eq!(origin(url), expected);
        }
    }
}

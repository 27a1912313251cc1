//! Where keys are looked for, and the roles taken with them.

use super::super::Lowering;
use super::target::check_endpoint;
use crate::decode::{At, Either, Hidden, Text};
use crate::entity::aws::{Credentials as Written, Role, Source as WrittenSource, SourceWord};
use crate::findings::Spot;
use model::Secret;
use model::aws::{AssumeRole, Credentials, Metadata, Source, Variables};
use std::time::Duration;

/// STS gives keys for so long.
const SHORTEST: Duration = Duration::from_secs(15 * 60);
const LONGEST: Duration = Duration::from_secs(12 * 60 * 60);
/// Tags that a session may have.
const TAGS: usize = 50;

/// Whose keys sign.
pub(super) fn credentials(written: &Either<At<SourceWord>, At<Written>>, at: &mut Lowering<'_>) -> Credentials {
    match written {
        Either::First(word) => Credentials::of(sources_of(word.value)),
        Either::Second(written) => in_detail(written, at),
    }
}

fn in_detail(written: &At<Written>, at: &mut Lowering<'_>) -> Credentials {
    let own = (&written.access_key, &written.secret_key, &written.session_token);
    let mut sources: Vec<Source> = keys(own, &written.spot, at).into_iter().collect();
    match &written.sources {
        Some(list) if list.is_empty() => at.invalid(&written.spot, "sources is empty; leave it out for all of them"),
        Some(list) => sources.extend(list.iter().flat_map(|source| listed(source, at))),
        None if sources.is_empty() => sources = Credentials::surroundings().sources,
        None => {}
    }
    if let Some(url) = &written.sts_endpoint {
        check_endpoint(url, at);
    }
    let roles = written.roles.iter().flat_map(|roles| roles.all()).map(|written| role(written, at)).collect();
    Credentials { sources, roles, sts_endpoint: written.sts_endpoint.as_ref().map(|url| url.value.clone()) }
}

fn sources_of(word: SourceWord) -> Vec<Source> {
    vec![match word {
        SourceWord::Chain => return Credentials::surroundings().sources,
        SourceWord::Environment => Source::Environment(Variables::Aws),
        SourceWord::AmazonEnvironment => Source::Environment(Variables::Amazon),
        SourceWord::Profile => Source::Profile { name: None },
        SourceWord::Container => Source::Container,
        SourceWord::WebIdentity => Source::web_identity(),
        SourceWord::Metadata => Source::Metadata(Metadata::V1WithV2First),
        SourceWord::MetadataV2 => Source::Metadata(Metadata::V2),
        SourceWord::MetadataV1 => Source::Metadata(Metadata::V1),
    }]
}

fn listed(written: &Either<At<SourceWord>, At<WrittenSource>>, at: &mut Lowering<'_>) -> Vec<Source> {
    let written = match written {
        Either::First(word) => return sources_of(word.value),
        Either::Second(written) => written,
    };
    let own = (&written.access_key, &written.secret_key, &written.session_token);
    let profile = written.profile.as_ref().map(|name| Source::Profile { name: Some(name.value.clone()) });
    let web_identity = written.web_identity.as_ref().map(|web| {
        let said = |text: &Option<Text>| text.as_ref().map(|text| text.value.clone());
        if let Some(role) = &web.role {
            check_role(role, at);
        }
        let (role, token_file, session_name) = (said(&web.role), said(&web.token_file), said(&web.session_name));
        Source::WebIdentity { role, token_file, session_name }
    });
    let mut found: Vec<Source> = [profile, web_identity, keys(own, &written.spot, at)].into_iter().flatten().collect();
    if found.len() != 1 {
        at.invalid(&written.spot, "a source is one of: a word, profile, web_identity, or access_key with secret_key");
    }
    found.truncate(1);
    found
}

type Keys<'a> = (&'a Option<Text>, &'a Option<Hidden>, &'a Option<Hidden>);

/// Keys written in the configuration, if there are any.
fn keys((access_key, secret_key, session_token): Keys<'_>, spot: &Spot, at: &mut Lowering<'_>) -> Option<Source> {
    let (access_key, secret_key) = match (access_key, secret_key) {
        (None, None) => {
            if session_token.is_some() {
                at.invalid(spot, "a session_token stands beside access_key and secret_key");
            }
            return None;
        }
        (Some(access_key), Some(secret_key)) => (access_key, secret_key.secret()),
        (Some(access_key), None) => (access_key, Secret::default()),
        (None, Some(_)) => {
            at.invalid(spot, "secret_key stands beside access_key, which is missing");
            return None;
        }
    };
    if secret_key.is_empty() || access_key.is_empty() {
        let message = "access_key and secret_key may not be empty; leave credentials out instead";
        at.invalid(&access_key.spot, message);
    }
    let session_token = session_token.as_ref().map(|token| token.secret());
    Some(Source::Static { access_key: access_key.value.clone(), secret_key, session_token })
}

fn role(written: &Either<Text, At<Role>>, at: &mut Lowering<'_>) -> AssumeRole {
    let written = match written {
        Either::First(arn) => {
            check_role(arn, at);
            return AssumeRole::new(arn.value.clone());
        }
        Either::Second(written) => written,
    };
    check_role(&written.arn, at);
    check_session(written, at);
    check_tags(written, at);
    if let Some(policy) = &written.policy
        && serde_json::from_str::<serde::de::IgnoredAny>(policy).is_err()
    {
        at.invalid(&policy.spot, "this policy is no JSON");
    }
    let text = |text: &Option<Text>| text.as_ref().map(|text| text.value.clone());
    let texts = |list: &[Text]| list.iter().map(|text| text.value.clone()).collect();
    let tags = written.tags.iter().flat_map(|tags| &tags.0);
    AssumeRole {
        session_name: text(&written.session_name).unwrap_or_else(|| AssumeRole::SESSION_NAME.to_owned()),
        external_id: text(&written.external_id),
        duration: written.duration.as_ref().map(|duration| duration.0),
        policy: text(&written.policy),
        policy_arns: written.policy_arns.as_ref().map(|arns| texts(arns.all())).unwrap_or_default(),
        tags: tags.map(|(key, value)| (key.value.clone(), value.value.clone())).collect(),
        transitive_tags: written.transitive_tags.as_ref().map(|keys| texts(keys.all())).unwrap_or_default(),
        ..AssumeRole::new(written.arn.value.clone())
    }
}

/// Whether it is the ARN of a role.
pub(crate) fn is_role(arn: &str) -> bool {
    let parts: Vec<&str> = arn.splitn(6, ':').collect();
    matches!(parts.as_slice(), ["arn", _, "iam", "", _, name] if name.starts_with("role/"))
}

fn check_role(arn: &Text, at: &mut Lowering<'_>) {
    if !is_role(arn) {
        at.invalid(&arn.spot, "this is no role; write its ARN, arn:aws:iam::ACCOUNT:role/NAME");
    }
}

fn check_session(written: &Role, at: &mut Lowering<'_>) {
    if let Some(name) = &written.session_name {
        let good = |c: char| c.is_ascii_alphanumeric() || "_+=,.@-".contains(c);
        if !(2..=64).contains(&name.len()) || !name.chars().all(good) {
            at.invalid(&name.spot, "a session's name has 2 to 64 letters, digits or _+=,.@-");
        }
    }
    if let Some(duration) = &written.duration
        && !(SHORTEST..=LONGEST).contains(&duration.0)
    {
        at.invalid(&duration.spot, "a session lasts from 15m to 12h");
    }
}

fn check_tags(written: &Role, at: &mut Lowering<'_>) {
    let tags: Vec<&Text> = written.tags.iter().flat_map(|tags| tags.0.iter().map(|(key, _)| key)).collect();
    if let Some(one) = tags.get(TAGS) {
        at.invalid(&one.spot, format!("a session has at most {TAGS} tags"));
    }
    for key in written.transitive_tags.iter().flat_map(|keys| keys.all()) {
        if !tags.iter().any(|tag| tag.value == key.value) {
            at.invalid(&key.spot, "only a tag that stands under tags can be handed on");
        }
    }
}

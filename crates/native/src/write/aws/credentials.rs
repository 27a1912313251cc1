//! Where keys are looked for, and the roles taken with them.

use super::super::{Pen, text};
use crate::decode::{At, Either, Hidden, Lasting, OneOrMany, Pairs, Text};
use crate::entity::aws::{Credentials as Written, Role, Source as WrittenSource, SourceWord, WebIdentity};
use crate::lower::aws::is_role;
use model::Secret;
use model::aws::{AssumeRole, Credentials, Metadata, Source, Variables};

/// In one word where that is enough.
pub(super) fn credentials(credentials: &Credentials, pen: &mut Pen<'_>) -> Either<At<SourceWord>, At<Written>> {
    let plain = credentials.roles.is_empty() && credentials.sts_endpoint.is_none();
    match credentials.sources.as_slice() {
        sources if plain && *sources == Credentials::surroundings().sources => return chain(),
        [one] if plain && word(one).is_some() => {
            return word(one).map_or_else(chain, |word| Either::First(At::new(word)));
        }
        _ => {}
    }
    let (mut written, rest) = match credentials.sources.as_slice() {
        [Source::Static { access_key, secret_key, session_token }, rest @ ..] => {
            let (access_key, secret_key, session_token) = keys(access_key, secret_key, session_token.as_ref(), pen);
            (Written { access_key, secret_key, session_token, ..Written::default() }, rest)
        }
        all => (Written::default(), all),
    };
    let usual = written.access_key.is_none() && *rest == Credentials::surroundings().sources;
    if !rest.is_empty() && !usual {
        written.sources = Some(rest.iter().map(|one| source(one, pen)).collect());
    }
    if !credentials.roles.is_empty() {
        if credentials.roles.iter().any(|role| !is_role(&role.arn)) {
            pen.left_out.insert("roles that are none");
        }
        written.roles = Some(OneOrMany::from(credentials.roles.iter().map(role).collect::<Vec<_>>()));
    }
    written.sts_endpoint = credentials.sts_endpoint.as_deref().map(text);
    Either::Second(At::new(written))
}

fn chain() -> Either<At<SourceWord>, At<Written>> {
    Either::First(At::new(SourceWord::Chain))
}

/// The word for a source of which nothing more is said.
fn word(source: &Source) -> Option<SourceWord> {
    Some(match source {
        Source::Environment(Variables::Aws) => SourceWord::Environment,
        Source::Environment(Variables::Amazon) => SourceWord::AmazonEnvironment,
        Source::Profile { name: None } => SourceWord::Profile,
        Source::Container => SourceWord::Container,
        Source::WebIdentity { role: None, token_file: None, session_name: None } => SourceWord::WebIdentity,
        Source::Metadata(Metadata::V1WithV2First) => SourceWord::Metadata,
        Source::Metadata(Metadata::V2) => SourceWord::MetadataV2,
        Source::Metadata(Metadata::V1) => SourceWord::MetadataV1,
        Source::Static { .. } | Source::Profile { .. } | Source::WebIdentity { .. } => return None,
    })
}

fn source(source: &Source, pen: &mut Pen<'_>) -> Either<At<SourceWord>, At<WrittenSource>> {
    if let Some(word) = word(source) {
        return Either::First(At::new(word));
    }
    let mut written = WrittenSource::default();
    match source {
        Source::Static { access_key, secret_key, session_token } => {
            (written.access_key, written.secret_key, written.session_token) =
                keys(access_key, secret_key, session_token.as_ref(), pen);
        }
        Source::WebIdentity { role, token_file, session_name } => {
            let said = |value: &Option<String>| value.as_deref().map(text);
            let (role, token_file, session_name) = (said(role), said(token_file), said(session_name));
            written.web_identity = Some(At::new(WebIdentity { role, token_file, session_name }));
        }
        Source::Profile { name } => written.profile = name.as_deref().map(text),
        Source::Environment(_) | Source::Container | Source::Metadata(_) => {} // these have a word
    }
    Either::Second(At::new(written))
}

type Keys = (Option<Text>, Option<Hidden>, Option<Hidden>);

fn keys(access_key: &str, secret_key: &Secret, token: Option<&Secret>, pen: &mut Pen<'_>) -> Keys {
    let secret = pen.secrets.hide(secret_key, "SECRET_KEY", &format!("the secret access key of {access_key}"));
    let token =
        token.map(|token| pen.secrets.hide(token, "SESSION_TOKEN", &format!("the session token of {access_key}")));
    (Some(text(access_key)), Some(secret), token)
}

fn role(role: &AssumeRole) -> Either<Text, At<Role>> {
    if *role == AssumeRole::new(role.arn.clone()) {
        return Either::First(text(&role.arn));
    }
    let texts = |list: &[String]| {
        (!list.is_empty()).then(|| OneOrMany::from(list.iter().map(|one| text(one)).collect::<Vec<_>>()))
    };
    let tags = role.tags.iter().map(|(key, value)| (text(key), text(value))).collect();
    Either::Second(At::new(Role {
        arn: text(&role.arn),
        session_name: (role.session_name != AssumeRole::SESSION_NAME).then(|| text(&role.session_name)),
        external_id: role.external_id.as_deref().map(text),
        duration: role.duration.map(|duration| At::new(Lasting(duration))),
        policy: role.policy.as_deref().map(text),
        policy_arns: texts(&role.policy_arns),
        tags: (!role.tags.is_empty()).then_some(Pairs(tags)),
        transitive_tags: texts(&role.transitive_tags),
    }))
}

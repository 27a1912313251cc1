//! `oauth2`: what a plan of this kind asks for.

use super::jwt::{CONFIRMATION, Cannot, bound};
use crate::lower::resource::Proof;
use crate::part::Part;
use crate::schema::{Record, flag, nested, text, texts};
use model::answer::Keyed;
use model::policy::TokenEntrance;

/// The fields of its configuration.
pub static CONFIG: Record = Record {
    name: "oauth2",
    fields: &[
        text("oauthResource"),
        text("oauthCacheResource"),
        flag("extractPayload"),
        flag("checkRequiredScopes"),
        texts("requiredScopes"),
        flag("modeStrict").default("true"),
        flag("propagateAuthHeader").default("true"),
        nested("confirmationMethodValidation", &CONFIRMATION)
            .approximate("a token that is bound to another certificate is OAUTH2_INVALID_ACCESS_TOKEN"),
        flag("addWwwAuthenticateHeader").ignored("nobody is told where tokens come from"),
    ],
};

/// What must hold of a token.
pub(crate) fn entrance(config: &Part<'_>, proof: Proof) -> Result<TokenEntrance, Cannot> {
    let own = |name: &str| Some(format!("gravitee.attribute.{name}"));
    let told = |key: &str| Keyed::new(401, key, "Unauthorized");
    Ok(TokenEntrance {
        client_claims: proof.client_claims,
        user_claim: proof.user_claim,
        scope_separator: proof.scope_separator,
        scopes: if config.flag("checkRequiredScopes") { config.texts("requiredScopes") } else { Vec::new() },
        all_scopes: config.flag("modeStrict"),
        bound: bound(config, "OAUTH2_INVALID_ACCESS_TOKEN"),
        hide: !config.flag("propagateAuthHeader"),
        payload_attribute: own("oauth.payload").filter(|_| config.flag("extractPayload")),
        scopes_attribute: own("user.roles"),
        token_attribute: own("oauth.access_token"),
        client_attribute: own("oauth.client_id"),
        user_attribute: own("user"),
        wrong: told("OAUTH2_INVALID_ACCESS_TOKEN"),
        insufficient: told("OAUTH2_INSUFFICIENT_SCOPE"),
        away: Keyed::new(503, "OAUTH2_SERVER_UNAVAILABLE", "temporarily_unavailable"),
        challenge: Some("Bearer realm=\"gravitee.io\"".to_owned()),
        ..TokenEntrance::by(proof.proof)
    })
}

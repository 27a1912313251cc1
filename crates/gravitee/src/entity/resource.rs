//! Resources: what several policies of an API share. Those for tokens are read; of others policies say what they lack.

use super::v2::{FORWARD, SSL};
use crate::schema::{Record, any, flag, nested, number, secret, text, word};

/// A resource.
pub static RESOURCE: Record = Record {
    name: "resource",
    fields: &[text("name"), text("type"), flag("enabled").default("true"), any("configuration")],
};

/// A server that says what tokens are worth.
pub static OAUTH2: Record = Record {
    name: "oauth2",
    fields: &[
        text("authorizationServerUrl"),
        text("introspectionEndpoint").default("/oauth/check_token"),
        word("introspectionEndpointMethod", &["GET", "POST"]).default("GET"),
        text("authorizationServerMetadataEndpoint").accepted("nobody is told where tokens come from"),
        text("userInfoEndpoint").accepted("for a policy that is not there"),
        text("userInfoEndpointMethod").accepted("for a policy that is not there"),
        text("tokenExchangeEndpoint").accepted("for a policy that is not there"),
        text("clientId"),
        secret("clientSecret"),
        flag("useClientAuthorizationHeader").default("true"),
        text("clientAuthorizationHeaderName").default("Authorization"),
        text("clientAuthorizationHeaderScheme").default("Basic"),
        flag("tokenIsSuppliedByQueryParam").default("true"),
        text("tokenQueryParamName").default("token"),
        flag("tokenIsSuppliedByHttpHeader"),
        text("tokenHeaderName"),
        flag("tokenIsSuppliedByFormUrlEncoded"),
        text("tokenFormUrlEncodedName").default("token"),
        text("scopeSeparator").default(" "),
        text("userClaim").default("sub"),
        flag("useSystemProxy"),
        any("http").accepted("connections are kept and waited for as the gateway does"),
        nested("proxy", &FORWARD),
        nested("ssl", &SSL),
    ],
};

/// Gravitee's own Access Management.
pub static OAUTH2_AM: Record = Record {
    name: "oauth2-am-resource",
    fields: &[
        text("serverURL"),
        word("version", &["V1_X", "V2_X", "V3_X"]).default("V1_X"),
        text("securityDomain"),
        text("clientId"),
        secret("clientSecret"),
        text("userClaim").default("sub"),
        text("scopeSeparator").default(" "),
        flag("useSystemProxy"),
        any("http").accepted("connections are kept and waited for as the gateway does"),
    ],
};

/// Keycloak.
pub static OAUTH2_KEYCLOAK: Record = Record {
    name: "oauth2-keycloak-resource",
    fields: &[
        secret("keycloakConfiguration"),
        flag("validateTokenLocally").default("true"),
        text("userClaim").default("sub"),
        text("scopeSeparator").default(" "),
        flag("verifyHost").default("true").accepted("part of trustAll"),
        flag("trustAll"),
    ],
};

/// What of a Keycloak client's configuration counts.
pub static KEYCLOAK: Record = Record {
    name: "keycloakConfiguration",
    fields: &[
        text("realm"),
        text("auth-server-url"),
        text("resource"),
        nested("credentials", &CREDENTIALS),
        number("not-before").accepted("older tokens are good as long as they last"),
    ],
};

/// A Keycloak client's secret.
pub static CREDENTIALS: Record = Record { name: "credentials", fields: &[secret("secret")] };

/// What of a cache counts for tokens.
pub static TOKEN_CACHE: Record = Record { name: "cache", fields: &[number("timeToLiveSeconds").default("0")] };

/// Room for responses.
pub static CACHE: Record = Record {
    name: "cache (resource)",
    fields: &[
        text("name").accepted("the resource's own name counts"),
        number("timeToIdleSeconds").default("0").ignored("what nobody asks for is kept as long as the rest"),
        number("timeToLiveSeconds").default("0"),
        number("maxEntriesLocalHeap").default("1000"),
    ],
};

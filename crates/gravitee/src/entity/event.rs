//! What stands around definitions: events of the local folder, exports, subscriptions and keys.

use crate::schema::{Kind, Record, any, flag, list, nested, number, secret, text, word};

/// A file that wraps a definition: an event with what belongs to it, or an export of the Management API.
pub static FILE: Record = Record {
    name: "file around a definition",
    fields: &[
        nested("apiEvent", &EVENT),
        any("api"),
        list("plans", &Kind::Any),
        any("export").accepted("who exported it"),
        list("subscriptions", &Kind::Record(&SUBSCRIPTION)),
        list("apiKeys", &Kind::Record(&API_KEY)),
        list("members", &Kind::Any).accepted("for the console"),
        list("metadata", &Kind::Any).accepted("for the console"),
        list("pages", &Kind::Any).accepted("for the console"),
        list("apiMedia", &Kind::Any).accepted("for the console"),
    ],
};

/// What happened to a definition.
pub static EVENT: Record = Record {
    name: "apiEvent",
    fields: &[
        text("id").accepted("for people"),
        word("type", &["PUBLISH_API", "START_API", "UNPUBLISH_API", "STOP_API"]).default("PUBLISH_API"),
        any("createdAt").accepted("for people"),
        any("updatedAt").accepted("for people"),
        any("properties").accepted("for people"),
        any("environments").accepted("for people"),
        any("payload"),
    ],
};

/// A subscription of an application to a plan.
pub static SUBSCRIPTION: Record = Record {
    name: "subscription",
    fields: &[
        text("id"),
        text("api"),
        text("plan"),
        text("application"),
        text("applicationName").accepted("for people"),
        text("clientId"),
        text("clientCertificate"),
        text("status").default("ACCEPTED"),
        number("startingAt"),
        number("endingAt"),
        any("metadata").ignored("expressions do not see it: `#subscription` is null"),
    ],
};

/// A key of a subscription.
pub static API_KEY: Record = Record {
    name: "API key",
    fields: &[
        text("id").accepted("for people"),
        secret("key"),
        text("api"),
        text("plan"),
        text("application"),
        text("subscription"),
        list("subscriptions", &Kind::Text),
        flag("revoked"),
        flag("paused"),
        number("expireAt"),
        flag("active").default("true"),
        any("revokedAt").accepted("for people"),
        any("createdAt").accepted("for people"),
        any("updatedAt").accepted("for people"),
    ],
};

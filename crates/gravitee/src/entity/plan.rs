//! Plans: what a client must show, and the flows for those who show it.

use super::flow::{FLOW_V2, FLOW_V4};
use crate::schema::{Kind, Record, any, flag, list, nested, text, texts, word};

const FOR_PEOPLE: &str = "for people";
const CONSOLE: &str = "for the console";

/// What a plan may ask for.
pub const SECURITIES: &[&str] = &["KEY_LESS", "API_KEY", "JWT", "OAUTH2", "MTLS"];

/// Where a plan stands in its life.
pub const STATUSES: &[&str] = &["STAGING", "PUBLISHED", "DEPRECATED", "CLOSED"];

/// A plan of version 2.
pub static PLAN_V2: Record = Record {
    name: "plan (v2)",
    fields: &[
        text("id"),
        text("crossId").accepted(CONSOLE),
        text("name"),
        text("description").accepted(FOR_PEOPLE),
        word("security", SECURITIES).default("KEY_LESS"),
        any("securityDefinition"),
        text("selectionRule"),
        texts("tags"),
        word("status", STATUSES).default("PUBLISHED"),
        list("flows", &Kind::Record(&FLOW_V2)),
        any("paths").unsupported("the rules of version 1 are not read: write them as flows"),
        text("api").accepted(CONSOLE),
        any("type").accepted(CONSOLE),
        any("validation").accepted(CONSOLE),
        any("order").accepted(CONSOLE),
        any("characteristics").accepted(CONSOLE),
        any("comment_required").accepted(CONSOLE),
        any("comment_message").accepted(CONSOLE),
        any("created_at").accepted(CONSOLE),
        any("updated_at").accepted(CONSOLE),
        any("published_at").accepted(CONSOLE),
    ],
};

/// A plan of version 4.
pub static PLAN_V4: Record = Record {
    name: "plan (v4)",
    fields: &[
        text("id"),
        text("crossId").accepted(CONSOLE),
        text("name"),
        text("description").accepted(FOR_PEOPLE),
        text("definitionVersion").accepted(CONSOLE),
        nested("security", &SECURITY),
        word("mode", &["standard", "push"]).default("standard"),
        word("status", STATUSES).default("PUBLISHED"),
        text("selectionRule"),
        texts("tags"),
        list("flows", &Kind::Record(&FLOW_V4)),
        text("apiId").accepted(CONSOLE),
        any("type").accepted(CONSOLE),
        any("validation").accepted(CONSOLE),
        any("order").accepted(CONSOLE),
        any("characteristics").accepted(CONSOLE),
        flag("commentRequired").accepted(CONSOLE),
        any("excludedGroups").accepted(CONSOLE),
    ],
};

/// What a plan of version 4 asks for.
pub static SECURITY: Record =
    Record { name: "security (v4)", fields: &[word("type", SECURITIES).default("KEY_LESS"), any("configuration")] };

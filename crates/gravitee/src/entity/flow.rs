//! Flows: when they run, and the steps of their lists.

use crate::schema::{Kind, Record, any, flag, list, nested, text, texts, word};

const FOR_PEOPLE: &str = "for people";

/// A flow of version 2.
pub static FLOW_V2: Record = Record {
    name: "flow (v2)",
    fields: &[
        text("id").accepted(FOR_PEOPLE),
        text("name").accepted(FOR_PEOPLE),
        flag("enabled").default("true"),
        nested("path-operator", &PATH_OPERATOR),
        texts("methods"),
        text("condition"),
        list("pre", &Kind::Record(&STEP)),
        list("post", &Kind::Record(&STEP)),
        list("consumers", &Kind::Any).ignored("only flows of an organisation ask for tags of consumers"),
        any("stage").accepted(FOR_PEOPLE),
    ],
};

/// The path of a flow of version 2.
pub static PATH_OPERATOR: Record = Record {
    name: "path-operator (v2)",
    fields: &[text("path").default("/"), word("operator", OPERATORS).default("STARTS_WITH")],
};

/// How paths of flows are compared.
pub const OPERATORS: &[&str] = &["STARTS_WITH", "EQUALS"];

/// One step.
pub static STEP: Record = Record {
    name: "step",
    fields: &[
        text("id").accepted(FOR_PEOPLE),
        text("name").accepted(FOR_PEOPLE),
        text("description").accepted(FOR_PEOPLE),
        text("policy"),
        flag("enabled").default("true"),
        any("configuration"),
        text("condition"),
        text("messageCondition").ignored("there are no messages"),
    ],
};

/// A flow of version 4.
pub static FLOW_V4: Record = Record {
    name: "flow (v4)",
    fields: &[
        text("id").accepted(FOR_PEOPLE),
        text("name").accepted(FOR_PEOPLE),
        flag("enabled").default("true"),
        list("selectors", &Kind::Record(&SELECTOR)),
        list("request", &Kind::Record(&STEP)),
        list("response", &Kind::Record(&STEP)),
        list("subscribe", &Kind::Record(&STEP)).ignored("there are no messages"),
        list("publish", &Kind::Record(&STEP)).ignored("there are no messages"),
        list("connect", &Kind::Record(&STEP)).unsupported("its steps are for connections without HTTP and do not run"),
        list("entrypointConnect", &Kind::Record(&STEP))
            .unsupported("its steps are for connections without HTTP and do not run"),
        list("interact", &Kind::Record(&STEP)).ignored("steps for connections that stay open do not run"),
        texts("tags").accepted(FOR_PEOPLE),
    ],
};

/// When a flow of version 4 runs.
pub static SELECTOR: Record = Record {
    name: "selector (v4)",
    fields: &[
        word("type", &["http", "condition", "channel", "mcp"]),
        text("path").default("/"),
        word("pathOperator", OPERATORS).default("STARTS_WITH"),
        texts("methods"),
        text("condition"),
        text("channel").unsupported("there are no channels: a flow that asks for one does not run"),
        word("channelOperator", OPERATORS).accepted("part of channel"),
        list("operations", &Kind::Any).accepted("part of channel"),
        list("entrypoints", &Kind::Any).accepted("part of channel"),
    ],
};

/// Which of several flows run.
pub static EXECUTION: Record = Record {
    name: "flowExecution (v4)",
    fields: &[word("mode", &["default", "best-match"]).default("default"), flag("matchRequired")],
};

//! The house is tidy, and each rule refuses what it is there to refuse.

use xtask::house::House;
use xtask::tidy::{Remark, Tree, inspect};

#[test]
fn the_house_is_tidy() {
    let remarks = inspect(&Tree::read(&House::find().root).unwrap());
    assert!(remarks.is_empty(), "\n{}", remarks.iter().map(Remark::to_string).collect::<Vec<_>>().join("\n"));
}

/// One file that breaks one rule: where the remark stands, and a word of its reason.
fn refuses(path: &str, text: &str, line: usize, reason: &str) {
    let remarks = inspect(&Tree::of(&[(path, text)]));
    let found =
        remarks.iter().any(|remark| remark.path == path && remark.line == line && remark.reason.contains(reason));
    assert!(found, "{path}: {text:?} should be refused for {reason:?}, but: {remarks:#?}");
    assert!(remarks.iter().all(|remark| !remark.remedy.is_empty()));
}

fn accepts(path: &str, text: &str) {
    let remarks = inspect(&Tree::of(&[(path, text)]));
    assert!(remarks.is_empty(), "{path}: {text:?} should be accepted, but: {remarks:#?}");
}

#[test]
fn a_manifest_that_names_a_forbidden_crate_is_refused() {
    let reason = "`model` names `net`";
    refuses("crates/model/Cargo.toml", "[dependencies]\nserde.workspace = true\nnet.workspace = true\n", 3, reason);
    refuses("crates/model/Cargo.toml", "[dev-dependencies]\nnet = { path = \"../net\" }\n", 2, reason);
    refuses("crates/model/Cargo.toml", "[dependencies.net]\nworkspace = true\n", 1, reason);
    refuses("crates/model/Cargo.toml", "[target.'cfg(unix)'.dependencies]\nnet.workspace = true\n", 2, reason);
    refuses("crates/model/Cargo.toml", "[dependencies]\nwire = { package = \"net\", path = \"../net\" }\n", 2, reason);
    refuses("crates/kong/Cargo.toml", "[dependencies]\napisix.workspace = true\n", 2, "`kong` names `apisix`");
    refuses("crates/native/Cargo.toml", "[dependencies]\npolicy.workspace = true\n", 2, "`native` names `policy`");
    refuses("crates/proxy/Cargo.toml", "[dependencies]\nlambda.workspace = true\n", 2, "`proxy` names `lambda`");
    accepts("crates/native/Cargo.toml", "[dependencies]\ndialect.workspace = true\nmodel.workspace = true\n");
    accepts("crates/lambdagate/Cargo.toml", "[dependencies]\nkong.workspace = true\npolicy.workspace = true\n");
}

#[test]
fn a_crate_without_a_row_is_refused() {
    refuses("crates/attic/Cargo.toml", "[package]\nname = \"attic\"\n", 1, "no row");
}

#[test]
fn a_path_that_names_a_forbidden_crate_is_refused() {
    refuses("crates/model/src/a.rs", "//! A.\nuse net::Body;\n", 2, "`model` names `net`");
    refuses("crates/proxy/src/a.rs", "//! A.\nfn f(x: &lambda::CallError) {}\n", 2, "`proxy` names `lambda`");
    refuses("crates/store/tests/a.rs", "//! A.\nuse model::Gateway;\n", 2, "`store` names `model`");
    accepts("crates/model/src/a.rs", "//! A.\nuse crate::net::Body;\n// use net::Body;\n");
    accepts("crates/model/src/policy.rs", "//! A.\nmod cors;\nuse policy::Cors;\n");
}

#[test]
fn an_architecture_page_with_another_table_is_refused() {
    refuses("ARCHITECTURE.md", "| `net` | `model` | bytes |\n", 1, "what `net` may name");
}

#[test]
fn a_file_that_does_not_say_its_idea_is_refused() {
    refuses("crates/model/src/a.rs", "use std::fmt;\n", 1, "does not begin with `//!`");
    refuses("crates/model/src/a.rs", "//!\n", 1, "does not begin with `//!`");
    refuses("crates/model/src/a.rs", "", 1, "does not begin with `//!`");
}

#[test]
fn a_name_without_idea_is_refused() {
    refuses("crates/model/src/route/mod.rs", "//! A.\n", 1, "mod.rs");
    refuses("crates/model/src/utils.rs", "//! A.\n", 1, "`utils` names no idea");
    refuses("crates/model/src/helpers/path.rs", "//! A.\n", 1, "`helpers` names no idea");
}

#[test]
fn a_file_that_is_too_long_is_refused() {
    let long = |lines: usize| format!("//! A.\n{}", "fn f() {}\n".repeat(lines - 1));
    let tests = format!("#[cfg(test)]\nmod tests {{\n{}}}\n", "fn f() {}\n".repeat(300));
    refuses("crates/model/src/a.rs", &long(401), 400, "401 lines");
    accepts("crates/model/src/a.rs", &long(400));
    accepts("crates/model/src/a.rs", &(long(300) + &tests));
    accepts("crates/model/src/a/tests.rs", &long(401));
}

#[test]
fn a_word_of_aws_outside_its_place_is_refused() {
    let reason = "AWS's word";
    refuses("crates/proxy/src/a.rs", "//! A.\nstruct AwsThing;\n", 2, reason);
    refuses("crates/net/src/a.rs", "//! A.\nfn sign_sigv4() {}\n", 2, reason);
    refuses("crates/policy/src/answer.rs", "//! A.\nlet lambda = 1;\n", 2, reason);
    refuses("crates/native/src/route.rs", "//! A.\nstruct LambdaRoute;\n", 2, reason);
    for path in [
        "model/src/call.rs",
        "model/src/call/target.rs",
        "lambda/src/a.rs",
        "policy/src/call/a.rs",
        "native/src/lower/aws.rs",
    ] {
        accepts(&format!("crates/{path}"), "//! A.\nstruct AwsThing;\n");
    }
    accepts("crates/kong/src/plugin/aws_lambda.rs", "//! A.\nstruct AwsThing;\n");
    accepts(
        "crates/policy/src/answer.rs",
        "//! A.\nuse lambda::CallError; // AWS\nuse model::aws;\nlet lambdagate = 1;\n",
    );
    accepts("crates/proxy/src/a.rs", "//! A.\n#[cfg(test)]\nmod tests { struct AwsThing; }\n");
}

#[test]
fn a_dialect_named_in_a_neutral_crate_is_refused() {
    let reason = "names a dialect";
    refuses("crates/model/src/a.rs", "//! As Kong does it.\n", 1, reason);
    refuses("crates/policy/src/a.rs", "//! A.\nfn kong_headers() {}\n", 2, reason);
    refuses("crates/proxy/src/a.rs", "//! A.\nconst A: &str = \"apisix\";\n", 2, reason);
    refuses("crates/lambda/src/a.rs", "//! A.\nenum Rules { Gravitee }\n", 2, reason);
    accepts("crates/lambda/src/a.rs", "//! A.\n// Kong answers 502 here.\n");
    accepts("crates/policy/src/quirk/kong/a.rs", "//! A.\nfn kong_headers() {}\n");
}

#[test]
fn code_that_is_nowhere_is_refused() {
    for word in ["unsafe { f() }", "dbg!(x)", "todo!()", "unimplemented!()"] {
        refuses(
            "crates/model/src/a.rs",
            &format!("//! A.\nfn f() {{ {word}; }}\n"),
            2,
            word.split([' ', '(']).next().unwrap(),
        );
    }
    accepts("crates/model/src/a.rs", "//! A.\n// unsafe, todo!()\nconst A: &str = \"unsafe todo!()\";\n");
}

#[test]
fn a_path_of_one_machine_is_refused() {
    let home = concat!("/ho", "me/ada/x");
    refuses("docs/a.md", &format!("See {home}.\n"), 1, "on one machine only");
    refuses("examples/a.yaml", &format!("a: 1\nb: \"{home}\"\n"), 2, "on one machine only");
    accepts("docs/a.md", &format!("See `https://example.com{home}`.\n"));
}

#[test]
fn a_link_that_leads_nowhere_is_refused() {
    refuses("docs/a.md", "# A\n\nSee [b](b.md).\n", 3, "`docs/b.md`, which is not there");
    refuses("docs/a.md", "# A\n\nSee [b](#b).\n", 3, "no heading `#b`");
    refuses("README.md", "See `crates/net/src/lib.rs`.\n", 1, "is not there");
    accepts(
        "docs/a.md",
        "# A b\n\nSee [b](#a-b), [c](../docs/a.md), [d](https://example.com/), `crates/<name>/src`.\n",
    );
    accepts("docs/a.md", "```\n[b](b.md)\n```\n");
}

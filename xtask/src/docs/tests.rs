//! Pages made for the purpose: what they claim is checked, and a false claim is caught.

use super::block::{BadBlock, Command};
use super::*;

fn score(page: &str) -> (usize, usize) {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut score = Score::default();
    check_page(&Shell::bare(root), root, "page.md", page, &mut score);
    (score.passed, score.failed)
}

#[test]
fn blocks_are_found_with_their_commands() {
    let page = "text\n\n```yaml\na: 1\n```\n\n- item\n\n  ```console run\n  $ echo a \\\n  > b\n  a b\n\n  $ false\n  ? 1\n  ```\n";
    let commands = vec![
        Command { line: 10, text: "echo a \\\nb".to_owned(), expected: vec!["a b".to_owned()], status: 0 },
        Command { line: 14, text: "false".to_owned(), expected: vec![], status: 1 },
    ];
    assert_eq!(block::read(page), Ok(vec![Block { line: 9, kind: Kind::Run(commands) }]));
}

#[test]
fn a_mark_that_means_nothing_is_refused() {
    let cases = [
        ("```console rum\n$ true\n```", "the mark `rum` means nothing: `run`, `run background` and `file=PATH` do"),
        ("```console background\n$ true\n```", "`background` goes with `run`"),
        ("```console run\ntrue\n```", "output stands before the first `$ ` line"),
        ("```console run\n```", "a block marked as run has no line that begins with `$ `"),
        (
            "```console run background\n$ sleep 9\n```",
            "a background block has one command and shows what it prints when it is ready",
        ),
    ];
    for (page, reason) in cases {
        assert_eq!(block::read(page).map_err(|BadBlock { reason, .. }| reason), Err(reason.to_owned()), "for {page:?}");
    }
}

#[test]
fn what_is_printed_is_compared() {
    let cases = [
        ("```console run\n$ echo a\na\n```", (1, 0)),
        ("```console run\n$ echo a\nb\n```", (0, 1)),
        ("```console run\n$ echo a >&2; echo b\na\nb\n```", (1, 0)),
        ("```console run\n$ exit 3\n? 3\n```", (1, 0)),
        ("```console run\n$ exit 3\n```", (0, 1)),
        ("```console\n$ exit 3\n```", (0, 0)),
        ("```toml file=no/such/file\na\n```", (0, 1)),
        ("```console run\n$ env | grep -c '^CARGO_MANIFEST_DIR='\n0\n? 1\n```", (1, 0)),
    ];
    for (page, expected) in cases {
        assert_eq!(score(page), expected, "for {page:?}");
    }
}

#[test]
fn a_background_command_is_ready_when_it_has_printed_what_is_shown() {
    let serve = "```console run background\n$ echo starting; echo ready; exec sleep 1000\n...\nready\n```\n";
    assert_eq!(score(&format!("{serve}```console run\n$ echo a\na\n```")), (2, 0));
}

#[test]
fn a_background_command_that_ends_unready_is_caught() {
    assert_eq!(score("```console run background\n$ echo no\nready\n```"), (0, 1));
}

#[test]
fn no_process_of_a_background_command_outlives_its_page() {
    let pid_file = std::env::temp_dir().join(format!("docs-test-{}", std::process::id()));
    let path = pid_file.display();
    let page = format!("```console run background\n$ sleep 1000 & echo $! > {path}; echo ready; wait\nready\n```");
    assert_eq!(score(&page), (1, 0));
    let pid = std::fs::read_to_string(&pid_file).unwrap();
    std::fs::remove_file(&pid_file).unwrap();
    let state = std::fs::read_to_string(format!("/proc/{}/stat", pid.trim())).unwrap_or_default();
    assert!(state.is_empty() || state.contains(") Z "), "still there: {state}");
}

#[test]
fn a_taken_port_is_named_instead_of_used() {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
    let port = listener.local_addr().unwrap().port();
    assert_eq!(
        score(&format!("```console run\n$ echo http://127.0.0.1:{port}/\nhttp://127.0.0.1:{port}/\n```")),
        (0, 1)
    );
}

//! The command line as people meet it: help texts, completions, the manual page.

use super::Cli;
use clap::CommandFactory;
use std::path::Path;

fn golden(name: &str, seen: &str) {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/cli/help").join(name);
    if std::env::var_os("UPDATE_GOLDEN").is_some() {
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(&path, seen).unwrap();
    }
    let expected = std::fs::read_to_string(&path).unwrap_or_default();
    assert_eq!(seen, expected, "{} differs; UPDATE_GOLDEN=1 writes it anew", path.display());
}

#[test]
fn the_table_is_sound() {
    Cli::command().debug_assert();
}

#[test]
fn help_reads_as_written() {
    let mut whole = Cli::command().term_width(100);
    whole.build();
    golden("lambdagate.txt", &whole.render_long_help().to_string());
    for command in whole.get_subcommands_mut().filter(|command| !command.is_hide_set()) {
        let name = format!("{}.txt", command.get_name());
        golden(&name, &command.clone().term_width(100).render_help().to_string());
    }
}

#[test]
fn completions_and_manual_know_every_command_but_the_hidden_one() {
    let mut bash = Vec::new();
    clap_complete::generate(clap_complete::Shell::Bash, &mut Cli::command(), "lambdagate", &mut bash);
    let (bash, man) = (String::from_utf8(bash).unwrap(), String::from_utf8(super::man::page().unwrap()).unwrap());
    for command in ["run", "check", "dev", "invoke", "explain", "logs", "expr", "translate", "completions", "man"] {
        assert!(
            bash.contains(&format!("lambdagate__subcmd__{command}"))
                || bash.contains(&format!("lambdagate__{command}"))
        );
        assert!(man.contains(&format!(".SH \"{}\"", command.to_uppercase())), "{command}");
    }
    assert!(!man.contains("GUARD"));
    assert!(man.contains("drain"), "options stand in the page");
}

//! Cases of `chain`.

use super::*;
use std::process::Command;

/// The environment is the process's: each case runs this test's inner half in a process of its own.
fn run(variables: &[(&str, &str)]) -> String {
    let mut command = Command::new(std::env::current_exe().unwrap());
    command.env_clear().env("HOME", "/nonexistent").env("AWS_EC2_METADATA_DISABLED", "true");
    command.args(["--exact", "--ignored", "--nocapture", "credentials::chain::tests::inner"]);
    let output = command.envs(variables.iter().copied()).output().unwrap();
    String::from_utf8(output.stdout).unwrap()
}

#[tokio::test]
#[ignore = "run by the others, in an environment of its own"]
async fn inner() {
    match Chain::default().credentials().await {
        Ok(keys) => {
            println!("found {} {:?}", keys.access_key, keys.session_token.map(|token| token.expose().to_owned()))
        }
        Err(cause) => println!("nothing: {cause}"),
    }
}

#[test]
fn the_environment_gives_keys() {
    let keys = [("AWS_ACCESS_KEY_ID", "AKID"), ("AWS_SECRET_ACCESS_KEY", "secret")];
    let told = run(&keys);
    assert!(told.contains("found AKID None"), "{told}");
    let told = run(&[keys[0], keys[1], ("AWS_SESSION_TOKEN", "token"), ("AWS_REGION", "eu-west-1")]);
    assert!(told.contains("found AKID Some(\"token\")"), "{told}");
}

#[test]
fn a_profile_gives_keys() {
    let file = std::env::temp_dir().join(format!("lambda-chain-{}", std::process::id()));
    std::fs::write(&file, "[team]\naws_access_key_id = AKTEAM\naws_secret_access_key = secret\n").unwrap();
    let told = run(&[("AWS_SHARED_CREDENTIALS_FILE", file.to_str().unwrap()), ("AWS_PROFILE", "team")]);
    std::fs::remove_file(&file).unwrap();
    assert!(told.contains("found AKTEAM None"), "{told}");
}

#[test]
fn nothing_found_is_told() {
    let told = run(&[("AWS_REGION", "eu-west-1")]);
    assert!(told.contains("nothing: "), "{told}");
}

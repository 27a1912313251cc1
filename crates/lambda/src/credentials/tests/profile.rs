//! The shared files: each case runs in a process of its own, since AWS's crate reads the environment itself.

use super::super::profile::OfProfile;
use super::super::source::CredentialSource;
use super::super::surroundings::Surroundings;
use super::super::web::Way;
use super::Folder;
use super::double::{Double, answer, field, keys_json, keys_xml, refusal};
use std::process::Stdio;
use std::sync::Arc;

#[tokio::test]
#[ignore = "run by the others, in an environment of its own"]
async fn inner() {
    let profile = OfProfile::new(None, None, Way::default(), Arc::new(Surroundings::default()));
    let region = profile.region().await;
    match profile.fetch().await {
        Ok(found) => {
            let (id, secret, token) = super::key(&found);
            println!("found {id} {secret} {token:?} ends={} {region:?} {}", found.keys.expires.is_some(), found.origin);
        }
        Err(lack) => println!("absent={} {lack}", lack.absent),
    }
}

async fn run(folder: &Folder, variables: &[(&str, &str)]) -> String {
    let mut command = tokio::process::Command::new(std::env::current_exe().unwrap());
    command.env_clear().env("HOME", &folder.0).env("PATH", std::env::var("PATH").unwrap());
    command.envs(variables.iter().copied()).stdin(Stdio::null());
    command.args(["--exact", "--ignored", "--nocapture", "credentials::tests::profile::inner"]);
    let output = command.output().await.unwrap();
    String::from_utf8(output.stdout).unwrap()
}

#[track_caller]
fn says(told: &str, parts: &[&str]) {
    assert!(parts.iter().all(|part| told.contains(part)), "{parts:?} in {told}");
}

/// STS, IAM Identity Center and a container agent in one.
async fn cloud() -> Double {
    Double::start(|asked| {
        let form = String::from_utf8_lossy(asked.body()).into_owned();
        let by = field(asked, "authorization").unwrap_or("").to_owned();
        match asked.uri().path() {
            "/federation/credentials" if field(asked, "x-amz-sso_bearer_token") == Some("sso-token") => answer(
                200,
                r#"{"roleCredentials":{"accessKeyId":"ASSSO","secretAccessKey":"s","sessionToken":"t","expiration":4102444800000}}"#,
            ),
            "/federation/credentials" => answer(401, r#"{"message":"Session token not found or invalid"}"#),
            "/agent" => answer(200, keys_json("ASAGENT")),
            _ if form.contains("role%2Fclosed") => answer(403, refusal("AccessDenied", "not authorized")),
            _ if form.contains("Action=AssumeRoleWithWebIdentity") => answer(200, keys_xml("AssumeRoleWithWebIdentity", "ASWEB")),
            // each hop is signed with the keys of the one before
            _ if by.contains("Credential=AKBASE/") => answer(200, keys_xml("AssumeRole", "ASONE")),
            _ if by.contains("Credential=ASONE/") => answer(200, keys_xml("AssumeRole", "ASTWO")),
            _ if by.contains("Credential=ASAGENT/") => answer(200, keys_xml("AssumeRole", "ASTASK")),
            _ => answer(403, refusal("InvalidClientTokenId", "who?")),
        }
    })
    .await
}

const CONFIG: &str = "
[default]
region = eu-west-1
[profile one]
role_arn = arn:aws:iam::1:role/one
source_profile = base
[profile two]
region = eu-west-1
role_arn = arn:aws:iam::1:role/two
source_profile = one
[profile task]
role_arn = arn:aws:iam::1:role/task
credential_source = EcsContainer
region = eu-west-1
[profile variables]
role_arn = arn:aws:iam::1:role/one
credential_source = Environment
[profile process]
credential_process = echo '{\"Version\":1,\"AccessKeyId\":\"AKPROC\",\"SecretAccessKey\":\"s\",\"Expiration\":\"2099-01-01T00:00:00Z\"}'
[profile broken-process]
credential_process = echo none; false
[profile center]
sso_session = corp
sso_account_id = 123456789012
sso_role_name = gateway
[sso-session corp]
sso_region = eu-west-1
sso_start_url = https://corp.awsapps.com/start
[profile closed]
role_arn = arn:aws:iam::1:role/closed
source_profile = base
[profile loop]
role_arn = arn:aws:iam::1:role/a
source_profile = other-loop
[profile other-loop]
role_arn = arn:aws:iam::1:role/b
source_profile = loop
[profile empty]
output = json
";
const KEYS: &str = "[base]\naws_access_key_id = AKBASE\naws_secret_access_key = s\naws_session_token = t\n";
/// Named after the session `corp`, as the command line of AWS does.
const SSO_TOKEN: &str = ".aws/sso/cache/ee0bfd2552fbd840c02cc48b6e823320543c450f.json";

fn folder(name: &str) -> Folder {
    let folder = Folder::new(name);
    folder.write(".aws/config", CONFIG);
    folder.write(".aws/credentials", KEYS);
    let token = r#"{"accessToken":"sso-token","expiresAt":"2099-01-01T00:00:00Z","startUrl":"https://corp.awsapps.com/start","region":"eu-west-1"}"#;
    folder.write(SSO_TOKEN, token);
    folder
}

#[tokio::test]
async fn every_kind_of_profile_gives_keys() {
    let (cloud, folder) = (cloud().await, folder("profiles"));
    folder.write("token", "jwt");
    let agent = format!("{}/agent", cloud.url);
    let always = [
        ("AWS_ENDPOINT_URL_STS", cloud.url.as_str()),
        ("AWS_ENDPOINT_URL_SSO", &cloud.url),
        ("AWS_CONTAINER_CREDENTIALS_FULL_URI", &agent),
        ("AWS_ACCESS_KEY_ID", "AKBASE"),
        ("AWS_SECRET_ACCESS_KEY", "s"),
    ];
    for (profile, expected) in [
        ("base", "found AKBASE s Some(\"t\") ends=false None"),
        ("one", "found ASONE hush Some(\"token of ASONE\") ends=true"),
        ("two", "found ASTWO hush Some(\"token of ASTWO\") ends=true Some(\"eu-west-1\")"),
        ("task", "found ASTASK hush"),
        ("variables", "found ASONE hush"),
        ("process", "found AKPROC s None ends=true"),
        ("center", "found ASSSO s Some(\"t\") ends=true"),
    ] {
        let told = run(&folder, &[&always[..], &[("AWS_PROFILE", profile)]].concat()).await;
        says(&told, &[expected, &format!("profile {profile} of "), ".aws/credentials"]);
    }
}

#[tokio::test]
async fn what_cannot_work_names_profile_files_and_a_remedy() {
    let (cloud, folder) = (cloud().await, folder("profiles-bad"));
    let always = [("AWS_ENDPOINT_URL_STS", cloud.url.as_str()), ("AWS_ENDPOINT_URL_SSO", &cloud.url)];
    let check = async |profile: &str, parts: &[&str]| {
        let told = run(&folder, &[&always[..], &[("AWS_PROFILE", profile)]].concat()).await;
        says(&told, &[&["absent=false", profile], parts].concat());
    };
    check("nowhere", &["was not defined", ".aws/config", "AWS_PROFILE"]).await;
    check("closed", &["AccessDenied", "not authorized"]).await;
    check("loop", &["infinite loop"]).await;
    check("broken-process", &["broken-process", "correct the profile"]).await;
    folder.write(SSO_TOKEN, r#"{"accessToken":"x","expiresAt":"2001-01-01T00:00:00Z"}"#);
    check("center", &["aws sso login --profile center"]).await;
    folder.write(".aws/config", "[profile torn\nregion = x\n");
    check("torn", &[".aws/config", "correct the profile"]).await;
}

#[tokio::test]
async fn nobody_asked_for_a_profile_and_there_is_none() {
    let folder = Folder::new("profiles-none");
    says(&run(&folder, &[]).await, &["absent=true", "neither of", ".aws/config"]);
    folder.write(".aws/config", "[default]\nregion = eu-west-3\n");
    says(&run(&folder, &[]).await, &["absent=true", "default", "has no keys"]);
    says(&run(&folder, &[("AWS_PROFILE", "team")]).await, &["absent=false", "team"]);
}

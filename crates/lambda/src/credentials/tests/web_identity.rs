//! Roles for tokens in files.

use super::super::source::CredentialSource;
use super::super::sts::Sts;
use super::super::web::Way;
use super::super::web_identity::WebIdentity;
use super::double::{Double, answer, keys_xml, refusal};
use super::{Folder, around, key, lack, names};
use std::sync::Arc;

const ROLE: &str = "arn:aws:iam::123456789012:role/pod";

async fn sts() -> Double {
    Double::start(|asked| {
        assert!(!asked.headers().contains_key("authorization"), "nobody has keys to sign with yet");
        match String::from_utf8_lossy(asked.body()) {
            form if form.contains("WebIdentityToken=good") => {
                answer(200, keys_xml("AssumeRoleWithWebIdentity", "ASWEB"))
            }
            form if form.contains("WebIdentityToken=old") => {
                answer(400, refusal("ExpiredTokenException", "Token expired"))
            }
            _ => answer(403, refusal("AccessDenied", "Not authorized to perform sts:AssumeRoleWithWebIdentity")),
        }
    })
    .await
}

fn source(double: &Double, variables: &[(&str, &str)]) -> WebIdentity {
    let around = Arc::new(around(variables));
    let sts = Arc::new(Sts::new(Way::default(), Some("eu-west-1"), Some(&double.url), &around));
    WebIdentity { role: None, token_file: None, session_name: None, around, sts }
}

#[tokio::test]
async fn the_token_is_read_anew_each_time() {
    let (sts, folder) = (sts().await, Folder::new("irsa"));
    let file = folder.write("token", "old\n");
    let variables = [("AWS_ROLE_ARN", ROLE), ("AWS_WEB_IDENTITY_TOKEN_FILE", &file), ("AWS_ROLE_SESSION_NAME", "me")];
    let source = source(&sts, &variables);
    names(&lack(source.fetch().await), &["web identity", ROLE, &file, "ExpiredTokenException", "give fresh ones"]);
    folder.write("token", "good\n");
    let found = source.fetch().await.unwrap();
    assert_eq!(key(&found), ("ASWEB", "hush", Some("token of ASWEB")));
    assert!(found.origin.contains(ROLE) && found.origin.contains(&file));
    let form = sts.forms().pop().unwrap();
    assert!(form.starts_with("Action=AssumeRoleWithWebIdentity&Version=2011-06-15&RoleArn=arn%3Aaws%3Aiam"), "{form}");
    assert!(form.contains("&RoleSessionName=me&"), "{form}");
}

#[tokio::test]
async fn what_cannot_work_names_file_or_variable_and_a_remedy() {
    let (sts, folder) = (sts().await, Folder::new("irsa-bad"));
    let (role, file) = ("AWS_ROLE_ARN", "AWS_WEB_IDENTITY_TOKEN_FILE");
    let (empty, stranger) = (folder.write("empty", " \n"), folder.write("stranger", "who"));
    for (variables, parts) in [
        (vec![(role, ROLE), (file, "/nonexistent/token")], vec!["/nonexistent/token", "cannot be read"]),
        (vec![(role, ROLE), (file, empty.as_str())], vec![empty.as_str(), "is empty"]),
        (vec![(file, empty.as_str())], vec!["AWS_ROLE_ARN is not set"]),
        (vec![(role, ROLE), (file, stranger.as_str())], vec![sts.url.as_str(), "AccessDenied", "trust policy"]),
    ] {
        let lack = lack(source(&sts, &variables).fetch().await);
        assert!(!lack.absent, "{lack}");
        names(&lack, &parts);
    }
    assert!(lack(source(&sts, &[(role, ROLE)]).fetch().await).absent);
}

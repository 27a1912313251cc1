//! As whom functions are called: keys that rotate under load, a judge of signatures, and what is said when there are
//! no keys.

mod cloud;
mod moto;

use crate::gate::{Gate, command};
use crate::needs::needs;
use crate::site::Site;
use cloud::{Agent, Lambda};
use std::process::Output;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

fn text(output: &Output) -> String {
    String::from_utf8_lossy(&output.stdout).into_owned() + &String::from_utf8_lossy(&output.stderr)
}

fn config(endpoint: &str, credentials: &str) -> String {
    format!(
        "listen: 127.0.0.1:0\naws: {{ region: eu-west-1, endpoint: '{endpoint}', credentials: {credentials} }}\n\
         routes: [{{ name: users, match: {{ path: '/users/{{id}}' }}, function: users }}]\n"
    )
}

fn explain(config: &str, more: &[&str], variables: &[(&str, &str)]) -> (i32, String) {
    let site = Site::new(config);
    let output = command(&site).envs(variables.iter().copied()).arg("explain").arg(".").args(more).output().unwrap();
    (output.status.code().unwrap(), text(&output))
}

#[track_caller]
fn says(text: &str, parts: &[&str]) {
    assert!(parts.iter().all(|part| text.contains(part)), "{parts:?} in:\n{text}");
}

/// How many renewals are waited for. A longer run: `LAMBDAGATE_TEST_ROTATIONS=60`.
fn rotations() -> usize {
    std::env::var("LAMBDAGATE_TEST_ROTATIONS").ok().and_then(|text| text.parse().ok()).unwrap_or(4)
}

#[test]
fn keys_that_rotate_every_second_are_noticed_by_nobody() {
    let agent = Agent::start();
    let lambda = Lambda::start(Some(agent.clone()));
    let site = Site::new(&config(&lambda.url, "chain"));
    let variables = [("AWS_CONTAINER_CREDENTIALS_FULL_URI", agent.url.as_str())];
    let gate = Gate::start_with(&site, &["run", ".", "--status", "127.0.0.1:0"], &variables);
    let wanted = rotations();
    let (done, failed, good) = (AtomicBool::new(false), AtomicUsize::new(0), AtomicUsize::new(0));
    std::thread::scope(|scope| {
        for _ in 0..4 {
            scope.spawn(|| {
                let mut client = gate.client();
                while !done.load(Ordering::Relaxed) {
                    let answer = client.request("GET", "/users/1", &[], b"").unwrap();
                    if answer.status != 200 {
                        eprintln!("{}: {}", answer.status, answer.text());
                    }
                    let count = if answer.status == 200 { &good } else { &failed };
                    count.fetch_add(1, Ordering::Relaxed);
                }
            });
        }
        agent.wait_for(wanted + 1);
        done.store(true, Ordering::Relaxed);
    });
    let metrics = gate.status_page("/metrics");
    let value = |name: &str| {
        let line =
            metrics.lines().find(|line| line.starts_with(name)).unwrap_or_else(|| panic!("{name} in\n{metrics}"));
        line.rsplit(' ').next().unwrap().parse::<f64>().unwrap()
    };
    let renewal_waits = value("lambdagate_credentials_waits_total{identity=\"surroundings\",for=\"renewal\"}");
    let fetches = value("lambdagate_credentials_fetches_total{identity=\"surroundings\",result=\"ok\"}");
    eprintln!("{good:?} requests, {failed:?} failed, {renewal_waits} waited for a renewal, {fetches} pairs of keys");
    assert_eq!(failed.load(Ordering::Relaxed), 0);
    // on a machine that stands still as long as keys live, somebody may have to wait
    assert!(renewal_waits <= good.load(Ordering::Relaxed) as f64 / 100.0, "{renewal_waits} waited");
    // the last pair may have left the agent and not yet be counted here
    assert!(fetches >= wanted as f64 && good.load(Ordering::Relaxed) > 100, "{fetches} {good:?}");
    let status: serde_json::Value = serde_json::from_str(&gate.status_page("/status")).unwrap();
    let identity = &status["identities"][0];
    assert_eq!((identity["state"].as_str(), identity["provider"].as_str()), (Some("good"), Some("container")));
    assert!(identity["expires"].as_str().is_some_and(|text| text.ends_with('Z')), "{identity}");
    let told = format!("{status}{metrics}");
    assert!(!told.contains("AKROTATED") && !told.contains("hush"), "keys are told: {told}");
}

#[test]
fn a_judge_accepts_signatures_tokens_and_roles_and_refuses_wrong_ones() {
    if !needs("a_judge_accepts_signatures_tokens_and_roles_and_refuses_wrong_ones", &["moto"]) {
        return;
    }
    let moto = moto::Moto::start();
    let keys = |id: &str, secret: &str, more: &str| {
        let credentials = format!("{{ access_key: {id}, secret_key: '{secret}', sts_endpoint: '{}'{more} }}", moto.url);
        explain(&config("http://127.0.0.1:1", &credentials), &[], &[("AWS_ENDPOINT_URL_STS", &moto.url)]).1
    };
    let role = format!(", roles: [{{ arn: '{}', session_name: web, tags: {{ team: a }} }}]", moto.role);
    let token = |token: &str| format!(", session_token: '{token}'");
    let (id, secret) = (&moto.user_key, &moto.user_secret);
    says(&keys(id, secret, ""), &["identity     arn:aws:iam::123456789012:user/gateway (account 123456789012)"]);
    says(&keys(id, secret, &role), &["identity     arn:aws:sts::123456789012:assumed-role/caller/web"]);
    says(&keys(id, "wrong", ""), &["SignatureDoesNotMatch", "check the secret key", &moto.url]);
    says(&keys(id, "wrong", &role), &["! role: ", &moto.role, "SignatureDoesNotMatch", "no source has any"]);
    says(&keys("AKIANOBODY", secret, ""), &["InvalidClientTokenId", "the access key is not known"]);
    let (id, secret) = (&moto.session_key, &moto.session_secret);
    says(&keys(id, secret, &token(&moto.session_token)), &["assumed-role/caller/driver"]);
    says(&keys(id, secret, &token("another")), &["InvalidClientTokenId"]);
}

#[test]
fn what_is_wrong_is_one_line_of_the_log_and_nothing_for_the_client() {
    let folder = Site::new("");
    let path = |name: &str| folder.path().join(name).display().to_string();
    folder.write("torn", "[default\naws_access_key_id = AK\n");
    let (torn, nowhere) = (path("torn"), path("nowhere"));
    let hanging = std::net::TcpListener::bind("127.0.0.1:0").unwrap(); // accepts, and says nothing
    let silent = format!("http://{}", hanging.local_addr().unwrap());
    let expired = Agent::expired();
    let refusing = cloud::refusing("ExpiredToken", "The security token included in the request is expired");
    let role = "{ access_key: AK, secret_key: hush, roles: 'arn:aws:iam::123456789012:role/r' }";
    for (credentials, variables, parts) in [
        ("profile", vec![("AWS_CONFIG_FILE", torn.as_str())], vec!["profile", torn.as_str(), "correct the profile"]),
        (
            "web-identity",
            vec![("AWS_ROLE_ARN", "arn:aws:iam::1:role/r"), ("AWS_WEB_IDENTITY_TOKEN_FILE", nowhere.as_str())],
            vec!["web identity", nowhere.as_str(), "let the gateway's user read the file"],
        ),
        (
            "metadata",
            vec![("AWS_EC2_METADATA_SERVICE_ENDPOINT", silent.as_str()), ("AWS_EC2_METADATA_DISABLED", "false")],
            vec!["metadata", silent.as_str(), "does not answer", "hop limit"],
        ),
        (
            role,
            vec![("AWS_ENDPOINT_URL_STS", refusing.as_str())],
            vec!["ExpiredToken", refusing.as_str(), "give fresh ones"],
        ),
        (
            "container",
            vec![("AWS_CONTAINER_CREDENTIALS_FULL_URI", expired.url.as_str())],
            vec!["container", expired.url.as_str(), "whose time is over", "clock"],
        ),
        ("chain", vec![], vec!["no credentials", "AWS_ACCESS_KEY_ID", "set AWS_ACCESS_KEY_ID and"]),
    ] {
        let site = Site::new(&config("http://127.0.0.1:1", credentials));
        let gate = Gate::start_with(&site, &["run", "."], &variables);
        let line = gate.logged(&["\"no credentials\""]);
        says(&line, &parts);
        let answer = gate.get("/users/1");
        let told = format!("{:?} {}", answer.headers, answer.text());
        assert_eq!((answer.status, answer.json()["code"].as_str()), (500, Some("no_credentials")), "{told}");
        for part in [nowhere.as_str(), "AWS_", "role/r", "127.0.0.1:", "hush", "profile", "token"] {
            assert!(!told.contains(part), "{part} is nobody's business: {told}");
        }
    }
}

#[test]
fn a_clock_that_is_off_is_told_and_does_no_harm() {
    let agent = Agent::twenty_minutes_behind();
    let lambda = Lambda::start(None);
    let site = Site::new(&config(&lambda.url, "container"));
    let variables = [("AWS_CONTAINER_CREDENTIALS_FULL_URI", agent.url.as_str())];
    let gate = Gate::start_with(&site, &["run", "."], &variables);
    gate.logged(&["this machine's clock is ahead of", &agent.url, "set it right"]);
    assert_eq!(gate.get("/users/1").status, 200);
}

#[test]
fn explain_tells_who_wins_why_and_whether_the_call_is_allowed() {
    let lambda = Lambda::start(None);
    let denying =
        cloud::denying("arn:aws:iam::1:user/a is not authorized to perform: lambda:InvokeFunction on resource: x");
    let sts = cloud::refusing("AccessDenied", "no");
    let variables =
        [("AMAZON_ACCESS_KEY_ID", "AM"), ("AMAZON_SECRET_ACCESS_KEY", "hush"), ("AWS_ENDPOINT_URL_STS", sts.as_str())];
    let (code, told) = explain(&config(&lambda.url, "chain"), &["--request", "GET /users/7"], &variables);
    assert_eq!(code, 0, "{told}");
    says(
        &told,
        &[
            "native/route/users: function users",
            "region       eu-west-1 (configuration)",
            &format!("endpoint     {}", lambda.url),
            "- environment: AWS_ACCESS_KEY_ID is not set",
            "* environment: AMAZON_ACCESS_KEY_ID and AMAZON_SECRET_ACCESS_KEY, without an end",
            "identity     not known",
            "permission   granted",
            "\"rawPath\":\"/users/7\"",
        ],
    );
    let (code, told) = explain(&config(&denying, "chain"), &["users"], &variables);
    assert_eq!(code, 1, "{told}");
    says(&told, &["permission   denied: lambda:InvokeFunction is missing", "event        not known: ", "--request"]);
    let (code, told) = explain(&config("http://127.0.0.1:1", "chain"), &["--offline"], &variables[..2]);
    assert_eq!(code, 0, "{told}");
    says(&told, &["* environment: AMAZON_"]);
    assert!(!told.contains("permission") && !told.contains("hush"), "{told}");
    let (code, told) = explain("listen: 127.0.0.1:0\nroutes: [{ match: { path: / }, function: f }]\n", &[], &[]);
    assert_eq!(code, 1, "{told}");
    says(&told, &["no region or host specified", "AWS_REGION", "no source has any"]);
    assert_eq!(explain("listen: [", &[], &[]).0, 2);
}

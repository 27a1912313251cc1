//! Which functions there are, and how they are set up.

use super::site::{Ask, Site, Told, python};
use serde_json::{Value, json};

async fn site() -> Site {
    let site = Site::start().await;
    for name in ["a", "b", "c"] {
        site.write(&format!("{name}/lambda_function.py"), &python("    pass"));
    }
    let settings = "memory: 256\ntimeout: 2.5\nenvironment: { NAME: text }\nversions: [1, 2, 10]\n\
        aliases: { live: 2, next: 11 }\nurl: { auth: AWS_IAM, mode: RESPONSE_STREAM }\n";
    site.write("b/function.yaml", settings);
    site.write("d/function.yaml", "tiemout: 3");
    site
}

async fn get(site: &Site, path: &str) -> Told {
    site.request("GET", path, "").send().await
}

async fn names(site: &Site, query: &str) -> (Vec<String>, Value) {
    let list = get(site, &format!("/2015-03-31/functions{query}")).await.json();
    let name = |function: &Value| function["FunctionName"].as_str().unwrap().to_owned();
    (list["Functions"].as_array().unwrap().iter().map(name).collect(), list["NextMarker"].clone())
}

#[tokio::test]
async fn functions_are_listed_page_by_page() {
    let site = site().await;
    let strings = |names: &[&str]| names.iter().map(|name| (*name).to_owned()).collect::<Vec<_>>();
    for (query, expected, next) in [
        ("", &["a", "b", "c", "d"][..], json!(null)),
        ("/", &["a", "b", "c", "d"], json!(null)),
        ("?MaxItems=2", &["a", "b"], json!("c")),
        ("?MaxItems=2&Marker=c", &["c", "d"], json!(null)),
    ] {
        assert_eq!(names(&site, query).await, (strings(expected), next), "{query}");
    }
    let broken = get(&site, "/2015-03-31/functions?Marker=d").await.json()["Functions"][0].clone();
    assert_eq!(broken["State"], "Failed", "{broken}");
    assert!(broken["StateReason"].as_str().unwrap().contains("tiemout"), "{broken}");
    site.stop().await;
}

#[tokio::test]
async fn a_function_tells_how_it_is_set_up() {
    let site = site().await;
    let path = "/2015-03-31/functions/b";
    let configuration = get(&site, &format!("{path}/configuration")).await.json();
    for (member, expected) in [
        ("FunctionName", json!("b")),
        ("FunctionArn", json!("arn:aws:lambda:eu-west-1:000000000000:function:b")),
        ("Handler", json!("lambda_function.lambda_handler")),
        ("Timeout", json!(3)),
        ("MemorySize", json!(256)),
        ("Version", json!("$LATEST")),
        ("Environment", json!({ "Variables": { "NAME": "text" } })),
        ("State", json!("Active")),
        ("PackageType", json!("Zip")),
        (
            "CodeSize",
            json!(
                std::fs::metadata(site.folder.join("b/lambda_function.py")).unwrap().len()
                    + std::fs::metadata(site.folder.join("b/function.yaml")).unwrap().len()
            ),
        ),
    ] {
        assert_eq!(configuration[member], expected, "{member}");
    }
    let hash = configuration["CodeSha256"].as_str().unwrap().to_owned();
    let whole = get(&site, path).await.json();
    assert_eq!(whole["Configuration"], configuration);
    assert_eq!(whole["Code"]["Location"], format!("file://{}", site.folder.join("b").display()));
    assert_eq!(whole["Concurrency"]["ReservedConcurrentExecutions"], 10);
    site.write("b/more.txt", "x");
    assert_ne!(get(&site, path).await.json()["Configuration"]["CodeSha256"], hash);
    let live = get(&site, &format!("{path}/configuration?Qualifier=live")).await.json();
    assert_eq!((&live["Version"], live["FunctionArn"].as_str().unwrap().ends_with(":b:live")), (&json!("2"), true));
    site.stop().await;
}

#[tokio::test]
async fn versions_aliases_and_url_are_told() {
    let site = site().await;
    let path = "/2015-03-31/functions/b";
    let arn = "arn:aws:lambda:eu-west-1:000000000000:function:b";
    let live = json!({ "AliasArn": format!("{arn}:live"), "Name": "live", "FunctionVersion": "2", "Description": "" });
    let revision = get(&site, &format!("{path}/configuration")).await.json()["RevisionId"].clone();
    let live = {
        let mut live = live;
        live["RevisionId"] = revision;
        live
    };
    let aliases = get(&site, &format!("{path}/aliases")).await.json();
    assert_eq!((&aliases["Aliases"][0], &aliases["Aliases"][1]["FunctionVersion"]), (&live, &json!("11")));
    assert_eq!(get(&site, &format!("{path}/aliases/live")).await.json(), live);
    let versions = get(&site, &format!("{path}/versions")).await.json();
    let versions: Vec<_> = versions["Versions"].as_array().unwrap().iter().map(|one| one["Version"].clone()).collect();
    assert_eq!(json!(versions), json!(["$LATEST", "1", "2", "10", "11"]));
    let port = site.emulator.address().port();
    for (name, auth, mode) in [("b", "AWS_IAM", "RESPONSE_STREAM"), ("a", "NONE", "BUFFERED")] {
        let url = get(&site, &format!("/2021-10-31/functions/{name}/url")).await.json();
        assert_eq!(url["FunctionUrl"], format!("http://{name}.lambda-url.localhost:{port}/"));
        assert_eq!((&url["AuthType"], &url["InvokeMode"]), (&json!(auth), &json!(mode)), "{name}");
    }
    site.stop().await;
}

#[tokio::test]
async fn what_is_not_there_is_refused_as_aws_does() {
    let site = site().await;
    let arn = "arn:aws:lambda:eu-west-1:000000000000:function";
    for (path, status, kind, message) in [
        ("functions/x", 404, "ResourceNotFoundException", format!("Function not found: {arn}:x")),
        ("functions/b?Qualifier=7", 404, "ResourceNotFoundException", format!("Function not found: {arn}:b:7")),
        ("functions/b/aliases/x", 404, "ResourceNotFoundException", format!("Cannot find alias arn: {arn}:b:x")),
        ("functions/b/policy", 404, "UnknownOperationException", String::new()),
        ("functions?MaxItems=0", 400, "ValidationException", "1 validation error detected: Value '0'".to_owned()),
        ("functions/d", 502, "InvalidRuntimeException", String::new()),
    ] {
        let told = get(&site, &format!("/2015-03-31/{path}")).await;
        assert_eq!((told.status, told.header("x-amzn-errortype")), (status, Some(kind)), "{path}");
        let value = told.json();
        let text = value["Message"].as_str().or(value["message"].as_str()).unwrap_or_default();
        assert!(text.starts_with(&message), "{path}: {value}");
    }
    let stranger = Ask { access_key: "stranger", ..site.request("GET", "/2015-03-31/functions", "") };
    assert_eq!(stranger.send().await.status, 403);
    site.stop().await;
}

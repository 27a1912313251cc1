//! An AWS SAM template as a source: its functions run here, its events are routes.

use crate::client::Client;
use crate::gate::{Gate, command};
use crate::local_lambda::lambda_address;
use crate::site::Site;
use std::time::{Duration, Instant};

const TEMPLATE: &str = r#"
Transform: AWS::Serverless-2016-10-31
Parameters:
  Greeting: { Type: String, Default: Hello }
Globals:
  Function: { Runtime: python3.12, Timeout: 9 }
Resources:
  Greet:
    Type: AWS::Serverless::Function
    Properties:
      FunctionName: greet
      CodeUri: src/greet/
      Handler: app.handler
      AutoPublishAlias: live
      FunctionUrlConfig: { AuthType: NONE, Cors: { AllowOrigins: ["https://a.example"] } }
      Environment: { Variables: { GREETING: !Ref Greeting, SELF: !Sub "${Greet.Arn}" } }
      Events:
        New: { Type: HttpApi, Properties: { Path: "/greet/{name}", Method: get } }
        Old: { Type: Api, Properties: { Path: "/old/{proxy+}", Method: any } }
"#;

const CODE: &str = r#"
import json, os

def handler(event, context):
    body = {"says": os.environ["GREETING"], "version": event["version"], "path": event["pathParameters"],
            "self": os.environ["SELF"], "arn": context.invoked_function_arn, "is": context.function_version, "runs": os.environ["AWS_EXECUTION_ENV"]}
    return {"statusCode": 200, "body": json.dumps(body)}
"#;

fn site(template: &str) -> Site {
    let site = Site::new("listen: 127.0.0.1:0\n");
    site.write("template.yaml", template);
    site.write("src/greet/app.py", CODE);
    site
}

fn dev(site: &Site) -> Gate {
    Gate::start(site, &["dev", "template.yaml", "--listen", "127.0.0.1:0", "--lambda", "127.0.0.1:0"])
}

#[test]
fn events_of_a_template_reach_its_functions() {
    let site = site(TEMPLATE);
    let gate = dev(&site);
    let new = gate.get("/greet/you").json();
    assert_eq!((new["says"].as_str(), new["version"].as_str()), (Some("Hello"), Some("2.0")), "{new}");
    assert_eq!(new["path"]["name"], "you");
    assert_eq!(new["self"], "arn:aws:lambda:us-east-1:000000000000:function:greet");
    assert_eq!(new["arn"], "arn:aws:lambda:us-east-1:000000000000:function:greet:live");
    assert_eq!(new["is"], "1", "an alias stands for a version");
    let old = gate.request("POST", "/old/a/b", &[], b"x").json();
    assert_eq!((old["version"].as_str(), old["path"]["proxy"].as_str()), (Some("1.0"), Some("a/b")), "{old}");
    assert_eq!(gate.request("POST", "/greet/you", &[], b"x").status, 404);
}

#[test]
fn pages_that_a_template_names_may_call_the_functions_url() {
    let site = site(TEMPLATE);
    let gate = dev(&site);
    let mut client = Client::connect(lambda_address(&gate).parse().unwrap()).unwrap();
    let ask = [("origin", "https://a.example"), ("access-control-request-method", "GET")];
    let answer = client.request("OPTIONS", "/url/greet/", &ask, b"").unwrap();
    assert_eq!((answer.status, answer.header("access-control-allow-origin")), (200, Some("https://a.example")));
}

#[test]
fn a_changed_template_declares_anew() {
    let site = site(TEMPLATE);
    let gate = dev(&site);
    assert_eq!(gate.get("/greet/you").json()["says"], "Hello");
    site.write(
        "template.yaml",
        &TEMPLATE.replace("Default: Hello", "Default: Goodbye").replace("\"/greet/", "\"/leave/"),
    );
    let began = Instant::now();
    while gate.get("/leave/you").status != 200 || gate.get("/leave/you").json()["says"] != "Goodbye" {
        assert!(began.elapsed() < Duration::from_secs(30), "the new template never came into force");
    }
}

#[test]
fn what_is_lost_is_told_with_its_line() {
    let site = site(&format!("{TEMPLATE}  Table: {{ Type: AWS::DynamoDB::Table }}\n"));
    let output = command(&site).args(["check", "template.yaml"]).output().unwrap();
    let said = String::from_utf8(output.stdout).unwrap();
    assert_eq!(output.status.code(), Some(1), "{said}");
    assert!(said.contains("template.yaml:20:3: ignored: AWS::DynamoDB::Table"), "{said}");
}

#[test]
fn a_template_can_be_written_in_the_native_language() {
    let site = site(TEMPLATE);
    let output = command(&site).args(["translate", "template.yaml"]).output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let again = Site::new(&String::from_utf8(output.stdout.clone()).unwrap());
    assert_eq!(command(&again).arg("translate").output().unwrap().stdout, output.stdout);
}

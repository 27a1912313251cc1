//! The local Lambda as others see it: an AWS SDK in front, processes behind.

use crate::gate::Gate;
use crate::needs::{needs, python};
use crate::site::Site;
use std::path::Path;
use std::process::Command;
use std::time::{Duration, Instant};

const CONFIG: &str = "listen: 127.0.0.1:0\nroutes: [{ match: { path: /go }, function: go }]\n";

/// Where the local Lambda listens, as the log says.
pub(crate) fn lambda_address(gate: &Gate) -> String {
    let line = gate.logged(&["local lambda"]);
    let parsed: serde_json::Value = serde_json::from_str(&line).unwrap();
    parsed["fields"]["address"].as_str().or(parsed["address"].as_str()).unwrap().to_owned()
}

const SDK: &str = r#"
import base64, boto3, botocore, json, sys
def client(secret):
    return boto3.client('lambda', endpoint_url=sys.argv[1], region_name='us-east-1',
        aws_access_key_id='local', aws_secret_access_key=secret,
        config=botocore.config.Config(retries={'max_attempts': 0}))
good = client('local')
reply = good.invoke(FunctionName='go', Payload=json.dumps({'n': 20}), LogType='Tail')
print(reply['StatusCode'], reply['ExecutedVersion'], json.loads(reply['Payload'].read()))
tail = base64.b64decode(reply['LogResult']).decode()
print([word for word in ('START RequestId', 'said so', 'END RequestId', 'REPORT RequestId') if word in tail])
arn = 'arn:aws:lambda:us-east-1:000000000000:function:go'
print(good.invoke(FunctionName=arn, Payload=b'{"n": 1}')['StatusCode'])
print(good.invoke(FunctionName='go', InvocationType='Event', Payload=b'{"n": 1}')['StatusCode'])
print(good.invoke(FunctionName='go', InvocationType='DryRun')['StatusCode'])
failed = good.invoke(FunctionName='go', Payload=b'{}')
print(failed['FunctionError'], json.loads(failed['Payload'].read())['errorType'])
for call in (lambda: good.invoke(FunctionName='nobody'), lambda: client('wrong').invoke(FunctionName='go'),
             lambda: good.invoke(FunctionName='go', Payload=b'{"n":')):
    try:
        call()
    except botocore.exceptions.ClientError as error:
        print(error.response['ResponseMetadata']['HTTPStatusCode'], error.response['Error']['Code'])
"#;

#[test]
fn boto3_invokes_local_functions() {
    if !needs("boto3_invokes_local_functions", &["boto3"]) {
        return;
    }
    let site = Site::new(CONFIG).python("go", "print('said so')\nreturn event['n'] + 1");
    let gate = Gate::dev(&site);
    let url = format!("http://{}", lambda_address(&gate));
    let output = Command::new(python().unwrap()).args(["-c", SDK, &url]).output().unwrap();
    let expected = "200 $LATEST 21\n['START RequestId', 'said so', 'END RequestId', 'REPORT RequestId']\n200\n202\n204\n\
        Unhandled KeyError\n404 ResourceNotFoundException\n403 InvalidSignatureException\n400 InvalidRequestContentException\n";
    assert_eq!(String::from_utf8_lossy(&output.stdout), expected, "{}", String::from_utf8_lossy(&output.stderr));
}

/// Functions that write their process id, and that of a child of their own, to a file.
fn family(site: &Site) -> Vec<u32> {
    let text = std::fs::read_to_string(site.path().join("pids")).unwrap();
    text.split_whitespace().map(|pid| pid.parse().unwrap()).collect()
}

fn alive(pid: u32) -> bool {
    let stat = std::fs::read_to_string(Path::new("/proc").join(pid.to_string()).join("stat")).unwrap_or_default();
    !stat.is_empty() && !stat.contains(") Z ")
}

fn wait_gone(pids: &[u32]) {
    let began = Instant::now();
    while pids.iter().any(|pid| alive(*pid)) {
        assert!(began.elapsed() < Duration::from_secs(30), "still there: {pids:?}");
        std::thread::yield_now();
    }
}

fn site_with_a_family() -> Site {
    Site::new(CONFIG).python(
        "go",
        "import subprocess\nchild = subprocess.Popen(['sleep', '1000'])\nopen('../../pids', 'w').write(f'{os.getpid()} {child.pid}')\nreturn 'ok'",
    )
}

#[test]
fn no_process_outlives_the_gateway_killed_or_drained() {
    for signal in ["KILL", "TERM"] {
        let site = site_with_a_family();
        let mut gate = Gate::dev(&site);
        assert_eq!(gate.get("/go").status, 200);
        let pids = family(&site);
        assert!(pids.len() == 2 && pids.iter().all(|pid| alive(*pid)));
        gate.signal(signal);
        gate.wait();
        wait_gone(&pids);
    }
}

#[test]
fn changed_code_is_in_force_at_the_next_call() {
    let site = Site::new(CONFIG).python("go", "return 'old'");
    let gate = Gate::dev(&site);
    assert_eq!(gate.get("/go").text(), "\"old\"");
    let site = site.python("go", "return 'new'");
    let began = Instant::now();
    while gate.get("/go").text() != "\"new\"" {
        assert!(began.elapsed() < Duration::from_secs(30), "the new code never came");
    }
    drop(gate);
    drop(site);
}

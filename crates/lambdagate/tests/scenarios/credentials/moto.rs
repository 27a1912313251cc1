//! Moto, a stand-in for AWS that checks signatures, session tokens and permissions.

use crate::needs::python;
use std::io::{BufRead, BufReader};
use std::process::{Child, Command, Stdio};

/// Makes a user and a role while nobody checks, then has everything checked. It ends with its input.
const DRIVER: &str = r#"
import json, os, sys
os.environ["INITIAL_NO_AUTH_ACTION_COUNT"] = "5"
import boto3
from moto.server import ThreadedMotoServer
server = ThreadedMotoServer("127.0.0.1", 0, verbose=False)
server.start()
url = "http://%s:%s" % server.get_host_and_port()
def client(service, key="x", secret="y"):
    return boto3.client(service, endpoint_url=url, region_name="eu-west-1", aws_access_key_id=key, aws_secret_access_key=secret)
allow = lambda actions: json.dumps({"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": actions, "Resource": "*"}]})
trust = json.dumps({"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Principal": {"AWS": "*"}, "Action": "sts:AssumeRole"}]})
iam = client("iam")
iam.create_user(UserName="gateway")
key = iam.create_access_key(UserName="gateway")["AccessKey"]
iam.put_user_policy(UserName="gateway", PolicyName="p", PolicyDocument=allow(["sts:*"]))
role = iam.create_role(RoleName="caller", AssumeRolePolicyDocument=trust)["Role"]["Arn"]
iam.put_role_policy(RoleName="caller", PolicyName="p", PolicyDocument=allow(["sts:GetCallerIdentity"]))
sts = client("sts", key["AccessKeyId"], key["SecretAccessKey"])
session = sts.assume_role(RoleArn=role, RoleSessionName="driver")["Credentials"]
lines = [url, key["AccessKeyId"], key["SecretAccessKey"], role, session["AccessKeyId"], session["SecretAccessKey"], session["SessionToken"]]
print("\n".join(lines), flush=True)
sys.stdin.read()
"#;

/// It runs, and has a user and a role.
pub(super) struct Moto {
    child: Child,
    pub(super) url: String,
    pub(super) user_key: String,
    pub(super) user_secret: String,
    pub(super) role: String,
    pub(super) session_key: String,
    pub(super) session_secret: String,
    pub(super) session_token: String,
}

impl Moto {
    pub(super) fn start() -> Self {
        let mut command = Command::new(python().unwrap());
        command.env_clear().env("HOME", "/nonexistent").env("PATH", std::env::var("PATH").unwrap());
        command.args(["-c", DRIVER]).stdin(Stdio::piped()).stdout(Stdio::piped());
        let mut child = command.spawn().unwrap();
        let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
        let mut line = || lines.next().expect("moto says where it is").unwrap();
        Self {
            url: line(),
            user_key: line(),
            user_secret: line(),
            role: line(),
            session_key: line(),
            session_secret: line(),
            session_token: line(),
            child,
        }
    }
}

impl Drop for Moto {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

//! A function's configuration, with every member that there is something to say about.

use crate::function::{Definition, Function, Package};
use crate::host::Host;
use crate::refusal::Refusal;
use jiff::Timestamp;
use serde_json::{Map, Value, json};
use std::fs;

/// A version of a function.
pub(super) struct Described<'a> {
    pub(super) function: &'a Function,
    pub(super) definition: &'a Definition,
    pub(super) package: &'a Package,
    pub(super) arn: String,
    pub(super) version: &'a str,
}

impl Described<'_> {
    /// `FunctionConfiguration`.
    pub(super) fn value(&self, host: &Host) -> Value {
        let Definition { runtime, handler, memory_mb, timeout, environment, .. } = self.definition;
        let variables: Map<String, Value> =
            environment.iter().map(|(name, value)| (name.clone(), json!(value))).collect();
        // Whole seconds: less than one is one.
        let seconds = timeout.as_secs() + u64::from(timeout.subsec_nanos() > 0);
        json!({
            "FunctionName": &**self.function.name(),
            "FunctionArn": self.arn,
            "Runtime": runtime.name(),
            "Role": format!("arn:aws:iam::{}:role/local", host.account),
            "Handler": handler,
            "CodeSize": self.package.bytes,
            "CodeSha256": self.package.sha256(),
            "RevisionId": self.package.revision(),
            "Description": "",
            "Timeout": seconds,
            "MemorySize": memory_mb,
            "LastModified": modified(self.function),
            "Version": self.version,
            "Environment": { "Variables": variables },
            "TracingConfig": { "Mode": "PassThrough" },
            "State": "Active",
            "LastUpdateStatus": "Successful",
            "PackageType": "Zip",
            "EphemeralStorage": { "Size": 512 },
            "SnapStart": { "ApplyOn": "None", "OptimizationStatus": "Off" },
            "Layers": [],
            "Architectures": [if cfg!(target_arch = "aarch64") { "arm64" } else { "x86_64" }],
            "LoggingConfig": { "LogFormat": "Text", "LogGroup": format!("/aws/lambda/{}", self.function.name()) },
        })
    }
}

/// A function whose folder cannot be understood.
pub(super) fn unusable(function: &Function, arn: String, reason: &Refusal) -> Value {
    json!({
        "FunctionName": &**function.name(),
        "FunctionArn": arn,
        "LastModified": modified(function),
        "Version": crate::version::LATEST,
        "State": "Failed",
        "StateReason": reason.to_string(),
        "StateReasonCode": "InvalidConfiguration",
        "PackageType": "Zip",
    })
}

/// When something was last added to or taken from its folder.
pub(super) fn modified(function: &Function) -> String {
    let time = fs::metadata(function.folder()).and_then(|metadata| metadata.modified()).ok();
    let time = time.and_then(|time| Timestamp::try_from(time).ok()).unwrap_or(Timestamp::UNIX_EPOCH);
    time.strftime("%Y-%m-%dT%H:%M:%S%.3f+0000").to_string()
}

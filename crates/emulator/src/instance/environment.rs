//! The environment of a function's process: AWS's names, the function's own, and little of ours.

use crate::function::{Definition, Function, Runtime};
use crate::host::Host;
use jiff::Timestamp;
use std::ffi::OsString;
use std::net::SocketAddr;

/// What a program needs of the place it runs in. Nothing else of the gateway's environment reaches a function.
const PASSED_ON: [&str; 9] =
    ["PATH", "HOME", "USER", "LOGNAME", "SHELL", "TMPDIR", "LANG", "SSL_CERT_FILE", "SSL_CERT_DIR"];

/// The whole environment, in order: a later one of the same name wins.
pub(super) fn of(
    host: &Host,
    function: &Function,
    definition: &Definition,
    api: SocketAddr,
) -> Vec<(OsString, OsString)> {
    let mut environment: Vec<(OsString, OsString)> = vec![("LANG".into(), "en_US.UTF-8".into())];
    environment.extend(PASSED_ON.iter().filter_map(|name| Some((name.into(), std::env::var_os(name)?))));
    environment.extend(aws(host, function, definition).into_iter().map(|(name, value)| (name.into(), value.into())));
    environment.extend(definition.environment.iter().map(|(name, value)| (name.into(), value.into())));
    environment.push(("LAMBDA_TASK_ROOT".into(), function.folder().into()));
    environment.push(("AWS_LAMBDA_RUNTIME_API".into(), api.to_string().into()));
    environment
}

fn aws(host: &Host, function: &Function, definition: &Definition) -> Vec<(&'static str, String)> {
    let name = function.name();
    let stream = format!("{}/[$LATEST]{:032x}", Timestamp::now().strftime("%Y/%m/%d"), fastrand::u128(..));
    let mut environment = vec![
        ("TZ", ":UTC".to_owned()),
        ("_HANDLER", definition.handler.clone()),
        ("AWS_REGION", host.region.clone()),
        ("AWS_DEFAULT_REGION", host.region.clone()),
        ("AWS_LAMBDA_FUNCTION_NAME", name.to_string()),
        ("AWS_LAMBDA_FUNCTION_VERSION", "$LATEST".to_owned()),
        ("AWS_LAMBDA_FUNCTION_MEMORY_SIZE", definition.memory_mb.to_string()),
        ("AWS_LAMBDA_LOG_GROUP_NAME", format!("/aws/lambda/{name}")),
        ("AWS_LAMBDA_LOG_STREAM_NAME", stream),
        ("AWS_LAMBDA_INITIALIZATION_TYPE", "on-demand".to_owned()),
        ("AWS_XRAY_CONTEXT_MISSING", "LOG_ERROR".to_owned()),
    ];
    if let Some(key) = host.keys.first() {
        environment.push(("AWS_ACCESS_KEY_ID", key.access_key.clone()));
        environment.push(("AWS_SECRET_ACCESS_KEY", key.secret_key.expose().to_owned()));
    }
    if definition.runtime == Runtime::Python {
        // Compiled files are matched by size and whole seconds: code changed twice in one would stay the old code.
        environment.push(("PYTHONDONTWRITEBYTECODE", "1".to_owned()));
    }
    environment
}

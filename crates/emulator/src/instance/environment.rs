//! The environment of a function's process: AWS's names, the function's own, and little of ours.

use crate::function::{Definition, Function, Runtime};
use crate::host::Host;
use crate::sweep::MARK;
use jiff::Timestamp;
use std::ffi::OsString;
use std::net::SocketAddr;
use std::sync::Arc;

/// What a program needs of the place it runs in. Nothing else of the gateway's environment reaches a function.
const PASSED_ON: [&str; 9] =
    ["PATH", "HOME", "USER", "LOGNAME", "SHELL", "TMPDIR", "LANG", "SSL_CERT_FILE", "SSL_CERT_DIR"];

/// Names and values, in order: a later one of the same name wins.
pub(super) type Environment = Vec<(OsString, OsString)>;

/// The name of an instance's log stream, which is its own alone.
pub(super) fn log_stream(version: &str) -> Arc<str> {
    format!("{}/[{version}]{:032x}", Timestamp::now().strftime("%Y/%m/%d"), fastrand::u128(..)).into()
}

/// The whole environment. What AWS reserves, the function's definition cannot set; Region and keys it can, for a
/// function that talks to AWS itself.
pub(super) fn of(
    host: &Host,
    function: &Function,
    definition: &Definition,
    version: &str,
    log_stream: &str,
    is_warmed: bool,
    api: SocketAddr,
) -> Environment {
    let mut environment: Environment = vec![("LANG".into(), "en_US.UTF-8".into()), ("TZ".into(), ":UTC".into())];
    environment.extend(PASSED_ON.iter().filter_map(|name| Some((name.into(), std::env::var_os(name)?))));
    environment.extend(account(host).into_iter().map(|(name, value)| (name.into(), value.into())));
    if definition.runtime == Runtime::Python {
        // Compiled files are matched by size and whole seconds: code changed twice in one would stay the old code.
        environment.push(("PYTHONDONTWRITEBYTECODE".into(), "1".into()));
    }
    environment.extend(definition.environment.iter().map(|(name, value)| (name.into(), value.into())));
    let kind = if is_warmed { "provisioned-concurrency" } else { "on-demand" };
    let reserved = reserved(function.name(), version, definition);
    environment.extend(reserved.into_iter().map(|(name, value)| (name.into(), value.into())));
    environment.push((MARK.into(), log_stream.into()));
    environment.push(("AWS_LAMBDA_INITIALIZATION_TYPE".into(), kind.into()));
    environment.push(("LAMBDA_TASK_ROOT".into(), function.folder().into()));
    environment.push(("AWS_LAMBDA_RUNTIME_API".into(), api.to_string().into()));
    environment
}

fn account(host: &Host) -> Vec<(&'static str, String)> {
    let mut environment = vec![
        ("AWS_REGION", host.region.clone()),
        ("AWS_DEFAULT_REGION", host.region.clone()),
        ("AWS_XRAY_CONTEXT_MISSING", "LOG_ERROR".to_owned()),
    ];
    if let Some(key) = host.keys.first() {
        environment.push(("AWS_ACCESS_KEY_ID", key.access_key.clone()));
        environment.push(("AWS_SECRET_ACCESS_KEY", key.secret_key.expose().to_owned()));
        environment.extend(key.session_token.iter().map(|token| ("AWS_SESSION_TOKEN", token.expose().to_owned())));
    }
    environment
}

fn reserved(name: &str, version: &str, definition: &Definition) -> [(&'static str, String); 5] {
    [
        ("_HANDLER", definition.handler.clone()),
        ("AWS_LAMBDA_FUNCTION_NAME", name.to_owned()),
        ("AWS_LAMBDA_FUNCTION_VERSION", version.to_owned()),
        ("AWS_LAMBDA_FUNCTION_MEMORY_SIZE", definition.memory_mb.to_string()),
        ("AWS_LAMBDA_LOG_GROUP_NAME", format!("/aws/lambda/{name}")),
    ]
}

//! What of a template has no meaning here, or another one: what is lost by it, in a sentence.

use super::template::{Resource, Template, text};
use crate::tree::Key;
use dialect::Faith;

/// What is said of a property, and how grave it is. Nothing: it is documentation, and changes nothing anywhere.
type Remark = Option<(Faith, &'static str)>;

/// Says what becomes of a property that nobody took.
pub(super) fn property(key: &Key, path: &str, template: &mut Template<'_>) {
    if let Some((faith, message)) = remark(&key.text) {
        template.say(faith, key.mark, path, message);
    }
}

fn remark(property: &str) -> Remark {
    use Faith::{Approximate, Ignored, Unsupported};
    Some(match property {
        "Description" | "Tags" | "PropagateTags" | "VersionDescription" | "Name" => return None,
        "Policies" | "Role" | "RolePath" | "PermissionsBoundary" | "AssumeRolePolicyDocument" => {
            (Approximate, "a local function acts with the keys of the local Lambda, not as this role")
        }
        "Architectures" => (Approximate, "a local function runs on this machine's processor"),
        "AutoPublishAliasAllProperties"
        | "AutoPublishCodeSha256"
        | "DeploymentPreference"
        | "VersionDeletionPolicy" => (Approximate, "a local function has one version: its files as they are"),
        "ProvisionedConcurrencyConfig" => (
            Approximate,
            "local instances start with the first calls; --warm or warm: in function.yaml starts them before",
        ),
        "PackageType" | "ImageUri" | "ImageConfig" => {
            (Unsupported, "images are not run here: the function can be called in AWS, not in a local Lambda")
        }
        "InlineCode" => (Unsupported, "code in a template is not run here: write it into a file, and CodeUri"),
        "Layers" => (Unsupported, "layers are not unpacked: a local function finds only what lies in its own folder"),
        "Auth" | "Authorizer" | "ApiKeyRequired" => {
            (Unsupported, "who may call is not checked here: everyone may; write policies in the native language")
        }
        "Cors" => (Unsupported, "preflights of these rules are not answered here, and no header is added"),
        "DestinationConfig" | "DeadLetterQueue" => (
            Ignored,
            "no record of failed or finished events is sent there; destinations: in function.yaml writes files",
        ),
        "DefinitionBody" | "DefinitionUri" => {
            (Unsupported, "paths of an OpenAPI definition are not read: routes are those of the functions' Events")
        }
        "Domain" | "EndpointConfiguration" | "DisableExecuteApiEndpoint" => {
            (Ignored, "where the API is reached is told by listeners here")
        }
        "Models" | "RequestModel" | "RequestParameters" => (Ignored, "requests are not checked against models here"),
        "GatewayResponses" => (Ignored, "answers of the gateway's own are those of the native language here"),
        "CacheClusterEnabled" | "CacheClusterSize" | "MethodSettings" | "DefaultRouteSettings" | "RouteSettings" => {
            (Ignored, "caching, throttling and logging of a stage have no effect here")
        }
        "ResponseTransferMode" => (Ignored, "a reply is sent as a route of the native language sends it"),
        "Tracing" | "TracingEnabled" | "AccessLogSetting" | "AccessLogSettings" | "LoggingConfig" => {
            (Ignored, "logs and traces are those of the gateway here")
        }
        _ => (Ignored, "this has no effect here"),
    })
}

/// Says what becomes of a resource that is neither a function nor an API.
pub(super) fn resource(resource: &Resource<'_>, template: &mut Template<'_>) {
    use Faith::{Approximate, Ignored, Unsupported};
    let in_family = |families: &[&str]| families.iter().any(|family| resource.kind.starts_with(family));
    let (faith, message) = if in_family(&["AWS::ApiGateway::", "AWS::ApiGatewayV2::"]) {
        (Unsupported, "routes are read from the Events of functions only: what this declares is not served")
    } else if in_family(&["AWS::Lambda::Url", "AWS::Lambda::Alias", "AWS::Lambda::Version"]) {
        (Ignored, "write FunctionUrlConfig or AutoPublishAlias at the function: this has no effect here")
    } else if in_family(&["AWS::Lambda::EventSourceMapping"]) {
        (Ignored, "nothing here sends such events; the function can be invoked by name")
    } else if in_family(&["AWS::IAM::", "AWS::Lambda::Permission", "AWS::Logs::", "AWS::CloudWatch::"]) {
        (Approximate, "permissions, logs and alarms are no part of what is served here")
    } else if in_family(&["AWS::Serverless::LayerVersion", "AWS::Lambda::LayerVersion"]) {
        (Ignored, "layers are not unpacked here")
    } else {
        (Ignored, "this is not made here: functions that use it need it to be somewhere else")
    };
    let message = format!("{}: {message}", resource.kind);
    template.say(faith, resource.id.mark, &resource.path(), message);
}

/// Says that code has to be built before it can run.
pub(super) fn build(resource: &Resource<'_>, template: &mut Template<'_>) {
    let Some(method) = resource.tree.get("Metadata").and_then(|metadata| metadata.get("BuildMethod")) else { return };
    let shown = text(method).unwrap_or("a method of its own");
    let message = format!("this code is built by {shown}: run `sam build`, and give .aws-sam/build/template.yaml here");
    template.say(Faith::Approximate, method.mark, &format!("{}.Metadata.BuildMethod", resource.path()), message);
}

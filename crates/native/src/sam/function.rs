//! Functions: what they are called, where their code lies, and how it is run.

use super::globals;
use super::property::Properties;
use super::template::{Resource, Template, text};
use super::told;
use crate::names::beside;
use crate::tree::{Mark, Node, Tree};
use dialect::Faith;
use serde::Serialize;
use std::path::PathBuf;
use std::time::Duration;

/// The property that names a function.
pub(super) const NAME: &str = "FunctionName";
const SERVERLESS: &str = "AWS::Serverless::Function";
const PLAIN: &str = "AWS::Lambda::Function";

/// A function whose code is on this machine. What is not written is left to whoever runs it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Function {
    /// Its name: `FunctionName`, else the logical id.
    pub name: String,
    /// The folder of its code (`CodeUri`), relative to where the template's path is.
    pub folder: PathBuf,
    /// AWS's name for the runtime: `python3.12`.
    pub runtime: Option<String>,
    /// The handler as the runtime understands it.
    pub handler: Option<String>,
    /// Variables of its environment.
    pub environment: Vec<(String, String)>,
    /// Megabytes.
    pub memory_mb: Option<u32>,
    /// How long a call may take.
    pub timeout: Option<Duration>,
    /// `ReservedConcurrentExecutions`: calls at once.
    pub concurrency: Option<usize>,
    /// `FunctionUrlConfig`.
    pub url: Option<FunctionUrl>,
    /// `AutoPublishAlias`: the alias that stands for the newest version.
    pub alias: Option<String>,
    /// How often a failed event is tried again.
    pub retries: Option<u8>,
    /// How old an event may grow.
    pub max_event_age: Option<Duration>,
}

/// A function's URL.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct FunctionUrl {
    /// `AuthType: AWS_IAM`: only signed requests are taken.
    pub signed: bool,
    /// `InvokeMode: RESPONSE_STREAM`.
    pub streamed: bool,
    /// `Cors`.
    pub cors: Option<UrlCors>,
}

/// Which pages of other sites may call a function's URL; `*` stands for all.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct UrlCors {
    /// `AllowOrigins`.
    pub origins: Vec<String>,
    /// `AllowMethods`.
    pub methods: Vec<String>,
    /// `AllowHeaders`.
    pub headers: Vec<String>,
    /// `ExposeHeaders`.
    pub exposed: Vec<String>,
    /// `AllowCredentials`.
    pub credentials: bool,
    /// `MaxAge`.
    pub max_age: Option<Duration>,
}

/// A function as its events see it.
pub(super) struct Read {
    /// What calls name.
    pub(super) name: String,
    /// What calls ask for.
    pub(super) alias: Option<String>,
    /// `Events` as written.
    pub(super) events: Option<Tree>,
    /// Where they stand.
    pub(super) path: String,
    /// The place of its logical id, when that is all the name it has.
    pub(super) unnamed: Option<Mark>,
    /// Nothing when its code is not here.
    pub(super) function: Option<Function>,
}

/// Whether resources of this type are functions.
pub(super) fn is_one(kind: &str) -> bool {
    matches!(kind, SERVERLESS | PLAIN)
}

/// Reads a resource; nothing when it is no function.
pub(super) fn read(resource: &Resource<'_>, template: &mut Template<'_>) -> Option<Read> {
    let (all, code) = match resource.kind {
        SERVERLESS => (globals::properties("Function", Some(resource.tree), template), "CodeUri"),
        PLAIN => (resource.tree.get("Properties")?.clone(), "Code"),
        _ => return None,
    };
    let path = format!("{}.Properties", resource.path());
    let mut properties = Properties::new(all, path.clone());
    let named = properties.text(NAME, template);
    let unnamed = named.is_none().then_some(resource.id.mark);
    let name = named.unwrap_or_else(|| resource.id.text.clone());
    let events = properties.take("Events").map(|events| events.tree);
    let alias = properties.text("AutoPublishAlias", template);
    let folder = folder(resource, &mut properties, code, template);
    let mut function = settings(&mut properties, template);
    function.name.clone_from(&name);
    function.alias.clone_from(&alias);
    told::build(resource, template);
    for (key, path) in properties.rest() {
        told::property(&key, &path, template);
    }
    let function = folder.map(|folder| Function { folder, ..function });
    Some(Read { name, alias, events, path: format!("{path}.Events"), unnamed, function })
}

fn settings(properties: &mut Properties, template: &mut Template<'_>) -> Function {
    let mut events = properties.map("EventInvokeConfig", template);
    let seconds = |seconds: Option<u64>| seconds.map(Duration::from_secs);
    let mut invoke = |name, template: &mut Template<'_>| events.as_mut()?.parsed::<u64>(name, "a number", template);
    let retries = invoke("MaximumRetryAttempts", template).and_then(|retries| u8::try_from(retries).ok());
    let max_event_age = seconds(invoke("MaximumEventAgeInSeconds", template));
    let rest: Vec<_> = events.into_iter().flat_map(Properties::rest).collect();
    for (key, path) in rest {
        told::property(&key, &path, template);
    }
    let mut environment = properties.map("Environment", template);
    Function {
        runtime: runtime(properties, template),
        handler: properties.text("Handler", template),
        environment: environment.as_mut().map(|own| own.pairs("Variables", template)).unwrap_or_default(),
        memory_mb: properties.parsed("MemorySize", "a number of megabytes", template),
        timeout: seconds(properties.parsed("Timeout", "a number of seconds", template)),
        concurrency: concurrency(properties, template),
        url: url(properties, template),
        retries,
        max_event_age,
        ..Function::default()
    }
}

/// The name as written; one that cannot run here is told.
fn runtime(properties: &mut Properties, template: &mut Template<'_>) -> Option<String> {
    const HERE: [&str; 3] = ["python", "nodejs", "provided"];
    let written = properties.take("Runtime")?;
    let name = template.text(&written.tree, &written.path)?;
    if !HERE.iter().any(|known| name.starts_with(known)) {
        let message = format!("a local Lambda has no {name}: it runs Python, Node.js and executables");
        template.say(Faith::Unsupported, written.tree.mark, &written.path, message);
    }
    Some(name)
}

fn concurrency(properties: &mut Properties, template: &mut Template<'_>) -> Option<usize> {
    const KEY: &str = "ReservedConcurrentExecutions";
    let written = properties.take(KEY)?;
    let number = template.text(&written.tree, &written.path)?;
    match number.parse() {
        Ok(0) => {
            let message = "with 0 nobody may call the function in AWS; the local one can be called";
            template.say(Faith::Unsupported, written.tree.mark, &written.path, message);
            None
        }
        Ok(number) => Some(number),
        Err(_) => {
            template.wrong(written.tree.mark, &written.path, format!("a number is meant here, not {number:?}"));
            None
        }
    }
}

fn url(properties: &mut Properties, template: &mut Template<'_>) -> Option<FunctionUrl> {
    let mut written = properties.map("FunctionUrlConfig", template)?;
    let auth = written.text("AuthType", template);
    let mode = written.text("InvokeMode", template);
    let cors = written.map("Cors", template).map(|rules| url_cors(rules, template));
    for (key, path) in written.rest() {
        told::property(&key, &path, template);
    }
    // AuthType must be written in AWS; without it the strict one is meant.
    let (signed, streamed) = (auth.as_deref() != Some("NONE"), mode.as_deref() == Some("RESPONSE_STREAM"));
    Some(FunctionUrl { signed, streamed, cors })
}

fn url_cors(mut rules: Properties, template: &mut Template<'_>) -> UrlCors {
    let cors = UrlCors {
        origins: rules.texts("AllowOrigins", template),
        methods: rules.texts("AllowMethods", template),
        headers: rules.texts("AllowHeaders", template),
        exposed: rules.texts("ExposeHeaders", template),
        credentials: rules.parsed("AllowCredentials", "true or false", template).unwrap_or(false),
        max_age: rules.parsed("MaxAge", "a number of seconds", template).map(Duration::from_secs),
    };
    for (key, path) in rules.rest() {
        told::property(&key, &path, template);
    }
    cors
}

/// The folder of the code, if it is on this machine.
fn folder(
    resource: &Resource<'_>,
    properties: &mut Properties,
    key: &str,
    template: &mut Template<'_>,
) -> Option<PathBuf> {
    const REMEDY: &str = "it can be called in AWS, not in a local Lambda";
    let Some(code) = properties.take(key) else {
        let elsewhere = ["ImageUri", "InlineCode"].iter().any(|key| properties.has(key));
        if !elsewhere {
            let message = format!("this function has no {key}: {REMEDY}");
            template.say(Faith::Unsupported, resource.id.mark, &resource.path(), message);
        }
        return None;
    };
    let worked = template.value(&code.tree, &code.path)?;
    let remote = match &worked.node {
        Node::Scalar(_) => text(&worked)?,
        Node::Broken => return None,
        Node::Null | Node::List(_) | Node::Map(_) => {
            template.say(Faith::Unsupported, code.mark, &code.path, format!("this code is no local folder: {REMEDY}"));
            return None;
        }
    };
    let packed = [".zip", ".jar"].iter().any(|end| remote.ends_with(end));
    if packed || remote.contains("://") {
        let message = format!("this code is packed or elsewhere, no local folder: {REMEDY}");
        template.say(Faith::Unsupported, worked.mark, &code.path, message);
        return None;
    }
    Some(PathBuf::from(beside(template.document(), remote)))
}

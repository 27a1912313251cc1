//! The questions of Lambda's API that do not call a function: which there are, and how they are set up.

mod describe;
mod page;

use crate::function::{AuthType, Definition, Function, InvokeMode};
use crate::host::Host;
use crate::name::FunctionName;
use crate::refusal::Refusal;
use crate::reply::{self, Reply};
use crate::signature;
use crate::version;
use crate::visit::Visit;
use describe::Described;
use http::StatusCode;
use hyper::body::Incoming;
use page::Page;
use serde_json::{Value, json};
use std::sync::Arc;

/// No question has a body worth more.
const LIMIT: usize = 64 * 1024;

/// What is asked. Names are as the path has them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Question<'a> {
    /// `ListFunctions`.
    Functions,
    /// `GetFunction`.
    Function(&'a str),
    /// `GetFunctionConfiguration`.
    Configuration(&'a str),
    /// `ListVersionsByFunction`.
    Versions(&'a str),
    /// `ListAliases`.
    Aliases(&'a str),
    /// `GetAlias`.
    Alias(&'a str, &'a str),
    /// `GetFunctionUrlConfig`.
    Url(&'a str),
}

impl<'a> Question<'a> {
    /// What a `GET` of this path asks.
    pub(crate) fn read(path: &'a str) -> Option<Self> {
        let mut segments = path.trim_matches('/').split('/');
        let date = segments.next()?;
        let rest: Vec<&str> = segments.collect();
        match (date, &rest[..]) {
            ("2015-03-31", ["functions"]) => Some(Self::Functions),
            ("2015-03-31", ["functions", name]) => Some(Self::Function(name)),
            ("2015-03-31", ["functions", name, "configuration"]) => Some(Self::Configuration(name)),
            ("2015-03-31", ["functions", name, "versions"]) => Some(Self::Versions(name)),
            ("2015-03-31", ["functions", name, "aliases"]) => Some(Self::Aliases(name)),
            ("2015-03-31", ["functions", name, "aliases", alias]) => Some(Self::Alias(name, alias)),
            ("2021-10-31", ["functions", name, "url"]) => Some(Self::Url(name)),
            _ => None,
        }
    }
}

/// A function that is asked about.
struct Subject {
    function: Arc<Function>,
    qualifier: Option<String>,
    definition: Arc<Definition>,
}

/// Answers one question.
pub(crate) async fn answer(visit: Visit<Incoming>, question: Question<'_>) -> Reply {
    match value(visit, question).await {
        Ok(value) => reply::json(StatusCode::OK, value.to_string()),
        Err(refusal) => refusal.reply(),
    }
}

async fn value(visit: Visit<Incoming>, question: Question<'_>) -> Result<Value, Refusal> {
    let visit = visit.read(LIMIT).await.map_err(|unread| Refusal::unread(&unread, LIMIT))?;
    signature::check(&visit, "lambda")?;
    let (host, query) = (&visit.host, visit.head.uri.query());
    let subject = |name| Subject::find(host, name, query);
    match question {
        Question::Functions => functions(host, query).await,
        Question::Function(name) => subject(name)?.describe_with_code(host).await,
        Question::Configuration(name) => subject(name)?.describe(host).await,
        Question::Versions(name) => versions(host, &subject(name)?, query).await,
        Question::Aliases(name) => aliases(host, &subject(name)?, query).await,
        Question::Alias(name, alias) => self::alias(host, &subject(name)?, alias).await,
        Question::Url(name) => Ok(url(host, &subject(name)?)),
    }
}

impl Subject {
    fn find(host: &Host, name: &str, query: Option<&str>) -> Result<Self, Refusal> {
        let FunctionName { name, qualifier } = FunctionName::read(name, query)?;
        let arn = host.arn(&name, qualifier.as_deref());
        let Some(function) = host.functions.find(&name) else { return Err(Refusal::NotFound { arn }) };
        let definition = function.definition().map_err(|reason| Refusal::of(reason, &arn))?;
        Ok(Self { function, qualifier, definition })
    }

    /// The configuration of the version that is meant.
    async fn describe(&self, host: &Host) -> Result<Value, Refusal> {
        let qualifier = self.qualifier.as_deref();
        let arn = host.arn(self.function.name(), qualifier);
        let version = match qualifier {
            None => version::LATEST.to_owned(),
            Some(qualifier) => {
                version::named(&self.definition, qualifier).ok_or_else(|| Refusal::NotFound { arn: arn.clone() })?
            }
        };
        let package = &self.function.package().await;
        let Self { function, definition, .. } = self;
        Ok(Described { function, definition, package, arn, version: &version }.value(host))
    }

    /// The configuration, and where the files are.
    async fn describe_with_code(&self, host: &Host) -> Result<Value, Refusal> {
        let location = format!("file://{}", self.function.folder().display());
        Ok(json!({
            "Configuration": self.describe(host).await?,
            "Code": { "RepositoryType": "local", "Location": location },
            "Concurrency": { "ReservedConcurrentExecutions": self.definition.concurrency },
            "Tags": {},
        }))
    }
}

async fn functions(host: &Host, query: Option<&str>) -> Result<Value, Refusal> {
    let all = host.functions.list();
    let page = Page::of(all, query, |info| &info.name)?;
    let mut functions = Vec::new();
    for info in &page.items {
        functions.extend(latest(host, &info.name).await);
    }
    Ok(json!({ "Functions": functions, "NextMarker": page.next }))
}

/// What is told of a function in a list; nothing when it has gone meanwhile.
async fn latest(host: &Host, name: &str) -> Option<Value> {
    let function = &*host.functions.find(name)?;
    let (arn, version) = (host.arn(name, None), version::LATEST);
    Some(match function.definition() {
        Ok(definition) => {
            let package = &function.package().await;
            Described { function, definition: &definition, package, arn, version }.value(host)
        }
        Err(reason) => describe::unusable(function, arn, &Refusal::of(reason, name)),
    })
}

async fn versions(host: &Host, subject: &Subject, query: Option<&str>) -> Result<Value, Refusal> {
    let Subject { function, definition, .. } = subject;
    let all = std::iter::once(version::LATEST).chain(version::published(definition)).collect();
    let page = Page::of(all, query, |version| version)?;
    let package = &function.package().await;
    let describe = |version: &&str| {
        let arn = host.arn(function.name(), Some(version));
        Described { function, definition, package, arn, version }.value(host)
    };
    let versions: Vec<Value> = page.items.iter().map(describe).collect();
    Ok(json!({ "Versions": versions, "NextMarker": page.next }))
}

async fn aliases(host: &Host, subject: &Subject, query: Option<&str>) -> Result<Value, Refusal> {
    let all = subject.definition.aliases.iter().collect();
    let page = Page::of(all, query, |(name, _)| name)?;
    let revision = subject.function.package().await.revision();
    let aliases: Vec<Value> =
        page.items.iter().map(|(name, version)| described(host, subject, name, version, &revision)).collect();
    Ok(json!({ "Aliases": aliases, "NextMarker": page.next }))
}

async fn alias(host: &Host, subject: &Subject, name: &str) -> Result<Value, Refusal> {
    match subject.definition.aliases.get(name) {
        Some(version) => {
            let revision = subject.function.package().await.revision();
            Ok(described(host, subject, name, version, &revision))
        }
        None => Err(Refusal::NoAlias { arn: host.arn(subject.function.name(), Some(name)) }),
    }
}

fn described(host: &Host, subject: &Subject, name: &str, version: &str, revision: &str) -> Value {
    let arn = host.arn(subject.function.name(), Some(name));
    json!({ "AliasArn": arn, "Name": name, "FunctionVersion": version, "Description": "", "RevisionId": revision })
}

/// Every function has a URL here, whether or not its definition speaks of one.
fn url(host: &Host, subject: &Subject) -> Value {
    let Subject { function, definition, .. } = subject;
    let name = function.name();
    let written = definition.url.clone().unwrap_or(crate::url::UNWRITTEN);
    let auth = match written.auth {
        AuthType::None => "NONE",
        AuthType::AwsIam => "AWS_IAM",
    };
    let mode = match written.mode {
        InvokeMode::Buffered => "BUFFERED",
        InvokeMode::ResponseStream => "RESPONSE_STREAM",
    };
    let modified = describe::modified(function);
    let mut value = json!({
        "FunctionUrl": format!("http://{name}.lambda-url.localhost:{}/", host.port()),
        "FunctionArn": host.arn(name, None),
        "AuthType": auth,
        "InvokeMode": mode,
        "CreationTime": modified,
        "LastModifiedTime": modified,
    });
    if let Some(cors) = &written.cors {
        value["Cors"] = json!({
            "AllowOrigins": cors.allow_origins,
            "AllowMethods": cors.allow_methods,
            "AllowHeaders": cors.allow_headers,
            "ExposeHeaders": cors.expose_headers,
            "AllowCredentials": cors.allow_credentials,
            "MaxAge": cors.max_age.unwrap_or_default().as_secs(),
        });
    }
    value
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_is_a_question() {
        check("/2015-03-31/functions", Some(Question::Functions));
        check("/2015-03-31/functions/", Some(Question::Functions));
        check("/2015-03-31/functions/f", Some(Question::Function("f")));
        check("/2015-03-31/functions/f/configuration", Some(Question::Configuration("f")));
        check("/2015-03-31/functions/f/versions", Some(Question::Versions("f")));
        check("/2015-03-31/functions/f/aliases", Some(Question::Aliases("f")));
        check("/2015-03-31/functions/f/aliases/live", Some(Question::Alias("f", "live")));
        check("/2021-10-31/functions/f/url", Some(Question::Url("f")));
        check("/2021-10-31/functions/f", None);
        check("/2015-03-31/functions/f/policy", None);
        check("/2015-03-31/layers", None);
        check("/", None);
    }

    fn check(path: &str, expected: Option<Question<'_>>) {
        assert_eq!(Question::read(path), expected, "{path}");
    }
}

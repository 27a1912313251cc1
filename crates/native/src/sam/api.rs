//! The APIs that events belong to: their stages, variables and media types.

use super::globals;
use super::property::Properties;
use super::template::{Resource, Template};
use super::told;
use crate::tree::{Mark, Node, Tree};
use model::policy::{Cors, Origins};
use std::collections::BTreeMap;
use std::time::Duration;

/// Which of AWS's two kinds an API is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Protocol {
    /// `AWS::Serverless::Api`: events of version 1.0.
    Rest,
    /// `AWS::Serverless::HttpApi`: events of version 2.0, unless the event says otherwise.
    Http,
}

/// One API.
#[derive(Clone, Debug)]
pub(super) struct Api {
    pub(super) stage: String,
    pub(super) variables: BTreeMap<String, String>,
    /// Media types whose bodies are base64.
    pub(super) binary: Vec<String>,
    /// Rules of another origin, with their place.
    cors: Option<(Cors, Mark, String)>,
}

/// All APIs: by protocol and logical id, without one for the API that SAM makes by itself.
pub(super) type Apis = BTreeMap<(Protocol, Option<String>), Api>;

impl Protocol {
    fn of(kind: &str) -> Option<Self> {
        match kind {
            "AWS::Serverless::Api" => Some(Self::Rest),
            "AWS::Serverless::HttpApi" => Some(Self::Http),
            _ => None,
        }
    }

    fn globals(self) -> &'static str {
        match self {
            Self::Rest => "Api",
            Self::Http => "HttpApi",
        }
    }

    /// The stage of an API that names none.
    fn stage(self) -> &'static str {
        match self {
            Self::Rest => "Prod",
            Self::Http => "$default",
        }
    }
}

/// The APIs of a template, and the resources that are none.
pub(super) fn read<'t>(template: &mut Template<'t>) -> (Apis, Vec<Resource<'t>>) {
    let mut apis = Apis::new();
    let mut others = Vec::new();
    for resource in template.resources() {
        match Protocol::of(resource.kind) {
            Some(protocol) => {
                let path = format!("{}.Properties", resource.path());
                let api = api(protocol, Some(resource.tree), path, template);
                apis.insert((protocol, Some(resource.id.text.clone())), api);
            }
            None => others.push(resource),
        }
    }
    for protocol in [Protocol::Rest, Protocol::Http] {
        let path = format!("Globals.{}", protocol.globals());
        let api = api(protocol, None, path, template);
        apis.insert((protocol, None), api);
    }
    (apis, others)
}

fn api(protocol: Protocol, resource: Option<&Tree>, path: String, template: &mut Template<'_>) -> Api {
    let all = globals::properties(protocol.globals(), resource, template);
    let mut properties = Properties::new(all, path);
    let variables = match protocol {
        Protocol::Rest => "Variables",
        Protocol::Http => "StageVariables",
    };
    let api = Api {
        stage: properties.text("StageName", template).unwrap_or_else(|| protocol.stage().to_owned()),
        variables: properties.pairs(variables, template).into_iter().collect(),
        binary: properties.texts("BinaryMediaTypes", template).iter().map(|kind| kind.replace("~1", "/")).collect(),
        cors: if protocol == Protocol::Http { rules(&mut properties, template) } else { None },
    };
    for (key, path) in properties.rest() {
        told::property(&key, &path, template);
    }
    api
}

/// `CorsConfiguration`: all origins, one, or rules.
fn rules(properties: &mut Properties, template: &mut Template<'_>) -> Option<(Cors, Mark, String)> {
    let written = properties.take("CorsConfiguration")?;
    let worked = template.value(&written.tree, &written.path)?;
    let cors = match &worked.node {
        Node::Scalar(scalar) if scalar.text == "true" => plain(Origins::Any),
        Node::Scalar(scalar) if scalar.text == "false" => return None,
        Node::Scalar(scalar) => plain(origins(vec![scalar.text.trim_matches('\'').to_owned()])),
        Node::Map(_) => detailed(Properties::new(worked.clone(), written.path.clone()), template),
        Node::Null | Node::List(_) | Node::Broken => return None,
    };
    Some((cors, written.mark, written.path))
}

fn plain(origins: Origins) -> Cors {
    Cors { origins, ..Cors::default() }
}

fn detailed(mut rules: Properties, template: &mut Template<'_>) -> Cors {
    let any = |list: Vec<String>| if list.iter().any(|one| one == "*") { Vec::new() } else { list };
    let cors = Cors {
        origins: origins(rules.texts("AllowOrigins", template)),
        methods: any(rules.texts("AllowMethods", template)),
        headers: any(rules.texts("AllowHeaders", template)),
        exposed: rules.texts("ExposeHeaders", template),
        credentials: rules.parsed("AllowCredentials", "true or false", template).unwrap_or(false),
        max_age: rules.parsed("MaxAge", "a number of seconds", template).map(Duration::from_secs),
        ..Cors::default()
    };
    for (key, path) in rules.rest() {
        told::property(&key, &path, template);
    }
    cors
}

fn origins(list: Vec<String>) -> Origins {
    if list.iter().any(|origin| origin == "*") { Origins::Any } else { Origins::List(list) }
}

/// The rules around all routes: those of the API that all of them belong to.
pub(super) fn cors(apis: &Apis, used: &[(Protocol, Option<String>)], template: &mut Template<'_>) -> Option<Cors> {
    let mut found = None;
    for key in used {
        let Some((cors, mark, path)) = apis.get(key).and_then(|api| api.cors.as_ref()) else { continue };
        if used.len() == 1 {
            found = Some(cors.clone());
        } else {
            let message = "rules of one API among several are not kept here: preflights are not answered";
            template.say(dialect::Faith::Unsupported, *mark, path, message);
        }
    }
    found
}

//! AWS SAM templates: the functions of a template, and the events that lead requests to them.
//!
//! A template is read once, from its text to the model; it has no entities of its own. [`template`] is the whole with its
//! sections, [`intrinsic`] and [`condition`] say what `!Ref` and its kin stand for, [`function`] and [`event`] what is
//! declared. What has no meaning here is told in [`told`].

mod api;
mod condition;
mod event;
mod function;
mod globals;
mod intrinsic;
mod property;
mod reference;
mod route;
mod template;
mod told;

pub use function::{Function, FunctionUrl, UrlCors};

use crate::findings::Findings;
use crate::tree::{self, Tree};
use dialect::resolve::Environment;
use model::Gateway;
use template::Template;

/// What a template means.
#[derive(Debug, Default)]
pub(crate) struct Meaning {
    /// Routes, on the usual listener.
    pub(crate) gateway: Gateway,
    /// Functions whose code is here.
    pub(crate) functions: Vec<Function>,
}

/// Whether a document is a template: its top level has `Resources` or `Transform`, as no other document has.
pub(crate) fn is_template(text: &str) -> bool {
    const SECTIONS: [&str; 2] = ["Resources", "Transform"];
    if !SECTIONS.iter().any(|section| text.contains(section)) {
        return false;
    }
    match tree::parse_template(text, &mut Findings::new("")) {
        Some(tree) => SECTIONS.iter().any(|section| tree.get(section).is_some()),
        // It is no YAML at all: what it would have been is told by how its lines begin.
        None => text.lines().any(|line| SECTIONS.iter().any(|section| line.starts_with(&format!("{section}:")))),
    }
}

/// What a template means, with findings for the rest. Nothing when it is no YAML.
pub(crate) fn lower(text: &str, environment: &dyn Environment, findings: &mut Findings) -> Option<Meaning> {
    let tree: Tree = tree::parse_template(text, findings)?;
    let mut template = Template::new(&tree, environment, findings);
    template.judge_sections();
    let (apis, resources) = api::read(&mut template);
    let (mut functions, mut routes) = (Vec::new(), route::Routes::default());
    for resource in resources {
        match function::read(&resource, &mut template) {
            Some(read) => {
                event::routes(&read, &apis, &mut routes, &mut template);
                functions.extend(read.function);
            }
            None => told::resource(&resource, &mut template),
        }
    }
    let global = api::cors(&apis, routes.owners(), &mut template);
    Some(Meaning { gateway: routes.into_gateway(global), functions })
}

//! `body-template`: a body that a template writes.

use super::Around;
use crate::decode::{At, Either, Text, entity};
use crate::entity::expression::Failure;
use crate::lower::{Lowering, expression as lower_text};
use crate::write::{Pen, expression as write_text, text};
use dialect::Faith;
use expr::freemarker::Template;
use model::policy::{self, Policy};

entity! {
    /// A body that is written anew; the response's with `phase: response`.
    BodyTemplate {
        /// The template, in FreeMarker's language: `${request.content}`, `<#if>`, `<#list>`, `<#assign>`.
        template: Text,
        /// What a body that cannot be written is.
        failure: Option<Failure>,
    }
}

/// How it is written: the template alone, or more about it.
pub(crate) type Form = Either<Text, At<BodyTemplate>>;

pub(crate) fn lower(written: &Form, _: &Around<'_>, at: &mut Lowering<'_>) -> Option<Policy> {
    let (template, failure) = match written {
        Either::First(template) => (template, None),
        Either::Second(more) => (&more.template, more.failure.as_ref()),
    };
    if let Err(error) = Template::parse(&template.value) {
        let message = format!("the template cannot be read, at byte {}: {error}. What comes here fails", error.place);
        at.findings.say(Faith::Unsupported, &template.spot, message);
    }
    Some(Policy::BodyTemplate(Box::new(policy::BodyTemplate {
        template: template.value.clone(),
        failure: failure.map_or(lower_text::FAILURE, |one| lower_text::failure(one, at)),
    })))
}

pub(crate) fn write(one: &policy::BodyTemplate, _: &mut Pen<'_>) -> Form {
    let template = text(&one.template);
    match write_text::unusual(&one.failure) {
        None => Either::First(template),
        failure => Either::Second(At::new(BodyTemplate { template, failure })),
    }
}

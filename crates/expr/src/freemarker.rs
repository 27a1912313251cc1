//! The template language of bodies that are written anew: FreeMarker's, as far as templates of single messages use it.
//!
//! `${}` with its operators, `<#if>`, `<#list>`, `<#assign>`, comments, and the functions behind `?` of
//! [`Template::parse`]'s table. What else the language has is refused when the template is read, with its place: macros,
//! inclusion, formats of dates, calls of Java's methods. White space goes as in the original: a line that holds only tags
//! leaves nothing behind.
//!
//! ```
//! # use expr::{el::Context, freemarker::Template};
//! let template = Template::parse("<#list request.tags as tag>${tag?upper_case}<#sep>, </#list>")?;
//! let world = Context::read(r#"{"request": {"tags": ["a", "b"]}}"#)?;
//! assert_eq!(template.evaluate(&world)?, "A, B");
//! # Ok::<(), expr::Error>(())
//! ```

mod ast;
mod built_in;
mod compute;
mod cut;
mod data;
mod directive;
mod evaluate;
mod lex;
mod number;
mod operate;
mod parse;
mod strip;

use crate::error::Error;
use crate::limits::Limits;
use crate::lookup::Lookup;
use ast::Block;
use evaluate::Evaluator;

/// A template, ready to be evaluated.
#[derive(Debug)]
pub struct Template {
    body: Block,
}

impl Template {
    /// Reads a template.
    ///
    /// # Errors
    /// What is no template, or uses what is not there, at stage [`crate::Stage::Parse`], with its place in the text.
    pub fn parse(text: &str) -> Result<Self, Error> {
        let mut pieces = cut::pieces(text)?;
        strip::strip(text, &mut pieces);
        Ok(Self { body: directive::template(text, &pieces, Limits::default().depth)? })
    }

    /// The text that it makes in this world.
    ///
    /// # Errors
    /// Whatever the original refuses, and the end of a limit.
    pub fn evaluate(&self, world: &dyn Lookup) -> Result<String, Error> {
        self.evaluate_within(world, &Limits::default())
    }

    /// As [`Self::evaluate`], with limits of one's own.
    ///
    /// # Errors
    /// As [`Self::evaluate`].
    pub fn evaluate_within(&self, world: &dyn Lookup, limits: &Limits) -> Result<String, Error> {
        Evaluator::new(world, limits).text(&self.body)
    }
}

#[cfg(test)]
mod tests;

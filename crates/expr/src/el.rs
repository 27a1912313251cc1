//! The expression language of API definitions: text with `{#…}`, `{(…)}` and `{T(…)…}` in it, SpEL inside the braces.
//!
//! ```
//! # use expr::el::{Context, Template, Wanted};
//! let template = Template::parse("Hello {#request.headers['X-Name'][0]}!")?;
//! let world = Context::read(r#"{"request": {"headers": {"X-Name": ["Ada"]}}}"#)?;
//! let value = template.evaluate(&world, Wanted::Text)?;
//! assert_eq!(value.as_str(), Some("Hello Ada!"));
//! # Ok::<(), expr::Error>(())
//! ```

mod allowed;
mod ast;
pub mod content;
mod context;
mod convert;
mod escape;
mod evaluate;
mod format;
mod lex;
mod method;
mod parse;
mod pattern;
mod template;
mod time;
mod xml;

pub use allowed::{Allowed, NoPermit, Permit};
pub use context::Context;
pub use convert::Wanted;
pub use pattern::Pattern;
pub use template::Template;

/// Java's `String.format` with texts; null where there is none.
///
/// # Errors
/// A pattern that asks for other things, or for more than there are.
pub fn format_texts(pattern: &str, texts: &[Option<&str>]) -> Result<String, crate::Error> {
    let values: Vec<crate::Value<'_>> = texts.iter().map(|text| text.map_or(crate::Value::Null, Into::into)).collect();
    let limits = crate::Limits::default();
    format::formatted(pattern, &values, &mut crate::limits::Budget::new(&limits))
}

pub(crate) use time::{date_text, local_text, zoned_text};

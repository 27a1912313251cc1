//! Texts with expressions, read once and evaluated in the world of an exchange.

use crate::exchange::Exchange;
use crate::failure::Failure;
use crate::world::World;
use expr::Value;
use expr::el::{Template, Wanted};
use model::text::Text;
use std::borrow::Cow;
use std::fmt;

/// A text, ready to be evaluated.
pub(crate) struct ReadyText {
    form: Form,
    /// As written, for messages; nothing where it may be secret.
    source: Option<Box<str>>,
}

enum Form {
    Plain(Box<str>),
    Template(Box<Template>),
    /// It cannot be read: each evaluation says so.
    Broken(Box<expr::Error>),
}

/// A text without a value.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("Expression: {source_text} failed with message {cause}")]
pub(crate) struct TextError {
    source_text: String,
    cause: expr::Error,
}

/// Which bodies texts ask for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Asks {
    pub(crate) request: bool,
    pub(crate) response: bool,
}

impl ReadyText {
    /// Reads a text. One that cannot be read serves all the same; the dialect has said so when it was loaded.
    pub(crate) fn compile(text: &Text) -> Self {
        let form = match text {
            Text::Plain(text) => Form::Plain(text.as_str().into()),
            Text::Expression(_) | Text::Secret(_) => Form::read(text.source()),
        };
        let secret = matches!(text, Text::Secret(_));
        Self { form, source: (!secret).then(|| text.source().into()) }
    }

    /// A text with expressions that stands in an attribute.
    pub(crate) fn of_attribute(text: &str) -> Self {
        Self { form: Form::read(text), source: None }
    }

    /// The text itself, when nothing in it is evaluated.
    pub(crate) fn literal(&self) -> Option<&str> {
        match &self.form {
            Form::Plain(text) => Some(text),
            Form::Template(_) | Form::Broken(_) => None,
        }
    }

    /// Which bodies it asks for.
    pub(crate) fn asks(&self) -> Asks {
        let Form::Template(template) = &self.form else { return Asks::default() };
        let content = |of: &str| {
            ["content", "jsonContent", "xmlContent"].iter().any(|name| template.asks_for(&format!("{of}.{name}")))
        };
        Asks { request: content("request"), response: content("response") }
    }

    /// The value in this world.
    pub(crate) fn value<'a>(&'a self, world: &'a World<'_>, wanted: Wanted) -> Result<Value<'a>, TextError> {
        match &self.form {
            Form::Plain(text) if wanted == Wanted::Text || wanted == Wanted::Any => Ok((&**text).into()),
            Form::Plain(text) => {
                let template = Template::parse(text).map_err(|cause| self.error(cause))?;
                let value = template.evaluate(world, wanted).map_err(|cause| self.error(cause))?;
                Ok(value.to_owned_value().unwrap_or(Value::Null))
            }
            Form::Template(template) => template.evaluate(world, wanted).map_err(|cause| self.error(cause)),
            Form::Broken(cause) => Err(self.error((**cause).clone())),
        }
    }

    /// The value as a text; none for null.
    pub(crate) fn text<'a>(&'a self, world: &World<'_>) -> Result<Option<Cow<'a, str>>, TextError> {
        if let Form::Plain(text) = &self.form {
            return Ok(Some(Cow::Borrowed(text)));
        }
        let value = self.value(world, Wanted::Text)?;
        Ok(value.as_str().map(|text| Cow::Owned(text.to_owned())))
    }

    /// Whether it is true; null is not.
    pub(crate) fn holds(&self, world: &World<'_>) -> Result<bool, TextError> {
        Ok(matches!(self.value(world, Wanted::Boolean)?, Value::Bool(true)))
    }

    fn error(&self, cause: expr::Error) -> TextError {
        TextError { source_text: self.source.as_deref().unwrap_or("***").to_owned(), cause }
    }
}

impl Form {
    fn read(text: &str) -> Self {
        match Template::parse(text) {
            Ok(template) if template.literal().is_some() => Self::Plain(text.into()),
            Ok(template) => Self::Template(Box::new(template)),
            Err(cause) => Self::Broken(Box::new(cause)),
        }
    }
}

impl fmt::Debug for ReadyText {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.source.as_deref().unwrap_or("***"))
    }
}

impl Asks {
    /// What any of these texts asks for.
    pub(crate) fn of<'t>(texts: impl IntoIterator<Item = &'t ReadyText>) -> Self {
        texts.into_iter().map(ReadyText::asks).fold(Self::default(), Self::and)
    }

    pub(crate) fn and(self, other: Self) -> Self {
        Self { request: self.request || other.request, response: self.response || other.response }
    }

    pub(crate) fn nothing(self) -> bool {
        self == Self::default()
    }

    /// Reads those bodies, so that expressions see them.
    pub(crate) async fn read(self, exchange: &mut Exchange) -> Result<(), Box<Failure>> {
        if self.request {
            exchange.read_request().await?;
        }
        if self.response {
            exchange.read_response().await?;
        }
        Ok(())
    }
}

//! A setting of a call that is evaluated for each request.

use crate::exchange::Exchange;
use crate::text::{Asks, ReadyText, TextError};
use crate::world::World;
use expr::Value;
use model::text::Setting;
use std::borrow::Cow;

/// A setting, read.
pub(super) struct ReadySetting {
    text: Option<ReadyText>,
    /// What is written: it stands where the text is null.
    written: Setting,
}

impl ReadySetting {
    pub(super) fn compile(setting: &Setting) -> Self {
        Self { text: setting.text.as_ref().map(ReadyText::compile), written: setting.clone() }
    }

    /// Whether it is the same for every request that no attribute changes.
    pub(super) fn is_constant(&self) -> bool {
        self.text.as_ref().is_none_or(|text| text.literal().is_some())
    }

    /// Whether an attribute stands before it.
    pub(super) fn is_overridden(&self, exchange: &Exchange) -> bool {
        self.written.attribute.as_ref().is_some_and(|name| exchange.attribute(name).is_some())
    }

    pub(super) fn asks(&self) -> Asks {
        self.text.as_ref().map_or(Asks::default(), ReadyText::asks)
    }

    /// What it is; none where nobody has set it.
    pub(super) fn value<'s>(
        &'s self,
        exchange: &Exchange,
        world: &World<'_>,
    ) -> Result<Option<Cow<'s, str>>, TextError> {
        if let Some(value) = self.written.attribute.as_ref().and_then(|name| exchange.attribute(name)) {
            return of_attribute(value, world).map(|text| text.map(Cow::Owned));
        }
        let Some(text) = &self.text else { return Ok(None) };
        let value = text.text(world)?;
        let written = self.written.text.as_ref().filter(|_| self.written.or_written);
        Ok(value.or_else(|| written.map(|text| Cow::Borrowed(text.source()))))
    }

    /// As [`Self::value`]; the empty text is nothing.
    pub(super) fn filled<'s>(
        &'s self,
        exchange: &Exchange,
        world: &World<'_>,
    ) -> Result<Option<Cow<'s, str>>, TextError> {
        Ok(self.value(exchange, world)?.filter(|text| !text.is_empty()))
    }
}

/// A text in an attribute is evaluated itself.
fn of_attribute(value: &Value<'_>, world: &World<'_>) -> Result<Option<String>, TextError> {
    match value {
        Value::Null => Ok(None),
        Value::Str(text) => {
            let value = ReadyText::of_attribute(text).text(world)?.map(Cow::into_owned);
            Ok(Some(value.unwrap_or_else(|| text.to_string())))
        }
        other => Ok(Some(other.to_string())),
    }
}

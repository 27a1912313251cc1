//! One event as one line.

use crate::access::Format;
use crate::escape;
use jiff::Timestamp;
use std::fmt::{self, Debug, Write};
use tracing::field::{Field, Visit};
use tracing::{Event, Level, Subscriber};
use tracing_subscriber::fmt::format::Writer;
use tracing_subscriber::fmt::{FmtContext, FormatEvent, FormatFields};
use tracing_subscriber::registry::LookupSpan;

/// Writes an event as text or JSON.
pub(super) struct Lines(pub(super) Format);

impl<S, N> FormatEvent<S, N> for Lines
where
    S: Subscriber + for<'l> LookupSpan<'l>,
    N: for<'w> FormatFields<'w> + 'static,
{
    fn format_event(&self, _: &FmtContext<'_, S, N>, mut writer: Writer<'_>, event: &Event<'_>) -> fmt::Result {
        let time = Timestamp::now();
        let level = level_text(*event.metadata().level());
        let mut told = Told::default();
        event.record(&mut told);
        match self.0 {
            Format::Text => writeln!(writer, "{time:.3} {level:<5} {}", told.text()),
            Format::Json => writeln!(writer, "{{\"time\":\"{time:.3}\",\"level\":\"{level}\",{}}}", told.json()),
        }
    }
}

fn level_text(level: Level) -> &'static str {
    match level {
        Level::ERROR => "error",
        Level::WARN => "warn",
        Level::INFO => "info",
        Level::DEBUG => "debug",
        Level::TRACE => "trace",
    }
}

/// What an event says.
#[derive(Default)]
struct Told {
    message: String,
    fields: Vec<(&'static str, Value)>,
}

enum Value {
    /// A number or truth value, the same in text and JSON.
    Bare(String),
    Text(String),
}

impl Told {
    fn text(&self) -> String {
        let mut line = String::new();
        for character in self.message.chars() {
            match character.is_control() {
                true => line.extend(character.escape_debug()),
                false => line.push(character),
            }
        }
        for (name, value) in &self.fields {
            let _ = match value {
                Value::Text(text) if needs_quotes(text) => write!(line, " {name}={text:?}"),
                Value::Text(text) | Value::Bare(text) => write!(line, " {name}={text}"),
            }; // a String takes everything
        }
        line
    }

    fn json(&self) -> String {
        let mut out = b"\"message\":\"".to_vec();
        escape::json(&mut out, self.message.as_bytes());
        out.push(b'"');
        for (name, value) in &self.fields {
            out.extend_from_slice(b",\"");
            escape::json(&mut out, name.as_bytes());
            out.extend_from_slice(b"\":");
            match value {
                Value::Bare(text) => out.extend_from_slice(text.as_bytes()),
                Value::Text(text) => {
                    out.push(b'"');
                    escape::json(&mut out, text.as_bytes());
                    out.push(b'"');
                }
            }
        }
        String::from_utf8_lossy(&out).into_owned()
    }

    fn add(&mut self, field: &Field, value: Value) {
        // fields of the `log` crate's bridge say where in the source a line came from
        if !field.name().starts_with("log.") {
            self.fields.push((field.name(), value));
        }
    }
}

fn needs_quotes(text: &str) -> bool {
    text.is_empty() || !text.chars().all(|c| c.is_alphanumeric() || (c.is_ascii_graphic() && !"\"'=\\".contains(c)))
}

impl Visit for Told {
    fn record_debug(&mut self, field: &Field, value: &dyn Debug) {
        match field.name() {
            "message" => self.message = format!("{value:?}"),
            _ => self.add(field, Value::Text(format!("{value:?}"))),
        }
    }

    fn record_str(&mut self, field: &Field, value: &str) {
        match field.name() {
            "message" => value.clone_into(&mut self.message),
            _ => self.add(field, Value::Text(value.to_owned())),
        }
    }

    fn record_i64(&mut self, field: &Field, value: i64) {
        self.add(field, Value::Bare(value.to_string()));
    }

    fn record_u64(&mut self, field: &Field, value: u64) {
        self.add(field, Value::Bare(value.to_string()));
    }

    fn record_bool(&mut self, field: &Field, value: bool) {
        self.add(field, Value::Bare(value.to_string()));
    }

    /// JSON has no word for infinity and for what is no number.
    fn record_f64(&mut self, field: &Field, value: f64) {
        let text = value.to_string();
        self.add(field, if value.is_finite() { Value::Bare(text) } else { Value::Text(text) });
    }
}

//! Texts with variables of the exchange: `$remote_addr`, `${http_w ?? 60}`.

use crate::decode::Text;
use crate::write::{Pen, text};
use model::policy::{RequestText, TextPart, TextSource};

pub(crate) fn lower(written: &Text) -> RequestText {
    RequestText::with_variables(written)
}

pub(crate) fn write(one: &RequestText, pen: &mut Pen<'_>) -> Text {
    let mut written = String::new();
    for (at, part) in one.parts.iter().enumerate() {
        let next = one.parts.get(at + 1);
        match part {
            TextPart::Text(plain) => written.push_str(plain),
            TextPart::FirstOf(sources) => written.push_str(&place(sources, next)),
        }
    }
    if RequestText::with_variables(&written) != *one {
        pen.left_out.insert("texts whose variables cannot be told from what stands around them");
    }
    text(&written)
}

/// In braces where something follows that could belong to the name, or where there is a value beside it.
fn place(sources: &[TextSource], next: Option<&TextPart>) -> String {
    let bare = match next {
        None | Some(TextPart::FirstOf(_)) => true,
        Some(TextPart::Text(plain)) => {
            !plain.starts_with(|c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '.'))
        }
    };
    match sources {
        [TextSource::Variable(variable)] => {
            let name = variable.to_string();
            let word = name.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '_' | '.'));
            if bare && word { format!("${name}") } else { format!("${{{name}}}") }
        }
        [TextSource::Variable(variable), TextSource::Text(otherwise)] => format!("${{{variable} ?? {otherwise}}}"),
        // Read back it is another text, and so a gap.
        _ => String::new(),
    }
}

//! Texts with expressions: one that cannot be read is remarked with its place, and is lowered all the same, since the
//! original serves such a definition and fails where the value is wanted.

use crate::part::Part;
use crate::read::Notes;
use dialect::Faith;
use dialect::findings::Spot;
use expr::el::Template;
use model::predicate::Condition;
use model::text::Text;

/// The text of a field; nothing where it is empty.
pub(crate) fn field(part: &Part<'_>, name: &str, notes: &mut Notes) -> Option<Text> {
    let text = part.text(name).filter(|text| !text.is_empty())?;
    if let Err(error) = Template::parse(text) {
        let remark =
            format!("this expression cannot be read ({error}): what wants its value fails, as in the original");
        notes.at(Faith::Exact, part.document, &place(part.spot_of(name), text, error.place), remark);
    }
    Some(Text::Expression(text.to_owned()))
}

/// A field that must be true; one that has no value is not.
pub(crate) fn condition(part: &Part<'_>, name: &str, notes: &mut Notes) -> Option<Condition> {
    part.filled(name)?;
    Some(Condition::Expression { text: field(part, name, notes)?, failure: None })
}

/// The place within a text, where the text stands in one line as JSON usually writes it.
fn place(mut spot: Spot, text: &str, at: usize) -> Spot {
    let width = |c: char| if matches!(c, '"' | '\\' | '\n' | '\r' | '\t') { 2 } else { 1 };
    let wide = |text: &str| text.chars().map(width).sum::<u32>();
    let before = text.get(..at.min(text.len())).unwrap_or_default();
    if spot.mark.length == wide(text) + 2 {
        spot.mark.column += 1 + wide(before);
        spot.mark.length = 1;
    }
    spot
}

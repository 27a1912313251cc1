//! Texts with expressions: one that cannot be read is remarked with its place, and is lowered all the same, since the
//! original serves such a definition and fails where the value is wanted.

use crate::part::Part;
use crate::read::Notes;
use dialect::Faith;
use dialect::findings::Spot;
use expr::el::Template;
use expr::freemarker;
use model::predicate::Condition;
use model::text::Text;

/// Variables that the original has and this gateway does not.
const LACKING: [(&str, &str); 2] = [
    ("dictionaries", "there are no dictionaries: what this asks of them is null, and what is within fails"),
    ("subscription", "the subscription is not told to expressions: it is null, and what this asks of it fails"),
];

/// The text of a field; nothing where it is empty.
pub(crate) fn field(part: &Part<'_>, name: &str, notes: &mut Notes) -> Option<Text> {
    let text = part.text(name).filter(|text| !text.is_empty())?;
    match Template::parse(text) {
        Ok(template) => {
            for (_, lost) in LACKING.iter().filter(|(variable, _)| template.asks_for(variable)) {
                notes.at(Faith::Unsupported, part.document, &part.spot_of(name), *lost);
            }
        }
        Err(error) => {
            let remark =
                format!("this expression cannot be read ({error}): what wants its value fails, as in the original");
            notes.at(Faith::Exact, part.document, &place(part.spot_of(name), text, error.place), remark);
        }
    }
    Some(Text::Expression(text.to_owned()))
}

/// A field that must be true; one that has no value is not.
pub(crate) fn condition(part: &Part<'_>, name: &str, notes: &mut Notes) -> Option<Condition> {
    part.filled(name)?;
    Some(Condition::Expression { text: field(part, name, notes)?, failure: None })
}

/// The FreeMarker template of a field. One that does what is not there is told, and fails whatever comes to it; so does,
/// in the original too, one that is none.
pub(crate) fn template(part: &Part<'_>, name: &str, notes: &mut Notes) -> String {
    let text = part.text(name).unwrap_or_default();
    if let Err(error) = freemarker::Template::parse(text) {
        let (faith, end) = match error.code {
            "ftl-parse" => (Faith::Exact, ", as in the original"),
            _ => (Faith::Unsupported, ""),
        };
        let before = text.get(..error.place.min(text.len())).unwrap_or_default();
        let (line, column) =
            (before.matches('\n').count() + 1, before.chars().rev().take_while(|c| *c != '\n').count() + 1);
        let remark = format!(
            "this template cannot be read, at its line {line}, column {column} ({error}): what comes to it fails{end}"
        );
        notes.at(faith, part.document, &place(part.spot_of(name), text, error.place), remark);
    }
    text.to_owned()
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

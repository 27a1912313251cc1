//! Texts with parts of the exchange in them: as one text, or piece by piece where one text cannot say it.

use crate::decode::{At, Either, Text, entity};
use crate::lower::Lowering;
use crate::write::text;
use http::HeaderValue;
use model::policy::{RequestText, RequestTextError, TextPart, TextSource};
use model::variable::Variable;

/// One text, or its pieces: texts that stand for themselves, and places.
pub type Pieces = Either<Text, Vec<Either<Text, At<TextPlace>>>>;

entity! {
    /// A place in a text; one of these.
    TextPlace {
        /// This variable: `remote_addr`, `http_x_tenant`, `arg_page`.
        variable: Option<Text>,
        /// The first header field of this name.
        header: Option<Text>,
        /// The first query parameter of this name.
        query: Option<Text>,
        /// What the route's path captured under this name, or by this number.
        capture: Option<Text>,
        /// What the policy's own expression captured by this number.
        matched: Option<At<usize>>,
        /// These characters.
        text: Option<Text>,
        /// The first of these that is there; nothing where none is.
        first_of: Option<Vec<At<TextPlace>>>,
    }
}

/// What one text may hold.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Holds {
    /// Nothing but itself.
    Nothing,
    /// Parts of the request: `$(headers.x or "none")`.
    Parts,
    /// Variables: `$remote_addr`, `${http_w ?? 60}`.
    Variables,
    /// Variables, and what the policy's own expression captured: `$1`.
    Captures,
}

impl Holds {
    fn read(self, text: &str) -> Result<RequestText, RequestTextError> {
        match self {
            Self::Nothing => Ok(RequestText::plain(text)),
            Self::Parts => RequestText::parse(text),
            Self::Variables => Ok(RequestText::with_variables(text)),
            Self::Captures => Ok(RequestText::with_captures(text)),
        }
    }
}

pub(crate) fn lower(written: &Pieces, holds: Holds, at: &mut Lowering<'_>) -> RequestText {
    match written {
        Either::First(text) => holds.read(text).unwrap_or_else(|error| unreadable(&error, text, at)),
        Either::Second(pieces) => RequestText { parts: pieces.iter().map(|piece| part(piece, at)).collect() },
    }
}

/// The text may come from the environment, so the finding does not repeat it.
fn unreadable(error: &RequestTextError, text: &Text, at: &mut Lowering<'_>) -> RequestText {
    let message = match error {
        RequestTextError::Open { .. } => "$( has no closing parenthesis",
        RequestTextError::Source { .. } => {
            "between $( and ) stand headers.NAME, query_params.NAME, uri_captures.NAME or quoted texts, with \"or\" \
             between them"
        }
    };
    at.invalid(&text.spot, message);
    RequestText::default()
}

fn part(piece: &Either<Text, At<TextPlace>>, at: &mut Lowering<'_>) -> TextPart {
    let place = match piece {
        Either::First(text) => return TextPart::Text(text.value.clone()),
        Either::Second(place) => place,
    };
    TextPart::FirstOf(match &place.first_of {
        Some(several) if alone(place).is_empty() => several.iter().filter_map(|place| source(place, at)).collect(),
        _ => source(place, at).into_iter().collect(),
    })
}

fn source(place: &At<TextPlace>, at: &mut Lowering<'_>) -> Option<TextSource> {
    let mut said = alone(place);
    if said.len() != 1 || place.first_of.is_some() {
        let message = "a place says one of variable, header, query, capture, matched, text, or first_of with a list of \
                       such";
        at.incomplete(&place.spot, message);
    }
    said.pop()
}

/// What a place says, `first_of` aside.
fn alone(place: &TextPlace) -> Vec<TextSource> {
    let value = |text: &Option<Text>| text.as_ref().map(|text| text.value.clone());
    let all = [
        value(&place.variable).map(|name| TextSource::Variable(Variable::of(&name))),
        value(&place.header).map(TextSource::Header),
        value(&place.query).map(TextSource::Query),
        value(&place.capture).map(TextSource::Capture),
        place.matched.as_ref().map(|number| TextSource::Matched(number.value)),
        value(&place.text).map(TextSource::Text),
    ];
    all.into_iter().flatten().collect()
}

/// One text, where that is read as the same again.
pub(crate) fn write(one: &RequestText, holds: Holds) -> Pieces {
    let written = match (holds, one.as_plain()) {
        (Holds::Nothing, plain) => plain.unwrap_or_default().to_owned(),
        (Holds::Parts, _) => one.to_string(),
        (Holds::Variables | Holds::Captures, _) => with_variables(one),
    };
    if holds.read(&written).as_ref() == Ok(one) {
        return Either::First(text(&written));
    }
    pieces(one)
}

/// A text that stands in a header field. One that no field of a configuration may have is said by pieces, which are not
/// judged.
pub(crate) fn write_field(one: &RequestText, holds: Holds) -> Pieces {
    match one.as_plain() {
        Some(plain) if HeaderValue::from_str(plain).is_err() => pieces(one),
        _ => write(one, holds),
    }
}

fn pieces(one: &RequestText) -> Pieces {
    let piece = |part: &TextPart| match part {
        TextPart::Text(plain) => Either::First(text(plain)),
        TextPart::FirstOf(sources) => Either::Second(At::new(match sources.as_slice() {
            [one] => write_source(one),
            several => {
                let all = several.iter().map(|one| At::new(write_source(one))).collect();
                TextPlace { first_of: Some(all), ..TextPlace::default() }
            }
        })),
    };
    Either::Second(one.parts.iter().map(piece).collect())
}

fn write_source(source: &TextSource) -> TextPlace {
    let none = TextPlace::default();
    match source {
        TextSource::Variable(variable) => TextPlace { variable: Some(text(&variable.to_string())), ..none },
        TextSource::Header(name) => TextPlace { header: Some(text(name)), ..none },
        TextSource::Query(name) => TextPlace { query: Some(text(name)), ..none },
        TextSource::Capture(name) => TextPlace { capture: Some(text(name)), ..none },
        TextSource::Matched(number) => TextPlace { matched: Some(At::new(*number)), ..none },
        TextSource::Text(plain) => TextPlace { text: Some(text(plain)), ..none },
    }
}

fn with_variables(one: &RequestText) -> String {
    let mut written = String::new();
    for (at, part) in one.parts.iter().enumerate() {
        match part {
            TextPart::Text(plain) => written.push_str(plain),
            TextPart::FirstOf(sources) => written.push_str(&dollar(sources, one.parts.get(at + 1))),
        }
    }
    written
}

/// In braces where something follows that could belong to the name, or where there is a value beside it. What has no
/// name of its own is nothing, and so read back as another text.
fn dollar(sources: &[TextSource], next: Option<&TextPart>) -> String {
    let bare = match next {
        None | Some(TextPart::FirstOf(_)) => true,
        Some(TextPart::Text(plain)) => {
            !plain.starts_with(|c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '.'))
        }
    };
    let name = |source: &TextSource| match source {
        TextSource::Variable(variable) => Some(variable.to_string()),
        TextSource::Matched(number) => Some(number.to_string()),
        TextSource::Header(_) | TextSource::Query(_) | TextSource::Capture(_) | TextSource::Text(_) => None,
    };
    let word = |name: &str| name.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '_' | '.'));
    match sources {
        [one] => match name(one) {
            Some(name) if bare && word(&name) => format!("${name}"),
            Some(name) => format!("${{{name}}}"),
            None => String::new(),
        },
        [one, TextSource::Text(otherwise)] => {
            name(one).map(|name| format!("${{{name} ?? {otherwise}}}")).unwrap_or_default()
        }
        _ => String::new(),
    }
}

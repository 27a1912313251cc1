//! `compress`: responses encoded for clients that accept it.

use super::Around;
use crate::decode::{At, Given, OneOrMany, Size, Text, entity, words};
use crate::lower::Lowering;
use crate::write::{texts, unless};
use model::policy::{self, Encoding as Of, Policy};

entity! {
    /// Encodes responses that are not encoded yet. A stream stays a stream.
    Compress {
        /// The encodings; of several that a client likes equally the first is taken. Brotli of quality 4, then gzip of
        /// level 6 without it.
        encodings: Option<OneOrMany<At<Encoding>>>,
        /// Only these media types, `*` for any; usual texts without it.
        types: Option<OneOrMany<Text>>,
        /// Only bodies that are at least this long, where the length is known; 1KiB without it.
        least: Option<At<Size>>,
        /// Clients of HTTP/1.0 too; false without it.
        http_1_0: Option<At<bool>>,
        /// Tells caches by `Vary`; true without it.
        vary: Option<At<bool>>,
    }
}

entity! {
    /// How a body is encoded; one of these.
    Encoding {
        /// gzip of this level, from 1, fast, to 9, small.
        gzip: Option<At<u8>>,
        /// Brotli of this quality, from 0, fast, to 11, small.
        brotli: Option<At<u8>>,
        /// Brotli's window: two to this power, in bytes, from 10 to 24; 19 without it.
        window: Option<At<u8>>,
        /// Brotli's blocks: two to this power, in bytes, from 16 to 24; as the quality has it without it.
        block: Option<At<u8>>,
        /// What bodies are made of, for brotli; anything without it.
        mode: Option<At<Mode>>,
    }
}

words! {
    /// What bodies are made of.
    Mode {
        /// Anything.
        "any" Any,
        /// Text.
        "text" Text,
        /// Fonts.
        "font" Font,
    }
}

const TYPES: [&str; 8] = [
    "text/html",
    "text/plain",
    "text/css",
    "text/javascript",
    "application/javascript",
    "application/json",
    "application/xml",
    "image/svg+xml",
];
const LEAST: u64 = 1024;
const WINDOW: u8 = 19;

fn usual() -> Vec<Of> {
    let brotli = Of::Brotli { quality: 4, window: WINDOW, block: 0, mode: policy::BrotliMode::Any };
    vec![brotli, Of::Gzip { level: 6 }]
}

pub(crate) fn lower(written: &Given<Compress>, _: &Around<'_>, at: &mut Lowering<'_>) -> Option<Policy> {
    let written = &written.0;
    let encodings = match &written.encodings {
        None => usual(),
        Some(all) => all.all().iter().filter_map(|one| encoding(one, at)).collect(),
    };
    let types = match &written.types {
        None => Some(TYPES.map(str::to_owned).to_vec()),
        Some(all) if all.all().iter().any(|one| one.value == "*") => None,
        Some(all) => Some(all.all().iter().map(|one| one.value.to_ascii_lowercase()).collect()),
    };
    Some(Policy::Compress(Box::new(policy::Compress {
        encodings,
        types,
        least: written.least.as_ref().map_or(LEAST, |size| size.value.0),
        http_1_0: written.http_1_0.as_ref().is_some_and(|flag| flag.value),
        vary: written.vary.as_ref().is_none_or(|flag| flag.value),
    })))
}

fn encoding(written: &At<Encoding>, at: &mut Lowering<'_>) -> Option<Of> {
    let number = |one: &Option<At<u8>>, usual: u8| one.as_ref().map_or(usual, |one| one.value);
    let (window, block) = (number(&written.window, WINDOW), number(&written.block, 0));
    let right = match (&written.gzip, &written.brotli) {
        (Some(level), None) if (1..=9).contains(&level.value) => Some(Of::Gzip { level: level.value }),
        (None, Some(quality)) if quality.value <= 11 => {
            let mode = match written.mode.as_ref().map(|mode| mode.value) {
                None | Some(Mode::Any) => policy::BrotliMode::Any,
                Some(Mode::Text) => policy::BrotliMode::Text,
                Some(Mode::Font) => policy::BrotliMode::Font,
            };
            Some(Of::Brotli { quality: quality.value, window, block, mode })
        }
        _ => None,
    };
    let right = right.filter(|_| (10..=24).contains(&window) && (block == 0 || (16..=24).contains(&block)));
    if right.is_none() {
        at.incomplete(
            &written.spot,
            "an encoding is \"gzip\" from 1 to 9, or \"brotli\" from 0 to 11 with a \"window\" from 10 to 24 and a \
             \"block\" from 16 to 24",
        );
    }
    right
}

pub(crate) fn write(one: &policy::Compress) -> Compress {
    let encodings: Vec<_> = one.encodings.iter().map(|one| At::new(written(*one))).collect();
    let types = match &one.types {
        Some(types) if *types == TYPES => None,
        Some(types) => Some(texts(types).unwrap_or_default()),
        None => texts(&["*".to_owned()]),
    };
    Compress {
        encodings: (one.encodings != usual()).then(|| encodings.into()),
        types,
        least: unless(Size(one.least), &Size(LEAST)),
        http_1_0: unless(one.http_1_0, &false),
        vary: unless(one.vary, &true),
    }
}

fn written(one: Of) -> Encoding {
    match one {
        Of::Gzip { level } => Encoding { gzip: Some(At::new(level)), ..Encoding::default() },
        Of::Brotli { quality, window, block, mode } => Encoding {
            gzip: None,
            brotli: Some(At::new(quality)),
            window: unless(window, &WINDOW),
            block: unless(block, &0),
            mode: match mode {
                policy::BrotliMode::Any => None,
                policy::BrotliMode::Text => Some(At::new(Mode::Text)),
                policy::BrotliMode::Font => Some(At::new(Mode::Font)),
            },
        },
    }
}

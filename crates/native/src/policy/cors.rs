//! `cors`: cross-origin resource sharing.

use super::Around;
use crate::decode::{At, Given, Lasting, OneOrMany, Text, entity, said, values};
use crate::lower::{Lowering, answer, header, matching};
use crate::write::{texts, unless};
use dialect::Faith;
use model::policy::{self, CorsManner, Origins, Policy};

entity! {
    /// Who may call from another origin, and how.
    Cors {
        /// Origins such as `https://app.example.com`; `*`, or neither this nor `patterns`, for all; an empty list for none.
        origins: Option<OneOrMany<Text>>,
        /// Regular expressions that match further origins as a whole.
        patterns: Option<OneOrMany<Text>>,
        /// Methods that may be used; the one asked for without it.
        methods: Option<OneOrMany<Text>>,
        /// Request headers that may be sent; those asked for without it.
        headers: Option<OneOrMany<Text>>,
        /// Response headers that a page may read.
        exposed: Option<OneOrMany<Text>>,
        /// Whether cookies and authorization may be sent; false without it.
        credentials: Option<At<bool>>,
        /// How long a browser may keep the answer to a preflight.
        max_age: Option<At<Lasting>>,
        /// Whether pages of the public web may call a private network, when they ask; false without it.
        private_network: Option<At<bool>>,
        /// Whether preflights go on instead of being answered here, and nothing is added to what they get; false
        /// without it.
        preflight_on: Option<At<bool>>,
        /// Origins whose pages may measure how long responses take, `*` for all; none without it.
        timing: Option<OneOrMany<Text>>,
        /// Regular expressions that match further such origins as a whole.
        timing_patterns: Option<OneOrMany<Text>>,
        /// Ways to say it, all of which a browser understands.
        manner: Option<Manner>,
    }
}

entity! {
    /// Ways to say it in which other gateways differ.
    Manner {
        /// The status of an answer to a preflight; 204 without it.
        preflight_status: Option<At<u16>>,
        /// Whether a sole origin is named on every response, whoever asks; false without it.
        names_sole_origin: Option<At<bool>>,
        /// Whether an origin that may not still learns methods, headers and credentials; false without it.
        tells_strangers: Option<At<bool>>,
        /// Whether, with credentials and any origin, `*` is said to a request that names no origin; false without it.
        star_without_origin: Option<At<bool>>,
        /// Whether a request without origin gets nothing; false without it.
        needs_origin: Option<At<bool>>,
        /// Whether lists are written without blanks; false without it.
        dense: Option<At<bool>>,
        /// Whether every `OPTIONS` is a preflight, and methods, headers and age are told with every response; false
        /// without it.
        everywhere: Option<At<bool>>,
        /// Whether what an upstream says to an origin that may not is left as it is; false without it.
        keeps: Option<At<bool>>,
    }
}

pub(crate) fn lower(written: &Given<Cors>, _: &Around<'_>, at: &mut Lowering<'_>) -> Option<Policy> {
    let written = &written.0;
    let origins = origins(&written.origins, &written.patterns, at);
    if let Some(credentials) = written.credentials.as_ref().filter(|flag| flag.value && origins == Origins::Any) {
        let message = "any page on the web may act with the cookies of those who visit it; name the origins that may";
        at.findings.say(Faith::Exact, &credentials.spot, message);
    }
    Some(Policy::Cors(policy::Cors {
        origins,
        methods: values(&written.methods).iter().map(|method| method.to_ascii_uppercase()).collect(),
        headers: names(&written.headers, at),
        exposed: names(&written.exposed, at),
        credentials: said(&written.credentials, false),
        max_age: written.max_age.as_ref().map(|age| age.0),
        private_network: said(&written.private_network, false),
        preflight_on: said(&written.preflight_on, false),
        timing: (written.timing.is_some() || written.timing_patterns.is_some())
            .then(|| self::origins(&written.timing, &written.timing_patterns, at)),
        manner: written.manner.as_ref().map_or_else(CorsManner::default, |written| manner(written, at)),
    }))
}

/// Names as they are written; several may stand in one text, with commas between.
fn names(texts: &Option<OneOrMany<Text>>, at: &mut Lowering<'_>) -> Vec<String> {
    for text in texts.iter().flat_map(|texts| texts.all()) {
        for one in text.split(',') {
            header::name(one.trim(), &text.spot, at);
        }
    }
    values(texts)
}

fn origins(origins: &Option<OneOrMany<Text>>, patterns: &Option<OneOrMany<Text>>, at: &mut Lowering<'_>) -> Origins {
    for text in origins.iter().flat_map(|texts| texts.all()) {
        let good = text.as_str() == "*" || text.as_str() == "null" || text.contains("://") && !text.ends_with('/');
        if !good {
            let message = "no browser sends such an origin, so it never may: an origin is a scheme and a host such as \
                           https://app.example.com, without a path";
            at.findings.say(Faith::Ignored, &text.spot, message);
        }
    }
    let texts = values(origins);
    if texts.iter().any(|origin| origin == "*") || origins.is_none() && patterns.is_none() {
        return Origins::Any;
    }
    match patterns {
        None => Origins::List(texts),
        Some(patterns) => {
            let patterns = patterns.all().iter().map(|text| matching::regex(text, at)).collect();
            Origins::Matching { texts, patterns }
        }
    }
}

fn manner(written: &Manner, at: &mut Lowering<'_>) -> CorsManner {
    CorsManner {
        preflight_status: written.preflight_status.as_ref().map_or(204, |code| answer::status(code, at)),
        names_sole_origin: said(&written.names_sole_origin, false),
        tells_strangers: said(&written.tells_strangers, false),
        star_without_origin: said(&written.star_without_origin, false),
        needs_origin: said(&written.needs_origin, false),
        dense: said(&written.dense, false),
        everywhere: said(&written.everywhere, false),
        keeps: said(&written.keeps, false),
    }
}

pub(crate) fn write(one: &policy::Cors) -> Cors {
    let (origins, patterns) = write_origins(&one.origins);
    let (timing, timing_patterns) = match &one.timing {
        None => (None, None),
        Some(Origins::Any) => (texts(&["*".to_owned()]), None),
        Some(timing) => write_origins(timing),
    };
    Cors {
        origins,
        patterns,
        methods: texts(&one.methods),
        headers: texts(&one.headers),
        exposed: texts(&one.exposed),
        credentials: unless(one.credentials, &false),
        max_age: one.max_age.map(|age| At::new(Lasting(age))),
        private_network: unless(one.private_network, &false),
        preflight_on: unless(one.preflight_on, &false),
        timing,
        timing_patterns,
        manner: (one.manner != CorsManner::default()).then(|| write_manner(&one.manner)),
    }
}

type Listed = Option<OneOrMany<Text>>;

fn write_origins(origins: &Origins) -> (Listed, Listed) {
    match origins {
        Origins::Any => (None, None),
        Origins::List(list) => (texts(list).or_else(|| Some(OneOrMany::default())), None),
        Origins::Matching { texts: list, patterns } => {
            (texts(list), texts(patterns).or_else(|| Some(OneOrMany::default())))
        }
    }
}

fn write_manner(one: &CorsManner) -> Manner {
    Manner {
        preflight_status: unless(one.preflight_status, &204),
        names_sole_origin: unless(one.names_sole_origin, &false),
        tells_strangers: unless(one.tells_strangers, &false),
        star_without_origin: unless(one.star_without_origin, &false),
        needs_origin: unless(one.needs_origin, &false),
        dense: unless(one.dense, &false),
        everywhere: unless(one.everywhere, &false),
        keeps: unless(one.keeps, &false),
    }
}

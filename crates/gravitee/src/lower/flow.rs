//! Flows of both versions in one form: when they run, and the steps of their lists.

use crate::expression::condition;
use crate::part::Part;
use crate::read::{Notes, Version};
use model::predicate::{Condition, PathPattern, Predicate};
use model::world::ParamPath;

/// A flow.
pub(super) struct Flow<'a> {
    pub(super) path: String,
    equals: bool,
    methods: Vec<String>,
    /// What must be true besides.
    pub(super) conditions: Vec<Condition>,
    pub(super) request: Vec<Part<'a>>,
    pub(super) response: Vec<Part<'a>>,
}

/// The flows of a list that may run.
pub(super) fn flows<'a>(parts: &[Part<'a>], version: Version, notes: &mut Notes) -> Vec<Flow<'a>> {
    let on = parts.iter().filter(|part| part.flag("enabled"));
    match version {
        Version::V2 => on.map(|part| v2(part, notes)).collect(),
        Version::V4 => on.filter_map(|part| v4(part, notes)).collect(),
    }
}

fn v2<'a>(part: &Part<'a>, notes: &mut Notes) -> Flow<'a> {
    let operator = part.part("path-operator");
    Flow {
        path: operator.owned("path").unwrap_or_default(),
        equals: operator.word("operator") == Some("EQUALS"),
        methods: upper(part.texts("methods")),
        conditions: condition(part, "condition", notes).into_iter().collect(),
        request: part.parts("pre"),
        response: part.parts("post"),
    }
}

/// `None`: a selector asks for what there never is.
fn v4<'a>(part: &Part<'a>, notes: &mut Notes) -> Option<Flow<'a>> {
    let mut flow = Flow {
        path: "/".to_owned(),
        equals: false,
        methods: Vec::new(),
        conditions: Vec::new(),
        request: part.parts("request"),
        response: part.parts("response"),
    };
    for selector in part.parts("selectors") {
        match selector.word("type")? {
            "http" => {
                flow.path = selector.owned("path").unwrap_or_default();
                flow.equals = selector.word("pathOperator") == Some("EQUALS");
                flow.methods = upper(selector.texts("methods"));
            }
            "condition" => flow.conditions.extend(condition(&selector, "condition", notes)),
            _ => return None,
        }
    }
    Some(flow)
}

fn upper(methods: Vec<String>) -> Vec<String> {
    methods.iter().map(|method| method.to_ascii_uppercase()).collect()
}

impl Flow<'_> {
    /// What method and path must be.
    pub(super) fn place(&self) -> Predicate {
        Predicate { path: self.pattern(), methods: self.methods.clone(), below: true, ..Predicate::default() }
    }

    /// Parameters are characters of one segment; other segments stand in a regular expression as they are written, where
    /// they are one. `STARTS_WITH` does not end at a slash.
    fn pattern(&self) -> Option<PathPattern> {
        if !self.equals && segments(&self.path).next().is_none() {
            return None;
        }
        let as_written = self.regex(str::to_owned);
        let text = match regex_syntax::parse(&as_written) {
            Ok(_) => as_written,
            Err(_) => self.regex(regex_syntax::escape),
        };
        Some(PathPattern::Regex(text))
    }

    fn regex(&self, literal: fn(&str) -> String) -> String {
        let mut text = String::from("/");
        for segment in segments(&self.path) {
            match segment.starts_with(':') {
                true => text.push_str(PARAMETER),
                false => text.push_str(&literal(segment)),
            }
            text.push('/');
        }
        text.push('?');
        if self.equals {
            text.push('$');
        }
        text
    }

    /// Where the parameters of its path stand; nothing where it has none.
    pub(super) fn params(&self) -> Option<ParamPath> {
        let names: Vec<String> =
            segments(&self.path).filter_map(|one| one.strip_prefix(':')).map(str::to_owned).collect();
        let mut regex = String::from("/");
        for segment in segments(&self.path) {
            match segment.starts_with(':') {
                true => regex.push_str("([^/]+)"),
                false => regex.push_str(&regex_syntax::escape(segment)),
            }
            regex.push('/');
        }
        regex.push('?');
        (!names.is_empty()).then_some(ParamPath { regex, names })
    }

    /// How exact its path is: of several that match, the greatest is the best match. A text says more than a parameter,
    /// and more segments say more.
    pub(super) fn exactness(&self) -> Vec<u8> {
        segments(&self.path).map(|segment| if segment.starts_with(':') { 1 } else { 2 }).collect()
    }
}

/// The characters of a parameter.
const PARAMETER: &str = r"[a-zA-Z0-9\-._~%!$&'()* +,;=:@|]+";

fn segments(path: &str) -> impl Iterator<Item = &str> {
    path.split('/').filter(|segment| !segment.is_empty())
}

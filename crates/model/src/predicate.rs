//! What a route asks of a request before it is chosen.

use crate::answer::Keyed;
use crate::text::Text;
use crate::variable::Variable;
use ipnet::IpNet;
use serde::Serialize;

/// Conditions, all of which must hold; an empty list asks nothing.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct Predicate {
    /// The path; `None` takes every path.
    pub path: Option<PathPattern>,
    /// One of these hosts, compared without case and port.
    pub hosts: Vec<HostPattern>,
    /// One of these methods, upper case.
    pub methods: Vec<String>,
    /// All of these header conditions.
    pub headers: Vec<HeaderPattern>,
    /// All of these query conditions.
    pub query: Vec<QueryPattern>,
    /// One of these schemes, `http` or `https`.
    pub schemes: Vec<String>,
    /// One of these networks holds the client's address.
    pub clients: Vec<IpNet>,
    /// One of these names the client asked for when it began TLS; a connection without TLS is not asked.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub server_names: Vec<HostPattern>,
    /// The path is what follows the part that the route matched. Not for routes.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub below: bool,
    /// Texts that are true of the exchange as it stands. Not for routes.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub conditions: Vec<Condition>,
    /// An expression that is true of the request: `http.path ^= "/a" && net.dst.port == 8000`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub expression: Option<String>,
    /// A condition on variables. One that asks the body holds it first, up to the listener's limit, and only where all
    /// else is true.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub vars: Option<Vars>,
}

/// A text that must be true of an exchange.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize)]
pub enum Condition {
    /// This attribute is this text.
    Attribute {
        /// Its name.
        name: String,
        /// What it is.
        value: String,
    },
    /// This expression is true; null is not.
    Expression {
        /// As written.
        text: Text,
        /// What one is that has no value: `None` not true, else the failure of the request.
        failure: Option<Keyed>,
    },
}

/// A condition on variables: `[["arg_age", ">", 18]]`.
pub type Vars = expr::vars::Condition<Variable>;

/// How a path is compared, after the table's normalization.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize)]
pub enum PathPattern {
    /// The whole path.
    Exact(String),
    /// The beginning of the path, byte by byte: `/a` takes `/ab`.
    Prefix(String),
    /// Segments with parameters.
    Template(PathTemplate),
    /// A regular expression anchored at the beginning of the path; named groups become parameters.
    Regex(String),
}

/// A path with parameters: `/users/{id}/files/{rest+}`.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize)]
pub struct PathTemplate {
    /// Its text as written; AWS events carry it as `resource` or in `routeKey`.
    pub text: String,
    /// What stands between the slashes.
    pub segments: Vec<Segment>,
}

/// One segment of a [`PathTemplate`].
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize)]
pub enum Segment {
    /// These characters.
    Literal(String),
    /// `{name}`: one segment, not empty.
    Param(String),
    /// `{name+}`: the rest of the path, at least one character; only at the end.
    Rest(String),
}

/// Why a path template cannot be read.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum TemplateError {
    /// A path begins with a slash.
    #[error("a path begins with '/', this one begins with {found:?}")]
    NoSlash {
        /// The first characters found.
        found: String,
    },
    /// `{a}b` or `a{b}`.
    #[error("a parameter is a whole segment, like /{{name}}/, but the segment is {segment:?}")]
    PartialSegment {
        /// The offending segment.
        segment: String,
    },
    /// `{rest+}` before the end.
    #[error("{{{name}+}} takes the rest of the path, so nothing may follow it")]
    RestNotLast {
        /// The parameter's name.
        name: String,
    },
    /// `{}`.
    #[error("a parameter needs a name of letters, digits, '_', '-' or '.'")]
    BadName,
    /// The same name twice.
    #[error("the parameter {name:?} stands twice in one path")]
    Twice {
        /// The parameter's name.
        name: String,
    },
}

impl PathTemplate {
    /// Reads `/users/{id}` or `/files/{rest+}`.
    pub fn parse(text: &str) -> Result<Self, TemplateError> {
        let Some(tail) = text.strip_prefix('/') else {
            return Err(TemplateError::NoSlash { found: text.chars().take(10).collect() });
        };
        let mut segments = Vec::new();
        let mut names: Vec<String> = Vec::new();
        let parts: Vec<&str> = tail.split('/').collect();
        for (at, part) in parts.iter().enumerate() {
            let segment = read_segment(part)?;
            if let Segment::Param(name) | Segment::Rest(name) = &segment {
                if names.contains(name) {
                    return Err(TemplateError::Twice { name: name.clone() });
                }
                names.push(name.clone());
            }
            if let (Segment::Rest(name), true) = (&segment, at + 1 < parts.len()) {
                return Err(TemplateError::RestNotLast { name: name.clone() });
            }
            segments.push(segment);
        }
        Ok(Self { text: text.to_owned(), segments })
    }

    /// Whether it has no parameter, so that comparing the text is enough.
    pub fn is_literal(&self) -> bool {
        self.segments.iter().all(|s| matches!(s, Segment::Literal(_)))
    }
}

fn read_segment(part: &str) -> Result<Segment, TemplateError> {
    let Some(inner) = part.strip_prefix('{').and_then(|p| p.strip_suffix('}')) else {
        if part.contains(['{', '}']) {
            return Err(TemplateError::PartialSegment { segment: part.to_owned() });
        }
        return Ok(Segment::Literal(part.to_owned()));
    };
    let (name, rest) = match inner.strip_suffix('+') {
        Some(name) => (name, true),
        None => (inner, false),
    };
    let allowed = |c: char| c.is_ascii_alphanumeric() || "_-.".contains(c);
    if name.is_empty() || !name.chars().all(allowed) {
        return Err(TemplateError::BadName);
    }
    Ok(if rest { Segment::Rest(name.to_owned()) } else { Segment::Param(name.to_owned()) })
}

/// How a host is compared: lower case, without port.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize)]
pub enum HostPattern {
    /// The whole name.
    Exact(String),
    /// `*.example.com`: holds `.example.com`; at least one label must stand before it.
    Suffix(String),
    /// `example.*`: holds `example.`; at least one label must follow it.
    Prefix(String),
}

/// A condition on one header; a repeated header satisfies it with any of its values.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct HeaderPattern {
    /// Name, lower case.
    pub name: String,
    /// What one of its values must be.
    pub value: TextPattern,
}

/// A condition on one query parameter, decoded.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct QueryPattern {
    /// Name, decoded.
    pub name: String,
    /// What one of its values must be.
    pub value: TextPattern,
}

/// A condition on a text.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize)]
pub enum TextPattern {
    /// It is there, with any value.
    Present,
    /// It is not there.
    Absent,
    /// One of these.
    OneOf(Vec<String>),
    /// Matches this regular expression somewhere.
    Regex(String),
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn template_reads_literals_params_and_rest() {
        let template = PathTemplate::parse("/users/{id}/files/{rest+}").unwrap();
        assert_eq!(
            template.segments,
            [
                Segment::Literal("users".into()),
                Segment::Param("id".into()),
                Segment::Literal("files".into()),
                Segment::Rest("rest".into()),
            ]
        );
        assert!(!template.is_literal());
        assert!(PathTemplate::parse("/").unwrap().is_literal());
    }

    #[test]
    fn bad_templates_say_why() {
        let cases = [
            ("users", TemplateError::NoSlash { found: "users".into() }),
            ("/a{b}", TemplateError::PartialSegment { segment: "a{b}".into() }),
            ("/{r+}/x", TemplateError::RestNotLast { name: "r".into() }),
            ("/{}", TemplateError::BadName),
            ("/{a}/{a}", TemplateError::Twice { name: "a".into() }),
        ];
        for (text, error) in cases {
            assert_eq!(PathTemplate::parse(text), Err(error), "{text}");
        }
    }
}

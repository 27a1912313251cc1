//! The lines of `gravitee.yml` under their dotted names, and the variables that win over them.

use dialect::findings::Findings;
use dialect::resolve::Environment;
use dialect::tree::{Mark, Node, Tree, parse_plain};

/// What a file says, flat: `http.port`, `el.whitelist.list[0]`.
#[derive(Clone, Debug, Default)]
pub struct Lines {
    values: Vec<(String, String, Mark)>,
}

/// A value with its place.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Told {
    /// As written; `${…}` is not looked into.
    pub value: String,
    /// Where it stands; nothing for a variable.
    pub mark: Option<Mark>,
    /// The variable that says it.
    pub variable: Option<String>,
}

impl Lines {
    /// Reads the text of a file.
    pub fn read(text: &str, findings: &mut Findings) -> Self {
        let mut lines = Self::default();
        if let Some(tree) = parse_plain(text, findings) {
            lines.take(&tree, String::new());
        }
        lines
    }

    fn take(&mut self, tree: &Tree, name: String) {
        match &tree.node {
            Node::Scalar(scalar) => self.values.push((name, scalar.text.clone(), tree.mark)),
            Node::List(items) => {
                items.iter().enumerate().for_each(|(at, item)| self.take(item, format!("{name}[{at}]")))
            }
            Node::Map(entries) => {
                for (key, value) in entries {
                    // as the original does: `404:` is `[404]`
                    let number = key.text.bytes().all(|byte| byte.is_ascii_digit()) && !key.text.is_empty();
                    let index = number.then(|| format!("{name}[{}]", key.text));
                    self.take(value, index.unwrap_or_else(|| crate::part::below(&name, &key.text)));
                }
            }
            Node::Null | Node::Broken => {}
        }
    }

    /// What a setting says: a variable, else the file.
    pub fn told(&self, environment: &dyn Environment, name: &str) -> Option<Told> {
        let variable = variables(name).into_iter().find_map(|name| Some((environment.variable(&name)?, name)));
        if let Some((value, variable)) = variable {
            return Some(Told { value, mark: None, variable: Some(variable) });
        }
        let (_, value, mark) = self.values.iter().find(|(written, ..)| written == name)?;
        let value = resolved(value, environment);
        Some(Told { value, mark: Some(*mark), variable: None })
    }

    /// The items of a list, written as such, with indexed variables, or as one text with commas.
    pub fn list(&self, environment: &dyn Environment, name: &str) -> Vec<String> {
        let items: Vec<String> =
            (0..).map_while(|at| Some(self.told(environment, &format!("{name}[{at}]"))?.value)).collect();
        if !items.is_empty() {
            return items;
        }
        let text = self.told(environment, name).map(|told| told.value).unwrap_or_default();
        text.split(',').map(str::trim).filter(|item| !item.is_empty()).map(str::to_owned).collect()
    }

    /// The names that are written, each with its place.
    pub fn names(&self) -> impl Iterator<Item = (&str, Mark)> {
        self.values.iter().map(|(name, _, mark)| (name.as_str(), *mark))
    }
}

/// The variables that may say a setting: `gravitee_http_port`, `gravitee.http.port`, `GRAVITEE_HTTP_PORT`.
fn variables(name: &str) -> Vec<String> {
    let flat: String = name
        .chars()
        .filter_map(|c| match c {
            '.' | '[' => Some('_'),
            ']' => None,
            c => Some(c),
        })
        .collect();
    let (joined, under) = (flat.replace('-', ""), flat.replace('-', "_"));
    let mut names = vec![format!("gravitee_{flat}"), format!("gravitee_{joined}"), format!("gravitee_{under}")];
    names.push(format!("gravitee.{name}"));
    names.extend([joined, under].map(|name| format!("GRAVITEE_{}", name.to_ascii_uppercase())));
    names
}

/// `${NAME}` and `${NAME:default}` are variables, as in the original; what is not set stays as it is written.
pub(crate) fn resolved(text: &str, environment: &dyn Environment) -> String {
    let mut out = String::new();
    let mut rest = text;
    while let Some((before, tail)) = rest.split_once("${") {
        let Some((inner, after)) = tail.split_once('}') else { break };
        let (name, default) = inner.split_once(':').map_or((inner, None), |(name, default)| (name, Some(default)));
        out.push_str(before);
        match environment.variable(name).or_else(|| default.map(str::to_owned)) {
            Some(value) => out.push_str(&value),
            None => out.push_str(&format!("${{{inner}}}")),
        }
        rest = after;
    }
    out.push_str(rest);
    out
}

//! Intrinsic functions: what `!Sub`, `!Join` and their kin come to, where that can be known without a stack.

use super::template::{Template, entries, scalar, text};
use crate::tree::{Key, Mark, Node, Tree};

/// What a value is once everything in it is worked out. Nothing: `AWS::NoValue`, so that the key counts as not written.
/// `Node::Broken` stands where something could not be worked out, which has been said then.
pub(super) type Worked = Option<Tree>;

/// Whether a map is a use of an intrinsic function.
pub(super) fn intrinsic(tree: &Tree) -> Option<(&Key, &Tree)> {
    match entries(Some(tree)) {
        [(key, inner)] if key.text == "Ref" || key.text.starts_with("Fn::") => Some((key, inner)),
        _ => None,
    }
}

impl Template<'_> {
    /// Works a value out.
    pub(super) fn value(&mut self, tree: &Tree, path: &str) -> Worked {
        if let Some((key, inner)) = intrinsic(tree) {
            return self.apply(&key.text, inner, path);
        }
        let node = match &tree.node {
            Node::Scalar(scalar) if scalar.text.contains("{{resolve:") => {
                return Some(self.lost(
                    tree.mark,
                    path,
                    "secrets and parameters are read by AWS when a stack is made; this is left out",
                ));
            }
            Node::Null | Node::Scalar(_) | Node::Broken => tree.node.clone(),
            Node::List(items) => {
                let worked =
                    items.iter().enumerate().filter_map(|(at, item)| self.value(item, &format!("{path}[{at}]")));
                Node::List(worked.collect())
            }
            Node::Map(all) => {
                let mut worked = Vec::new();
                for (key, value) in all {
                    let value = self.value(value, &format!("{path}.{}", key.text));
                    worked.extend(value.map(|value| (key.clone(), value)));
                }
                Node::Map(worked)
            }
        };
        Some(Tree { mark: tree.mark, node })
    }

    /// A text that was worked out; nothing when there is none, about which something was said unless it is `AWS::NoValue`.
    pub(super) fn text(&mut self, tree: &Tree, path: &str) -> Option<String> {
        let worked = self.value(tree, path)?;
        match &worked.node {
            Node::Scalar(scalar) => Some(scalar.text.clone()),
            Node::Broken | Node::Null => None,
            Node::List(_) | Node::Map(_) => {
                self.wrong(worked.mark, path, format!("a text is meant here, not {}", worked.kind()));
                None
            }
        }
    }

    fn apply(&mut self, name: &str, inner: &Tree, path: &str) -> Worked {
        match (name, arguments(inner)) {
            ("Ref", _) => self.reference(inner, path),
            ("Fn::If", Some([condition, yes, no])) => {
                let chosen = if self.holds(condition, path) { yes } else { no };
                self.value(chosen, path)
            }
            (_, arguments) => Some(self.computed(name, inner, arguments.unwrap_or_default(), path)),
        }
    }

    /// The functions that always give a value.
    fn computed(&mut self, name: &str, inner: &Tree, arguments: &[Tree], path: &str) -> Tree {
        match (name, arguments) {
            ("Fn::GetAtt", _) => self.attribute(inner, path),
            ("Fn::Sub", [template, variables]) => self.substitute(template, Some(variables), path),
            ("Fn::Sub", _) => self.substitute(inner, None, path),
            ("Fn::Join", [between, parts]) => self.join(between, parts, path),
            ("Fn::Split", [between, whole]) => self.split(between, whole, path),
            ("Fn::Select", [index, list]) => self.select(index, list, path),
            ("Fn::FindInMap", [map, first, second]) => self.find_in_map([map, first, second], None, path),
            ("Fn::FindInMap", [map, first, second, default]) => {
                self.find_in_map([map, first, second], default.get("DefaultValue"), path)
            }
            ("Fn::If" | "Fn::Join" | "Fn::Split" | "Fn::Select" | "Fn::FindInMap", _) => {
                self.wrong(inner.mark, path, format!("{name} does not take these arguments"))
            }
            _ => {
                let message = format!("what {name} stands for is known only to a stack in AWS; this is left out");
                self.lost(inner.mark, path, message)
            }
        }
    }

    /// `!Sub 'text ${Name}'`, with further names of its own.
    fn substitute(&mut self, template: &Tree, variables: Option<&Tree>, path: &str) -> Tree {
        let mark = template.mark;
        let Some(mut rest) = text(template) else {
            return self.wrong(mark, path, "Fn::Sub takes a text, or a list of a text and a map");
        };
        let mut whole = String::new();
        while let Some((before, after)) = rest.split_once("${") {
            whole.push_str(before);
            let Some((name, after)) = after.split_once('}') else {
                return self.wrong(mark, path, "\"${\" without \"}\"");
            };
            match name.trim().strip_prefix('!') {
                Some(literal) => whole.push_str(&format!("${{{literal}}}")),
                None => match self.named(name.trim(), variables, mark, path) {
                    Some(value) => whole.push_str(&value),
                    None => return Tree { mark, node: Node::Broken },
                },
            }
            rest = after;
        }
        whole.push_str(rest);
        scalar(mark, whole)
    }

    /// `Name`, `Name.Attribute`, or one of the variables.
    fn named(&mut self, name: &str, variables: Option<&Tree>, mark: Mark, path: &str) -> Option<String> {
        if let Some(own) = variables.and_then(|variables| variables.get(name)) {
            return self.text(own, path);
        }
        let written = scalar(mark, name);
        match name.contains('.') {
            true => text(&self.attribute(&written, path)).map(str::to_owned),
            false => self.reference(&written, path).as_ref().and_then(text).map(str::to_owned),
        }
    }

    fn join(&mut self, between: &Tree, parts: &Tree, path: &str) -> Tree {
        let mark = parts.mark;
        let (Some(between), Some(parts)) = (self.text(between, path), self.list(parts, path)) else {
            return Tree { mark, node: Node::Broken };
        };
        let texts: Option<Vec<&str>> = parts.iter().map(text).collect();
        match texts {
            Some(texts) => scalar(mark, texts.join(&between)),
            None if parts.iter().any(|part| matches!(part.node, Node::Broken)) => Tree { mark, node: Node::Broken },
            None => self.wrong(mark, path, "Fn::Join joins texts"),
        }
    }

    fn split(&mut self, between: &Tree, whole: &Tree, path: &str) -> Tree {
        let mark = whole.mark;
        match (self.text(between, path), self.text(whole, path)) {
            (Some(between), Some(whole)) if !between.is_empty() => {
                Tree { mark, node: Node::List(whole.split(&between).map(|part| scalar(mark, part)).collect()) }
            }
            _ => Tree { mark, node: Node::Broken },
        }
    }

    fn select(&mut self, index: &Tree, list: &Tree, path: &str) -> Tree {
        let mark = list.mark;
        let (Some(index), Some(list)) = (self.text(index, path), self.list(list, path)) else {
            return Tree { mark, node: Node::Broken };
        };
        match index.parse::<usize>().ok().and_then(|index| list.into_iter().nth(index)) {
            Some(chosen) => chosen,
            None => self.wrong(mark, path, format!("this list has no value number {index}, counted from 0")),
        }
    }

    fn find_in_map(&mut self, keys: [&Tree; 3], default: Option<&Tree>, path: &str) -> Tree {
        let mark = keys[0].mark;
        let mut found = self.section("Mappings");
        for key in keys {
            let Some(key) = self.text(key, path) else { return Tree { mark, node: Node::Broken } };
            found = found.and_then(|map| map.get(&key));
        }
        match (found, default) {
            (Some(value), _) => value.clone(),
            (None, Some(default)) => self.value(default, path).unwrap_or(Tree { mark, node: Node::Null }),
            (None, None) => self.wrong(mark, path, "no value stands under these keys in Mappings"),
        }
    }

    /// A list that was worked out; nothing when something was said.
    fn list(&mut self, tree: &Tree, path: &str) -> Option<Vec<Tree>> {
        let worked = self.value(tree, path)?;
        match worked.node {
            Node::List(items) => Some(items),
            Node::Broken => None,
            Node::Null | Node::Scalar(_) | Node::Map(_) => {
                self.wrong(worked.mark, path, "a list is meant here");
                None
            }
        }
    }
}

/// The arguments of a function that takes several.
fn arguments(tree: &Tree) -> Option<&[Tree]> {
    match &tree.node {
        Node::List(items) => Some(items),
        Node::Null | Node::Scalar(_) | Node::Map(_) | Node::Broken => None,
    }
}

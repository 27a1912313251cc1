//! `${{ env "DECK_X" }}`: what deck fills in before it reads a file.

use dialect::Faith;
use dialect::findings::Findings;
use dialect::resolve::Environment;
use dialect::tree::{Mark, Node, Tree};

/// Characters of no meaning that hold a template's place until the text is a tree.
const OPEN: char = '\u{e000}';
const CLOSE: char = '\u{e001}';

/// A text in which templates cannot disturb the YAML around them.
pub(super) fn sheltered(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(start) = rest.find("${{") {
        let Some(length) = rest[start..].find("}}") else { break };
        let inner = &rest[start + 3..start + length];
        match variable(inner) {
            Some(name) => {
                out.push_str(&rest[..start]);
                out.push(OPEN);
                out.push_str(name);
                out.push(CLOSE);
            }
            None => out.push_str(&rest[..start + length + 2]),
        }
        rest = &rest[start + length + 2..];
    }
    out.push_str(rest);
    out
}

/// `NAME` of ` env "NAME" ` or ` env "NAME" | toInt `.
fn variable(inner: &str) -> Option<&str> {
    let call = inner.split('|').next()?.trim().strip_prefix("env")?.trim();
    let name = call.strip_prefix(['"', '\''])?.strip_suffix(['"', '\''])?;
    let allowed = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'_';
    (!name.is_empty() && name.bytes().all(allowed)).then_some(name)
}

/// Puts values in the places that were kept for them.
pub(super) fn fill(tree: &mut Tree, environment: &dyn Environment, findings: &mut Findings) {
    match &mut tree.node {
        Node::List(items) => items.iter_mut().for_each(|item| fill(item, environment, findings)),
        Node::Map(entries) => entries.iter_mut().for_each(|(_, value)| fill(value, environment, findings)),
        Node::Scalar(scalar) if scalar.text.contains(OPEN) => match filled(&scalar.text, environment) {
            Ok(text) => {
                scalar.written = scalar.plain.then(|| "${{ env … }}".to_owned());
                scalar.text = text;
            }
            Err(name) => {
                told(&name, tree.mark, findings);
                tree.node = Node::Broken;
            }
        },
        Node::Scalar(_) | Node::Null | Node::Broken => {}
    }
}

fn told(name: &str, mark: Mark, findings: &mut Findings) {
    let message = match name.starts_with("DECK_") {
        true => format!("the variable {name} is not set"),
        false => format!("deck gives files only variables whose names begin with DECK_, not {name}"),
    };
    findings.add(Faith::Invalid, mark, "", message);
}

fn filled(text: &str, environment: &dyn Environment) -> Result<String, String> {
    let mut out = String::new();
    let mut rest = text;
    while let Some((before, tail)) = rest.split_once(OPEN) {
        let (name, after) = tail.split_once(CLOSE).unwrap_or((tail, ""));
        let value = environment.variable(name).filter(|_| name.starts_with("DECK_")).ok_or(name)?;
        out.push_str(before);
        out.push_str(&value);
        rest = after;
    }
    out.push_str(rest);
    Ok(out)
}

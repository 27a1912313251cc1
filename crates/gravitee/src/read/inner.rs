//! JSON that stands as a text in JSON: what is wrong in it is remarked where the text stands.

use dialect::Faith;
use dialect::findings::{Findings, Spot};
use dialect::tree::{Mark, Node, Tree, parse_json};

/// The tree of such a text.
pub(crate) fn inner(text: &str, spot: &Spot, findings: &mut Findings) -> Option<Tree> {
    let mut own = Findings::new(findings.document());
    let tree = parse_json(text, &mut own);
    for finding in own.into_list() {
        let place = format!("line {} of this text", finding.place.line);
        findings.say(Faith::Invalid, spot, format!("{place}: {}", finding.message));
    }
    let mut tree = tree?;
    place(&mut tree, spot.mark);
    Some(tree)
}

fn place(tree: &mut Tree, mark: Mark) {
    tree.mark = mark;
    match &mut tree.node {
        Node::List(items) => items.iter_mut().for_each(|item| place(item, mark)),
        Node::Map(entries) => entries.iter_mut().for_each(|(key, value)| {
            key.mark = mark;
            place(value, mark);
        }),
        Node::Null | Node::Scalar(_) | Node::Broken => {}
    }
}

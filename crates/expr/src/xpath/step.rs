//! Steps of a location path: axis, node test, predicates.

use super::parse::Expr;
use super::walk::Item;

#[derive(Debug)]
pub(super) struct Step {
    pub(super) axis: Axis,
    pub(super) test: Test,
    pub(super) predicates: Vec<Expr>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Axis {
    Child,
    Descendant,
    DescendantOrSelf,
    Parent,
    Ancestor,
    AncestorOrSelf,
    FollowingSibling,
    PrecedingSibling,
    Following,
    Preceding,
    Attribute,
    Itself,
}

#[derive(Debug)]
pub(super) enum Test {
    Any,
    Nothing,
    Name(String),
    Node,
    Text,
    Comment,
    Instruction,
}

impl Step {
    /// What `//` stands for.
    pub(super) fn descendants() -> Self {
        Self { axis: Axis::DescendantOrSelf, test: Test::Node, predicates: Vec::new() }
    }
}

impl Axis {
    pub(super) fn named(name: &str) -> Option<Self> {
        Some(match name {
            "child" => Self::Child,
            "descendant" => Self::Descendant,
            "descendant-or-self" => Self::DescendantOrSelf,
            "parent" => Self::Parent,
            "ancestor" => Self::Ancestor,
            "ancestor-or-self" => Self::AncestorOrSelf,
            "following-sibling" => Self::FollowingSibling,
            "preceding-sibling" => Self::PrecedingSibling,
            "following" => Self::Following,
            "preceding" => Self::Preceding,
            "attribute" => Self::Attribute,
            "self" => Self::Itself,
            _ => return None,
        })
    }

    /// The nodes on the axis, the nearest first.
    pub(super) fn nodes<'d, 'x>(self, from: Item<'d, 'x>) -> Vec<Item<'d, 'x>> {
        let node = match from {
            Item::Node(node) => node,
            Item::Attribute(owner, _) => {
                return match self {
                    Self::Itself | Self::DescendantOrSelf => vec![from],
                    Self::Parent => vec![Item::Node(owner)],
                    Self::Ancestor => owner.ancestors().map(Item::Node).collect(),
                    Self::AncestorOrSelf => std::iter::once(from).chain(owner.ancestors().map(Item::Node)).collect(),
                    _ => Vec::new(),
                };
            }
        };
        match self {
            Self::Child => node.children().map(Item::Node).collect(),
            Self::Descendant => node.descendants().skip(1).map(Item::Node).collect(),
            Self::DescendantOrSelf => node.descendants().map(Item::Node).collect(),
            Self::Parent => node.parent().map(Item::Node).into_iter().collect(),
            Self::Ancestor => node.ancestors().skip(1).map(Item::Node).collect(),
            Self::AncestorOrSelf => node.ancestors().map(Item::Node).collect(),
            Self::FollowingSibling => node.next_siblings().skip(1).map(Item::Node).collect(),
            Self::PrecedingSibling => node.prev_siblings().skip(1).map(Item::Node).collect(),
            Self::Following => {
                let ups = node.ancestors().flat_map(|up| up.next_siblings().skip(1));
                let mut nodes: Vec<_> = ups.flat_map(|up| up.descendants()).collect();
                nodes.sort_by_key(|node| node.id().get());
                nodes.into_iter().map(Item::Node).collect()
            }
            Self::Preceding => {
                let ups = node.ancestors().flat_map(|up| up.prev_siblings().skip(1));
                let mut nodes: Vec<_> = ups.flat_map(|up| up.descendants()).collect();
                nodes.sort_by_key(|node| std::cmp::Reverse(node.id().get()));
                nodes.into_iter().map(Item::Node).collect()
            }
            Self::Attribute => (0..node.attributes().len()).map(|at| Item::Attribute(node, at)).collect(),
            Self::Itself => vec![from],
        }
    }
}

impl Test {
    pub(super) fn takes(&self, item: &Item<'_, '_>) -> bool {
        match (self, item) {
            (Self::Node, _) | (Self::Any, Item::Attribute(..)) => true,
            (Self::Any, Item::Node(node)) => node.is_element(),
            (Self::Name(name), Item::Attribute(..)) => item.name() == *name,
            (Self::Name(name), Item::Node(node)) => node.is_element() && super::written_name(node) == *name,
            (Self::Text, Item::Node(node)) => node.is_text(),
            (Self::Comment, Item::Node(node)) => node.is_comment(),
            (Self::Instruction, Item::Node(node)) => node.is_pi(),
            (Self::Nothing, _) | (Self::Text | Self::Comment | Self::Instruction, Item::Attribute(..)) => false,
        }
    }
}

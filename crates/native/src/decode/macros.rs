//! Entities and words are tables: one macro each makes the type, its schema, its reader and its writer from the table.

/// A map with known keys. A field is called as its key, unless a text before it says the key. Where `or $names` follows
/// the name of the entity, a text that is one of these keys stands for a map with this key alone.
macro_rules! entity {
    ($(#[$meta:meta])* $name:ident $(or $names:path)? { $($(#[$doc:meta])* $($key:literal)? $field:ident : $type:ty),* $(,)? }) => {
        #[derive(Clone, Debug, Default, serde::Serialize, schemars::JsonSchema)]
        #[serde(deny_unknown_fields)]
        $(#[$meta])*
        pub struct $name {
            $(
                $(#[$doc])*
                $(#[serde(rename = $key)])?
                #[serde(skip_serializing_if = "crate::decode::Decode::is_absent")]
                pub $field: $type,
            )*
        }

        impl crate::decode::Decode for $name {
            fn decode(tree: &crate::tree::Tree, at: &mut crate::decode::Decoder<'_>) -> Option<Self> {
                $(
                    let named = crate::decode::named(tree, $names());
                    let tree = named.as_ref().unwrap_or(tree);
                )?
                at.map(tree, &[$(crate::decode::key!($field $($key)?)),*])?;
                // All fields first, so that the findings of all of them are made.
                $(let $field = at.field::<$type>(tree, crate::decode::key!($field $($key)?));)*
                Some(Self { $($field: $field?),* })
            }

            fn takes(tree: &crate::tree::Tree) -> bool {
                $(
                    if crate::decode::named(tree, $names()).is_some() {
                        return true;
                    }
                )?
                matches!(tree.node, crate::tree::Node::Map(_) | crate::tree::Node::Broken)
            }

            fn wanted() -> std::borrow::Cow<'static, str> {
                "a map".into()
            }
        }
    };
}

macro_rules! key {
    ($field:ident) => {
        stringify!($field)
    };
    ($field:ident $key:literal) => {
        $key
    };
}

/// A closed set of words. Those of an enum of the model are called as it, and either is made of the other:
/// `Phase = chain::Phase { "rewrite" Rewrite, … }`.
macro_rules! words {
    ($(#[$meta:meta])* $name:ident = $model:ty { $($(#[$doc:meta])* $word:literal $variant:ident),* $(,)? }) => {
        crate::decode::words! { $(#[$meta])* $name { $($(#[$doc])* $word $variant),* } }

        impl From<$name> for $model {
            fn from(word: $name) -> Self {
                match word {
                    $($name::$variant => Self::$variant,)*
                }
            }
        }

        impl From<$model> for $name {
            fn from(one: $model) -> Self {
                type Meant = $model;
                match one {
                    $(Meant::$variant => Self::$variant,)*
                }
            }
        }
    };
    ($(#[$meta:meta])* $name:ident { $($(#[$doc:meta])* $word:literal $variant:ident),* $(,)? }) => {
        $(#[$meta])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize, schemars::JsonSchema)]
        pub enum $name {
            $($(#[$doc])* #[serde(rename = $word)] $variant,)*
        }

        impl crate::decode::Decode for $name {
            const SCALAR: bool = true;

            fn decode(tree: &crate::tree::Tree, at: &mut crate::decode::Decoder<'_>) -> Option<Self> {
                crate::decode::decode_word(tree, at, &[$(($word, Self::$variant)),*])
            }

            fn takes(tree: &crate::tree::Tree) -> bool {
                matches!(tree.node, crate::tree::Node::Scalar(_) | crate::tree::Node::Broken)
            }

            fn wanted() -> std::borrow::Cow<'static, str> {
                [$($word),*].join(", ").into()
            }
        }
    };
}

pub(crate) use {entity, key, words};

//! Clients that the gateway knows, as written.

use super::listener::Pem;
use crate::decode::{At, Either, Hidden, Lasting, OneOrMany, Pairs, Text, entity, words};
use crate::policy::Step;

entity! {
    /// A known client.
    Consumer {
        /// Its name, as functions and upstreams are told it.
        name: Text,
        /// Its id, where that is not made from the name.
        id: Option<Text>,
        /// The id that functions and upstreams are told, where that is another one.
        shown_id: Option<Text>,
        /// The id that it has elsewhere.
        custom_id: Option<Text>,
        /// Groups it belongs to.
        groups: Option<OneOrMany<Text>>,
        /// Groups by which `acl` lets it in; its `groups` without it.
        access: Option<OneOrMany<Text>>,
        /// What else is known of it: names and texts, for the variables `consumer_label_NAME`.
        labels: Option<Pairs<Text>>,
        /// Its keys for `key-auth`, best as `${NAME}`.
        keys: Option<OneOrMany<Either<Hidden, Key>>>,
        /// Its passwords for `basic-auth` by user name, best as `${NAME}`.
        passwords: Option<Pairs<Either<Hidden, Password>>>,
        /// The keys of its tokens for `jwt`, by what the tokens call them: a secret for HS256, best as `${NAME}`, or more
        /// about it.
        tokens: Option<Pairs<Either<Hidden, Token>>>,
        /// Its secrets for `hmac-auth`, by what signatures call them, best as `${NAME}`.
        signers: Option<Pairs<Either<Hidden, Signer>>>,
        /// Policies for it alone, instead of those of equal slot or beside them.
        policies: Option<Vec<At<Step>>>,
        /// The routes on which its policies hold; all without it.
        routes: Option<OneOrMany<Text>>,
    }
}

entity! {
    /// A key with a name.
    Key {
        /// The key, best as `${NAME}`.
        key: Hidden,
        /// What those behind are told of it; nothing without it.
        id: Option<Text>,
    }
}

entity! {
    /// A password; one of `password` and `sha1`.
    Password {
        /// The password, best as `${NAME}`.
        password: Option<Hidden>,
        /// The SHA-1 of password and salt, in hex. Not for new passwords.
        sha1: Option<Hidden>,
        /// What stood behind the password when it was hashed.
        salt: Option<Text>,
        /// What those behind are told of it; the user name without it.
        id: Option<Text>,
    }
}

entity! {
    /// A secret that signs requests.
    Signer {
        /// The secret, best as `${NAME}`.
        secret: Hidden,
        /// What those behind are told of it; its name without it.
        id: Option<Text>,
    }
}

entity! {
    /// A key that signs tokens; one of `secret` and `public_key`.
    Token {
        /// How tokens are signed; `HS256` without it.
        algorithm: Option<At<Algorithm>>,
        /// The secret of an algorithm that begins with `HS`, best as `${NAME}`.
        secret: Option<Hidden>,
        /// Whether the secret is written in base64; false without it.
        base64: Option<At<bool>>,
        /// So long after its end a token still counts; not at all without it.
        grace: Option<At<Lasting>>,
        /// The public key of another algorithm: a PEM file, or PEM itself.
        public_key: Option<Pem>,
        /// What those behind are told of it; the key's name without it.
        id: Option<Text>,
    }
}

words! {
    /// How tokens are signed (RFC 7518).
    Algorithm = model::consumer::Algorithm {
        /// HMAC with SHA-256.
        "HS256" HS256,
        /// HMAC with SHA-384.
        "HS384" HS384,
        /// HMAC with SHA-512.
        "HS512" HS512,
        /// RSA with SHA-256.
        "RS256" RS256,
        /// RSA with SHA-384.
        "RS384" RS384,
        /// RSA with SHA-512.
        "RS512" RS512,
        /// ECDSA on P-256.
        "ES256" ES256,
        /// ECDSA on P-384.
        "ES384" ES384,
        /// ECDSA on P-521.
        "ES512" ES512,
        /// RSA-PSS with SHA-256.
        "PS256" PS256,
        /// RSA-PSS with SHA-384.
        "PS384" PS384,
        /// RSA-PSS with SHA-512.
        "PS512" PS512,
        /// Ed25519.
        "EdDSA" EdDSA,
    }
}

entity! {
    /// Policies for the members of a group.
    GroupPolicies {
        /// The policies.
        policies: Option<Vec<At<Step>>>,
        /// The routes on which they hold; all without it.
        routes: Option<OneOrMany<Text>>,
    }
}

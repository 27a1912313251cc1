//! The native language.

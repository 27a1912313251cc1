//! Credentials: where keys come from, cached.

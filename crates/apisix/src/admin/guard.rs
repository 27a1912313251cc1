//! Who may ask the Admin API: from where, with which key, for what.

use super::reply::{Problem, Reply};
use super::{Asked, Rules};
use bytes::Bytes;
use http::{Method, Request, StatusCode};
use model::secret::Secret;
use serde_json::json;
use std::net::SocketAddr;

/// Somebody with a key.
#[derive(Clone, Debug)]
pub struct Holder {
    /// The key.
    pub key: Secret,
    /// What it allows.
    pub role: Role,
}

/// What a key allows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Role {
    /// Everything.
    Admin,
    /// To look.
    Viewer,
}

/// Refuses who asks from elsewhere. Whoever is not known to come from anywhere is on this machine's own pipe.
pub(super) fn from_here(rules: &Rules, request: &Request<Bytes>) -> Result<(), Problem> {
    let Some(peer) = request.extensions().get::<SocketAddr>() else { return Ok(()) };
    let peer = peer.ip().to_canonical();
    if rules.allow.is_empty() || rules.allow.iter().any(|net| net.contains(&peer)) {
        return Ok(());
    }
    let page = "<html>\r\n<head><title>403 Forbidden</title></head>\r\n<body>\r\n<center><h1>403 Forbidden</h1></center>\
                \r\n<hr><center>openresty</center>\r\n</body>\r\n</html>\r\n";
    Err(Problem::of(Reply::text(StatusCode::FORBIDDEN, "text/html; charset=utf-8", page)))
}

/// Refuses who has no key, or one that does not allow this.
pub(super) fn token(rules: &Rules, asked: &Asked<'_>) -> Result<(), Problem> {
    if !rules.key_required {
        return Ok(());
    }
    let Some(key) = shown(asked) else { return Err(refused("missing apikey")) };
    let holder = rules.holders.iter().find(|holder| is_same(holder.key.expose(), &key));
    match holder.map(|holder| holder.role) {
        None => Err(refused("wrong apikey")),
        Some(Role::Viewer) if *asked.method() != Method::GET => Err(refused("invalid method for role viewer")),
        Some(Role::Viewer | Role::Admin) => Ok(()),
    }
}

fn refused(why: &str) -> Problem {
    let body = json!({"error_msg": "failed to check token", "description": why});
    Problem::of(Reply::json(StatusCode::UNAUTHORIZED, body))
}

/// The key of a request: an argument, a field, a cookie.
fn shown(asked: &Asked<'_>) -> Option<String> {
    let headers = asked.request.headers();
    let field = || headers.get("x-api-key")?.to_str().ok().map(str::to_owned);
    let cookie = || {
        let all = headers.get_all(http::header::COOKIE).iter().filter_map(|value| value.to_str().ok());
        let mut pairs = all.flat_map(|value| value.split(';')).filter_map(|pair| pair.trim().split_once('='));
        pairs.find(|(name, _)| *name == "x_api_key").map(|(_, value)| value.to_owned())
    };
    asked.argument("api_key").map(str::to_owned).or_else(field).or_else(cookie)
}

/// Takes as long for every wrong key of the same length.
fn is_same(one: &str, other: &str) -> bool {
    let differing = one.bytes().zip(other.bytes()).fold(0, |all, (one, other)| all | (one ^ other));
    one.len() == other.len() && differing == 0
}

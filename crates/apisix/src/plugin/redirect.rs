//! `redirect`: sends clients elsewhere.

use super::{Parts, Steps};
use crate::entity::Part;
use crate::lower::{At, status_line};
use crate::settings::Settings;
use model::chain::Phase;
use model::policy::{Policy, Redirect, RedirectTo, RequestText, Substitution};
use serde_json::json;

pub(super) fn parts() -> Parts {
    Parts::new(json!({
        "type": "object",
        "properties": {
            "ret_code": {"type": "integer", "minimum": 200, "default": 302},
            "uri": {"type": "string", "minLength": 2},
            "regex_uri": {"description": "params for generating new uri that substitute from client uri, first \
                param is regular expression, the second one is uri template", "type": "array", "maxItems": 2,
                "minItems": 2, "items": {"description": "regex uri", "type": "string"}},
            "http_to_https": {"type": "boolean"},
            "encode_uri": {"type": "boolean", "default": false},
            "append_query_string": {"type": "boolean", "default": false},
        },
        "oneOf": [{"required": ["uri"]}, {"required": ["regex_uri"]}, {"required": ["http_to_https"]}],
    }))
    .check(check)
}

fn check(conf: Part<'_>) -> Result<(), String> {
    if let [regex, uri] = conf.texts("regex_uri").as_slice()
        && let Some(error) = expr::vars::regex_error(regex)
    {
        return Err(format!("invalid regex_uri ({regex}, {uri}), err:{error}"));
    }
    if conf.flag("http_to_https") && conf.flag("append_query_string") {
        return Err("only one of `http_to_https` and `append_query_string` can be configured.".to_owned());
    }
    Ok(())
}

pub(super) fn lower(conf: Part<'_>, at: &mut At<'_>) -> Steps {
    let status = conf.status("ret_code").unwrap_or(302);
    let to = match (conf.text("uri"), conf.texts("regex_uri").as_slice()) {
        (Some(uri), _) => RedirectTo::Text(RequestText::with_variables(uri)),
        (None, [regex, uri]) => {
            let replacement = RequestText::with_captures(uri);
            RedirectTo::Path(Substitution { regex: regex.clone(), replacement })
        }
        (None, _) if conf.flag("http_to_https") => {
            RedirectTo::Https { port: port(at.attr, at.settings), messages: [301, 308].map(status_line) }
        }
        (None, _) => return Vec::new(),
    };
    let (escape, append_query) = (conf.flag("encode_uri"), conf.flag("append_query_string"));
    let redirect = Redirect { to, status, message: status_line(status), escape, append_query };
    vec![(Phase::Rewrite, Policy::Redirect(Box::new(redirect)))]
}

/// The port of https, where it is not the usual one: an attribute of the plugin, or the first port with TLS.
fn port(attr: Part<'_>, settings: &Settings) -> Option<u16> {
    let written = attr.status("https_port");
    let listened = || settings.listens.iter().find(|listen| listen.tls).map(|listen| listen.address.port());
    written.or_else(listened).filter(|port| *port != 443 && *port != 0)
}

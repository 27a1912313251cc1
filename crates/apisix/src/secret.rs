//! References to secrets: `$secret://MANAGER/ID/NAME/MEMBER` leads to an object that says who keeps them.

use crate::document::Place;
use crate::entity::{Kind, Part, secret_schema};
use crate::lower::in_environment;
use crate::read::{FileKind, Texts, file_kind, objects};
use crate::schema::Object;
use dialect::resolve::{Environment, GoogleAccount, Manager, Wanted};
use model::Secret;
use serde_json::Value;
use std::collections::HashMap;
use store::{Document, Documents};

/// How references to secrets begin.
pub(crate) const PREFIX: &str = "$secret://";

/// What references lead to, in their order, or why they lead nowhere.
pub(crate) fn kept_secrets(
    references: &[String],
    documents: &Documents,
    environment: &dyn Environment,
) -> Vec<Result<Wanted, String>> {
    let managers = managers(documents, environment);
    references.iter().map(|reference| wanted(reference, &managers, environment)).collect()
}

/// Objects of managers by `MANAGER/ID`.
type Managers = HashMap<String, Object>;

fn managers(documents: &Documents, environment: &dyn Environment) -> Managers {
    let mut all = Managers::new();
    for document in documents {
        if let Some(FileKind::Yaml | FileKind::Json) = file_kind(&document.key) {
            all.extend(of_file(document, environment));
        } else if let Some(name) = document.key.strip_prefix("secrets/")
            && let Ok(Value::Object(object)) = serde_json::from_slice(&document.bytes)
        {
            all.insert(name.to_owned(), object);
        }
    }
    all
}

fn of_file(document: &Document, environment: &dyn Environment) -> Managers {
    let (text, kind) = (String::from_utf8_lossy(&document.bytes), file_kind(&document.key));
    let found = kind.and_then(|kind| objects(&document.key, kind, &text, environment, &mut Texts::default()));
    let secrets = found.into_iter().flatten().filter(|found| found.place.kind == Kind::Secrets);
    secrets.filter_map(|found| Some((name(&found.place)?, found.object))).collect()
}

fn name(place: &Place) -> Option<String> {
    Some(format!("{}/{}", place.parent.as_deref()?, place.id))
}

fn wanted(reference: &str, managers: &Managers, environment: &dyn Environment) -> Result<Wanted, String> {
    let wrong = || format!("a reference is {PREFIX}MANAGER/ID/NAME/MEMBER");
    let path = reference.strip_prefix(PREFIX).ok_or_else(wrong)?;
    let mut parts = path.splitn(3, '/');
    let (kind, id) = (parts.next().unwrap_or_default(), parts.next().unwrap_or_default());
    let key = parts.next().and_then(|key| key.rsplit_once('/'));
    let (secret, member) = key.filter(|(secret, member)| !secret.is_empty() && !member.is_empty()).ok_or_else(wrong)?;
    let object =
        managers.get(&format!("{kind}/{id}")).ok_or_else(|| format!("there is no object secrets/{kind}/{id}"))?;
    let mut filled = Value::Object(object.clone());
    let schema = secret_schema(kind).ok_or_else(|| format!("{kind} is no secret manager that is known"))?;
    schema.check(&filled).map_err(|error| format!("secrets/{kind}/{id}: {error}"))?;
    schema.fill(&mut filled);
    in_environment(&mut filled, environment);
    let manager = manager(kind, Part::of_value(Some(&filled)));
    Ok(Wanted { manager, name: secret.to_owned(), member: member.to_owned() })
}

/// What an object means. It is what its schema says.
fn manager(kind: &str, conf: Part<'_>) -> Manager {
    let text = |member: &str| conf.owned(member).unwrap_or_default();
    match kind {
        "vault" => Manager::Vault {
            url: text("uri"),
            prefix: text("prefix"),
            token: Secret::new(text("token")),
            namespace: conf.owned("namespace"),
        },
        "gcp" => {
            let written = conf.value("auth_config").map(|config| GoogleAccount::Json(Secret::new(config.to_string())));
            let account = written.unwrap_or_else(|| GoogleAccount::File(text("auth_file")));
            Manager::Google { account, verify: conf.flag("ssl_verify") }
        }
        _ => Manager::Signed {
            region: text("region"),
            endpoint: conf.owned("endpoint_url"),
            access_key: text("access_key_id"),
            secret_key: Secret::new(text("secret_access_key")),
            session_token: conf.text("session_token").map(Secret::new),
        },
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Apisix;
    use bytes::Bytes;
    use dialect::Dialect;
    use serde_json::json;
    use std::collections::BTreeMap;
    use store::Revision;

    fn document(key: &str, text: &str) -> Document {
        let revision = Revision::default();
        let bytes = Bytes::copy_from_slice(text.as_bytes());
        Document { key: key.to_owned(), bytes, created: revision, modified: revision, expires: None }
    }

    #[test]
    fn references_lead_to_who_keeps_the_secret() {
        let environment: BTreeMap<String, String> = [("TOKEN".to_owned(), "t".to_owned())].into();
        let file = "secrets:\n- {id: vault/1, uri: 'http://v:1', prefix: kv/apisix, token: $env://TOKEN}\n\
                    - {id: gcp/1, auth_file: /etc/a.json, ssl_verify: false}\n#END\n";
        let kept = json!({"access_key_id": "a", "secret_access_key": "s"}).to_string();
        let bad = json!({"access_key_id": "a"}).to_string();
        let documents =
            [document("conf/apisix.yaml", file), document("secrets/aws/1", &kept), document("secrets/aws/2", &bad)];
        let vault = Manager::Vault {
            url: "http://v:1".to_owned(),
            prefix: "kv/apisix".to_owned(),
            token: Secret::new("t"),
            namespace: None,
        };
        let signed = Manager::Signed {
            region: "us-east-1".to_owned(),
            endpoint: None,
            access_key: "a".to_owned(),
            secret_key: Secret::new("s"),
            session_token: None,
        };
        let google = Manager::Google { account: GoogleAccount::File("/etc/a.json".to_owned()), verify: false };
        let wrong = || Err("a reference is $secret://MANAGER/ID/NAME/MEMBER");
        let cases = [
            ("$secret://vault/1/jack/auth/key", Ok((vault, "jack/auth", "key"))),
            ("$secret://aws/1/n/k", Ok((signed, "n", "k"))),
            ("$secret://gcp/1/n/k", Ok((google, "n", "k"))),
            ("$secret://aws/2/n/k", Err("secrets/aws/2: property \"secret_access_key\" is required")),
            ("$secret://vault/9/n/k", Err("there is no object secrets/vault/9")),
            ("$secret://vault/1/n", wrong()),
            ("$secret://vault/1/n/", wrong()),
            ("$secret://vault", wrong()),
        ];
        for (reference, expected) in cases {
            let found =
                Apisix::default().kept_secrets(&[reference.to_owned()], &documents.clone().into(), &environment);
            let expected = match expected {
                Ok((manager, name, member)) => Ok(Wanted { manager, name: name.to_owned(), member: member.to_owned() }),
                Err(text) => Err(text.to_owned()),
            };
            assert_eq!(found, [expected], "{reference}");
        }
    }
}

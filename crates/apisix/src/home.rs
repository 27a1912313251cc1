//! Where the objects of a source live: its settings say it, or the command line.

use crate::crypt::Keyring;
use crate::document::Place;
use crate::read::{FileKind, file_kind};
use crate::settings::{Etcd, Provider, Settings};
use bytes::Bytes;
use dialect::{Home, ReadError, Source};
use net::tls::{ClientIdentity, ClientTlsOptions};
use std::sync::Arc;
use std::time::Duration;
use store::etcd::{Coding, EtcdOptions, EtcdUser};

/// The document that says which whole configuration is in force.
pub(crate) const WHOLE: &str = "configs";

/// How often etcd is asked at the start before the copy has to do.
const TRIES: usize = 3;
/// How long a watch may be silent before it is begun anew.
const SILENCE: Duration = Duration::from_secs(30);

/// Where objects live. `kept`: the command line wants them here.
pub(crate) fn home(settings: &Settings, files: &[Source], kept: bool) -> Result<Home, ReadError> {
    let is_of_objects = |file: &Source| matches!(file_kind(&file.key), Some(FileKind::Yaml | FileKind::Json));
    Ok(match settings.provider {
        _ if kept => Home::Kept(is_object),
        Provider::Etcd => Home::Etcd(Box::new(cluster(settings)?)),
        Provider::Api => Home::Memory(is_object),
        Provider::Yaml | Provider::Json => Home::Files,
        Provider::Unsaid if files.iter().any(is_of_objects) => Home::Files,
        Provider::Unsaid => Home::Kept(is_object),
    })
}

/// Whether a document is no file.
pub(crate) fn is_object(key: &str) -> bool {
    Place::is_key(key) || key == WHOLE
}

fn cluster(settings: &Settings) -> Result<EtcdOptions, ReadError> {
    let etcd = &settings.etcd;
    let user = etcd.user.clone().zip(etcd.password.as_ref());
    Ok(EtcdOptions {
        hosts: etcd.hosts.clone(),
        prefix: etcd.prefix.trim_end_matches('/').to_owned(),
        root: "",
        wanted: Place::is_key,
        coding: coding(settings),
        user: user.map(|(name, password)| EtcdUser { name, password: password.expose().to_owned() }),
        tls: tls(etcd)?,
        server_name: etcd.sni.clone(),
        patience: etcd.timeout,
        silence: SILENCE,
        tries: TRIES,
        copy: None,
    })
}

fn tls(etcd: &Etcd) -> Result<ClientTlsOptions, ReadError> {
    let read =
        |path: &String| std::fs::read_to_string(path).map_err(|cause| ReadError::Io { path: path.clone(), cause });
    let identity = match (&etcd.cert, &etcd.key) {
        (Some(chain), Some(key)) => Some(ClientIdentity { chain_pem: read(chain)?, key_pem: read(key)? }),
        _ => None,
    };
    let authorities = etcd.authorities.iter().map(read).collect::<Result<_, _>>()?;
    Ok(ClientTlsOptions { verify: etcd.verify, authorities, identity, alpn_h2: false })
}

/// Secrets are encrypted in etcd, and nowhere else.
fn coding(settings: &Settings) -> Option<Coding> {
    let keys = settings.keyring.iter().map(model::secret::Secret::expose);
    let ring = Arc::new(Keyring::new(keys, settings.encrypts_fields)?);
    let reading = ring.clone();
    Some(Coding {
        write: Arc::new(move |key, text| turned(key, text, |place, text| ring.sealed(place, text))),
        read: Arc::new(move |key, text| turned(key, text, |place, text| reading.opened(place, text))),
    })
}

fn turned(key: &str, text: Bytes, turn: impl Fn(&Place, Bytes) -> Bytes) -> Bytes {
    match Place::of_key(key) {
        Some(place) => turn(&place, text),
        None => text,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::read_settings;
    use dialect::resolve::ProcessEnvironment;
    use store::{Document, Documents, Revision};

    fn home_of(files: &[(&str, &str)], kept: bool) -> Home {
        let file = |(key, text): &(&str, &str)| Source { key: (*key).to_owned(), bytes: text.as_bytes().to_vec() };
        let document = |(key, text): &(&str, &str)| Document {
            key: (*key).to_owned(),
            bytes: Bytes::copy_from_slice(text.as_bytes()),
            created: Revision(1),
            modified: Revision(1),
            expires: None,
        };
        let documents: Documents = files.iter().map(document).collect();
        let settings = read_settings(&documents, &ProcessEnvironment);
        home(&settings, &files.iter().map(file).collect::<Vec<_>>(), kept).unwrap()
    }

    #[test]
    fn settings_and_files_decide_where_objects_live() {
        const FILES: &str = "deployment: {role: data_plane, role_data_plane: {config_provider: yaml}}";
        const WHOLE: &str = "deployment: {role: traditional, role_traditional: {config_provider: yaml}}";
        const CLUSTER: &str = "deployment: {role: traditional, role_traditional: {config_provider: etcd}, etcd: {host: ['http://a:1', 'http://b:2'], prefix: /own/, user: u, password: p}}";
        type Case<'a> = (&'a [(&'a str, &'a str)], bool, &'a str);
        let cases: [Case<'_>; 7] = [
            (&[], false, "Kept"),
            (&[("config.yaml", "apisix: {}")], false, "Kept"),
            (&[("config.yaml", "apisix: {}"), ("apisix.yaml", "routes: []\n#END")], false, "Files"),
            (&[("config.yaml", FILES), ("apisix.yaml", "routes: []\n#END")], false, "Files"),
            (&[("config.yaml", WHOLE)], false, "Memory"),
            (&[("config.yaml", CLUSTER)], false, "Etcd"),
            (&[("config.yaml", CLUSTER)], true, "Kept"),
        ];
        for (files, kept, expected) in cases {
            let found = format!("{:?}", home_of(files, kept));
            assert!(found.starts_with(expected), "{files:?}: {found}");
        }
        let Home::Etcd(options) = home_of(&[("config.yaml", CLUSTER)], false) else { panic!("etcd is named") };
        assert_eq!((options.hosts.len(), options.prefix.as_str()), (2, "/own"));
        assert_eq!(options.user.map(|user| user.password).as_deref(), Some("p"));
        assert!(options.coding.is_some(), "the usual keys");
    }
}

//! The key of an Admin API that is given none: made once, told once, kept beside what else is kept.

use model::secret::Secret;
use std::io;
use std::io::Write;
use std::path::Path;
use uuid::Uuid;

/// The file with the key.
const FILE: &str = "apisix-admin-key";

/// The key that is kept in this folder; it is made when there is none.
pub(super) fn kept(folder: &Path) -> io::Result<Secret> {
    let file = folder.join(FILE);
    match std::fs::read_to_string(&file) {
        Ok(text) => return Ok(Secret::new(text.trim())),
        Err(cause) if cause.kind() != io::ErrorKind::NotFound => return Err(cause),
        Err(_) => {}
    }
    std::fs::create_dir_all(folder)?;
    let key = Uuid::new_v4().simple().to_string();
    let mut new = std::fs::OpenOptions::new();
    new.create_new(true).write(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut new, 0o600);
    new.open(&file)?.write_all(key.as_bytes())?;
    let file = file.display();
    tracing::warn!(%file, admin_key = key, "no key is set for the Admin API: this one was made, and is not told again");
    Ok(Secret::new(key))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_is_made_once() {
        let folder = tempfile::tempdir().unwrap();
        let below = folder.path().join("data");
        let made = kept(&below).unwrap();
        assert_eq!((made.expose().len(), kept(&below).unwrap().expose()), (32, made.expose()));
    }
}

//! Files with secrets: for their owner alone, and never half written.

use std::fs;
use std::io::Write;
use std::os::unix::fs::OpenOptionsExt;
use std::path::Path;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use rand::RngCore;

use super::ListenError;

/// Random bytes in a token.
const TOKEN_BYTES: usize = 32;

/// The token in `path`, made when there is none. It survives restarts, so that a kubeconfig stays good.
pub(super) fn token(path: &Path) -> Result<String, ListenError> {
    if let Some(text) = read(path)? {
        let token = text.trim();
        if !token.is_empty() {
            return Ok(token.to_owned());
        }
    }
    let mut bytes = [0; TOKEN_BYTES];
    rand::rng().fill_bytes(&mut bytes);
    let token = URL_SAFE_NO_PAD.encode(bytes);
    write(path, token.as_bytes())?;
    Ok(token)
}

/// The text of a file, or `None` when there is none.
pub(super) fn read(path: &Path) -> Result<Option<String>, ListenError> {
    match fs::read_to_string(path) {
        Ok(text) => Ok(Some(text)),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(None),
        Err(source) => Err(ListenError::File { action: "read", path: path.to_owned(), source }),
    }
}

/// Writes a file of mode 0600: a new one beside it, renamed into its place.
pub(super) fn write(path: &Path, bytes: &[u8]) -> Result<(), ListenError> {
    let failed = |source| ListenError::File { action: "write", path: path.to_owned(), source };
    let new = path.with_extension("new");
    let _ = fs::remove_file(&new);
    let mut file =
        fs::OpenOptions::new().write(true).create_new(true).mode(0o600).open(&new).map_err(failed)?;
    file.write_all(bytes).and_then(|()| file.sync_all()).map_err(failed)?;
    fs::rename(&new, path).map_err(failed)
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::PermissionsExt;

    use super::*;

    #[test]
    fn a_token_is_kept_and_is_for_its_owner_alone() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("token");
        let first = token(&path).unwrap();
        assert_eq!(token(&path).unwrap(), first);
        assert!(first.len() >= 43);
        assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
    }
}

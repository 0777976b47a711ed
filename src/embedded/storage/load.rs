//! Reading the objects back at start.

use std::collections::HashMap;

use bytes::Bytes;
use futures::TryStreamExt;

use super::memory::Memory;
use super::object::{Key, Stored};
use crate::store::{Statement, Store, StoreError};

/// Memory as the last process left it, and the last revision that was handed out.
pub(super) async fn load(store: &Store, names: &[String]) -> Result<(Memory, u64), StoreError> {
    let last = store.row(Statement::new("SELECT value FROM meta WHERE key = 'revision'")).await?;
    let last: Option<String> = last.map(|row| row.get(0)).transpose()?;
    let mut revision = last.and_then(|v| v.parse().ok()).unwrap_or(1);
    let index: HashMap<&str, usize> = names.iter().enumerate().map(|(i, n)| (n.as_str(), i)).collect();
    let mut found: Vec<Vec<Stored>> = names.iter().map(|_| Vec::new()).collect();
    {
        let mut rows = store.stream(&Statement::new("SELECT key, revision, body FROM objects"))?;
        while let Some(row) = rows.try_next().await? {
            let (path, at, body): (String, i64, Vec<u8>) = (row.get(0)?, row.get(1)?, row.get(2)?);
            let at = at.cast_unsigned();
            revision = revision.max(at);
            let Some((collection, key)) = split(&path) else { continue };
            let Some(place) = index.get(collection).and_then(|i| found.get_mut(*i)) else { continue };
            let stored = Stored::read(key, at, Bytes::from(body)).map_err(|e| StoreError::Corrupt {
                path: store.path(),
                detail: format!("object {path} is not readable: {e}"),
            })?;
            place.push(stored);
        }
    }
    let memory = Memory::new(names, revision);
    for (collection, objects) in memory.collections().iter().zip(found) {
        collection.load(objects, revision);
    }
    Ok((memory, revision))
}

/// `group/plural/namespace/name` into `group/plural` and the key.
fn split(path: &str) -> Option<(&str, Key)> {
    let second = path.match_indices('/').nth(1)?.0;
    let (namespace, name) = path[second + 1..].split_once('/')?;
    Some((&path[..second], Key::new(namespace, name)))
}

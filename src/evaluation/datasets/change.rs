//! Changes of items: what was added, changed and removed.

use std::collections::HashMap;

use sha2::{Digest, Sha256};

use super::record::id_of;
use super::{Item, MAX_ID_BYTES};

/// Bytes of an id that are left for a number which tells it from another.
const ROOM: usize = 8;

/// How many items of a version are other than before.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Changes {
    /// Items that were not there.
    pub added: usize,
    /// Items of another content.
    pub changed: usize,
    /// Items that are there no more.
    pub removed: usize,
}

/// `items` with `more`: those whose id is there take its place, others come at the end.
pub fn append(mut items: Vec<Item>, more: Vec<Item>) -> Vec<Item> {
    let mut places: HashMap<String, usize> =
        items.iter().enumerate().map(|(at, item)| (item.id.clone(), at)).collect();
    for item in more {
        if let Some(at) = places.get(&item.id) {
            items[*at] = item;
        } else {
            places.insert(item.id.clone(), items.len());
            items.push(item);
        }
    }
    items
}

/// An id for an item that has none, which no other of `items` has.
pub fn new_id(item: &Item, items: &[Item]) -> String {
    let wanted = if item.name.trim().is_empty() { id_of(&item.input) } else { item.name.trim().to_owned() };
    // With room for a number.
    let wanted = wanted[..wanted.floor_char_boundary(MAX_ID_BYTES - ROOM)].to_owned();
    let taken = |id: &str| items.iter().any(|other| other.id == id);
    if !taken(&wanted) {
        return wanted;
    }
    // Of so many numbers one is free, as there are fewer items.
    (2..=items.len() + 2).map(|n| format!("{wanted}-{n}")).find(|id| !taken(id)).unwrap_or(wanted)
}

/// What says whether an item has changed.
pub(super) fn hash(content: &str) -> String {
    Sha256::digest(content).iter().take(16).map(|byte| format!("{byte:02x}")).collect()
}

/// Items of a version as they are compared: by id, with the hash of their content.
pub(super) type Hashes<'a> = HashMap<&'a str, &'a str>;

/// What changed from `old` to `new`.
pub(super) fn between(old: &Hashes<'_>, new: &Hashes<'_>) -> Changes {
    let added = new.keys().filter(|id| !old.contains_key(*id)).count();
    let changed = new.iter().filter(|(id, hash)| old.get(*id).is_some_and(|before| before != *hash)).count();
    Changes { added, changed, removed: old.len() + added - new.len() }
}

//! Making and forgetting versions of data sets in the database.

use std::collections::{BTreeMap, HashMap};

use serde_json::json;
use sha2::{Digest, Sha256};

use super::change::{self, Hashes};
use super::keep::{Home, Known};
use super::{Item, KEPT_VERSIONS, SHOWN_TAGS};
use crate::engine::journal::now_ms;
use crate::store::{Statement, Store, StoreError};

/// `ends` of an item that is in the newest version.
const OPEN: i64 = i64::MAX;
/// Distance of places, so that as many items can come between two.
const GAP: i64 = 1024;
/// Bytes of items that one statement inserts, about.
const CHUNK: usize = 512 << 10;
/// Rows that one statement closes.
const CLOSED_AT_ONCE: usize = 1000;
/// `home` of one that was deleted.
const NONE: &str = "none";

/// What becomes the next version.
pub(super) struct Draft<'a> {
    pub(super) namespace: &'a str,
    pub(super) name: &'a str,
    pub(super) home: Home,
    pub(super) seen: &'a str,
    pub(super) note: &'a str,
    pub(super) items: &'a [Item],
}

/// An item of the newest version.
struct Standing {
    place: i64,
    hash: String,
}

/// Makes the next version; `None` when the items are those of the newest one already.
///
/// Errors: [`StoreError::Unmet`] when another version came meanwhile.
pub(super) async fn commit(
    store: &Store,
    before: &Known,
    draft: &Draft<'_>,
) -> Result<Option<u32>, StoreError> {
    // What serde derives for our own types always encodes.
    let contents: Vec<String> =
        draft.items.iter().map(|item| serde_json::to_string(item).unwrap_or_default()).collect();
    let hashes: Vec<String> = contents.iter().map(|content| change::hash(content)).collect();
    let mut whole = Sha256::new();
    hashes.iter().for_each(|hash| whole.update(hash));
    let whole: String = whole.finalize().iter().take(16).map(|byte| format!("{byte:02x}")).collect();
    let bind = |statement: Statement| statement.bind(draft.namespace).bind(draft.name);
    if whole == before.hash && before.home == Some(draft.home) {
        if before.seen != draft.seen {
            let seen = Statement::new("UPDATE data_sets SET seen = $3 WHERE namespace = $1 AND name = $2");
            store.write(vec![bind(seen).bind(draft.seen)]).await?;
        }
        return Ok(None);
    }
    let standing = standing(store, draft.namespace, draft.name).await?;
    let old: Hashes<'_> = standing.iter().map(|(id, one)| (id.as_str(), one.hash.as_str())).collect();
    let new: Hashes<'_> =
        draft.items.iter().zip(&hashes).map(|(item, hash)| (item.id.as_str(), hash.as_str())).collect();
    let changes = change::between(&old, &new);
    let next = before.newest + 1;

    let mut statements = vec![
        bind(Statement::new(
            "INSERT INTO data_sets (namespace, name, home, newest, seen) VALUES ($1, $2, 'none', 0, '') \
             ON CONFLICT (namespace, name) DO NOTHING",
        )),
        bind(Statement::new(
            "UPDATE data_sets SET home = $3, newest = $4, seen = $5 \
             WHERE namespace = $1 AND name = $2 AND newest = $6 AND home = $7",
        ))
        .bind(draft.home.text())
        .bind(i64::from(next))
        .bind(draft.seen)
        .bind(i64::from(before.newest))
        // A delete leaves the number, so that it alone does not tell.
        .bind(before.home.map_or(NONE, Home::text))
        .must(),
    ];
    let mut closed: Vec<&str> = old.keys().filter(|id| !new.contains_key(*id)).copied().collect();
    let mut rows = Vec::new();
    let mut last = 0;
    for ((item, hash), content) in draft.items.iter().zip(&hashes).zip(&contents) {
        let before = standing.get(&item.id);
        if let Some(one) = before.filter(|one| one.hash == *hash && one.place > last) {
            last = one.place;
            continue;
        }
        // What has changed keeps its place; what is new comes right after its neighbour, at the end with a gap.
        let place = match before {
            Some(one) if one.place > last => one.place,
            _ if standing.is_empty() => last + GAP,
            _ => last + 1,
        };
        last = place;
        if before.is_some() {
            closed.push(&item.id);
        }
        rows.push((item.id.as_str(), place, hash.as_str(), content.as_str()));
    }
    for some in closed.chunks(CLOSED_AT_ONCE) {
        let close = Statement::each(
            "UPDATE data_set_items SET ends = $3 WHERE namespace = $1 AND name = $2 AND ends = $4 \
             AND item IN (SELECT value FROM json_each($5))",
            "UPDATE data_set_items SET ends = $3 WHERE namespace = $1 AND name = $2 AND ends = $4 \
             AND item IN (SELECT json_array_elements_text($5::json))",
        );
        statements.push(bind(close).bind(i64::from(next)).bind(OPEN).bind(json!(some).to_string()));
    }
    let mut from = 0;
    while from < rows.len() {
        let mut size = 0;
        let to = rows[from..].iter().position(|row| {
            size += row.3.len();
            size > CHUNK
        });
        let to = to.map_or(rows.len(), |count| from + count.max(1));
        let insert = Statement::each(
            "INSERT INTO data_set_items (namespace, name, item, since, ends, place, hash, content) \
             SELECT $1, $2, json_extract(value, '$[0]'), $3, $4, json_extract(value, '$[1]'), \
             json_extract(value, '$[2]'), json_extract(value, '$[3]') FROM json_each($5)",
            "INSERT INTO data_set_items (namespace, name, item, since, ends, place, hash, content) \
             SELECT $1, $2, one->>0, $3, $4, (one->>1)::bigint, one->>2, one->>3 FROM json_array_elements($5::json) AS one",
        );
        let values = json!(rows[from..to]).to_string();
        statements.push(bind(insert).bind(i64::from(next)).bind(OPEN).bind(values));
        from = to;
    }
    let wide = |count: usize| i64::try_from(count).unwrap_or(i64::MAX);
    let insert = Statement::new(
        "INSERT INTO data_set_versions (namespace, name, number, hash, note, at_ms, items, added, changed, removed, tags) \
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)",
    );
    statements.push(
        bind(insert)
            .bind(i64::from(next))
            .bind(whole)
            .bind(draft.note)
            .bind(now_ms())
            .bind(wide(draft.items.len()))
            .bind(wide(changes.added))
            .bind(wide(changes.changed))
            .bind(wide(changes.removed))
            .bind(json!(most_used(draft.items)).to_string()),
    );
    if next > KEPT_VERSIONS {
        statements.extend(forget(draft.namespace, draft.name, next - KEPT_VERSIONS));
    }
    store.write(statements).await?;
    Ok(Some(next))
}

async fn standing(
    store: &Store,
    namespace: &str,
    name: &str,
) -> Result<HashMap<String, Standing>, StoreError> {
    let find = Statement::new(
        "SELECT item, place, hash FROM data_set_items WHERE namespace = $1 AND name = $2 AND ends = $3",
    );
    let rows = store.rows(find.bind(namespace).bind(name).bind(OPEN)).await?;
    rows.iter().map(|row| Ok((row.get(0)?, Standing { place: row.get(1)?, hash: row.get(2)? }))).collect()
}

/// The tags that most items have, those first; of as many, by name.
fn most_used(items: &[Item]) -> Vec<&str> {
    let mut counts: BTreeMap<&str, usize> = BTreeMap::new();
    for tag in items.iter().flat_map(|item| &item.tags) {
        *counts.entry(tag).or_default() += 1;
    }
    let mut tags: Vec<(&str, usize)> = counts.into_iter().collect();
    tags.sort_by_key(|(_, count)| std::cmp::Reverse(*count));
    tags.into_iter().take(SHOWN_TAGS).map(|(tag, _)| tag).collect()
}

/// Forgets versions up to `last`, and the items that no version has any more.
fn forget(namespace: &str, name: &str, last: u32) -> [Statement; 2] {
    [
        Statement::new("DELETE FROM data_set_versions WHERE namespace = $1 AND name = $2 AND number <= $3")
            .bind(namespace)
            .bind(name)
            .bind(i64::from(last)),
        Statement::new(
            "DELETE FROM data_set_items WHERE namespace = $1 AND name = $2 AND NOT EXISTS (SELECT 1 FROM data_set_versions v \
             WHERE v.namespace = $1 AND v.name = $2 AND v.number >= data_set_items.since AND v.number < data_set_items.ends)",
        )
        .bind(namespace)
        .bind(name),
    ]
}

/// Deletes a data set with its versions. Its row stays, so that the next of this name goes on with the numbers.
///
/// Errors: [`StoreError::Unmet`] when another version came meanwhile, or it was deleted.
pub(super) async fn delete(store: &Store, before: &Known) -> Result<(), StoreError> {
    let (namespace, name) = (before.namespace.as_str(), before.name.as_str());
    let bind = |statement: Statement| statement.bind(namespace).bind(name);
    let mut statements = vec![
        bind(Statement::new(
            "UPDATE data_sets SET home = 'none', seen = '' WHERE namespace = $1 AND name = $2 AND newest = $3 AND home = $4",
        ))
        .bind(i64::from(before.newest))
        .bind(before.home.map_or(NONE, Home::text))
        .must(),
        bind(Statement::new(
            "UPDATE data_set_items SET ends = $3 WHERE namespace = $1 AND name = $2 AND ends = $4",
        ))
        .bind(i64::from(before.newest) + 1)
        .bind(OPEN),
    ];
    statements.extend(forget(namespace, name, before.newest));
    store.write(statements).await
}

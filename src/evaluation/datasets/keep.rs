//! Versions and items of data sets in the database.

use futures::stream::{BoxStream, StreamExt, TryStreamExt};

use super::{Item, change};
use crate::store::{Row, Statement, Store, StoreError};

/// Where a data set is kept.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Home {
    /// In a ConfigMap; here are the versions of it that were looked at.
    ConfigMap,
    /// Here alone.
    #[default]
    Store,
}

impl Home {
    /// As it is kept.
    pub(super) fn text(self) -> &'static str {
        match self {
            Self::ConfigMap => "configmap",
            Self::Store => "store",
        }
    }
}

/// A version.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Version {
    /// Number, from 1.
    pub number: u32,
    /// When it came, in ms since 1970.
    pub at_ms: i64,
    /// Items.
    pub items: usize,
    /// What is other than in the one before.
    pub changes: change::Changes,
    /// Where it came from, in words.
    pub note: String,
    /// The most used tags.
    pub tags: Vec<String>,
}

/// A data set as the database knows it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Known {
    /// Namespace.
    pub namespace: String,
    /// Name.
    pub name: String,
    /// Where it is kept; `None` when it was deleted.
    pub home: Option<Home>,
    /// Number of its newest version; 0 before the first.
    pub newest: u32,
    /// The ConfigMap that was read last: UID and resourceVersion.
    pub seen: String,
    /// Hash of the newest version.
    pub(super) hash: String,
}

fn number(value: i64) -> u32 {
    u32::try_from(value).unwrap_or_default()
}

fn known(row: &Row) -> Result<Known, StoreError> {
    let home: String = row.get(2)?;
    Ok(Known {
        namespace: row.get(0)?,
        name: row.get(1)?,
        home: [Home::ConfigMap, Home::Store].into_iter().find(|one| one.text() == home),
        newest: number(row.get(3)?),
        seen: row.get(4)?,
        hash: row.get::<Option<String>>(5)?.unwrap_or_default(),
    })
}

/// What is known of a data set; of one that was never there, nothing.
pub(super) async fn find(store: &Store, namespace: &str, name: &str) -> Result<Known, StoreError> {
    let find = Statement::new(
        "SELECT d.namespace, d.name, d.home, d.newest, d.seen, v.hash FROM data_sets d LEFT JOIN data_set_versions v \
         ON v.namespace = d.namespace AND v.name = d.name AND v.number = d.newest WHERE d.namespace = $1 AND d.name = $2",
    );
    match store.row(find.bind(namespace).bind(name)).await? {
        Some(row) => known(&row),
        None => Ok(Known { namespace: namespace.into(), name: name.into(), ..Known::default() }),
    }
}

/// The data sets that are kept here alone, of a namespace or of all.
pub(super) async fn kept_here(store: &Store, namespace: Option<&str>) -> Result<Vec<Known>, StoreError> {
    let rows = match namespace {
        Some(namespace) => {
            let find = "SELECT namespace, name, home, newest, seen, NULL FROM data_sets \
                        WHERE home = 'store' AND namespace = $1 ORDER BY name";
            store.rows(Statement::new(find).bind(namespace)).await?
        }
        None => {
            let find = "SELECT namespace, name, home, newest, seen, NULL FROM data_sets \
                        WHERE home = 'store' ORDER BY namespace, name";
            store.rows(Statement::new(find)).await?
        }
    };
    rows.iter().map(known).collect()
}

/// The versions of a data set, newest first.
pub(super) async fn versions(store: &Store, namespace: &str, name: &str) -> Result<Vec<Version>, StoreError> {
    let find = Statement::new(
        "SELECT number, at_ms, items, added, changed, removed, note, tags FROM data_set_versions \
         WHERE namespace = $1 AND name = $2 ORDER BY number DESC",
    );
    store.rows(find.bind(namespace).bind(name)).await?.iter().map(version).collect()
}

/// One version; `None` when it is not there (any more).
pub(super) async fn one_version(
    store: &Store,
    namespace: &str,
    name: &str,
    number: u32,
) -> Result<Option<Version>, StoreError> {
    let find = Statement::new(
        "SELECT number, at_ms, items, added, changed, removed, note, tags FROM data_set_versions \
         WHERE namespace = $1 AND name = $2 AND number = $3",
    );
    let row = store.row(find.bind(namespace).bind(name).bind(i64::from(number))).await?;
    row.as_ref().map(version).transpose()
}

fn version(row: &Row) -> Result<Version, StoreError> {
    let count = |column| Ok::<_, StoreError>(usize::try_from(row.get::<i64>(column)?).unwrap_or_default());
    let tags: String = row.get(7)?;
    Ok(Version {
        number: number(row.get(0)?),
        at_ms: row.get(1)?,
        items: count(2)?,
        changes: change::Changes { added: count(3)?, changed: count(4)?, removed: count(5)? },
        note: row.get(6)?,
        tags: serde_json::from_str(&tags).unwrap_or_default(),
    })
}

/// The items of a version in their order, as JSON.
pub(super) fn contents<'a>(
    store: &'a Store,
    namespace: &str,
    name: &str,
    version: u32,
) -> Result<BoxStream<'a, Result<String, StoreError>>, StoreError> {
    let find = Statement::new(
        "SELECT content FROM data_set_items WHERE namespace = $1 AND name = $2 AND since <= $3 AND ends > $3 ORDER BY place",
    );
    let rows = store.stream(&find.bind(namespace).bind(name).bind(i64::from(version)))?;
    Ok(rows.and_then(|row| async move { row.get::<String>(0) }).boxed())
}

/// A window of the items of a version.
pub(super) async fn window(
    store: &Store,
    namespace: &str,
    name: &str,
    version: u32,
    offset: usize,
    limit: usize,
) -> Result<Vec<Item>, StoreError> {
    let find = Statement::new(
        "SELECT content FROM data_set_items WHERE namespace = $1 AND name = $2 AND since <= $3 AND ends > $3 \
         ORDER BY place LIMIT $4 OFFSET $5",
    );
    let wide = |count: usize| i64::try_from(count).unwrap_or(i64::MAX);
    let find = find.bind(namespace).bind(name).bind(i64::from(version)).bind(wide(limit)).bind(wide(offset));
    store.rows(find).await?.iter().map(|row| Ok(item(&row.get::<String>(0)?))).collect()
}

/// Up to `limit` items of a version that come after a place, with theirs; the first ones for `None`.
pub(super) async fn after(
    store: &Store,
    namespace: &str,
    name: &str,
    version: u32,
    place: Option<i64>,
    limit: usize,
) -> Result<Vec<(i64, Item)>, StoreError> {
    let find = Statement::new(
        "SELECT place, content FROM data_set_items \
         WHERE namespace = $1 AND name = $2 AND since <= $3 AND ends > $3 AND place > $4 ORDER BY place LIMIT $5",
    );
    let find = find.bind(namespace).bind(name).bind(i64::from(version)).bind(place.unwrap_or(i64::MIN));
    let rows = store.rows(find.bind(i64::try_from(limit).unwrap_or(i64::MAX))).await?;
    rows.iter().map(|row| Ok((row.get(0)?, item(&row.get::<String>(1)?)))).collect()
}

/// What we wrote is read; an item of another version of this program keeps what it can.
pub(super) fn item(content: &str) -> Item {
    serde_json::from_str(content).unwrap_or_default()
}

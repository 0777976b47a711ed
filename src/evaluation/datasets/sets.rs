//! Data sets, wherever they are kept.

use futures::TryStreamExt;
use futures::stream::{self, BoxStream};
use k8s_openapi::api::core::v1::ConfigMap;

use super::commit::{self, Draft};
use super::keep::{self, Home, Known, Version};
use super::{DataSetError, Item, MAX_ITEMS, content, is_data_set, news, read};
use crate::engine::world::World;
use crate::store::{Store, StoreError};

/// How often a version is tried to be made when others make some at the same time.
const TRIES: usize = 5;
/// Items that are read at once for somebody who may read slowly: while they are sent, no connection to the database waits.
const PIECE: usize = 64;
/// Characters of an id that an error quotes.
const MAX_QUOTE: usize = 80;

/// A version of a data set with its items.
pub type Resolved = (u32, Vec<Item>);

/// The data sets; cheap to clone.
#[derive(Clone)]
pub struct DataSets {
    store: Store,
}

impl DataSets {
    /// Those whose versions are kept in `store`.
    pub fn new(store: Store) -> Self {
        Self { store }
    }

    /// A version and its items with one of `tags` (all without tags), in their order. Without a version: the newest, which for a
    /// ConfigMap is what it says now. It is read with the rights of `world`.
    ///
    /// # Errors
    ///
    /// Every [`DataSetError`] but `Conflict`.
    pub async fn resolve(
        &self,
        world: &World,
        namespace: &str,
        name: &str,
        version: Option<u32>,
        tags: &[String],
    ) -> Result<Resolved, DataSetError> {
        let newest = self.newest(world, namespace, name).await?.1;
        let version = version.unwrap_or(newest);
        let mut items = self.items(namespace, name, version).await?;
        items.retain(|item| item.has_one_of(tags));
        if items.is_empty() {
            return Err(DataSetError::NoItems { name: name.into(), tags: tags.join(", ") });
        }
        Ok((version, items))
    }

    /// Where a data set is kept, and the number of its newest version.
    ///
    /// # Errors
    ///
    /// There is none, or it cannot be read.
    pub async fn newest(
        &self,
        world: &World,
        namespace: &str,
        name: &str,
    ) -> Result<(Home, u32), DataSetError> {
        let known = keep::find(&self.store, namespace, name).await?;
        let here = known.home == Some(Home::Store);
        let map = match world.find::<ConfigMap>(namespace, name).await {
            Ok(map) => map.filter(is_data_set),
            // One that is kept here needs no right on ConfigMaps.
            Err(_) if here => None,
            Err(error) => return Err(error.into()),
        };
        match map {
            Some(_) if here => Err(DataSetError::Twice { namespace: namespace.into(), name: name.into() }),
            Some(map) => Ok((Home::ConfigMap, self.look(&map, "Changed in the ConfigMap").await?)),
            None if here => Ok((Home::Store, known.newest)),
            None => Err(not_found(namespace, name)),
        }
    }

    /// What a ConfigMap says now: the number of the version that it is. A new one is made, with `note`, when it says something new.
    ///
    /// # Errors
    ///
    /// It cannot be read: where, and what is wrong.
    pub async fn look(&self, map: &ConfigMap, note: &str) -> Result<u32, DataSetError> {
        let meta = &map.metadata;
        let namespace = meta.namespace.as_deref().unwrap_or_default();
        let name = meta.name.as_deref().unwrap_or_default();
        let part = |text: &Option<String>| text.clone().unwrap_or_default();
        let seen = format!("{}/{}", part(&meta.uid), part(&meta.resource_version));
        let known = keep::find(&self.store, namespace, name).await?;
        if known.home == Some(Home::ConfigMap) && (known.seen == seen || is_later(&known.seen, &seen)) {
            return Ok(known.newest);
        }
        let unreadable = |why| DataSetError::Unreadable { name: name.to_owned(), why };
        let found = content(map).map_err(unreadable)?;
        let items = read::items(&found.text, found.format)
            .map_err(|why| unreadable(format!("key '{}': {why}", found.key)))?;
        let note = if known.home.is_none() { "Read from the ConfigMap" } else { note };
        let draft = Draft { namespace, name, home: Home::ConfigMap, seen: &seen, note, items: &items };
        for _ in 0..TRIES {
            let known = keep::find(&self.store, namespace, name).await?;
            // Somebody has seen a later one meanwhile.
            if known.home == Some(Home::ConfigMap) && is_later(&known.seen, &seen) {
                return Ok(known.newest);
            }
            match commit::commit(&self.store, &known, &draft).await {
                Ok(number) => return Ok(number.unwrap_or(known.newest)),
                Err(StoreError::Unmet) => {}
                Err(error) => return Err(error.into()),
            }
        }
        Err(StoreError::Unmet.into())
    }

    /// Makes the next version of a data set that is kept here, or a new one. `from` is the version that it was made from, 0 for a new
    /// one. Items that are those of the newest version already make none. One of a ConfigMap that is known under this name must be gone:
    /// what is known of it goes, too, but for the numbers.
    ///
    /// # Errors
    ///
    /// `Conflict` when the newest version is another than `from`.
    pub async fn put(
        &self,
        namespace: &str,
        name: &str,
        from: u32,
        note: &str,
        items: &[Item],
    ) -> Result<u32, DataSetError> {
        let mut known = keep::find(&self.store, namespace, name).await?;
        let newest = if known.home == Some(Home::Store) { known.newest } else { 0 };
        let conflict = |newest| DataSetError::Conflict { name: name.to_owned(), newest };
        if newest != from {
            return Err(conflict(newest));
        }
        let unreadable = |why| DataSetError::Unreadable { name: name.to_owned(), why };
        if items.len() > MAX_ITEMS {
            return Err(unreadable(format!("{} items, and a data set may have {MAX_ITEMS}", items.len())));
        }
        let mut bytes = 0;
        for item in items {
            read::check(item, &mut bytes).map_err(|why| {
                let id: String = item.id.chars().take(MAX_QUOTE).collect();
                unreadable(format!("item '{id}': {why}"))
            })?;
        }
        if known.home == Some(Home::ConfigMap) {
            self.delete(namespace, name).await?;
            known = keep::find(&self.store, namespace, name).await?;
        }
        let draft = Draft { namespace, name, home: Home::Store, seen: "", note, items };
        match commit::commit(&self.store, &known, &draft).await {
            Ok(number) => {
                news::tell(&self.store, namespace, name).await;
                Ok(number.unwrap_or(known.newest))
            }
            Err(StoreError::Unmet) => Err(conflict(keep::find(&self.store, namespace, name).await?.newest)),
            Err(error) => Err(error.into()),
        }
    }

    /// Forgets a data set with all its versions.
    pub async fn delete(&self, namespace: &str, name: &str) -> Result<(), DataSetError> {
        for _ in 0..TRIES {
            let known = keep::find(&self.store, namespace, name).await?;
            // One that was never looked at, or is gone.
            if known.home.is_none() {
                return Ok(());
            }
            match commit::delete(&self.store, &known).await {
                Err(StoreError::Unmet) => {}
                done => {
                    done?;
                    // That a ConfigMap is gone is told by its watch.
                    if known.home == Some(Home::Store) {
                        news::tell(&self.store, namespace, name).await;
                    }
                    return Ok(());
                }
            }
        }
        Err(StoreError::Unmet.into())
    }

    /// The data sets that are kept here alone, of a namespace or of all.
    pub async fn kept_here(&self, namespace: Option<&str>) -> Result<Vec<Known>, DataSetError> {
        Ok(keep::kept_here(&self.store, namespace).await?)
    }

    /// The versions of a data set, newest first.
    pub async fn versions(&self, namespace: &str, name: &str) -> Result<Vec<Version>, DataSetError> {
        Ok(keep::versions(&self.store, namespace, name).await?)
    }

    /// One version; `None` when it is not there (any more).
    pub async fn version(
        &self,
        namespace: &str,
        name: &str,
        number: u32,
    ) -> Result<Option<Version>, DataSetError> {
        Ok(keep::one_version(&self.store, namespace, name, number).await?)
    }

    /// All items of a version, in their order, with nobody's rights: who asks has checked them.
    ///
    /// # Errors
    ///
    /// There is no such version (any more).
    pub async fn items(&self, namespace: &str, name: &str, version: u32) -> Result<Vec<Item>, DataSetError> {
        self.there(namespace, name, version).await?;
        let contents = keep::contents(&self.store, namespace, name, version)?;
        Ok(contents.map_ok(|content| keep::item(&content)).try_collect().await?)
    }

    /// A window of the items of a version.
    pub async fn window(
        &self,
        namespace: &str,
        name: &str,
        version: u32,
        offset: usize,
        limit: usize,
    ) -> Result<Vec<Item>, DataSetError> {
        Ok(keep::window(&self.store, namespace, name, version, offset, limit).await?)
    }

    /// The items of a version as lines of JSON, piece by piece.
    ///
    /// # Errors
    ///
    /// There is no such version (any more); also in the middle, when it is forgotten while it is read.
    pub async fn lines<'a>(
        &'a self,
        namespace: &'a str,
        name: &'a str,
        version: u32,
    ) -> Result<BoxStream<'a, Result<String, DataSetError>>, DataSetError> {
        let whole = self.there(namespace, name, version).await?.items;
        // How many were read, and the place of the last.
        let pieces = stream::try_unfold((0, None), move |(count, after)| async move {
            if count >= whole {
                return Ok(None);
            }
            let piece = keep::after(&self.store, namespace, name, version, after, PIECE).await?;
            let Some(last) = piece.last().map(|(place, _)| *place) else {
                self.there(namespace, name, version).await?;
                return Ok(None);
            };
            let items: Vec<Item> = piece.into_iter().map(|(_, item)| item).collect();
            Ok(Some((super::jsonl(&items), (count + items.len(), Some(last)))))
        });
        Ok(Box::pin(pieces))
    }

    async fn there(&self, namespace: &str, name: &str, version: u32) -> Result<Version, DataSetError> {
        if let Some(there) = keep::one_version(&self.store, namespace, name, version).await? {
            return Ok(there);
        }
        let newest = keep::find(&self.store, namespace, name).await?.newest;
        if newest == 0 {
            return Err(not_found(namespace, name));
        }
        Err(DataSetError::NoVersion { namespace: namespace.into(), name: name.into(), version, newest })
    }
}

/// Whether `known` is of the same ConfigMap as `seen`, and later.
fn is_later(known: &str, seen: &str) -> bool {
    let parts = |text: &str| {
        let (uid, version) = text.split_once('/')?;
        Some((uid.to_owned(), version.parse::<u64>().ok()?))
    };
    parts(known).zip(parts(seen)).is_some_and(|(known, seen)| known.0 == seen.0 && known.1 > seen.1)
}

fn not_found(namespace: &str, name: &str) -> DataSetError {
    DataSetError::NotFound { namespace: namespace.into(), name: name.into() }
}

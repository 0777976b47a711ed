//! One kind in memory: filled by one watch, read by controllers, lists and live streams.
//!
//! Every change has a number that grows within this process (`revision`). A page that was cut at revision 40 asks for
//! [`KindCache::since`] 40 and follows [`KindCache::subscribe`] from there; nothing is lost in between and nothing is
//! sent twice, because both are taken under one lock. Numbers of an earlier process are always below
//! [`first_revision`], so such a page is told to start afresh.

use std::collections::{BTreeMap, VecDeque};
use std::fmt::Debug;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use futures::StreamExt;
use kube::api::Api;
use kube::runtime::WatchStreamExt;
use kube::runtime::watcher::{self, Event, watcher};
use kube::{Client, Resource};
use parking_lot::RwLock;
use serde::de::DeserializeOwned;
use tokio::sync::{broadcast, watch};

use super::guard::Guard;
use super::slim::Slim;

/// Changes that a slow subscriber may fall behind; beyond it gets `Lagged` and starts afresh from [`KindCache::since`].
const CHANGES: usize = 1024;
/// Deletions remembered for pages that come back; a page older than the oldest of them starts afresh.
const TOMBSTONES: usize = 1024;
/// Objects of one list page asked from the API server, which bounds the memory of a start.
const LIST_PAGE: u32 = 500;

/// Namespace and name; the namespace is empty for cluster-scoped kinds.
pub type Key = (String, String);

/// What a kind must be able to do to be cached.
pub trait Cached:
    Resource<DynamicType = ()> + Slim + DeserializeOwned + Clone + Debug + Send + Sync + 'static
{
}
impl<K> Cached for K where
    K: Resource<DynamicType = ()> + Slim + DeserializeOwned + Clone + Debug + Send + Sync + 'static
{
}

/// An object whose body does not fit its type; it is isolated here so that it harms no other.
#[derive(Debug, Clone)]
pub struct Malformed {
    /// Namespace, or empty.
    pub namespace: String,
    /// Name.
    pub name: String,
    /// UID.
    pub uid: String,
    /// resourceVersion.
    pub version: u64,
    /// Creation, milliseconds since the epoch.
    pub created_ms: i64,
    /// What does not fit.
    pub error: String,
}

/// What the cache holds under a key.
#[derive(Debug)]
pub enum Entry<K> {
    /// A sound object.
    Sound(Arc<K>),
    /// An object that could not be read.
    Malformed(Arc<Malformed>),
}

impl<K> Clone for Entry<K> {
    fn clone(&self) -> Self {
        match self {
            Self::Sound(object) => Self::Sound(object.clone()),
            Self::Malformed(object) => Self::Malformed(object.clone()),
        }
    }
}

impl<K: Resource> Entry<K> {
    /// UID of the object.
    pub fn uid(&self) -> &str {
        match self {
            Self::Sound(object) => object.meta().uid.as_deref().unwrap_or_default(),
            Self::Malformed(object) => &object.uid,
        }
    }

    /// The object, if it is sound.
    pub fn sound(&self) -> Option<&Arc<K>> {
        match self {
            Self::Sound(object) => Some(object),
            Self::Malformed(_) => None,
        }
    }

    fn number(&self) -> u64 {
        match self {
            Self::Sound(object) => version_number(object.meta().resource_version.as_deref()),
            Self::Malformed(object) => object.version,
        }
    }

    fn version(&self) -> Option<&str> {
        match self {
            Self::Sound(object) => object.meta().resource_version.as_deref(),
            Self::Malformed(_) => None,
        }
    }
}

/// What happened to one object.
#[derive(Debug)]
pub enum Change<K> {
    /// Created or changed.
    Applied {
        /// Before; `None` when it is new, or was malformed.
        old: Option<Arc<K>>,
        /// Now.
        new: Arc<K>,
    },
    /// Created or changed into something that cannot be read.
    Malformed(Arc<Malformed>),
    /// Gone; the last that was known of it.
    Deleted(Entry<K>),
    /// So much changed that single changes are not told; read the cache again.
    Resync,
}

impl<K> Clone for Change<K> {
    fn clone(&self) -> Self {
        match self {
            Self::Applied { old, new } => Self::Applied { old: old.clone(), new: new.clone() },
            Self::Malformed(object) => Self::Malformed(object.clone()),
            Self::Deleted(entry) => Self::Deleted(entry.clone()),
            Self::Resync => Self::Resync,
        }
    }
}

/// A change with its number.
#[derive(Debug)]
pub struct Numbered<K> {
    /// Revision of the cache after it.
    pub revision: u64,
    /// What happened.
    pub change: Change<K>,
}

impl<K> Clone for Numbered<K> {
    fn clone(&self) -> Self {
        Self { revision: self.revision, change: self.change.clone() }
    }
}

/// What changed after a revision.
pub struct Since<K> {
    /// Revision up to which this tells.
    pub revision: u64,
    /// Present objects that changed.
    pub upserts: Vec<Entry<K>>,
    /// UIDs of objects that went.
    pub removes: Vec<String>,
}

struct Slot<K> {
    entry: Entry<K>,
    revision: u64,
}

struct Inner<K> {
    objects: BTreeMap<Key, Slot<K>>,
    /// Keys by the revision of their last change, so that "what changed since" costs what it tells.
    order: BTreeMap<u64, Key>,
    revision: u64,
    /// UIDs of what was deleted, with the revision; oldest first.
    gone: VecDeque<(u64, String)>,
    /// Changes up to this revision may be missing from `gone`.
    floor: u64,
}

/// The cache of one kind.
pub struct KindCache<K> {
    inner: RwLock<Inner<K>>,
    changes: broadcast::Sender<Numbered<K>>,
    ready: watch::Sender<bool>,
    errors: AtomicU64,
    /// Newest resourceVersion that its watch told.
    reached: AtomicU64,
    /// Told after each change; shared by the caches that one live stream follows.
    signal: Signal,
    keep: Keep<K>,
}

/// Wakes whoever follows several caches; carries no news itself.
pub type Signal = Arc<watch::Sender<()>>;

/// Which objects are kept.
struct Keep<K> {
    accept: fn(&K) -> bool,
    limit: usize,
}

/// Number that revisions of this process start from: microseconds of the clock at its start, so that they are
/// larger than any an earlier process handed out (it would have had to make a change each microsecond).
pub fn first_revision() -> u64 {
    static FIRST: std::sync::OnceLock<u64> = std::sync::OnceLock::new();
    *FIRST.get_or_init(|| {
        let now = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap_or_default();
        u64::try_from(now.as_micros()).unwrap_or(u64::MAX / 2)
    })
}

impl<K: Cached> Default for KindCache<K> {
    fn default() -> Self {
        Self::new()
    }
}

impl<K: Cached> KindCache<K> {
    /// An empty cache that nothing fills; [`run`](Self::run) fills it.
    pub fn new() -> Self {
        Self::signalling(Arc::new(watch::Sender::new(())))
    }

    /// An empty cache that tells `signal` of each change.
    pub fn signalling(signal: Signal) -> Self {
        Self::bounded(signal, |_| true, usize::MAX)
    }

    /// An empty cache that keeps only what `accept` takes, and of that the `limit` objects that changed last.
    pub fn bounded(signal: Signal, accept: fn(&K) -> bool, limit: usize) -> Self {
        let first = first_revision();
        Self {
            signal,
            keep: Keep { accept, limit },
            inner: RwLock::new(Inner {
                objects: BTreeMap::new(),
                order: BTreeMap::new(),
                revision: first,
                gone: VecDeque::new(),
                floor: first,
            }),
            changes: broadcast::channel(CHANGES).0,
            ready: watch::channel(false).0,
            errors: AtomicU64::new(0),
            reached: AtomicU64::new(0),
        }
    }

    /// Fills the cache by one watch over all namespaces, until the task is dropped. Reconnects with backoff.
    pub async fn run(&self, client: Client) {
        let api: Api<Guard<K>> = Api::all(client);
        let config = watcher::Config::default().page_size(LIST_PAGE);
        let mut events = std::pin::pin!(watcher(api, config).default_backoff());
        let mut filling: Option<BTreeMap<Key, Entry<K>>> = None;
        while let Some(event) = events.next().await {
            match event {
                Ok(Event::Init) => filling = Some(BTreeMap::new()),
                Ok(Event::InitApply(guard)) => {
                    let (key, entry) = entry(guard);
                    if let Some(filling) = &mut filling
                        && self.accepts(&entry)
                    {
                        filling.insert(key, entry);
                    }
                }
                Ok(Event::InitDone) => {
                    self.replace(filling.take().unwrap_or_default());
                    self.ready.send_replace(true);
                }
                Ok(Event::Apply(guard)) => {
                    let (key, entry) = entry(guard);
                    if self.accepts(&entry) {
                        self.put(key, entry);
                    }
                }
                Ok(Event::Delete(guard)) => {
                    let (key, last) = entry(guard);
                    self.remove(&key, &last);
                }
                Err(error) => {
                    // One line for each outage: the watcher retries for ever, and a cluster that is away for an
                    // hour must not fill the log.
                    let seen = self.errors.fetch_add(1, Ordering::Relaxed);
                    if seen.is_power_of_two() || seen == 0 {
                        tracing::warn!(kind = %K::kind(&()), %error, "the watch broke off; it is tried again");
                    }
                }
            }
        }
    }

    /// Waits until what was written as `version` is here, or something newer: who wrote it reads it from then on.
    pub async fn reached(&self, version: u64) {
        let mut signal = self.signal.subscribe();
        while self.reached.load(Ordering::Acquire) < version {
            if signal.changed().await.is_err() {
                return;
            }
        }
    }

    /// Waits until the first listing is complete.
    pub async fn ready(&self) {
        let mut ready = self.ready.subscribe();
        // The sender lives as long as `self`, so this cannot fail.
        let _ = ready.wait_for(|ready| *ready).await;
    }

    /// Whether the first listing is complete.
    pub fn is_ready(&self) -> bool {
        *self.ready.borrow()
    }

    /// The object of this name, if it exists and is sound.
    pub fn get(&self, namespace: &str, name: &str) -> Option<Arc<K>> {
        self.entry(namespace, name)?.sound().cloned()
    }

    /// What is held under this name.
    pub fn entry(&self, namespace: &str, name: &str) -> Option<Entry<K>> {
        let key = (namespace.to_owned(), name.to_owned());
        self.inner.read().objects.get(&key).map(|slot| slot.entry.clone())
    }

    /// Sound objects of a namespace, or of all, by namespace and name.
    pub fn list(&self, namespace: Option<&str>) -> Vec<Arc<K>> {
        self.entries(namespace).0.iter().filter_map(|entry| entry.sound().cloned()).collect()
    }

    /// Everything of a namespace, or of all, by namespace and name, and the revision it was read at.
    pub fn entries(&self, namespace: Option<&str>) -> (Vec<Entry<K>>, u64) {
        let inner = self.inner.read();
        let entries = match namespace {
            None => inner.objects.values().map(|slot| slot.entry.clone()).collect(),
            Some(namespace) => inner
                .objects
                .range((namespace.to_owned(), String::new())..)
                .take_while(|((ns, _), _)| ns == namespace)
                .map(|(_, slot)| slot.entry.clone())
                .collect(),
        };
        (entries, inner.revision)
    }

    /// Revision of the newest change.
    pub fn revision(&self) -> u64 {
        self.inner.read().revision
    }

    /// How many objects are held.
    pub fn len(&self) -> usize {
        self.inner.read().objects.len()
    }

    /// Whether none is held.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Changes from now on.
    pub fn subscribe(&self) -> broadcast::Receiver<Numbered<K>> {
        self.changes.subscribe()
    }

    /// What changed after `revision`; `None` when that cannot be told any more.
    pub fn since(&self, revision: u64) -> Option<Since<K>> {
        let inner = self.inner.read();
        if revision < inner.floor || revision > inner.revision {
            return None;
        }
        Some(Since {
            revision: inner.revision,
            upserts: inner
                .order
                .range(revision + 1..)
                .filter_map(|(_, key)| inner.objects.get(key))
                .map(|slot| slot.entry.clone())
                .collect(),
            removes: inner
                .gone
                .iter()
                .filter(|(gone, _)| *gone > revision)
                .map(|(_, uid)| uid.clone())
                .collect(),
        })
    }

    /// Puts one object; for the watch and for tests.
    pub fn put(&self, key: Key, entry: Entry<K>) {
        let version = entry.number();
        let mut inner = self.inner.write();
        inner.put(key, entry, &self.changes);
        inner.evict(self.keep.limit, &self.changes);
        drop(inner);
        self.tell(version);
    }

    fn remove(&self, key: &Key, last: &Entry<K>) {
        self.inner.write().remove(key, &self.changes);
        self.tell(last.number());
    }

    /// Wakes who follows, when the cache holds all up to `version`.
    fn tell(&self, version: u64) {
        self.reached.fetch_max(version, Ordering::AcqRel);
        self.signal.send_replace(());
    }

    fn accepts(&self, entry: &Entry<K>) -> bool {
        entry.sound().is_none_or(|object| (self.keep.accept)(object))
    }

    /// Replaces everything after a listing. Few differences are told one by one, many as a `Resync`.
    fn replace(&self, fresh: BTreeMap<Key, Entry<K>>) {
        let version = fresh.values().map(Entry::number).max().unwrap_or(0);
        self.exchange(fresh);
        self.tell(version);
    }

    fn exchange(&self, fresh: BTreeMap<Key, Entry<K>>) {
        let mut inner = self.inner.write();
        let missing: Vec<Key> =
            inner.objects.keys().filter(|key| !fresh.contains_key(*key)).cloned().collect();
        let changed: Vec<(Key, Entry<K>)> = fresh
            .into_iter()
            .filter(|(key, entry)| match inner.objects.get(key) {
                Some(slot) => slot.entry.uid() != entry.uid() || slot.entry.version() != entry.version(),
                None => true,
            })
            .collect();
        if missing.len() + changed.len() <= CHANGES / 4 {
            for key in &missing {
                inner.remove(key, &self.changes);
            }
            for (key, entry) in changed {
                inner.put(key, entry, &self.changes);
            }
            inner.evict(self.keep.limit, &self.changes);
            return;
        }
        for key in &missing {
            inner.take(key);
        }
        for (key, entry) in changed {
            inner.insert(key, entry);
        }
        inner.evict(self.keep.limit, &self.changes);
        inner.revision += 1;
        let revision = inner.revision;
        inner.gone.clear();
        inner.floor = revision;
        let _ = self.changes.send(Numbered { revision, change: Change::Resync });
    }
}

impl<K: Cached> Inner<K> {
    fn put(&mut self, key: Key, entry: Entry<K>, changes: &broadcast::Sender<Numbered<K>>) {
        if let (Some(slot), Some(version)) = (self.objects.get(&key), entry.version())
            && slot.entry.version() == Some(version)
            && slot.entry.uid() == entry.uid()
        {
            return; // Told again after a reconnect.
        }
        let replaced = self.objects.get(&key).is_some_and(|slot| slot.entry.uid() != entry.uid());
        if replaced {
            // Deleted and created again under the same name while we looked away.
            self.remove(&key, changes);
        }
        let old = self.insert(key, entry.clone());
        let revision = self.revision;
        let change = match entry {
            Entry::Sound(new) => {
                Change::Applied { old: old.and_then(|slot| slot.entry.sound().cloned()), new }
            }
            Entry::Malformed(object) => Change::Malformed(object),
        };
        let _ = changes.send(Numbered { revision, change });
    }

    /// Puts an entry under the next revision; returns what was there.
    fn insert(&mut self, key: Key, entry: Entry<K>) -> Option<Slot<K>> {
        self.revision += 1;
        let revision = self.revision;
        let old = self.objects.insert(key.clone(), Slot { entry, revision });
        if let Some(old) = &old {
            self.order.remove(&old.revision);
        }
        self.order.insert(revision, key);
        old
    }

    fn take(&mut self, key: &Key) -> Option<Slot<K>> {
        let slot = self.objects.remove(key)?;
        self.order.remove(&slot.revision);
        Some(slot)
    }

    /// Lets go of what changed longest ago, beyond `limit`.
    fn evict(&mut self, limit: usize, changes: &broadcast::Sender<Numbered<K>>) {
        while self.objects.len() > limit {
            let Some(key) = self.order.first_key_value().map(|(_, key)| key.clone()) else { return };
            self.remove(&key, changes);
        }
    }

    fn remove(&mut self, key: &Key, changes: &broadcast::Sender<Numbered<K>>) {
        let Some(slot) = self.take(key) else { return };
        self.revision += 1;
        self.gone.push_back((self.revision, slot.entry.uid().to_owned()));
        if self.gone.len() > TOMBSTONES
            && let Some((revision, _)) = self.gone.pop_front()
        {
            self.floor = revision;
        }
        let _ = changes.send(Numbered { revision: self.revision, change: Change::Deleted(slot.entry) });
    }
}

/// resourceVersion as a number; servers that hand out others (none known) give 0.
pub fn version_number(version: Option<&str>) -> u64 {
    version.and_then(|version| version.parse().ok()).unwrap_or(0)
}

fn entry<K: Cached>(guard: Guard<K>) -> (Key, Entry<K>) {
    match guard.0 {
        Ok(mut object) => {
            object.slim();
            let meta = object.meta();
            let key = (meta.namespace.clone().unwrap_or_default(), meta.name.clone().unwrap_or_default());
            (key, Entry::Sound(Arc::new(object)))
        }
        Err(unfit) => {
            let meta = unfit.metadata;
            let malformed = Malformed {
                namespace: meta.namespace.unwrap_or_default(),
                name: meta.name.unwrap_or_default(),
                uid: meta.uid.unwrap_or_default(),
                version: version_number(meta.resource_version.as_deref()),
                created_ms: meta.creation_timestamp.map_or(0, |time| time.0.as_millisecond()),
                error: unfit.error,
            };
            let key = (malformed.namespace.clone(), malformed.name.clone());
            (key, Entry::Malformed(Arc::new(malformed)))
        }
    }
}

#[cfg(test)]
mod tests {
    use k8s_openapi::api::core::v1::ConfigMap;
    use kube::api::ObjectMeta;

    use super::*;

    fn map(name: &str, version: u64) -> (Key, Entry<ConfigMap>) {
        let meta = ObjectMeta {
            name: Some(name.into()),
            namespace: Some("lagoon".into()),
            uid: Some(format!("uid-{name}")),
            resource_version: Some(version.to_string()),
            ..Default::default()
        };
        let object = ConfigMap { metadata: meta, ..Default::default() };
        (("lagoon".into(), name.into()), Entry::Sound(Arc::new(object)))
    }

    #[test]
    fn tells_what_changed_since_a_page_was_cut() {
        let cache = KindCache::<ConfigMap>::new();
        let (key, entry) = map("a", 1);
        cache.put(key, entry);
        let (key_b, entry) = map("b", 2);
        cache.put(key_b.clone(), entry);
        let (_, cut) = cache.entries(Some("lagoon"));
        let (key, entry) = map("a", 3);
        cache.put(key, entry);
        cache.remove(&key_b, &map("b", 4).1);
        let since = cache.since(cut).unwrap();
        assert_eq!(since.upserts.len(), 1);
        assert_eq!(since.removes, ["uid-b"]);
        assert!(cache.since(first_revision() - 1).is_none(), "a page of an earlier process");
        assert!(cache.since(since.revision + 1).is_none(), "a page from the future");
    }

    #[tokio::test]
    async fn who_wrote_waits_until_it_is_told() {
        let cache = KindCache::<ConfigMap>::new();
        let mut wait = std::pin::pin!(cache.reached(4));
        let (key, entry) = map("a", 3);
        cache.put(key.clone(), entry);
        assert!(futures::poll!(wait.as_mut()).is_pending());
        cache.remove(&key, &map("a", 4).1);
        assert!(futures::poll!(wait.as_mut()).is_ready());
    }

    #[test]
    fn a_listing_tells_only_the_differences() {
        let cache = KindCache::<ConfigMap>::new();
        for (key, entry) in [map("a", 1), map("b", 2)] {
            cache.put(key, entry);
        }
        let mut changes = cache.subscribe();
        cache.replace([map("a", 1), map("c", 5)].into_iter().collect());
        assert!(
            matches!(changes.try_recv().unwrap().change, Change::Deleted(entry) if entry.uid() == "uid-b")
        );
        assert!(matches!(changes.try_recv().unwrap().change, Change::Applied { old: None, .. }));
        assert!(changes.try_recv().is_err());
    }

    #[test]
    fn a_bound_lets_go_of_what_changed_longest_ago() {
        let cache = KindCache::<ConfigMap>::bounded(Arc::new(watch::Sender::new(())), |_| true, 2);
        for (key, entry) in [map("a", 1), map("b", 2), map("c", 3)] {
            cache.put(key, entry);
        }
        assert!(cache.get("lagoon", "a").is_none());
        assert_eq!(cache.len(), 2);
    }

    #[test]
    fn deletions_beyond_the_bound_make_old_pages_start_afresh() {
        let cache = KindCache::<ConfigMap>::new();
        let cut = cache.revision();
        for i in 0..=TOMBSTONES {
            let (key, entry) = map(&format!("m{i}"), i as u64 + 1);
            cache.put(key.clone(), entry.clone());
            cache.remove(&key, &entry);
        }
        assert!(cache.since(cut).is_none());
    }
}

//! What is dropped from objects before they are kept in memory.

use kube::ResourceExt;

/// An object that can shed what nobody reads from the cache.
pub trait Slim {
    /// Drops managedFields and the annotation of client-side apply: together they are often larger than the object,
    /// and the YAML page reads the object afresh.
    fn slim(&mut self);
}

/// kubectl's copy of the last applied manifest.
pub const LAST_APPLIED: &str = "kubectl.kubernetes.io/last-applied-configuration";

impl<K: ResourceExt> Slim for K {
    fn slim(&mut self) {
        let meta = self.meta_mut();
        meta.managed_fields = None;
        if let Some(annotations) = &mut meta.annotations {
            annotations.remove(LAST_APPLIED);
            if annotations.is_empty() {
                meta.annotations = None;
            }
        }
    }
}

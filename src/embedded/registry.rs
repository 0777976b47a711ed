//! Every resource that is served, found by its address or by its kind.

use std::cmp::Reverse;
use std::collections::HashMap;
use std::sync::Arc;

use super::resource::{Resource, Version};

/// A resource in one of its versions.
#[derive(Clone)]
pub struct Served {
    /// The resource.
    pub resource: Arc<Resource>,
    index: usize,
}

impl Served {
    /// The version.
    pub fn version(&self) -> &Version {
        &self.resource.versions[self.index]
    }

    /// `group/version`.
    pub fn api_version(&self) -> String {
        self.resource.api_version(self.version())
    }
}

/// The resources.
pub struct Registry {
    resources: Vec<Arc<Resource>>,
    by_address: HashMap<(String, String, String), Served>,
    namespaces: usize,
}

impl Registry {
    /// `namespaces` is the index of the collection of namespaces.
    pub fn new(resources: Vec<Resource>, namespaces: usize) -> Self {
        let resources: Vec<Arc<Resource>> = resources.into_iter().map(Arc::new).collect();
        let mut by_address = HashMap::new();
        for resource in &resources {
            for (index, version) in resource.versions.iter().enumerate() {
                let address = (resource.group.clone(), version.name.clone(), resource.plural.clone());
                by_address.insert(address, Served { resource: resource.clone(), index });
            }
        }
        Self { resources, by_address, namespaces }
    }

    /// The resource at `/apis/{group}/{version}/{plural}`.
    pub fn find(&self, group: &str, version: &str, plural: &str) -> Option<&Served> {
        self.by_address.get(&(group.to_owned(), version.to_owned(), plural.to_owned()))
    }

    /// The resource that an owner reference means; its version may be another than the served ones.
    pub fn by_kind(&self, api_version: &str, kind: &str) -> Option<&Arc<Resource>> {
        let group = api_version.split_once('/').map_or("", |(group, _)| group);
        self.resources.iter().find(|r| r.group == group && r.kind == kind)
    }

    /// Every resource once for each collection, in its stored form.
    pub fn stored(&self) -> impl Iterator<Item = Served> + '_ {
        let own = self.resources.iter().filter(|r| r.traits.read.is_none());
        own.map(|resource| Served { resource: resource.clone(), index: 0 })
    }

    /// The resource whose objects are stored in `collection`.
    pub fn by_collection(&self, collection: usize) -> Option<Served> {
        self.stored().find(|served| served.resource.collection == collection)
    }

    /// The collection of namespaces.
    pub fn namespaces(&self) -> usize {
        self.namespaces
    }

    /// Groups, in the order in which they were given, each with its versions, the preferred first.
    pub fn groups(&self) -> Vec<(String, Vec<String>)> {
        let mut groups: Vec<(String, Vec<String>)> = Vec::new();
        for resource in &self.resources {
            let versions = match groups.iter_mut().find(|(group, _)| *group == resource.group) {
                Some((_, versions)) => versions,
                None => {
                    groups.push((resource.group.clone(), Vec::new()));
                    let Some((_, versions)) = groups.last_mut() else { continue };
                    versions
                }
            };
            for version in &resource.versions {
                if !versions.contains(&version.name) {
                    versions.push(version.name.clone());
                }
            }
        }
        for (_, versions) in &mut groups {
            // As kube-apiserver ranks them: stable before beta before alpha before other words.
            versions.sort_by_key(|version| Reverse(kube::core::Version::parse(version).priority()));
        }
        groups
    }

    /// The resources of one group and version.
    pub fn of(&self, group: &str, version: &str) -> Vec<Served> {
        self.resources
            .iter()
            .filter(|r| r.group == group)
            .filter_map(|r| self.find(group, version, &r.plural).cloned())
            .collect()
    }
}

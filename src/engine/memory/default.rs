//! The Memory named `default`, which each namespace gets when it first needs one.
//!
//! It is an object, so that `kubectl get memories` says what is there. It is made once for each namespace: that there was one is
//! kept in the database, and whoever deletes it is not contradicted.

use k8s_openapi::api::core::v1::Namespace;
use kube::ResourceExt;
use kube::api::{Api, PostParams};

use super::{Memories, MemoryError, sql};
use crate::resources::annotations::{FIELD_MANAGER, MANAGED_BY};
use crate::resources::memory::{Memory, MemorySpec};

/// The Memory of queries that name none.
pub const DEFAULT: &str = "default";

/// Why there is no Memory `default`.
#[derive(Debug, thiserror::Error)]
pub(crate) enum NoDefault {
    /// There was one.
    #[error(
        "The Memory 'default' of namespace '{0}' was deleted. Create it again to have conversations remembered: kind Memory, name default, an empty spec."
    )]
    Deleted(String),
    /// It could not be made.
    #[error("The Memory 'default' could not be created in namespace '{0}': {1}.")]
    Refused(String, String),
}

impl Memories {
    /// Makes the Memory `default` of a namespace that never had one. To be asked when there is none.
    pub(crate) async fn provide(&self, namespace: &str) -> Result<Memory, NoDefault> {
        let refused = |why: String| NoDefault::Refused(namespace.to_owned(), why);
        let namespaces: Api<Namespace> = Api::all(self.client.clone());
        let uid = match namespaces.get_metadata_opt(namespace).await {
            Ok(found) => found.and_then(|found| found.metadata.uid).unwrap_or_default(),
            Err(error) => return Err(refused(error.to_string())),
        };
        if sql::was_provided(&self.store, &uid).await.map_err(|error| refused(error.to_string()))? {
            return Err(NoDefault::Deleted(namespace.to_owned()));
        }
        let memories: Api<Memory> = Api::namespaced(self.client.clone(), namespace);
        let mut new = Memory::new(DEFAULT, MemorySpec::default());
        new.metadata.labels = Some([(MANAGED_BY.to_owned(), FIELD_MANAGER.to_owned())].into());
        let params = PostParams { field_manager: Some(FIELD_MANAGER.into()), ..PostParams::default() };
        let made = match memories.create(&params, &new).await {
            // Another run of the namespace was faster.
            Err(kube::Error::Api(answer)) if answer.code == 409 => memories.get(DEFAULT).await,
            made => made,
        };
        let made = made.map_err(|error| refused(error.to_string()))?;
        tracing::info!(namespace, "the namespace has a memory now");
        if let Err(error) = self.had_default(&uid).await {
            tracing::warn!(namespace, %error, "that the namespace has had its memory was not noted");
        }
        Ok(made)
    }

    /// Notes that the namespace with this UID has had a Memory `default`, whoever made it.
    pub async fn had_default(&self, namespace_uid: &str) -> Result<(), MemoryError> {
        Ok(self.store.write(vec![sql::provided(namespace_uid)]).await?)
    }
}

/// Whether a Memory is the one of queries that name none.
pub fn is_default(memory: &Memory) -> bool {
    memory.name_any() == DEFAULT
}

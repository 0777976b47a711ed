//! What a run reads from the Kubernetes API: the objects that it names and the values that they refer to, each read at
//! the moment of use, so that a changed Secret counts from the next call on.

use std::collections::BTreeMap;
use std::fmt::Debug;
use std::sync::Arc;

use k8s_openapi::api::core::v1::{ConfigMap, Secret as SecretObject, Service};
use kube::api::{Api, ListParams};
use kube::core::NamespaceResourceScope;
use kube::{Client, Resource};
use serde::de::DeserializeOwned;

use super::error::{RunError, codes};
use super::providers::Environment;
use crate::resources::query::Query;
use crate::resources::value_source::{KeySelector, ServiceReference, Source};

/// Objects of one kind that a selector is matched against; more are not looked at, and the run says so.
const MAX_LISTED: u32 = 5000;

/// Resolved parameters of the running query, by name.
pub type Parameters = BTreeMap<String, String>;

/// A namespaced kind.
pub trait Readable:
    Resource<DynamicType = (), Scope = NamespaceResourceScope> + Clone + Debug + DeserializeOwned + Send + 'static
{
}
impl<K> Readable for K where
    K: Resource<DynamicType = (), Scope = NamespaceResourceScope>
        + Clone
        + Debug
        + DeserializeOwned
        + Send
        + 'static
{
}

/// The service account of a query that names none.
const DEFAULT_ACCOUNT: &str = "default";

/// The service account whose rights a run reads with.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Account {
    /// Namespace.
    pub namespace: String,
    /// Name.
    pub name: String,
}

impl Account {
    /// The one of `query`: what it names, else its namespace's `default`.
    pub fn of(query: &Query) -> Self {
        let name = match query.spec.service_account.as_str() {
            "" => DEFAULT_ACCOUNT,
            name => name,
        };
        Self { namespace: query.metadata.namespace.clone().unwrap_or_default(), name: name.to_owned() }
    }

    /// The one of queries in `namespace` that name none.
    pub fn default_of(namespace: impl Into<String>) -> Self {
        Self { namespace: namespace.into(), name: DEFAULT_ACCOUNT.to_owned() }
    }
}

/// Gives the client that acts as an account; `None` where runs read with the process's own rights.
pub type Readers = Arc<dyn Fn(&Account) -> Result<Option<Client>, kube::Error> + Send + Sync>;

/// The Kubernetes API as a run sees it.
#[derive(Clone)]
pub struct World {
    client: Client,
    /// Who reads, where it is not the process itself.
    account: Option<Account>,
    cluster_domain: String,
    environment: Environment,
}

impl World {
    /// Reads through `client`; Services are addressed under `cluster_domain`, as `cluster.local`.
    pub fn new(client: Client, cluster_domain: impl Into<String>, environment: Environment) -> Self {
        Self { client, account: None, cluster_domain: cluster_domain.into(), environment }
    }

    /// What a cloud tells this program: defaults of some fields.
    pub fn environment(&self) -> &Environment {
        &self.environment
    }

    /// The same, read as `account` where that is asked for.
    pub(super) fn seen_as(&self, account: Account, readers: &Readers) -> Result<Self, RunError> {
        let what = format!("as service account '{}' of namespace '{}'", account.name, account.namespace);
        let Some(client) = readers(&account).map_err(|error| RunError::api(&what, &error))? else {
            return Ok(self.clone());
        };
        Ok(Self { client, account: Some(account), ..self.clone() })
    }

    /// The client that reads.
    pub fn client(&self) -> &Client {
        &self.client
    }

    /// An object that must exist; else the code is its kind and `NotFound`.
    pub async fn get<K: Readable>(&self, namespace: &str, name: &str) -> Result<K, RunError> {
        self.find(namespace, name).await?.ok_or_else(|| {
            let kind = K::kind(&());
            RunError::new(
                format!("{kind}{}", codes::NOT_FOUND_SUFFIX),
                format!(
                    "There is no {kind} '{name}' in namespace '{namespace}'. Create it, or correct the name."
                ),
            )
        })
    }

    /// An object that may exist.
    pub async fn find<K: Readable>(&self, namespace: &str, name: &str) -> Result<Option<K>, RunError> {
        let api: Api<K> = Api::namespaced(self.client.clone(), namespace);
        api.get_opt(name).await.map_err(|error| {
            self.refused(&format!("{} '{name}' in namespace '{namespace}'", K::kind(&())), &error)
        })
    }

    /// Objects with these labels, by name.
    pub async fn select<K: Readable>(&self, namespace: &str, labels: &str) -> Result<Vec<K>, RunError> {
        let api: Api<K> = Api::namespaced(self.client.clone(), namespace);
        let params = ListParams::default().labels(labels).limit(MAX_LISTED);
        let mut found = api
            .list(&params)
            .await
            .map_err(|error| self.refused(&format!("{} in namespace '{namespace}'", K::plural(&())), &error))?
            .items;
        found.sort_by(|a, b| a.meta().name.cmp(&b.meta().name));
        Ok(found)
    }

    /// The value of `source` for an object in `namespace`; `field` names it in errors. `None` when nothing was given,
    /// when it is optional and not there, or when it is a query parameter and no query runs.
    pub async fn value(
        &self,
        namespace: &str,
        source: Source<'_>,
        parameters: Option<&Parameters>,
        field: &str,
    ) -> Result<Option<String>, RunError> {
        match source {
            Source::Missing => Ok(None),
            Source::Literal(text) => Ok(Some(text.to_owned())),
            Source::Secret(key) => {
                let found = self.find::<SecretObject>(namespace, &key.name).await?;
                let data = found.map(|secret| secret.data.unwrap_or_default());
                let text = data.as_ref().map(|data| {
                    data.get(&key.key).map(|bytes| {
                        String::from_utf8(bytes.0.clone()).map_err(|_| {
                            missing(field, format!("key '{}' of Secret '{}' is not text", key.key, key.name))
                        })
                    })
                });
                key_of("Secret", namespace, key, text, field)
            }
            Source::ConfigMap(key) => {
                let found = self.find::<ConfigMap>(namespace, &key.name).await?;
                let data = found.map(|map| map.data.unwrap_or_default());
                let text = data.as_ref().map(|data| data.get(&key.key).map(|text| Ok(text.clone())));
                key_of("ConfigMap", namespace, key, text, field)
            }
            Source::Service(reference) => self.service(namespace, reference, field).await.map(Some),
            Source::QueryParameter(name) => match parameters {
                None => Ok(None),
                Some(parameters) => parameters
                    .get(name)
                    .cloned()
                    .map(Some)
                    .ok_or_else(|| missing(field, format!("the query has no parameter '{name}'"))),
            },
        }
    }

    /// Why `what` cannot be read, and how the account that reads gets the right.
    fn refused(&self, what: &str, error: &kube::Error) -> RunError {
        match (&self.account, error) {
            (Some(account), kube::Error::Api(status)) if status.code == 403 => RunError::new(
                codes::FORBIDDEN,
                format!(
                    "Cannot read {what} as service account '{name}': {detail}. Give it the right: kubectl create rolebinding \
                     arkdeck-query-{name} --clusterrole=arkdeck-query --serviceaccount={namespace}:{name} --namespace={namespace}",
                    name = account.name,
                    namespace = account.namespace,
                    detail = status.message,
                ),
            ),
            _ => RunError::api(what, error),
        }
    }

    /// `http://SERVICE.NAMESPACE.svc.DOMAIN:PORT/PATH`.
    async fn service(
        &self,
        namespace: &str,
        reference: &ServiceReference,
        field: &str,
    ) -> Result<String, RunError> {
        let ServiceReference { name, port, path, .. } = reference;
        let namespace = if reference.namespace.is_empty() { namespace } else { &reference.namespace };
        let service = self.find::<Service>(namespace, name).await?.ok_or_else(|| {
            missing(field, format!("there is no Service '{name}' in namespace '{namespace}'"))
        })?;
        let ports = service.spec.and_then(|spec| spec.ports).unwrap_or_default();
        let number = ports
            .iter()
            .find(|candidate| port.is_empty() || candidate.name.as_deref() == Some(port))
            .map(|found| found.port)
            .ok_or_else(|| {
                missing(field, format!("Service '{name}' in namespace '{namespace}' has no port '{port}'"))
            })?;
        let path = match path.trim_start_matches('/') {
            "" => String::new(),
            path => format!("/{path}"),
        };
        Ok(format!("http://{name}.{namespace}.svc.{}:{number}{path}", self.cluster_domain))
    }
}

/// What a Secret or ConfigMap had under a key: outer `None` when the object is missing, inner when the key is.
fn key_of(
    kind: &str,
    namespace: &str,
    key: &KeySelector,
    found: Option<Option<Result<String, RunError>>>,
    field: &str,
) -> Result<Option<String>, RunError> {
    match found {
        Some(Some(text)) => text.map(Some),
        _ if key.optional == Some(true) => Ok(None),
        Some(None) => Err(missing(
            field,
            format!("{kind} '{}' in namespace '{namespace}' has no key '{}'", key.name, key.key),
        )),
        None => Err(missing(field, format!("there is no {kind} '{}' in namespace '{namespace}'", key.name))),
    }
}

fn missing(field: &str, why: String) -> RunError {
    RunError::new(codes::VALUE_NOT_RESOLVED, format!("{field} cannot be looked up: {why}."))
}

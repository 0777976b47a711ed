//! Names that forms offer.

use k8s_openapi::api::core::v1::{ConfigMap, Secret};
use kube::api::{Api, ListParams};
use kube::{Resource, ResourceExt};
use serde::de::DeserializeOwned;

use crate::api::serve::present::demo_address;
use crate::api::serve::{Services, asker, datasets};
use crate::kubernetes::cache::Cached;
use crate::kubernetes::problem::explain;
use crate::kubernetes::{Caches, KindCache};
use crate::views::forms::Choices;
use crate::views::problem::{Problem, ProblemCode};

/// Secrets and ConfigMaps offered at the most; a person can type the name of another.
const OFFERED: u32 = 500;

/// Queries offered at the most.
const QUERIES: usize = 200;

/// See [`crate::api::forms::get_choices`].
pub async fn choices(services: &Services, namespace: &str) -> Result<Choices, Problem> {
    let caches = services.caches();
    let client = services.client(&asker());
    let secrets = keys::<Secret>(&client, namespace, "secrets", |secret| {
        secret.data.map(|data| data.into_keys().collect()).unwrap_or_default()
    });
    let config_maps = keys::<ConfigMap>(&client, namespace, "config maps", |map| {
        map.data.map(|data| data.into_keys().collect()).unwrap_or_default()
    });
    let (secrets, config_maps) = tokio::try_join!(secrets, config_maps)?;
    let tools = caches.tools.list(Some(namespace));
    Ok(Choices {
        models: names(&caches.models, namespace),
        agents: names(&caches.agents, namespace),
        teams: names(&caches.teams, namespace),
        tools: tools.iter().map(|tool| (tool.name_any(), tool.spec.type_.to_string())).collect(),
        evaluators: names(&caches.evaluators, namespace),
        queries: queries(caches, namespace),
        data_sets: data_sets(namespace).await,
        secrets,
        config_maps,
        demo: demo_address(caches),
    })
}

/// The newest queries.
fn queries(caches: &Caches, namespace: &str) -> Vec<String> {
    let mut all = caches.queries.list(Some(namespace));
    all.sort_by(|a, b| b.metadata.creation_timestamp.cmp(&a.metadata.creation_timestamp));
    all.iter().take(QUERIES).map(|query| query.name_any()).collect()
}

/// Names of data sets; a form without them is better than none, as one can still be typed.
async fn data_sets(namespace: &str) -> Vec<String> {
    let all = datasets::list(Some(namespace.to_owned())).await.unwrap_or_default();
    all.into_iter().map(|set| set.name).collect()
}

fn names<K: Cached>(cache: &KindCache<K>, namespace: &str) -> Vec<String> {
    cache.list(Some(namespace)).iter().map(|object| object.name_any()).collect()
}

/// Names with the names of their keys, read now and kept nowhere. Who may not list them is offered none.
async fn keys<K>(
    client: &kube::Client,
    namespace: &str,
    what: &str,
    keys: impl Fn(K) -> Vec<String>,
) -> Result<Vec<(String, Vec<String>)>, Problem>
where
    K: Resource<DynamicType = (), Scope = k8s_openapi::NamespaceResourceScope>
        + Clone
        + DeserializeOwned
        + std::fmt::Debug,
{
    let api = Api::<K>::namespaced(client.clone(), namespace);
    match api.list(&ListParams::default().limit(OFFERED)).await {
        Ok(list) => Ok(list.items.into_iter().map(|object| (object.name_any(), keys(object))).collect()),
        Err(error) => match explain(&format!("listing {what} in {namespace}"), &error) {
            problem if problem.code == ProblemCode::Forbidden => Ok(Vec::new()),
            problem => Err(problem),
        },
    }
}

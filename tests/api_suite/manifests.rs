//! The manifests of `tests/manifests` through the API itself, as `kubectl apply` sends them.

use std::fs;
use std::path::Path;

use arkdeck::resources::kind::Kind;
use arkdeck::store::Store;
use kube::api::{Api, Patch, PatchParams, ValidationDirective};
use kube::core::{ApiResource, DynamicObject, GroupVersionKind};
use kube::{Client, ResourceExt};

use crate::harness::{Connection, NAMESPACE, connect};

fn files(folder: &str) -> Vec<(String, String)> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/manifests").join(folder);
    let mut files: Vec<_> = fs::read_dir(path)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .map(|path| (path.display().to_string(), fs::read_to_string(&path).unwrap()))
        .collect();
    files.sort();
    files
}

async fn dry_apply(client: &Client, object: &DynamicObject) -> Result<DynamicObject, kube::Error> {
    let types = object.types.clone().unwrap();
    let kind = Kind::from_name(&types.kind).unwrap();
    let (group, version) = types.api_version.split_once('/').unwrap();
    let resource =
        ApiResource::from_gvk_with_plural(&GroupVersionKind::gvk(group, version, &types.kind), kind.plural());
    let api: Api<DynamicObject> = if kind.namespaced() {
        Api::namespaced_with(client.clone(), NAMESPACE, &resource)
    } else {
        Api::all_with(client.clone(), &resource)
    };
    let params = PatchParams {
        field_manager: Some("suite".into()),
        dry_run: true,
        field_validation: Some(ValidationDirective::Strict),
        ..PatchParams::default()
    };
    let mut object = object.clone();
    object.metadata.namespace = None;
    api.patch(&object.name_any(), &params, &Patch::Apply(&object)).await
}

#[tokio::test(flavor = "multi_thread")]
async fn manifests_of_both_releases_are_accepted_unchanged() {
    let _ = rustls::crypto::ring::default_provider().install_default();
    let dir = tempfile::tempdir().unwrap();
    let store = Store::open(dir.path()).await.unwrap();
    let Connection { client, embedded: _embedded, .. } = connect(&store, false).await;
    let mut applied = 0;
    for (file, text) in files("o").into_iter().chain(files("n")) {
        for object in serde_saphyr::from_multiple::<DynamicObject>(&text).unwrap() {
            let name = object.name_any();
            if let Err(error) = dry_apply(&client, &object).await {
                panic!("{file}, {name}: {error}");
            }
            applied += 1;
        }
    }
    assert!(applied >= 26, "only {applied} manifests were found");
}

#[tokio::test(flavor = "multi_thread")]
async fn wrong_manifests_are_refused_with_the_field_and_a_sentence() {
    let _ = rustls::crypto::ring::default_provider().install_default();
    let dir = tempfile::tempdir().unwrap();
    let store = Store::open(dir.path()).await.unwrap();
    let Connection { client, embedded: _embedded, .. } = connect(&store, false).await;
    for (file, text) in files("invalid") {
        let expected = text.lines().next().and_then(|line| line.strip_prefix("# expect: ")).unwrap();
        let (path, sentence) = expected.split_once(": ").unwrap();
        let object: DynamicObject = serde_saphyr::from_multiple(&text).unwrap().remove(0);
        match dry_apply(&client, &object).await {
            Err(kube::Error::Api(status)) => {
                assert!(status.message.contains(sentence), "{file}: {}", status.message);
                assert!(path == "<root>" || status.message.contains(path), "{file}: {}", status.message);
            }
            other => panic!("{file}: expected a refusal, got {other:?}"),
        }
    }
}

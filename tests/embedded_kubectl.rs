//! The embedded API as kubectl sees it: over TLS, with the written kubeconfig.

#![allow(clippy::unwrap_used)] // Helpers of tests count as tests.

mod embedded_support;
mod kubectl;

use std::path::Path;

use embedded_support::Fixture;
use kubectl::Kubectl;
use tokio_util::sync::CancellationToken;

/// A kubectl with the written kubeconfig.
async fn kubectl_of(api: &Fixture) -> Option<Kubectl> {
    let address = "127.0.0.1:0".parse().unwrap();
    api.embedded.listen(address, api.dir.path(), CancellationToken::new()).await.unwrap();
    Kubectl::find(api.dir.path().join("kubeconfig"))
}

const WIDGET: &str = "
apiVersion: test.example.com/v1
kind: Widget
metadata: {name: a}
spec: {color: red, parts: [{name: x, weight: 1}]}
";

const CONFIG: &str = "
apiVersion: v1
kind: ConfigMap
metadata: {name: c}
data: {a: b}
";

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn kubectl_reads_and_writes() {
    let api = Fixture::new().await;
    let Some(kubectl) = kubectl_of(&api).await else { return };
    let resources = kubectl.ok(&["api-resources"], "").await;
    assert!(resources.contains("widgets") && resources.contains("wd"), "{resources}");

    // Client-side apply, twice; then a change.
    assert_eq!(kubectl.ok(&["apply", "-f", "-"], WIDGET).await, "widget.test.example.com/a created\n");
    assert_eq!(kubectl.ok(&["apply", "-f", "-"], WIDGET).await, "widget.test.example.com/a unchanged\n");
    let blue = WIDGET.replace("red", "blue");
    let (code, diff) = kubectl.run(&["diff", "-f", "-"], &blue).await;
    assert_eq!(code, 1, "{diff}");
    assert!(diff.contains("-  color: red\n+  color: blue"), "{diff}");
    assert_eq!(kubectl.ok(&["apply", "-f", "-"], &blue).await, "widget.test.example.com/a configured\n");
    assert_eq!(kubectl.ok(&["apply", "-f", "-"], CONFIG).await, "configmap/c created\n");
    let more = CONFIG.replace("a: b", "a: b, d: e");
    assert_eq!(kubectl.ok(&["apply", "-f", "-"], &more).await, "configmap/c configured\n");

    // Server-side apply by another manager conflicts until forced.
    let green = ["apply", "--server-side", "--field-manager", "other", "-f", "-"];
    let (code, text) = kubectl.run(&green, WIDGET).await;
    assert_eq!(code, 1);
    assert!(
        text.contains("conflict with \"kubectl-client-side-apply\"") && text.contains(".spec.color"),
        "{text}"
    );
    let forced = kubectl.ok(&[&green[..], &["--force-conflicts"]].concat(), WIDGET).await;
    assert_eq!(forced, "widget.test.example.com/a serverside-applied\n");

    // Columns of the definition, and of a built-in.
    let table = kubectl.ok(&["get", "wd"], "").await;
    assert!(table.starts_with("NAME   COLOR   READY   AGE\na      red"), "{table}");
    let wide = kubectl.ok(&["get", "widgets", "-o", "wide", "-A"], "").await;
    assert!(wide.starts_with("NAMESPACE   NAME   COLOR   READY   SIZE   AGE"), "{wide}");
    let maps = kubectl.ok(&["get", "cm", "c"], "").await;
    assert!(maps.starts_with("NAME   DATA   AGE\nc      2"), "{maps}");
    let all = kubectl.ok(&["get", "all"], "").await;
    assert!(all.contains("a      red"), "{all}");

    kubectl.ok(&["label", "wd", "a", "team=x"], "").await;
    assert!(
        kubectl
            .ok(&["get", "wd", "-l", "team=x", "-o", "name"], "")
            .await
            .contains("widget.test.example.com/a")
    );
    assert!(kubectl.ok(&["get", "wd", "-l", "team!=x", "-o", "name"], "").await.is_empty());
    assert!(
        kubectl
            .ok(&["get", "wd", "--field-selector", "spec.color=red", "-o", "name"], "")
            .await
            .contains("/a")
    );
    kubectl.ok(&["annotate", "cm", "c", "note=y"], "").await;
    kubectl.ok(&["patch", "wd", "a", "--type=merge", "-p", r#"{"spec":{"size":5}}"#], "").await;
    kubectl
        .ok(
            &["patch", "wd", "a", "--type=json", "-p", r#"[{"op":"replace","path":"/spec/size","value":6}]"#],
            "",
        )
        .await;
    kubectl.ok(&["patch", "cm", "c", "-p", r#"{"data":{"z":"1"}}"#], "").await;
    let status = r#"{"status":{"conditions":[{"type":"Ready","status":"True"}]}}"#;
    kubectl.ok(&["patch", "wd", "a", "--subresource=status", "--type=merge", "-p", status], "").await;
    kubectl.ok(&["wait", "wd/a", "--for=condition=Ready", "--timeout=10s"], "").await;
    let size = kubectl.ok(&["get", "wd", "a", "-o", "jsonpath={.spec.size}"], "").await;
    assert_eq!(size, "6");
    let described = kubectl.ok(&["describe", "wd", "a"], "").await;
    assert!(described.contains("Kind:         Widget") && described.contains("<none>"), "{described}");
    let explained = kubectl.ok(&["explain", "widget.spec.color"], "").await;
    assert!(explained.contains("Its colour."), "{explained}");
    assert!(kubectl.ok(&["explain", "cm.metadata.labels"], "").await.contains("labels <map[string]string>"));
    let (code, wrong) =
        kubectl.run(&["apply", "-f", "-"], &WIDGET.replace("color: red", "colour: red")).await;
    assert_eq!(code, 1);
    assert!(wrong.contains("unknown field \"spec.colour\""), "{wrong}");

    let editor = api.dir.path().join("editor");
    write_editor(&editor, "sed -i 's/color: red/color: blue/' \"$1\"");
    let mut edit = kubectl.command(&["edit", "wd", "a"]);
    let output = edit.env("KUBE_EDITOR", &editor).output().await.unwrap();
    assert!(output.status.success(), "{output:?}");
    let color = kubectl.ok(&["get", "wd", "a", "-o", "jsonpath={.spec.color}"], "").await;
    assert_eq!(color, "blue");

    assert_eq!(kubectl.ok(&["auth", "can-i", "delete", "secrets"], "").await, "yes\n");
    assert!(kubectl.ok(&["auth", "whoami"], "").await.contains("arkdeck:owner"));
    assert!(kubectl.ok(&["version"], "").await.contains("Server Version: v1.36.3+arkdeck-0.0.0-test"));
    let deleted = kubectl.ok(&["delete", "wd", "a"], "").await;
    assert!(deleted.starts_with("widget.test.example.com \"a\" deleted"), "{deleted}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn kubectl_follows_changes_and_empties_namespaces() {
    let api = Fixture::new().await;
    let Some(kubectl) = kubectl_of(&api).await else { return };
    // These are sent in protobuf.
    kubectl.ok(&["create", "namespace", "work"], "").await;
    let (mut child, mut lines) = kubectl.follow(&["get", "wd", "-n", "work", "-w"]);
    kubectl.ok(&["apply", "-n", "work", "-f", "-"], WIDGET).await;
    assert!(lines.next_line().await.unwrap().unwrap().starts_with("NAME   COLOR   READY   AGE"));
    assert!(lines.next_line().await.unwrap().unwrap().starts_with("a      red"));
    kubectl
        .ok(&["patch", "-n", "work", "wd", "a", "--type=merge", "-p", r#"{"spec":{"color":"blue"}}"#], "")
        .await;
    assert!(lines.next_line().await.unwrap().unwrap().starts_with("a      blue"));
    child.kill().await.unwrap();

    kubectl.ok(&["create", "secret", "generic", "s", "-n", "work", "--from-literal=k=v"], "").await;
    kubectl.ok(&["create", "configmap", "c", "-n", "work", "--from-literal=k="], "").await;
    kubectl.ok(&["create", "serviceaccount", "runner", "-n", "work"], "").await;
    kubectl.ok(&["create", "service", "clusterip", "web", "-n", "work", "--tcp=80:http"], "").await;
    let port = kubectl.ok(&["get", "svc", "web", "-n", "work", "-o", "jsonpath={.spec.ports[0]}"], "").await;
    assert!(port.contains("\"port\":80") && port.contains("\"targetPort\":\"http\""), "{port}");
    kubectl.ok(&["create", "role", "r", "-n", "work", "--verb=get", "--resource=secrets"], "").await;
    kubectl
        .ok(&["create", "rolebinding", "rb", "-n", "work", "--role=r", "--serviceaccount=work:runner"], "")
        .await;
    let secret = kubectl.ok(&["get", "secret", "s", "-n", "work", "-o", "jsonpath={.data.k}"], "").await;
    assert_eq!(secret, "dg==");
    // Returns when the namespace and all in it are gone.
    kubectl.ok(&["delete", "namespace", "work", "--timeout=20s"], "").await;
    assert!(kubectl.run(&["get", "wd", "a", "-n", "work"], "").await.1.contains("NotFound"));
    assert!(kubectl.run(&["get", "secret", "s", "-n", "work"], "").await.1.contains("NotFound"));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn kubectl_applies_at_the_server() {
    let api = Fixture::new().await;
    let Some(kubectl) = kubectl_of(&api).await else { return };
    let apply = ["apply", "--server-side", "-f", "-"];
    let applied = "widget.test.example.com/a serverside-applied\n";
    let dry = kubectl.ok(&[&apply[..], &["--dry-run=server"]].concat(), WIDGET).await;
    assert_eq!(dry, "widget.test.example.com/a serverside-applied (server dry run)\n");
    assert_eq!(kubectl.ok(&["get", "wd", "-o", "name"], "").await, "");
    assert_eq!(kubectl.ok(&apply, WIDGET).await, applied);
    let diff = ["diff", "--server-side", "-f", "-"];
    kubectl.ok(&diff, WIDGET).await;
    let blue = WIDGET.replace("red", "blue");
    assert!(kubectl.refused(&diff, &blue).await.contains("-  color: red\n+  color: blue"));
    assert_eq!(kubectl.ok(&apply, &blue).await, applied);
    // What is left out goes.
    let bare = WIDGET.replace(", parts: [{name: x, weight: 1}]", "");
    kubectl.ok(&apply, &bare).await;
    assert_eq!(kubectl.ok(&["get", "wd", "a", "-o", "jsonpath={.spec.parts}"], "").await, "");
    let wrong = kubectl.refused(&apply, &WIDGET.replace("color: red", "colour: red")).await;
    assert!(wrong.contains(".spec.colour: field not declared in schema"), "{wrong}");
    // Client-side apply and back: kubectl moves what it owns.
    kubectl.ok(&["apply", "-f", "-"], CONFIG).await;
    let less = CONFIG.replace("data: {a: b}", "data: {c: d}");
    assert_eq!(kubectl.ok(&apply, &less).await, "configmap/c serverside-applied\n");
    assert_eq!(kubectl.ok(&["get", "cm", "c", "-o", "jsonpath={.data}"], "").await, r#"{"c":"d"}"#);
    let managed = kubectl.ok(&["get", "cm", "c", "-o", "yaml", "--show-managed-fields"], "").await;
    assert!(managed.contains("manager: kubectl\n    operation: Apply"), "{managed}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn kubectl_chooses_changes_and_waits() {
    let api = Fixture::new().await;
    let Some(kubectl) = kubectl_of(&api).await else { return };
    kubectl.ok(&["create", "-f", "-"], WIDGET).await;
    kubectl.ok(&["create", "-f", "-"], &WIDGET.replace("name: a", "name: b").replace("red", "blue")).await;
    let named = ["get", "wd", "--field-selector", "metadata.name=b", "-o", "name"];
    assert_eq!(kubectl.ok(&named, "").await, "widget.test.example.com/b\n");
    let yaml = kubectl.ok(&["get", "wd", "b", "-o", "yaml"], "").await;
    assert!(yaml.contains("kind: Widget\n") && yaml.contains("  color: blue\n"), "{yaml}");
    let items = kubectl.ok(&["get", "wd", "-o", "json", "--sort-by", ".spec.color"], "").await;
    assert!(items.find("\"blue\"").unwrap() < items.find("\"red\"").unwrap(), "{items}");
    // What was read goes back whole.
    let replaced = kubectl.ok(&["replace", "-f", "-"], &yaml.replace("color: blue", "color: red")).await;
    assert_eq!(replaced, "widget.test.example.com/b replaced\n");
    let stale = kubectl.refused(&["replace", "-f", "-"], &yaml).await;
    assert!(stale.contains("the object has been modified"), "{stale}");
    kubectl.ok(&["label", "wd", "b", "team=x"], "").await;
    assert!(kubectl.refused(&["label", "wd", "b", "team=y"], "").await.contains("--overwrite"));
    kubectl.ok(&["label", "wd", "b", "team=y", "--overwrite"], "").await;
    kubectl.ok(&["label", "wd", "b", "team-"], "").await;
    kubectl.ok(&["annotate", "wd", "--all", "note=z"], "").await;
    let notes = "jsonpath={.items[*].metadata.annotations.note}";
    assert_eq!(kubectl.ok(&["get", "wd", "-o", notes], "").await, "z z");
    kubectl.ok(&["apply", "-f", "-"], CONFIG).await;
    kubectl.ok(&["patch", "cm", "c", "--type=strategic", "-p", r#"{"data":{"a":null,"e":"f"}}"#], "").await;
    assert_eq!(kubectl.ok(&["get", "cm", "c", "-o", "jsonpath={.data}"], "").await, r#"{"e":"f"}"#);

    let blue = kubectl.command(&["wait", "wd/b", "--for=jsonpath={.spec.color}=blue", "--timeout=20s"]);
    let gone = kubectl.command(&["wait", "wd/a", "--for=delete", "--timeout=20s"]);
    let (blue, gone) = (finish(blue), finish(gone));
    kubectl.ok(&["patch", "wd", "b", "--type=merge", "-p", r#"{"spec":{"color":"blue"}}"#], "").await;
    kubectl.ok(&["delete", "wd", "a"], "").await;
    assert_eq!(blue.await.unwrap(), "widget.test.example.com/b condition met\n");
    assert_eq!(gone.await.unwrap(), "widget.test.example.com/a condition met\n");
    let (code, late) =
        kubectl.run(&["wait", "wd/b", "--for=jsonpath={.spec.color}=red", "--timeout=0"], "").await;
    assert_eq!(code, 1, "{late}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn kubectl_deletes_as_it_is_told() {
    let api = Fixture::new().await;
    let Some(kubectl) = kubectl_of(&api).await else { return };
    let owned = async |name: &str, owner: &str| {
        let uid = kubectl.ok(&["get", "wd", owner, "-o", "jsonpath={.metadata.uid}"], "").await;
        let references = format!(
            "{{name: {name}, ownerReferences: [{{apiVersion: test.example.com/v1, kind: Widget, name: {owner}, uid: {uid}, blockOwnerDeletion: true}}]}}"
        );
        kubectl.ok(&["create", "-f", "-"], &WIDGET.replace("{name: a}", &references)).await;
    };
    let names = async || kubectl.ok(&["get", "wd", "-o", "jsonpath={.items[*].metadata.name}"], "").await;
    kubectl.ok(&["create", "-f", "-"], WIDGET).await;
    owned("child", "a").await;
    kubectl.ok(&["delete", "wd", "a", "--dry-run=server"], "").await;
    assert_eq!(names().await, "a child");
    // With --cascade=foreground kubectl returns when all is gone.
    kubectl.ok(&["delete", "wd", "a", "--cascade=foreground", "--timeout=20s"], "").await;
    assert_eq!(names().await, "");
    kubectl.ok(&["create", "-f", "-"], WIDGET).await;
    owned("child", "a").await;
    kubectl.ok(&["delete", "wd", "a", "--cascade=orphan", "--timeout=20s"], "").await;
    assert_eq!(names().await, "child");

    let hold = r#"{"metadata":{"finalizers":["test.example.com/hold"],"labels":{"held":"yes"}}}"#;
    kubectl.ok(&["patch", "wd", "child", "--type=merge", "-p", hold], "").await;
    kubectl.ok(&["delete", "wd", "-l", "held=yes", "--wait=false"], "").await;
    let table = kubectl.ok(&["get", "wd", "child", "-o", "jsonpath={.metadata.deletionTimestamp}"], "").await;
    assert!(!table.is_empty());
    let (code, _) = kubectl.run(&["delete", "wd", "child", "--timeout=1ms"], "").await;
    assert_eq!(code, 1, "it waits, and says so when it is not done");
    let free = r#"{"metadata":{"finalizers":null}}"#;
    kubectl.ok(&["patch", "wd", "child", "--type=merge", "-p", free], "").await;
    assert_eq!(names().await, "");
    let missing = kubectl.refused(&["delete", "wd", "child"], "").await;
    assert!(missing.contains("widgets.test.example.com \"child\" not found"), "{missing}");
    kubectl.ok(&["delete", "wd", "child", "--ignore-not-found"], "").await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn kubectl_explains_describes_and_asks() {
    let api = Fixture::new().await;
    let Some(kubectl) = kubectl_of(&api).await else { return };
    let tree = kubectl.ok(&["explain", "widget", "--recursive"], "").await;
    assert!(tree.contains("  spec\t<Object>") && tree.contains("    color\t<string>"), "{tree}");
    assert!(tree.contains("enum: "), "{tree}");
    kubectl.ok(&["create", "-f", "-"], WIDGET).await;
    let uid = kubectl.ok(&["get", "wd", "a", "-o", "jsonpath={.metadata.uid}"], "").await;
    let event = format!(
        "
apiVersion: v1
kind: Event
metadata: {{name: a.1}}
type: Warning
reason: Leaks
message: It leaks.
involvedObject: {{apiVersion: test.example.com/v1, kind: Widget, name: a, namespace: default, uid: {uid}}}
count: 2
firstTimestamp: '2026-11-24T10:00:00Z'
lastTimestamp: '2026-11-24T10:00:00Z'
source: {{component: t}}
"
    );
    kubectl.ok(&["create", "-f", "-"], &event).await;
    for args in [&["events"][..], &["events", "--for", "widget.v1.test.example.com/a"], &["get", "events"]] {
        let told = kubectl.ok(args, "").await;
        assert!(told.contains("Leaks") && told.to_lowercase().contains("widget/a"), "{told}");
    }
    assert!(kubectl.ok(&["describe", "wd", "a"], "").await.contains("Warning  Leaks"));
    assert!(kubectl.ok(&["events", "--types", "Normal"], "").await.contains("No events found"));

    assert_eq!(kubectl.ok(&["auth", "can-i", "create", "widgets", "-n", "default"], "").await, "yes\n");
    assert!(kubectl.ok(&["auth", "can-i", "--list"], "").await.contains("*.*"));
    let resources = kubectl.ok(&["api-resources", "--api-group=test.example.com", "-o", "wide"], "").await;
    assert!(
        resources.contains("wd") && resources.contains("create,delete,deletecollection,get"),
        "{resources}"
    );
    for written in [
        &["create", "secret", "generic", "s", "--from-literal=k=v", "--dry-run=client", "-o", "yaml"][..],
        &["create", "secret", "generic", "s", "--from-literal=k=v", "--dry-run=server", "-o", "yaml"],
    ] {
        assert!(kubectl.ok(written, "").await.contains("  k: dg=="));
    }
    assert!(kubectl.refused(&["get", "secret", "s"], "").await.contains("NotFound"));
    assert!(kubectl.refused(&["get", "pods"], "").await.contains("doesn't have a resource type \"pods\""));
}

/// What a command that must succeed prints, once it has ended; it starts now.
fn finish(mut command: tokio::process::Command) -> tokio::task::JoinHandle<String> {
    let child = command.spawn().unwrap();
    tokio::spawn(async move {
        let output = child.wait_with_output().await.unwrap();
        assert!(output.status.success(), "{output:?}");
        String::from_utf8(output.stdout).unwrap()
    })
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_request_without_the_token_is_refused() {
    let api = Fixture::new().await;
    let Some(kubectl) = kubectl_of(&api).await else { return };
    let (code, text) = kubectl.run(&["get", "ns", "--token", "wrong"], "").await;
    assert_eq!(code, 1);
    assert!(text.contains("You must be logged in"), "{text}");
}

fn write_editor(path: &Path, script: &str) {
    use std::os::unix::fs::PermissionsExt;
    std::fs::write(path, format!("#!/bin/sh\n{script}\n")).unwrap();
    std::fs::set_permissions(path, std::fs::Permissions::from_mode(0o755)).unwrap();
}

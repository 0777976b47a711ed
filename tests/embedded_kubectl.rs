//! The embedded API as kubectl sees it: over TLS, with the written kubeconfig.

#![allow(clippy::unwrap_used)] // Helpers of tests count as tests.

mod embedded_support;

use std::path::{Path, PathBuf};
use std::process::Stdio;

use embedded_support::Fixture;
use tokio::io::AsyncWriteExt;
use tokio_util::sync::CancellationToken;

/// A kubectl of this machine, for one embedded API.
struct Kubectl {
    program: PathBuf,
    kubeconfig: PathBuf,
    home: PathBuf,
}

impl Kubectl {
    /// `None`, with a note, where the machine has no kubectl.
    async fn of(api: &Fixture) -> Option<Self> {
        let dir = api.dir.path();
        let address = "127.0.0.1:0".parse().unwrap();
        api.embedded.listen(address, dir, CancellationToken::new()).await.unwrap();
        let path = std::env::var_os("PATH").unwrap_or_default();
        let program = std::env::split_paths(&path).map(|p| p.join("kubectl")).find(|p| p.is_file());
        if program.is_none() {
            eprintln!("kubectl is not on the PATH: these checks are left out");
        }
        Some(Self { program: program?, kubeconfig: dir.join("kubeconfig"), home: dir.join("home") })
    }

    fn command(&self, args: &[&str]) -> tokio::process::Command {
        let mut command = tokio::process::Command::new(&self.program);
        command.arg("--kubeconfig").arg(&self.kubeconfig).args(args);
        // Its discovery cache goes where the test may write, and nothing of the user's settings counts.
        command.env("HOME", &self.home).env_remove("KUBECONFIG").env("KUBECTL_EXTERNAL_DIFF", "diff -u");
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).kill_on_drop(true);
        command
    }

    /// Runs to the end; exit code, then both outputs.
    async fn run(&self, args: &[&str], input: &str) -> (i32, String) {
        let mut child = self.command(args).spawn().unwrap();
        let mut stdin = child.stdin.take().unwrap();
        stdin.write_all(input.as_bytes()).await.unwrap();
        drop(stdin);
        let output = child.wait_with_output().await.unwrap();
        let text =
            String::from_utf8_lossy(&output.stdout).into_owned() + &String::from_utf8_lossy(&output.stderr);
        (output.status.code().unwrap(), text)
    }

    /// The output of a command that must succeed.
    async fn ok(&self, args: &[&str], input: &str) -> String {
        let (code, text) = self.run(args, input).await;
        assert_eq!(code, 0, "kubectl {args:?}: {text}");
        text
    }
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
    let Some(kubectl) = Kubectl::of(&api).await else { return };
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
    let Some(kubectl) = Kubectl::of(&api).await else { return };
    // These are sent in protobuf.
    kubectl.ok(&["create", "namespace", "work"], "").await;
    let mut child = kubectl.command(&["get", "wd", "-n", "work", "-w"]).spawn().unwrap();
    let mut lines =
        tokio::io::AsyncBufReadExt::lines(tokio::io::BufReader::new(child.stdout.take().unwrap()));
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
async fn a_request_without_the_token_is_refused() {
    let api = Fixture::new().await;
    let Some(kubectl) = Kubectl::of(&api).await else { return };
    let (code, text) = kubectl.run(&["get", "ns", "--token", "wrong"], "").await;
    assert_eq!(code, 1);
    assert!(text.contains("You must be logged in"), "{text}");
}

fn write_editor(path: &Path, script: &str) {
    use std::os::unix::fs::PermissionsExt;
    std::fs::write(path, format!("#!/bin/sh\n{script}\n")).unwrap();
    std::fs::set_permissions(path, std::fs::Permissions::from_mode(0o755)).unwrap();
}

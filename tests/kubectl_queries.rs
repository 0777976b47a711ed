//! The program and kubectl, as in the README: manifests made by hand in the forms of both releases are applied with the
//! kubeconfig that the program wrote, and `kubectl get queries -w` goes to done.

#![allow(clippy::unwrap_used)] // Helpers of tests count as tests.

#[allow(dead_code)] // This test uses its part.
mod kubectl;

use std::path::Path;
use std::process::Stdio;
use std::time::Duration;

use kubectl::Kubectl;
use tokio::io::{AsyncBufReadExt, BufReader};
use tokio::process::{Child, Command};

/// Longer than anything takes on a busy machine; reached only when something hangs.
const PATIENCE: Duration = Duration::from_secs(60);

/// Release 0.1.31: the provider is the type, targets are a list. `ADDRESS` is where the program listens, whose demo
/// model answers.
const OLD: &str = "
apiVersion: ark.mckinsey.com/v1alpha1
kind: Agent
metadata: {name: old}
spec: {prompt: You are brief., modelRef: {name: old}, tools: [{type: built-in, name: noop}]}
---
apiVersion: ark.mckinsey.com/v1alpha1
kind: Model
metadata: {name: old}
spec:
  type: openai
  model: {value: demo-writer}
  config: {openai: {baseUrl: {value: ADDRESS/demo/v1}, apiKey: {value: none}}}
---
apiVersion: ark.mckinsey.com/v1alpha1
kind: Query
metadata: {name: old}
spec:
  input: 'What is an agent, {{.name}}?'
  parameters: [{name: name, value: Ada}]
  targets: [{type: agent, name: old}]
";

/// The newest release: a provider, one target, a key from a Secret.
const NEW: &str = "
apiVersion: v1
kind: Secret
metadata: {name: key}
data: {token: bm9uZQ==}
---
apiVersion: ark.mckinsey.com/v1alpha1
kind: Model
metadata: {name: new}
spec:
  provider: openai
  model: {value: demo-fast}
  config:
    openai:
      baseUrl: {value: ADDRESS/demo/v1}
      apiKey: {valueFrom: {secretKeyRef: {name: key, key: token}}}
---
apiVersion: ark.mckinsey.com/v1alpha1
kind: Agent
metadata: {name: new}
spec: {prompt: You are brief., modelRef: {name: new}}
---
apiVersion: ark.mckinsey.com/v1alpha1
kind: Query
metadata: {name: new}
spec: {input: 'What is an agent?', target: {type: agent, name: new}, timeout: 1m, ttl: 1h}
";

/// Starts the program on the data in `dir`; its address once it is ready.
async fn start(dir: &Path) -> (Child, String) {
    let mut child = Command::new(env!("CARGO_BIN_EXE_arkdeck"))
        .args(["serve", "--listen", "127.0.0.1:0", "--kube-listen", "127.0.0.1:0", "--data-dir"])
        .arg(dir)
        .stdout(Stdio::piped())
        .kill_on_drop(true)
        .spawn()
        .unwrap();
    let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
    while let Some(line) = lines.next_line().await.unwrap() {
        if let Some((_, address)) = line.split_once("http://") {
            let address = format!("http://{}", address.trim());
            // The rest is read too: a full pipe would stop the program.
            tokio::spawn(async move { while let Ok(Some(_)) = lines.next_line().await {} });
            return (child, address);
        }
    }
    panic!("the program ended before it was ready");
}

#[tokio::test(flavor = "multi_thread")]
async fn queries_made_by_hand_are_seen_to_end() {
    let dir = tempfile::tempdir().unwrap();
    let (mut program, address) = start(dir.path()).await;
    let Some(kubectl) = Kubectl::find(dir.path().join("kubeconfig")) else { return };
    let (mut watching, mut lines) = kubectl.follow(&["get", "queries", "-w"]);
    let applied = kubectl.ok(&["apply", "-f", "-"], &OLD.replace("ADDRESS", &address)).await;
    assert!(applied.contains("query.ark.mckinsey.com/old created"), "{applied}");
    let new = NEW.replace("ADDRESS", &address);
    kubectl.ok(&["apply", "--server-side", "-f", "-"], &new).await;

    let mut seen = Vec::new();
    let done = async {
        let mut left = vec!["old", "new"];
        while !left.is_empty() {
            let line = lines.next_line().await.unwrap().expect("the watch goes on");
            // NAME TYPE PHASE DURATION AGE, where the type may be empty.
            left.retain(|name| {
                !(line.starts_with(name) && line.split_whitespace().any(|word| word == "done"))
            });
            seen.push(line);
        }
    };
    let ended = tokio::time::timeout(PATIENCE, done).await;
    assert!(ended.is_ok(), "{seen:#?}");
    watching.kill().await.unwrap();
    kubectl.ok(&["wait", "query", "--all", "--for=condition=Completed", "--timeout=30s"], "").await;
    kubectl
        .ok(
            &[
                "wait",
                "model,agent",
                "--all",
                "--for=jsonpath={.status.conditions[0].status}=True",
                "--timeout=30s",
            ],
            "",
        )
        .await;
    for name in ["old", "new"] {
        // Fields of both releases are filled.
        let read = async |path: &str| {
            let output = format!("jsonpath={{{path}}}");
            kubectl.ok(&["get", "query", name, "-o", &output], "").await
        };
        assert!(!read(".status.response.content").await.is_empty());
        assert_eq!(read(".status.response.content").await, read(".status.responses[0].content").await);
        assert_eq!(read(".status.conditions[0].reason").await, "QuerySucceeded");
        assert!(read(".status.tokenUsage.totalTokens").await.parse::<u64>().unwrap() > 0);
    }
    // Applying the same again is no change, though controllers have written since.
    let again = kubectl.ok(&["apply", "-f", "-"], &OLD.replace("ADDRESS", &address)).await;
    assert_eq!(again.matches("unchanged").count(), 3, "{again}");
    kubectl.ok(&["diff", "--server-side", "-f", "-"], &new).await;
    let events = kubectl.ok(&["events", "--for", "query/old"], "").await;
    assert!(events.contains("Query/old"), "{events}");
    kubectl.ok(&["delete", "query", "--all", "--timeout=30s"], "").await;
    program.kill().await.unwrap();
}

//! The program as a person starts it: what it refuses, with which sentence and which code, and how it ends.

#![allow(clippy::unwrap_used)] // Helpers of tests count as tests.

use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Child, Command, Output, Stdio};

/// The built program, with nothing of this machine's environment that it could use.
fn arkdeck(args: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_arkdeck"));
    command.args(args).env_clear().stdin(Stdio::null());
    for name in ["PATH", "TMPDIR"] {
        if let Some(value) = std::env::var_os(name) {
            command.env(name, value);
        }
    }
    command
}

fn run(args: &[&str]) -> Output {
    arkdeck(args).output().unwrap()
}

/// Runs what must be refused: one sentence on stderr, nothing on stdout, and the code.
fn refused(args: &[&str], code: i32) -> String {
    let output = run(args);
    let said = String::from_utf8(output.stderr).unwrap();
    assert_eq!(output.status.code(), Some(code), "{args:?}: {said}");
    assert!(output.stdout.is_empty(), "{args:?} printed to stdout");
    assert!(!said.contains("panicked") && !said.contains("backtrace"), "{said}");
    if code == 1 {
        assert_eq!(said.lines().count(), 1, "one sentence: {said}");
        assert!(said.starts_with("arkdeck: "), "{said}");
    }
    said
}

fn serve<'a>(dir: &'a Path, more: &[&'a str]) -> Vec<&'a str> {
    let dir = dir.to_str().unwrap();
    let mut args =
        vec!["serve", "--listen", "127.0.0.1:0", "--kube-listen", "127.0.0.1:0", "--data-dir", dir];
    args.extend(more);
    args
}

/// A running program; killed when the test fails.
struct Running {
    child: Child,
    /// Its lines up to the last one of the ready message.
    ready: Vec<String>,
}

impl Running {
    fn start(args: &[&str]) -> Self {
        let mut child = arkdeck(args).stdout(Stdio::piped()).stderr(Stdio::inherit()).spawn().unwrap();
        let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
        let mut ready = Vec::new();
        while !ready.last().is_some_and(|line: &String| line.contains("Stop")) {
            ready.push(lines.next().expect("it ended before it was ready").unwrap());
        }
        Self { child, ready }
    }

    /// Address of the pages.
    fn address(&self) -> &str {
        self.ready[0].split_once("http://").unwrap().1
    }

    /// Ends it as a service manager does.
    fn stop(mut self) -> i32 {
        let pid = self.child.id().to_string();
        assert!(Command::new("kill").args(["-TERM", &pid]).status().unwrap().success());
        self.child.wait().unwrap().code().unwrap()
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

#[test]
fn version_and_definitions_are_printed() {
    let version = run(&["version"]);
    assert_eq!(
        String::from_utf8(version.stdout).unwrap(),
        concat!("arkdeck ", env!("CARGO_PKG_VERSION"), "\n")
    );
    let crds = String::from_utf8(run(&["crds"]).stdout).unwrap();
    assert_eq!(crds.matches("kind: CustomResourceDefinition").count(), 13);
}

#[test]
fn a_wrong_command_line_suggests_the_right_one() {
    assert!(refused(&["serve", "--listn", "127.0.0.1:0"], 2).contains("--listen"));
    assert!(refused(&["serv"], 2).contains("serve"));
    assert!(refused(&["serve", "--context", "a", "--in-cluster"], 2).contains("--in-cluster"));
}

#[test]
fn other_addresses_than_loopback_are_refused_with_the_way_out() {
    let said = refused(&["serve", "--listen", "0.0.0.0:3000"], 1);
    assert!(said.contains("ssh -L 3000:127.0.0.1:3000") && said.contains("port-forward"), "{said}");
    assert!(refused(&["serve", "--kube-listen", "0.0.0.0:6440"], 1).contains("--kube-listen"));
}

#[test]
fn it_says_where_it_is_and_ends_when_asked() {
    let dir = tempfile::tempdir().unwrap();
    let running = Running::start(&serve(dir.path(), &[]));
    assert!(dir.path().join("kubeconfig").exists(), "written before it says that it is ready");
    let said = running.ready.join("\n");
    assert!(said.contains("kubeconfig") && said.contains(dir.path().to_str().unwrap()), "{said}");
    std::net::TcpStream::connect(running.address()).unwrap();
    assert_eq!(running.stop(), 0);
}

#[test]
fn a_second_process_and_a_busy_port_are_named() {
    let dir = tempfile::tempdir().unwrap();
    let running = Running::start(&serve(dir.path(), &[]));
    assert!(refused(&serve(dir.path(), &[]), 1).contains("in use by another arkdeck process"));
    let other = tempfile::tempdir().unwrap();
    let args = ["serve", "--listen", running.address(), "--data-dir", other.path().to_str().unwrap()];
    let said = refused(&args, 1);
    assert!(said.contains(running.address()) && said.contains("--listen"), "{said}");
}

#[test]
fn data_that_cannot_be_used_is_left_alone() {
    let dir = tempfile::tempdir().unwrap();
    let file = dir.path().join("arkdeck.sqlite");
    std::fs::write(&file, "this is a letter, and not a database at all").unwrap();
    let said = refused(&serve(dir.path(), &[]), 1);
    assert!(said.contains("not a healthy database") && said.contains("Nothing was changed"), "{said}");
    assert!(std::fs::read_to_string(&file).unwrap().starts_with("this is a letter"));

    // A file where the folder should be: refused for root too, whom no permission stops.
    let said = refused(&serve(&file, &[]), 1);
    assert!(said.contains("--data-dir"), "{said}");
}

#[test]
fn a_cluster_that_cannot_be_used_is_named() {
    let dir = tempfile::tempdir().unwrap();
    let data = dir.path().join("data");
    let missing = dir.path().join("none");
    let said = refused(&serve(&data, &["--kubeconfig", missing.to_str().unwrap()]), 1);
    assert!(said.contains("none"), "{said}");

    // A port that was free a moment ago: nothing answers there.
    let free = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let config = dir.path().join("config");
    let text = format!(
        "apiVersion: v1\nkind: Config\nclusters: [{{name: c, cluster: {{server: 'http://{free}'}}}}]\n\
         users: [{{name: u, user: {{}}}}]\ncontexts: [{{name: lagoon, context: {{cluster: c, user: u}}}}]\ncurrent-context: lagoon\n"
    );
    std::fs::write(&config, text).unwrap();
    let config = config.to_str().unwrap();
    let said = refused(&serve(&data, &["--kubeconfig", config]), 1);
    assert!(said.contains(&free.to_string()) && said.contains("does not answer"), "{said}");
    let said = refused(&serve(&data, &["--kubeconfig", config, "--context", "reef"]), 1);
    assert!(said.contains("reef"), "{said}");
}

#[test]
fn a_cluster_without_the_definitions_is_told_how_to_get_them() {
    let dir = tempfile::tempdir().unwrap();
    let said = refused_by(
        dir.path(),
        "200 OK",
        r#"{"major":"1","minor":"37","gitVersion":"v1.37.0","gitCommit":"","gitTreeState":"","buildDate":"","goVersion":"","compiler":"","platform":""}"#,
        "404 Not Found",
    );
    assert!(said.contains("arkdeck crds | kubectl apply --server-side -f -"), "{said}");
    let said = refused_by(
        dir.path(),
        "401 Unauthorized",
        r#"{"kind":"Status","apiVersion":"v1","status":"Failure","message":"Unauthorized","reason":"Unauthorized","code":401}"#,
        "401 Unauthorized",
    );
    assert!(said.contains("does not let us in"), "{said}");
}

/// What is said about a server that answers `/version` so and everything else with `rest`.
fn refused_by(dir: &Path, status: &'static str, version: &'static str, rest: &'static str) -> String {
    use std::io::{Read, Write};
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    std::thread::spawn(move || {
        for connection in listener.incoming() {
            let mut connection = connection.unwrap();
            let mut request = [0; 4096];
            let read = connection.read(&mut request).unwrap_or_default();
            let asked = String::from_utf8_lossy(&request[..read]).into_owned();
            let none = r#"{"kind":"Status","apiVersion":"v1","status":"Failure","message":"no","reason":"NotFound","code":404}"#;
            let (status, body) =
                if asked.starts_with("GET /version") { (status, version) } else { (rest, none) };
            let head = format!(
                "HTTP/1.1 {status}\r\ncontent-type: application/json\r\ncontent-length: {}\r\nconnection: close\r\n\r\n",
                body.len()
            );
            let _ = connection.write_all(format!("{head}{body}").as_bytes());
        }
    });
    let config = dir.join("config");
    let text = format!(
        "apiVersion: v1\nkind: Config\nclusters: [{{name: c, cluster: {{server: 'http://{address}'}}}}]\n\
         users: [{{name: u, user: {{token: t}}}}]\ncontexts: [{{name: x, context: {{cluster: c, user: u}}}}]\ncurrent-context: x\n"
    );
    std::fs::write(&config, text).unwrap();
    refused(&serve(&dir.join("data"), &["--kubeconfig", config.to_str().unwrap()]), 1)
}

/// Runs a suite of `examples/evaluations` on the demo set.
fn evaluated(suite: &str, more: &[&str]) -> Output {
    let file = format!("{}/examples/evaluations/{suite}", env!("CARGO_MANIFEST_DIR"));
    let mut args = vec!["evaluate", "--embedded", "-f", &file];
    args.extend(more);
    run(&args)
}

#[test]
fn a_suite_passes_and_the_same_with_a_worse_agent_fails_its_gate() {
    let dir = tempfile::tempdir().unwrap();
    let file = |name: &str| dir.path().join(name).to_str().unwrap().to_owned();
    let (junit, json) = (file("junit.xml"), file("results.json"));
    let good = evaluated("good.yaml", &["--junit", &junit, "--json", &json]);
    let said = String::from_utf8_lossy(&good.stdout).into_owned() + &String::from_utf8_lossy(&good.stderr);
    assert_eq!(good.status.code(), Some(0), "{said}");
    assert!(said.contains("The gate passed: 1 of 1 evaluations passed."), "{said}");
    assert!(std::fs::read_to_string(junit).unwrap().contains("<testcase classname=\"order-facts\""));
    assert!(std::fs::read_to_string(json).unwrap().contains("\"passed\": true"));

    let markdown = file("results.md");
    let worse = evaluated("regression.yaml", &["--markdown", &markdown]);
    let said = String::from_utf8_lossy(&worse.stdout).into_owned() + &String::from_utf8_lossy(&worse.stderr);
    assert_eq!(worse.status.code(), Some(1), "{said}");
    assert!(said.contains("FAIL") && said.contains("order-facts-answer"), "{said}");
    assert!(std::fs::read_to_string(markdown).unwrap().contains("### Evaluations: failed"));
}

#[test]
fn a_suite_that_cannot_run_is_told_from_one_that_failed() {
    let dir = tempfile::tempdir().unwrap();
    let file = dir.path().join("suite.yaml");
    std::fs::write(&file, "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: x}\n").unwrap();
    let file = file.to_str().unwrap();
    assert!(refused(&["evaluate", "-f", file, "--embedded"], 2).contains("no Evaluation"));
    assert!(refused(&["evaluate", "-f", "/none.yaml", "--embedded"], 2).contains("/none.yaml"));
    let suite = concat!(env!("CARGO_MANIFEST_DIR"), "/examples/evaluations/good.yaml");
    assert!(refused(&["evaluate", "-f", suite], 2).contains("--embedded"));
    assert!(
        refused(&["evaluate", "-f", suite, "--embedded", "--fail-under", "80"], 2).contains("from 0 to 1")
    );
}

#[test]
fn a_score_is_held_to_the_bound_and_time_and_reach_have_an_end() {
    const WORDS: &str = "apiVersion: ark.mckinsey.com/v1alpha1\nkind: Evaluator\nmetadata: {name: words}\nspec:\n  metrics:\n  \
                         - {type: contains, name: noon, expected: noon}\n  - {type: contains, name: six, expected: six}\n---\n";
    let dir = tempfile::tempdir().unwrap();
    let file = |name: &str| dir.path().join(name).to_str().unwrap().to_owned();
    let suite = |by: &str| {
        format!(
            "{WORDS}apiVersion: ark.mckinsey.com/v1alpha1\nkind: Evaluation\nmetadata: {{name: half}}\nspec:\n  \
             config: {{input: When?, output: At noon.}}\n  evaluator: {{name: {by}}}\n"
        )
    };
    let (half, never, json) = (file("half.yaml"), file("never.yaml"), file("results.json"));
    std::fs::write(&half, suite("words")).unwrap();
    std::fs::write(&never, suite("nobody")).unwrap();
    let data = file("data");
    let running = Running::start(&serve(Path::new(&data), &[]));
    let kubeconfig = format!("{data}/kubeconfig");
    let with = |suite: &str, more: &[&str]| {
        let mut args = vec!["evaluate", "-f", suite, "--kubeconfig", &kubeconfig, "--json", &json];
        args.extend(more);
        run(&args)
    };
    for (more, code, said) in [
        (vec![], 1, "The gate failed: 0 of 1 evaluations passed."),
        (vec!["--fail-under", "0.5"], 0, "The gate passed: 1 of 1 evaluations passed."),
        (vec!["--fail-under", "0.501"], 1, "The gate failed: 0 of 1 evaluations passed."),
    ] {
        let output = with(&half, &more);
        let text = String::from_utf8_lossy(&output.stdout).into_owned();
        assert_eq!(
            output.status.code(),
            Some(code),
            "{more:?}: {text}{}",
            String::from_utf8_lossy(&output.stderr)
        );
        assert!(text.contains("  0.500  half  ") && text.contains(said), "{more:?}: {text}");
        let report: serde_json::Value =
            serde_json::from_str(&std::fs::read_to_string(&json).unwrap()).unwrap();
        let least = more.get(1).map(|score| score.parse::<f64>().unwrap());
        assert_eq!((report["failUnder"].as_f64(), &report["passed"]), (least, &(code == 0).into()));
    }
    let late = with(&never, &["--timeout", "1"]);
    let said = String::from_utf8_lossy(&late.stderr).into_owned();
    assert_eq!(late.status.code(), Some(2), "{said}");
    assert!(said.contains("the evaluations did not end within 1 s; give them more time"), "{said}");
    assert!(late.stdout.is_empty(), "there is no report of what did not end");
    assert_eq!(running.stop(), 0);
    // Nothing answers there any more.
    let gone = with(&half, &[]);
    let said = String::from_utf8_lossy(&gone.stderr).into_owned();
    assert_eq!(gone.status.code(), Some(2), "{said}");
    assert!(said.contains("arkdeck: Evaluator 'words' was not applied: "), "{said}");
}

#[test]
fn a_rule_that_cannot_be_read_ends_the_suite_before_anything_starts() {
    let dir = tempfile::tempdir().unwrap();
    let file = dir.path().join("suite.yaml");
    let suite = "apiVersion: ark.mckinsey.com/v1alpha1\nkind: Evaluation\nmetadata: {name: facts}\nspec:\n  type: event\n  \
                 evaluator: {name: e}\n  config:\n    queryRef: {name: q}\n    rules: [{name: typo, expression: 'true &&'}]\n";
    std::fs::write(&file, suite).unwrap();
    let said = refused(&["evaluate", "--embedded", "-f", file.to_str().unwrap()], 2);
    let expected = "Evaluation 'facts' was not applied: spec.config.rules[0].expression: Rule 'typo' cannot be read: line 1, column";
    assert!(said.contains(expected), "{said}");
    let good = concat!(env!("CARGO_MANIFEST_DIR"), "/examples/evaluations/good.yaml");
    let said = refused(&["evaluate", "--embedded", "-f", good, "--baseline", "before"], 2);
    assert!(said.contains("spec.config.dataSet"), "{said}");
}

/// Posts to a running program; status line and body.
fn post(address: &str, path: &str, body: &str) -> (String, String) {
    use std::io::{Read, Write};
    let mut stream = std::net::TcpStream::connect(address).unwrap();
    let head = format!(
        "POST {path} HTTP/1.1\r\nHost: {address}\r\nContent-Length: {}\r\nConnection: close\r\n\r\n",
        body.len()
    );
    stream.write_all((head + body).as_bytes()).unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).unwrap();
    let (head, body) = answer.split_once("\r\n\r\n").unwrap();
    (head.lines().next().unwrap().to_owned(), body.to_owned())
}

#[test]
fn command_and_endpoint_give_the_same_report() {
    let dir = tempfile::tempdir().unwrap();
    let running = Running::start(&serve(dir.path(), &["--demo"]));
    let kubeconfig = dir.path().join("kubeconfig");
    for (suite, status, code) in [("good.yaml", "200", 0), ("regression.yaml", "422", 1)] {
        let file = format!("{}/examples/evaluations/{suite}", env!("CARGO_MANIFEST_DIR"));
        let json = dir.path().join("results.json");
        let (kubeconfig, json) = (kubeconfig.to_str().unwrap(), json.to_str().unwrap());
        let command = run(&["evaluate", "-f", &file, "--kubeconfig", kubeconfig, "--json", json]);
        assert_eq!(command.status.code(), Some(code), "{}", String::from_utf8_lossy(&command.stderr));
        let text = std::fs::read_to_string(&file).unwrap();
        let (first, body) = post(running.address(), "/api/evaluate", &text);
        assert!(first.contains(status), "{first}: {body}");
        let read = |text: &str| serde_json::from_str::<serde_json::Value>(text).unwrap();
        assert_eq!(read(&body), read(&std::fs::read_to_string(json).unwrap()), "{suite}");
    }
    assert_eq!(running.stop(), 0);
}

#[test]
fn an_experiment_that_became_worse_fails_its_gate_and_says_first_what_moved_down() {
    let dir = tempfile::tempdir().unwrap();
    let file = |name: &str| dir.path().join(name).to_str().unwrap().to_owned();
    let (markdown, json) = (file("results.md"), file("results.json"));
    let more = ["--baseline", "refunds-before", "--markdown", &markdown, "--json", &json];
    let output = evaluated("experiment.yaml", &more);
    let said = String::from_utf8_lossy(&output.stdout).into_owned();
    assert_eq!(output.status.code(), Some(1), "{said}{}", String::from_utf8_lossy(&output.stderr));
    assert!(said.contains("agent/refunds-short against refunds-before@1: mean -"), "{said}");
    assert!(said.contains("7 worse, 3 better of 24 items."), "{said}");
    let (worse, better) = (said.find("worse   0.980 → 0.420").unwrap(), said.find("better  ").unwrap());
    assert!(worse < better, "{said}");
    assert!(said.contains("The gate failed: 1 of 2 evaluations passed."), "{said}");
    assert!(std::fs::read_to_string(markdown).unwrap().contains("| worse | r-0"));
    let report: serde_json::Value = serde_json::from_str(&std::fs::read_to_string(json).unwrap()).unwrap();
    assert_eq!(report["evaluations"][1]["comparisons"][0]["worse"], 7);
    assert_eq!(evaluated("experiment.yaml", &["--baseline", "nobody"]).status.code(), Some(2));
}

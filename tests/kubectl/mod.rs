//! kubectl as a person uses it: one kubeconfig, and nothing of this machine's own settings.

use std::path::PathBuf;
use std::process::Stdio;

use tokio::io::{AsyncBufReadExt, AsyncWriteExt, BufReader, Lines};
use tokio::process::{Child, ChildStdout, Command};

/// A kubectl of this machine, for one API.
pub struct Kubectl {
    program: PathBuf,
    kubeconfig: PathBuf,
    home: PathBuf,
}

impl Kubectl {
    /// From the PATH, or where scripts/setup-kubectl puts it. `None`, with a note, where there is none.
    pub fn find(kubeconfig: PathBuf) -> Option<Self> {
        let path = std::env::var_os("PATH").unwrap_or_default();
        let cache = std::env::var_os("XDG_CACHE_HOME").map(PathBuf::from);
        let cache = cache.or_else(|| Some(PathBuf::from(std::env::var_os("HOME")?).join(".cache")));
        let ours = cache.map(|cache| cache.join("arkdeck/cluster"));
        let program =
            std::env::split_paths(&path).chain(ours).map(|p| p.join("kubectl")).find(|p| p.is_file());
        if program.is_none() {
            eprintln!("there is no kubectl: these checks are left out; scripts/setup-kubectl installs one");
        }
        let home = kubeconfig.with_file_name("home");
        Some(Self { program: program?, kubeconfig, home })
    }

    pub fn command(&self, args: &[&str]) -> Command {
        let mut command = Command::new(&self.program);
        command.arg("--kubeconfig").arg(&self.kubeconfig).args(args);
        // Its discovery cache goes where the test may write, and nothing of the user's settings counts.
        command.env("HOME", &self.home).env_remove("KUBECONFIG").env("KUBECTL_EXTERNAL_DIFF", "diff -u");
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).kill_on_drop(true);
        command
    }

    /// Runs to the end; exit code, then both outputs.
    pub async fn run(&self, args: &[&str], input: &str) -> (i32, String) {
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
    pub async fn ok(&self, args: &[&str], input: &str) -> String {
        let (code, text) = self.run(args, input).await;
        assert_eq!(code, 0, "kubectl {args:?}: {text}");
        text
    }

    /// The output of a command that must fail.
    pub async fn refused(&self, args: &[&str], input: &str) -> String {
        let (code, text) = self.run(args, input).await;
        assert_eq!(code, 1, "kubectl {args:?}: {text}");
        text
    }

    /// Starts a command and reads its lines as they come.
    pub fn follow(&self, args: &[&str]) -> (Child, Lines<BufReader<ChildStdout>>) {
        let mut child = self.command(args).spawn().unwrap();
        let lines = BufReader::new(child.stdout.take().unwrap()).lines();
        (child, lines)
    }
}

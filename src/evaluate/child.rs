//! A whole Arkdeck for one suite: this program as a child, with the demo set, in a folder that goes with it.

use std::path::PathBuf;
use std::process::Stdio;
use std::time::Duration;

use anyhow::{Context, anyhow};
use tokio::io::{AsyncBufReadExt, BufReader};
use tokio::process::{Child, Command};

/// Until it must be ready.
const PATIENCE: Duration = Duration::from_secs(60);

/// The child; killed with this, and its folder removed.
pub(super) struct Embedded {
    dir: PathBuf,
    child: Child,
}

impl Embedded {
    /// Starts it, and waits until it is ready.
    pub(super) async fn start() -> anyhow::Result<Self> {
        let dir = std::env::temp_dir().join(format!("arkdeck-evaluate-{}", uuid::Uuid::new_v4().simple()));
        std::fs::create_dir(&dir).with_context(|| format!("cannot make the folder {}", dir.display()))?;
        let program = std::env::current_exe().context("cannot find this program's own file")?;
        let mut command = Command::new(program);
        // Settings of whoever calls are for another Arkdeck.
        for (name, _) in std::env::vars_os() {
            if name.to_string_lossy().starts_with("ARKDECK_") {
                command.env_remove(name);
            }
        }
        let child = command
            .args([
                "serve",
                "--embedded",
                "--demo",
                "--listen",
                "127.0.0.1:0",
                "--kube-listen",
                "127.0.0.1:0",
                "--data-dir",
            ])
            .arg(&dir)
            .env("ARKDECK_LOG", "error")
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .kill_on_drop(true)
            .spawn()
            .context("cannot start the embedded Arkdeck")?;
        let mut embedded = Self { dir, child };
        let stdout =
            embedded.child.stdout.take().ok_or_else(|| anyhow!("the embedded Arkdeck has no output"))?;
        let mut lines = BufReader::new(stdout).lines();
        let ready = async {
            while let Some(line) = lines.next_line().await? {
                if line.contains("Stop") {
                    return Ok(());
                }
            }
            Err(anyhow!("the embedded Arkdeck ended before it was ready; its own words are above"))
        };
        tokio::time::timeout(PATIENCE, ready)
            .await
            .map_err(|_| anyhow!("the embedded Arkdeck was not ready within {} s", PATIENCE.as_secs()))??;
        Ok(embedded)
    }

    /// Its kubeconfig.
    pub(super) fn kubeconfig(&self) -> PathBuf {
        self.dir.join("kubeconfig")
    }
}

impl Drop for Embedded {
    fn drop(&mut self) {
        let _ = self.child.start_kill();
        let _ = std::fs::remove_dir_all(&self.dir);
    }
}

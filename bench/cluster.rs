//! etcd and kube-apiserver on loopback, with our CRDs, as `make test-cluster` has them.

use std::path::PathBuf;
use std::process::Stdio;
use std::time::Duration;

use anyhow::Context;
use tokio::io::{AsyncBufReadExt, BufReader};
use tokio::process::{Child, Command};

use crate::Bench;

/// The first time, they are built from Go modules.
const START_LIMIT: Duration = Duration::from_secs(1800);
/// They end in seconds.
const END_LIMIT: Duration = Duration::from_secs(60);

/// A started cluster.
pub struct Cluster {
    /// Of an administrator.
    pub kubeconfig: PathBuf,
    script: Child,
}

impl Cluster {
    /// Starts it; ready when this returns.
    pub async fn start(bench: &Bench) -> anyhow::Result<Self> {
        let mut script = Command::new(&bench.cluster)
            .arg("up")
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::piped())
            .spawn()
            .with_context(|| format!("cannot start {}", bench.cluster.display()))?;
        let mut lines = BufReader::new(script.stderr.take().context("no standard error")?).lines();
        let ready = async {
            let mut said = String::new();
            while let Some(line) = lines.next_line().await? {
                if let Some((_, path)) = line.split_once("export KUBECONFIG=") {
                    return anyhow::Ok(PathBuf::from(path.trim()));
                }
                said.push_str(&line);
                said.push('\n');
            }
            anyhow::bail!("the cluster did not start:\n{said}")
        };
        let kubeconfig =
            tokio::time::timeout(START_LIMIT, ready).await.context("it was not ready in time")??;
        tokio::spawn(async move { while let Ok(Some(_)) = lines.next_line().await {} });
        Ok(Self { kubeconfig, script })
    }

    /// Ends it; the script that started it cleans up.
    pub async fn end(mut self) -> anyhow::Result<()> {
        let pid = self.script.id().context("it has ended")?;
        let pid = rustix::process::Pid::from_raw(i32::try_from(pid)?).context("no process")?;
        rustix::process::kill_process(pid, rustix::process::Signal::TERM)?;
        tokio::time::timeout(END_LIMIT, self.script.wait()).await.context("it did not end")??;
        Ok(())
    }
}

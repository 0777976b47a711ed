//! The program under measurement.

use std::path::PathBuf;
use std::process::Stdio;
use std::time::{Duration, Instant};

use anyhow::Context;
use kube::config::{KubeConfigOptions, Kubeconfig};
use tokio::io::{AsyncBufReadExt, BufReader};
use tokio::process::{Child, Command};

use crate::Bench;

/// How long a start may take at all.
const START_LIMIT: Duration = Duration::from_secs(30);

/// The unit of /proc/PID/stat on every Linux that we run on.
const TICKS_PER_SECOND: u64 = 100;

/// Which Kubernetes API it works on.
pub enum Api {
    /// Its own.
    Embedded,
    /// A cluster's, by kubeconfig.
    Cluster(PathBuf),
}

/// A started program; killed when dropped.
pub struct Arkdeck {
    /// Address of its pages, `http://127.0.0.1:41234`.
    pub url: String,
    /// When it was spawned.
    pub spawned: Instant,
    child: Child,
    kubeconfig: PathBuf,
    _folder: Option<tempfile::TempDir>,
}

impl Arkdeck {
    /// Starts it on a new, empty data folder.
    pub async fn start(bench: &Bench, demo: bool) -> anyhow::Result<Self> {
        let folder = tempfile::Builder::new().prefix("arkdeck-bench-").tempdir()?;
        let mut arkdeck = Self::on(bench, folder.path().to_path_buf(), demo).await?;
        arkdeck._folder = Some(folder);
        Ok(arkdeck)
    }

    /// Starts it on a new, empty data folder and on this API, with further flags.
    pub async fn with(bench: &Bench, api: Api, flags: &[&str]) -> anyhow::Result<Self> {
        let folder = tempfile::Builder::new().prefix("arkdeck-bench-").tempdir()?;
        let mut arkdeck = Self::spawn(bench, folder.path().to_path_buf(), api, flags).await?;
        arkdeck._folder = Some(folder);
        Ok(arkdeck)
    }

    /// Starts it on this data folder.
    pub async fn on(bench: &Bench, data: PathBuf, demo: bool) -> anyhow::Result<Self> {
        let flags: &[&str] = if demo { &["--demo"] } else { &[] };
        Self::spawn(bench, data, Api::Embedded, flags).await
    }

    async fn spawn(bench: &Bench, data: PathBuf, api: Api, flags: &[&str]) -> anyhow::Result<Self> {
        let mut command = Command::new(&bench.binary);
        command.args(["serve", "--listen", "127.0.0.1:0", "--data-dir"]).arg(&data).args(flags);
        let kubeconfig = match api {
            Api::Embedded => {
                command.args(["--kube-listen", "127.0.0.1:0"]);
                data.join("kubeconfig")
            }
            Api::Cluster(kubeconfig) => {
                command.arg("--kubeconfig").arg(&kubeconfig);
                kubeconfig
            }
        };
        let spawned = Instant::now();
        let mut child = command
            .env("ARKDECK_LOG", "warn")
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .kill_on_drop(true)
            .spawn()
            .with_context(|| format!("cannot start {}", bench.binary.display()))?;
        let stdout = child.stdout.take().context("no standard output")?;
        let mut lines = BufReader::new(stdout).lines();
        let url = tokio::time::timeout(START_LIMIT, async {
            while let Some(line) = lines.next_line().await? {
                if let Some(at) = line.find("http://") {
                    let url = line[at..].split_whitespace().next().unwrap_or_default();
                    return anyhow::Ok(url.trim_end_matches('/').to_owned());
                }
            }
            anyhow::bail!("it ended before it was ready")
        })
        .await
        .context("it was not ready in time")??;
        // Whatever it prints later must not fill the pipe.
        tokio::spawn(async move { while let Ok(Some(_)) = lines.next_line().await {} });
        Ok(Self { url, spawned, child, kubeconfig, _folder: None })
    }

    /// A client with the written kubeconfig, over the network as any other program.
    pub async fn client(&self) -> anyhow::Result<kube::Client> {
        let kubeconfig = Kubeconfig::read_from(&self.kubeconfig)?;
        let config = kube::Config::from_custom_kubeconfig(kubeconfig, &KubeConfigOptions::default()).await?;
        Ok(kube::Client::try_from(config)?)
    }

    /// Resident memory in MiB.
    pub fn resident_mib(&self) -> anyhow::Result<f64> {
        self.memory_mib("VmRSS:")
    }

    /// The most resident memory that it ever had, in MiB.
    pub fn peak_mib(&self) -> anyhow::Result<f64> {
        self.memory_mib("VmHWM:")
    }

    /// Processor time so far.
    pub fn cpu(&self) -> anyhow::Result<Duration> {
        let pid = self.child.id().context("it has ended")?;
        let stat = std::fs::read_to_string(format!("/proc/{pid}/stat"))?;
        // After the name, which ends with the last bracket: state first, user and system time as the 12th and 13th.
        let (_, fields) = stat.rsplit_once(')').context("no name in /proc")?;
        let ticks: u64 =
            fields.split_whitespace().skip(11).take(2).map(|field| field.parse().unwrap_or(0)).sum();
        Ok(Duration::from_millis(ticks * 1000 / TICKS_PER_SECOND))
    }

    fn memory_mib(&self, field: &str) -> anyhow::Result<f64> {
        let pid = self.child.id().context("it has ended")?;
        let status = std::fs::read_to_string(format!("/proc/{pid}/status"))?;
        let kib = status
            .lines()
            .find_map(|line| line.strip_prefix(field)?.trim().strip_suffix(" kB")?.trim().parse::<f64>().ok())
            .with_context(|| format!("no {field} in /proc"))?;
        Ok(kib / 1024.0)
    }

    /// Ends it at once.
    pub async fn kill(mut self) -> anyhow::Result<()> {
        Ok(self.child.kill().await?)
    }
}

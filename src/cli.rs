//! The command line: a contract that later work and outside tools rely on.

use std::net::SocketAddr;
use std::path::PathBuf;

use clap::{Args, Parser, Subcommand};

use crate::engine::providers::Reach;

/// Ark as one program: interface, controllers, engine and an embedded Kubernetes API.
#[derive(Debug, Parser)]
#[command(name = "arkdeck", version, about, propagate_version = true, disable_help_subcommand = true)]
pub struct Cli {
    /// What to do.
    #[command(subcommand)]
    pub command: Command,
}

/// What to do.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Serve the interface, run the controllers and, without a cluster, the embedded Kubernetes API
    Serve(Box<ServeArgs>),
    /// Apply a suite of evaluations, wait for it, and pass (exit code 0), fail (1) or say why it could not run (2)
    Evaluate(Box<EvaluateArgs>),
    /// Print the custom resource definitions, for kubectl apply --server-side -f -
    Crds(CrdsArgs),
    /// Print the version
    Version,
    /// Do one piece of bounded work from standard input: the engine starts this itself
    #[command(hide = true, name = crate::engine::sandbox::COMMAND)]
    Compute,
}

/// Settings of `arkdeck evaluate`.
#[derive(Debug, Clone, Args)]
pub struct EvaluateArgs {
    /// YAML of the suite: Evaluations and what they need [repeat for several files]
    #[arg(short = 'f', long = "file", required = true, value_name = "SUITE.yaml")]
    pub files: Vec<PathBuf>,

    /// Evaluate on the API of this kubeconfig, where an Arkdeck runs
    #[arg(long, env = "ARKDECK_KUBECONFIG", value_name = "FILE", conflicts_with = "embedded")]
    pub kubeconfig: Option<PathBuf>,

    /// Evaluate on the API of this context
    #[arg(long, env = "ARKDECK_CONTEXT", value_name = "NAME", conflicts_with = "embedded")]
    pub context: Option<String>,

    /// Evaluate with nothing else: an Arkdeck of its own with the demo set, which ends with the suite
    #[arg(long)]
    pub embedded: bool,

    /// Namespace of the suite
    #[arg(short = 'n', long, default_value = "default", value_name = "NAME")]
    pub namespace: String,

    /// Pass when every score reaches this, from 0 to 1, instead of when every evaluation passed
    #[arg(long, value_name = "SCORE", value_parser = score)]
    pub fail_under: Option<f64>,

    /// Compare experiments with this one: an Evaluation's newest, or NAME@N by its number [default: each one's own baseline, else
    /// the one before]
    #[arg(long, value_name = "NAME[@N]")]
    pub baseline: Option<String>,

    /// Seconds that all of it may take
    #[arg(long, default_value_t = 600, value_name = "SECONDS")]
    pub timeout: u64,

    /// Write the results as JUnit XML
    #[arg(long, value_name = "FILE")]
    pub junit: Option<PathBuf>,

    /// Write the results as Markdown
    #[arg(long, value_name = "FILE")]
    pub markdown: Option<PathBuf>,

    /// Write the results as JSON
    #[arg(long, value_name = "FILE")]
    pub json: Option<PathBuf>,
}

/// A score from 0 to 1.
fn score(text: &str) -> Result<f64, String> {
    let score = text.parse().ok().filter(|score: &f64| (0.0..=1.0).contains(score));
    score.ok_or_else(|| "scores are from 0 to 1, as 0.8".to_owned())
}

/// Settings of `arkdeck crds`.
#[derive(Debug, Clone, Args)]
pub struct CrdsArgs {
    /// Write one file per kind into this folder, instead of printing
    #[arg(long, env = "ARKDECK_CRDS_DIR", value_name = "DIR")]
    pub dir: Option<PathBuf>,
}

/// Settings of `arkdeck serve`.
#[derive(Debug, Clone, Args)]
pub struct ServeArgs {
    /// Address of the interface; loopback only, as long as there is no login
    #[arg(long, env = "ARKDECK_LISTEN", default_value = "127.0.0.1:3000", value_name = "ADDR")]
    pub listen: SocketAddr,

    /// Folder of the database and of the written kubeconfig [default: ~/.local/share/arkdeck]
    #[arg(long, env = "ARKDECK_DATA_DIR", value_name = "DIR")]
    pub data_dir: Option<PathBuf>,

    /// Keep runs, conversations and sessions in this PostgreSQL, which several processes on one cluster may share:
    /// postgres://USER:PASSWORD@HOST:5432/DATABASE. As a variable rather than here, where every user of the machine sees it
    #[arg(long, env = "ARKDECK_DATABASE_URL", hide_env_values = true, value_name = "URL")]
    pub database_url: Option<DatabaseUrl>,

    /// Address of the embedded Kubernetes API; loopback only [default: 127.0.0.1:6440, else a free port]
    #[arg(long, env = "ARKDECK_KUBE_LISTEN", value_name = "ADDR")]
    pub kube_listen: Option<SocketAddr>,

    /// Apply the demo set on the first start, with a scripted model that needs no key
    #[arg(long, env = "ARKDECK_DEMO", value_parser = clap::builder::FalseyValueParser::new())]
    pub demo: bool,

    /// Runs at once; more wait for a place, each namespace in its turn [default: 32]
    #[arg(long, env = "ARKDECK_MAX_RUNNING", value_name = "N", value_parser = clap::value_parser!(u16).range(1..))]
    pub max_running: Option<u16>,

    /// Share of places of a namespace while others wait too; those not named have 1 [repeat, or separate by commas]
    #[arg(long = "weight", env = "ARKDECK_WEIGHTS", value_name = "NAMESPACE=N", value_delimiter = ',', value_parser = weight)]
    pub weights: Vec<(String, u32)>,

    /// Tokens of a conversation's history that a query is told, about; older turns are left out [default: 16000]
    #[arg(long, env = "ARKDECK_HISTORY_TOKENS", value_name = "N")]
    pub history_tokens: Option<usize>,

    /// Which addresses models and tools may be called at, besides public ones: 'all', also private networks and this
    /// machine; 'private', not this machine; 'public', neither. ArkConfig can allow more. Link-local and metadata addresses
    /// are never called, and the embedded API's own machine always may be [default: all; with --in-cluster: private]
    #[arg(long, env = "ARKDECK_REACH", value_enum, value_name = "WHERE")]
    pub reach: Option<ReachArg>,

    /// Work on the cluster of this context
    #[arg(long, env = "ARKDECK_CONTEXT", value_name = "NAME", conflicts_with = "in_cluster")]
    pub context: Option<String>,

    /// Work on the cluster of this kubeconfig's current context, or of --context in it
    #[arg(long, env = "ARKDECK_KUBECONFIG", value_name = "FILE", conflicts_with = "in_cluster")]
    pub kubeconfig: Option<PathBuf>,

    /// Work on the cluster whose service account is mounted; the default where one is
    #[arg(long, env = "ARKDECK_IN_CLUSTER", value_parser = clap::builder::FalseyValueParser::new())]
    pub in_cluster: bool,

    /// Work on the embedded API, also in a pod: `arkdeck evaluate --embedded` starts it so
    #[arg(long, hide = true, conflicts_with_all = ["context", "kubeconfig", "in_cluster"])]
    pub embedded: bool,

    /// Serve only /healthz and /readyz at this address too; any address, for the kubelet
    #[arg(long, env = "ARKDECK_PROBE_LISTEN", value_name = "ADDR")]
    pub probe_listen: Option<SocketAddr>,

    /// Whose rights runs read with on a cluster: the service account that the query names, else its namespace's
    /// 'default' (needs the right to impersonate service accounts); or this process's own
    #[arg(long, env = "ARKDECK_RUNS_AS", value_enum, default_value_t, value_name = "WHO")]
    pub runs_as: RunsAs,
}

/// `NAMESPACE=N`, N from 1 to [`MAX_WEIGHT`].
fn weight(text: &str) -> Result<(String, u32), String> {
    let parsed = text.split_once('=').and_then(|(namespace, weight)| {
        let weight = weight.trim().parse().ok().filter(|weight| (1..=MAX_WEIGHT).contains(weight))?;
        (!namespace.trim().is_empty()).then(|| (namespace.trim().to_owned(), weight))
    });
    parsed.ok_or_else(|| format!("write NAMESPACE=N with N from 1 to {MAX_WEIGHT}, as team-a=3"))
}

/// The largest share that a namespace can be given; more would be all.
const MAX_WEIGHT: u32 = 1000;

/// The address of a database, which may hold a password: it is shown nowhere. Any text is taken here, as clap repeats what it
/// refuses; whoever connects looks at it.
#[derive(Clone)]
pub struct DatabaseUrl(pub String);

impl std::fmt::Debug for DatabaseUrl {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("(an address)")
    }
}

impl From<String> for DatabaseUrl {
    fn from(url: String) -> Self {
        Self(url)
    }
}

/// Whose rights runs read with.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, clap::ValueEnum)]
pub enum RunsAs {
    /// The query's service account.
    #[default]
    ServiceAccount,
    /// This process.
    Process,
}

/// Where calls may go.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub enum ReachArg {
    /// Public, private and loopback addresses.
    All,
    /// Public and private ones.
    Private,
    /// Public ones.
    Public,
}

/// Where the service account of a pod is mounted.
const SERVICE_ACCOUNT_TOKEN: &str = "/var/run/secrets/kubernetes.io/serviceaccount/token";

/// Which API the settings choose.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Target {
    /// The one in this process.
    Embedded,
    /// A kubeconfig's.
    Kubeconfig {
        /// File, else `$KUBECONFIG` or `~/.kube/config`.
        file: Option<PathBuf>,
        /// Context, else the current one.
        context: Option<String>,
    },
    /// The mounted service account's.
    InCluster,
}

impl ServeArgs {
    /// Which API to work on. A kubeconfig that merely exists is never used.
    pub fn target(&self) -> Target {
        self.target_where(std::path::Path::new(SERVICE_ACCOUNT_TOKEN).exists())
    }

    fn target_where(&self, service_account: bool) -> Target {
        if self.embedded {
            Target::Embedded
        } else if self.in_cluster {
            Target::InCluster
        } else if self.context.is_some() || self.kubeconfig.is_some() {
            Target::Kubeconfig { file: self.kubeconfig.clone(), context: self.context.clone() }
        } else if service_account {
            Target::InCluster
        } else {
            Target::Embedded
        }
    }

    /// Where calls may go. In a pod, loopback is the interface, which has no login there: no tool may reach it. The demo's
    /// model is at loopback, and embedded it is the machine of whoever started the program.
    pub fn reach(&self) -> Reach {
        let target = self.target();
        let default = if target == Target::InCluster { ReachArg::Private } else { ReachArg::All };
        let near = self.demo || target == Target::Embedded;
        match self.reach.unwrap_or(default) {
            ReachArg::All => Reach::ALL,
            ReachArg::Private => Reach { private: true, loopback: near },
            ReachArg::Public => Reach { private: false, loopback: near },
        }
    }

    /// The data folder: the flag's, else `$XDG_DATA_HOME/arkdeck`, else `~/.local/share/arkdeck`.
    pub fn data_dir(&self) -> PathBuf {
        let set = |name| std::env::var_os(name).filter(|value| !value.is_empty()).map(PathBuf::from);
        self.data_dir
            .clone()
            .or_else(|| set("XDG_DATA_HOME").map(|home| home.join("arkdeck")))
            .or_else(|| set("HOME").map(|home| home.join(".local/share/arkdeck")))
            .unwrap_or_else(|| PathBuf::from("arkdeck-data"))
    }

    /// Refuses addresses that others on the network could reach.
    ///
    /// The sentence holds the command that does what was probably meant.
    pub fn check_listen(&self) -> Result<(), String> {
        for (flag, addr) in [("--listen", Some(self.listen)), ("--kube-listen", self.kube_listen)] {
            let Some(addr) = addr else { continue };
            if !addr.ip().is_loopback() {
                let port = addr.port();
                return Err(format!(
                    "{flag} {addr} would let everybody on the network in, and there is no login yet. \
                     Use {flag} 127.0.0.1:{port}, and from another machine: \
                     ssh -L {port}:127.0.0.1:{port} HOST (in a cluster: kubectl port-forward deploy/arkdeck {port})"
                ));
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn serve(args: &[&str]) -> ServeArgs {
        let cli = Cli::try_parse_from(["arkdeck", "serve"].iter().chain(args)).unwrap();
        match cli.command {
            Command::Serve(args) => *args,
            other => panic!("parsed {other:?}"),
        }
    }

    #[test]
    fn an_existing_kubeconfig_is_never_used_by_accident() {
        assert_eq!(serve(&[]).target_where(false), Target::Embedded);
        assert_eq!(serve(&[]).target_where(true), Target::InCluster);
        assert_eq!(serve(&["--embedded"]).target_where(true), Target::Embedded);
        let named = serve(&["--context", "kind-lagoon"]).target_where(true);
        assert_eq!(named, Target::Kubeconfig { file: None, context: Some("kind-lagoon".into()) });
    }

    #[test]
    fn a_pod_keeps_its_loopback_from_tools() {
        assert_eq!(serve(&["--data-dir", "x"]).reach(), Reach::ALL);
        assert_eq!(serve(&["--context", "kind-lagoon"]).reach(), Reach::ALL);
        assert_eq!(serve(&["--in-cluster"]).reach(), Reach { private: true, loopback: false });
        assert_eq!(serve(&["--in-cluster", "--demo"]).reach(), Reach::ALL);
        let strict = serve(&["--in-cluster", "--reach", "public"]).reach();
        assert_eq!(strict, Reach { private: false, loopback: false });
        let embedded = serve(&["--reach", "public"]);
        if embedded.target() == Target::Embedded {
            assert_eq!(embedded.reach(), Reach { private: false, loopback: true });
        }
    }

    #[test]
    fn only_loopback_is_served_without_a_login() {
        assert!(serve(&[]).check_listen().is_ok());
        assert!(serve(&["--listen", "[::1]:3000"]).check_listen().is_ok());
        let refused = serve(&["--listen", "0.0.0.0:3000"]).check_listen().unwrap_err();
        assert!(refused.contains("ssh -L 3000:127.0.0.1:3000"), "{refused}");
        assert!(serve(&["--kube-listen", "10.0.0.1:6440"]).check_listen().is_err());
    }

    #[test]
    fn places_and_shares_are_bounded_and_say_how() {
        let args = serve(&["--max-running", "64", "--weight", "lagoon=3,harbour=2", "--weight", "reef=1"]);
        assert_eq!(args.max_running, Some(64));
        let weights: Vec<_> = args.weights.iter().map(|(name, n)| (name.as_str(), *n)).collect();
        assert_eq!(weights, [("lagoon", 3), ("harbour", 2), ("reef", 1)]);
        for wrong in ["lagoon", "lagoon=0", "=2", "lagoon=1001", "lagoon=-1"] {
            let refused =
                Cli::try_parse_from(["arkdeck", "serve", "--weight", wrong]).unwrap_err().to_string();
            assert!(refused.contains("team-a=3"), "{refused}");
        }
        assert!(Cli::try_parse_from(["arkdeck", "serve", "--max-running", "0"]).is_err());
    }

    #[test]
    fn the_address_of_a_database_is_shown_nowhere() {
        let args = serve(&["--database-url", "postgres://tide:moonlight@harbour/arkdeck"]);
        assert!(!format!("{args:?}").contains("moonlight"));
        assert_eq!(args.database_url.unwrap().0, "postgres://tide:moonlight@harbour/arkdeck");
    }

    #[test]
    fn an_unknown_flag_suggests_the_known_one() {
        let error = Cli::try_parse_from(["arkdeck", "serve", "--listn", "x"]).unwrap_err().to_string();
        assert!(error.contains("--listen"), "{error}");
    }
}

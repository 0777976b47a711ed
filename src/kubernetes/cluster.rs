//! The connection to a Kubernetes API: the embedded one, a kubeconfig's, or the cluster we run in.

use std::path::{Path, PathBuf};
use std::time::Duration;

use kube::config::{KubeConfigOptions, Kubeconfig};
use kube::{Client, Config};

use super::accounts::Accounts;
use crate::resources::kind::{GROUP, Kind};

/// How long a cluster may take to accept a connection at start before it counts as unreachable.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(5);
/// How long the three questions at start may take together.
const CHECK_TIMEOUT: Duration = Duration::from_secs(10);

/// Which API this process works on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Mode {
    /// The API inside this process.
    Embedded,
    /// A context of a kubeconfig.
    Kubeconfig {
        /// Its name.
        context: String,
    },
    /// The cluster whose service account is mounted.
    InCluster,
}

impl Mode {
    /// Name for people, as in the ready line and in the shell.
    pub fn display(&self) -> String {
        match self {
            Self::Embedded => "embedded".into(),
            Self::Kubeconfig { context } => format!("context {context}"),
            Self::InCluster => "in cluster".into(),
        }
    }
}

/// Why a cluster cannot be worked with, in words for the person who started the program.
#[derive(Debug, thiserror::Error)]
pub enum ConnectError {
    /// The kubeconfig cannot be read or does not hold the context.
    #[error("cannot use {what}: {detail}. See which contexts there are with `kubectl config get-contexts`")]
    Kubeconfig {
        /// File or context.
        what: String,
        /// Cause.
        detail: String,
    },
    /// No service account is mounted.
    #[error(
        "--in-cluster needs a service account, and none is mounted: {0}. Outside a cluster use --context NAME, or neither for the embedded API"
    )]
    NoServiceAccount(String),
    /// Nothing answers.
    #[error(
        "the Kubernetes API at {url} does not answer: {detail}. Check that the cluster runs and is reachable from here, or choose another with --context NAME"
    )]
    Unreachable {
        /// Address.
        url: String,
        /// Cause.
        detail: String,
    },
    /// It answers 401 or 403.
    #[error(
        "the Kubernetes API at {url} does not let us in: {detail}. Renew the credentials of this context, or ask for rights on {group}",
        group = GROUP
    )]
    Unauthorised {
        /// Address.
        url: String,
        /// What it said.
        detail: String,
    },
    /// It does not know the Ark kinds.
    #[error(
        "the cluster at {url} lacks the custom resources {missing}. Install them with: arkdeck crds | kubectl apply --server-side -f -"
    )]
    MissingCrds {
        /// Address.
        url: String,
        /// Plurals.
        missing: String,
    },
}

/// A connection to a Kubernetes API; cheap to clone.
#[derive(Clone)]
pub struct Cluster {
    /// Which.
    pub mode: Mode,
    /// The process's own client, with the process's own rights.
    pub client: Client,
    /// Who the process is there, for people.
    pub identity: String,
    url: String,
    config: Option<Config>,
}

impl Cluster {
    /// The embedded API in this process: the same client type over a router instead of a socket.
    pub fn embedded(router: axum::Router) -> Self {
        Self {
            mode: Mode::Embedded,
            client: Client::new(router, "default"),
            identity: "owner".into(),
            url: "in process".into(),
            config: None,
        }
    }

    /// A context of a kubeconfig: of `file`, else of `$KUBECONFIG` or `~/.kube/config`.
    pub async fn kubeconfig(file: Option<&Path>, context: Option<&str>) -> Result<Self, ConnectError> {
        let what = match (file, context) {
            (Some(file), None) => file.display().to_string(),
            (_, Some(context)) => format!("context {context}"),
            (None, None) => "the kubeconfig".into(),
        };
        let refuse = |e: kube::config::KubeconfigError| ConnectError::Kubeconfig {
            what: what.clone(),
            detail: e.to_string(),
        };
        let kubeconfig = match file {
            Some(file) => Kubeconfig::read_from(PathBuf::from(file)),
            None => Kubeconfig::read(),
        }
        .map_err(refuse)?;
        let context = context.map(str::to_owned).or_else(|| kubeconfig.current_context.clone());
        let options = KubeConfigOptions { context: context.clone(), ..Default::default() };
        let user = kubeconfig
            .contexts
            .iter()
            .find(|named| Some(&named.name) == context.as_ref())
            .and_then(|named| named.context.as_ref()?.user.clone());
        let config = Config::from_custom_kubeconfig(kubeconfig, &options).await.map_err(refuse)?;
        let mode = Mode::Kubeconfig { context: context.unwrap_or_default() };
        Self::connect(config, mode, user.unwrap_or_else(|| "unknown user".into()))
    }

    /// The cluster whose service account is mounted in this container.
    pub fn in_cluster() -> Result<Self, ConnectError> {
        let config = Config::incluster().map_err(|e| ConnectError::NoServiceAccount(e.to_string()))?;
        Self::connect(config, Mode::InCluster, "service account".into())
    }

    fn connect(mut config: Config, mode: Mode, identity: String) -> Result<Self, ConnectError> {
        config.connect_timeout = Some(CONNECT_TIMEOUT);
        let url = config.cluster_url.to_string();
        let client = Client::try_from(config.clone())
            .map_err(|e| ConnectError::Kubeconfig { what: mode.display(), detail: e.to_string() })?;
        Ok(Self { mode, client, identity, url, config: Some(config) })
    }

    /// Address of the API, for people.
    pub fn url(&self) -> &str {
        &self.url
    }

    /// Clients that act as service accounts; on the embedded API, which refuses nobody, the process itself.
    pub fn accounts(&self) -> Accounts {
        self.config.clone().map_or_else(Accounts::of_the_process, Accounts::impersonated)
    }

    /// Asks whether the API answers, lets us in and knows every Ark kind.
    pub async fn check(&self) -> Result<(), ConnectError> {
        let url = self.url.clone();
        match tokio::time::timeout(CHECK_TIMEOUT, self.ask()).await {
            Ok(result) => result,
            Err(_) => Err(ConnectError::Unreachable {
                url,
                detail: format!("no answer within {} s", CHECK_TIMEOUT.as_secs()),
            }),
        }
    }

    async fn ask(&self) -> Result<(), ConnectError> {
        self.client.apiserver_version().await.map_err(|e| self.refusal(e))?;
        let mut missing = Vec::new();
        for version in ["v1alpha1", "v1prealpha1"] {
            let known = match self.client.list_api_group_resources(&format!("{GROUP}/{version}")).await {
                Ok(list) => list.resources.into_iter().map(|resource| resource.name).collect(),
                Err(kube::Error::Api(status)) if status.code == 404 => Vec::new(),
                Err(error) => return Err(self.refusal(error)),
            };
            missing.extend(
                Kind::ALL
                    .into_iter()
                    .filter(|kind| {
                        kind.version() == version && !known.iter().any(|name| name == kind.plural())
                    })
                    .map(Kind::plural),
            );
        }
        if missing.is_empty() {
            return self.may_list().await;
        }
        Err(ConnectError::MissingCrds { url: self.url.clone(), missing: missing.join(", ") })
    }

    /// One list of one kind: discovery is open to everybody, so only this shows that we have rights.
    async fn may_list(&self) -> Result<(), ConnectError> {
        let request = http::Request::get(format!("/apis/{GROUP}/v1alpha1/{}?limit=1", Kind::Query.plural()))
            .body(Vec::new())
            .map_err(|e| self.refusal(kube::Error::HttpError(e)))?;
        self.client.request_text(request).await.map(drop).map_err(|e| self.refusal(e))
    }

    fn refusal(&self, error: kube::Error) -> ConnectError {
        let url = self.url.clone();
        match error {
            kube::Error::Api(status) if matches!(status.code, 401 | 403) => {
                ConnectError::Unauthorised { url, detail: status.message.clone() }
            }
            kube::Error::Auth(error) => ConnectError::Unauthorised { url, detail: error.to_string() },
            other => ConnectError::Unreachable { url, detail: root_cause(&other) },
        }
    }
}

/// The innermost cause: `tcp connect error: Connection refused` rather than three wrappers of it.
fn root_cause(error: &dyn std::error::Error) -> String {
    let mut deepest = error;
    while let Some(source) = deepest.source() {
        deepest = source;
    }
    deepest.to_string()
}

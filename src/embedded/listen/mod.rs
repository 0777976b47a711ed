//! The loopback port for kubectl and other programs: TLS, a bearer token, a kubeconfig beside the data.
//!
//! TLS is not for secrecy on loopback: client-go sends a token over `https` only, so a plain port would leave kubectl
//! without its credentials.

mod files;
mod kubeconfig;
mod tls;

use std::net::SocketAddr;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::body::Body;
use axum::response::{IntoResponse, Response};
use http::{Request, header};
use subtle::ConstantTimeEq;
use tokio::net::TcpListener;
use tokio_util::sync::CancellationToken;

use super::server::{self, Server};
use super::status::ApiError;

/// How long connections may take to end after the shutdown.
const DRAIN: Duration = Duration::from_secs(2);
/// File with the token, in the data directory.
const TOKEN_FILE: &str = "kube-token";
/// File with key and certificate, in the data directory.
const TLS_FILE: &str = "kube-tls.pem";
/// File that kubectl is given.
const KUBECONFIG_FILE: &str = "kubeconfig";

/// Why the port cannot be served.
#[derive(Debug, thiserror::Error)]
pub enum ListenError {
    /// Not a loopback address.
    #[error(
        "the Kubernetes API listens on loopback only, and {0} is not: give --kube-listen an address such as 127.0.0.1:0"
    )]
    NotLoopback(SocketAddr),
    /// The port is taken, or not ours to take.
    #[error(
        "cannot listen on {address} for the Kubernetes API: {source}. Give another port with --kube-listen"
    )]
    Bind {
        /// The address.
        address: SocketAddr,
        /// What the system said.
        source: std::io::Error,
    },
    /// A file in the data directory.
    #[error("cannot {action} {path}: {source}")]
    File {
        /// `read` or `write`.
        action: &'static str,
        /// The file.
        path: std::path::PathBuf,
        /// What the system said.
        source: std::io::Error,
    },
    /// The certificate.
    #[error("the certificate in {path} cannot be used: {detail}. Remove the file to have a new one made")]
    Certificate {
        /// The file.
        path: std::path::PathBuf,
        /// What is wrong.
        detail: String,
    },
}

/// Serves the API on `address` until `shutdown`; the kubeconfig is written when this returns.
pub(super) async fn listen(
    server: Arc<Server>,
    address: SocketAddr,
    data_dir: &Path,
    shutdown: CancellationToken,
) -> Result<SocketAddr, ListenError> {
    if !address.ip().is_loopback() {
        return Err(ListenError::NotLoopback(address));
    }
    let bind = |source| ListenError::Bind { address, source };
    let tcp = TcpListener::bind(address).await.map_err(bind)?;
    let address = tcp.local_addr().map_err(bind)?;
    let token = files::token(&data_dir.join(TOKEN_FILE))?;
    let (config, certificate) = tls::config(&data_dir.join(TLS_FILE))?;
    let text = kubeconfig::text(address, &certificate, &token);
    files::write(&data_dir.join(KUBECONFIG_FILE), text.as_bytes())?;
    let listener = tls::Listener::start(tcp, config, shutdown.clone());
    let router = guarded(server, token);
    tokio::spawn(async move {
        let served = axum::serve(listener, router).with_graceful_shutdown(shutdown.clone().cancelled_owned());
        tokio::select! {
            result = served => {
                if let Err(error) = result {
                    tracing::error!(%error, "the Kubernetes API port has stopped");
                }
            }
            () = async { shutdown.cancelled().await; tokio::time::sleep(DRAIN).await } => {}
        }
    });
    Ok(address)
}

/// The router behind the token; health is for everybody, as in kube-apiserver.
fn guarded(server: Arc<Server>, token: String) -> Router {
    let expected = Arc::new(format!("Bearer {token}"));
    server::router(move |request: Request<Body>| {
        let (server, expected) = (server.clone(), expected.clone());
        async move {
            match open(&request) || authorised(&request, &expected) {
                true => server.handle(request).await,
                false => unauthorised(),
            }
        }
    })
}

fn open(request: &Request<Body>) -> bool {
    matches!(request.uri().path(), "/healthz" | "/livez" | "/readyz")
}

fn authorised(request: &Request<Body>, expected: &str) -> bool {
    let given = request.headers().get(header::AUTHORIZATION).map_or(&b""[..], |v| v.as_bytes());
    given.ct_eq(expected.as_bytes()).into()
}

fn unauthorised() -> Response {
    ApiError::unauthorized().into_response()
}

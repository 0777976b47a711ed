//! TLS with a certificate of our own, kept beside the data; the kubeconfig carries it as the authority.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use rcgen::{CertificateParams, KeyPair, SanType};
use rustls::ServerConfig;
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{Semaphore, mpsc};
use tokio_rustls::TlsAcceptor;
use tokio_rustls::server::TlsStream;
use tokio_util::sync::CancellationToken;

use super::{ListenError, files};

/// Handshakes under way at once; further connections wait in the system's queue.
const HANDSHAKES: usize = 64;
/// Longest handshake.
const HANDSHAKE_TIME: Duration = Duration::from_secs(10);
/// Pause after the system refused a connection, for example for want of file descriptors.
const ACCEPT_PAUSE: Duration = Duration::from_millis(100);

/// The server's TLS, and its certificate in PEM.
pub(super) fn config(path: &Path) -> Result<(Arc<ServerConfig>, String), ListenError> {
    let bad = |detail: String| ListenError::Certificate { path: path.to_owned(), detail };
    let pem = match files::read(path)? {
        Some(pem) => pem,
        None => {
            let pem = generate().map_err(|e| bad(e.to_string()))?;
            files::write(path, pem.as_bytes())?;
            pem
        }
    };
    let key = PrivateKeyDer::from_pem_slice(pem.as_bytes()).map_err(|e| bad(e.to_string()))?;
    let certificate = CertificateDer::from_pem_slice(pem.as_bytes()).map_err(|e| bad(e.to_string()))?;
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let mut config = ServerConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .and_then(|builder| builder.with_no_client_auth().with_single_cert(vec![certificate], key))
        .map_err(|e| bad(e.to_string()))?;
    config.alpn_protocols = vec![b"http/1.1".to_vec()];
    let start = pem.find("-----BEGIN CERTIFICATE-----").unwrap_or(0);
    Ok((Arc::new(config), pem[start..].to_owned()))
}

/// Key and certificate in PEM, for the loopback names.
fn generate() -> Result<String, rcgen::Error> {
    let key = KeyPair::generate()?;
    let mut params = CertificateParams::new(vec!["localhost".to_owned()])?;
    params.subject_alt_names.push(SanType::IpAddress(IpAddr::V4(Ipv4Addr::LOCALHOST)));
    params.subject_alt_names.push(SanType::IpAddress(IpAddr::V6(Ipv6Addr::LOCALHOST)));
    params.distinguished_name.push(rcgen::DnType::CommonName, "arkdeck embedded Kubernetes API");
    let certificate = params.self_signed(&key)?;
    Ok(format!("{}{}", key.serialize_pem(), certificate.pem()))
}

/// Accepts connections and greets them, a slow greeting holding up nobody else.
pub(super) struct Listener {
    ready: mpsc::Receiver<(TlsStream<TcpStream>, SocketAddr)>,
    address: SocketAddr,
}

impl Listener {
    pub(super) fn start(tcp: TcpListener, config: Arc<ServerConfig>, shutdown: CancellationToken) -> Self {
        let (greeted, ready) = mpsc::channel(HANDSHAKES);
        let address = tcp.local_addr().unwrap_or_else(|_| SocketAddr::from((Ipv4Addr::LOCALHOST, 0)));
        let acceptor = TlsAcceptor::from(config);
        let places = Arc::new(Semaphore::new(HANDSHAKES));
        tokio::spawn(async move {
            let accept = async {
                loop {
                    let Ok(place) = places.clone().acquire_owned().await else { return };
                    match tcp.accept().await {
                        Ok((stream, peer)) => {
                            let (acceptor, greeted) = (acceptor.clone(), greeted.clone());
                            tokio::spawn(async move {
                                let _ = stream.set_nodelay(true);
                                let greeting =
                                    tokio::time::timeout(HANDSHAKE_TIME, acceptor.accept(stream)).await;
                                drop(place);
                                if let Ok(Ok(stream)) = greeting {
                                    let _ = greeted.send((stream, peer)).await;
                                }
                            });
                        }
                        Err(error) => {
                            tracing::warn!(%error, "a connection to the Kubernetes API was not accepted");
                            tokio::time::sleep(ACCEPT_PAUSE).await;
                        }
                    }
                }
            };
            tokio::select! {
                () = accept => {}
                () = shutdown.cancelled() => {}
            }
        });
        Self { ready, address }
    }
}

impl axum::serve::Listener for Listener {
    type Io = TlsStream<TcpStream>;
    type Addr = SocketAddr;

    async fn accept(&mut self) -> (Self::Io, Self::Addr) {
        match self.ready.recv().await {
            Some(connection) => connection,
            // Shutting down: axum is told so by its own signal.
            None => std::future::pending().await,
        }
    }

    fn local_addr(&self) -> std::io::Result<Self::Addr> {
        Ok(self.address)
    }
}

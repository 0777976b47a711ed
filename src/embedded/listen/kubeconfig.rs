//! The kubeconfig.

use std::net::SocketAddr;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;

/// A kubeconfig with one context. Every value is of a safe alphabet, so nothing needs quoting.
pub(super) fn text(address: SocketAddr, certificate_pem: &str, token: &str) -> String {
    let authority = STANDARD.encode(certificate_pem);
    format!(
        "apiVersion: v1
kind: Config
clusters:
- name: arkdeck
  cluster:
    server: https://{address}
    certificate-authority-data: {authority}
users:
- name: arkdeck
  user:
    token: {token}
contexts:
- name: arkdeck
  context:
    cluster: arkdeck
    user: arkdeck
    namespace: default
current-context: arkdeck
"
    )
}

//! Tokens of Microsoft Entra for Azure's models: by the machine's managed identity, or by the pod's workload identity.

use std::time::Duration;

use serde::Deserialize;
use serde_json::Value;

use super::aws::{form, read};
use super::door::{ask, wrong};
use crate::engine::providers::{Environment, ModelError, ModelErrorCode, Outbound};
use crate::engine::secret::Secret;

const WHAT: &str = "a token of Azure";
/// The metadata service of machines; as in Azure's SDKs the environment may name another.
const METADATA: &str = "http://169.254.169.254";
const METADATA_HOST: &str = "AZURE_POD_IDENTITY_AUTHORITY_HOST";
/// Where workload identities are exchanged; the webhook of Azure's Kubernetes sets both variables.
const AUTHORITY: &str = "https://login.microsoftonline.com";
const AUTHORITY_HOST: &str = "AZURE_AUTHORITY_HOST";
const TOKEN_FILE: &str = "/var/run/secrets/azure/tokens/azure-identity-token";

/// Hosts that tokens are shown to, with whom they are for. Whoever may write a Model could else have the token of this
/// program sent to a host of their own.
const HOSTS: [(&str, &str); 8] = [
    (".openai.azure.com", PUBLIC),
    (".cognitiveservices.azure.com", PUBLIC),
    (".services.ai.azure.com", PUBLIC),
    (".azure-api.net", PUBLIC),
    (".openai.azure.us", "https://cognitiveservices.azure.us"),
    (".cognitiveservices.azure.us", "https://cognitiveservices.azure.us"),
    (".openai.azure.cn", "https://cognitiveservices.azure.cn"),
    (".cognitiveservices.azure.cn", "https://cognitiveservices.azure.cn"),
];
const PUBLIC: &str = "https://cognitiveservices.azure.com";

/// An identity that Azure gave.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum AzureIdentity {
    /// The machine's: its own, or the user-assigned one with this client ID.
    Managed {
        /// Client ID.
        client_id: Option<String>,
    },
    /// The pod's service account's.
    Workload {
        /// Client ID of the application.
        client_id: String,
        /// ID of the tenant.
        tenant_id: String,
    },
}

/// Whom a token for `base_url` is for.
pub(super) fn audience(base_url: &str) -> Result<&'static str, ModelError> {
    let url: Option<reqwest::Url> = base_url.parse().ok();
    let host = url.as_ref().and_then(|url| url.host_str()).unwrap_or_default().to_ascii_lowercase();
    let near = matches!(host.as_str(), "localhost" | "127.0.0.1" | "[::1]");
    let secure = url.as_ref().is_some_and(|url| url.scheme() == "https");
    let known = HOSTS.iter().find(|(suffix, _)| host.ends_with(suffix)).filter(|_| secure);
    known.map(|(_, audience)| *audience).or(near.then_some(PUBLIC)).ok_or_else(|| {
        ModelError::new(
            ModelErrorCode::ModelMisconfigured,
            format!(
                "A token of Azure is shown to Azure's hosts over https only, and {base_url} is none of them. Use an \
                 address like https://NAME.openai.azure.com, or a key."
            ),
        )
    })
}

#[derive(Deserialize)]
struct Token {
    access_token: String,
    /// Seconds; text from the metadata service, a number from the authority.
    expires_in: Value,
}

/// A token and how long it lives.
pub(super) async fn obtain(
    outbound: &Outbound,
    environment: &Environment,
    identity: &AzureIdentity,
    audience: &str,
) -> Result<(Secret, Duration), ModelError> {
    let get = |name: &str, default: &str| {
        environment.get(name).unwrap_or_else(|| default.to_owned()).trim_end_matches('/').to_owned()
    };
    let body = match identity {
        AzureIdentity::Managed { client_id } => {
            let mut pairs = vec![("api-version", "2018-02-01"), ("resource", audience)];
            pairs.extend(client_id.as_deref().map(|id| ("client_id", id)));
            let host = get(METADATA_HOST, METADATA);
            let url = format!("{host}/metadata/identity/oauth2/token?{}", form(&pairs));
            ask(outbound, &url, WHAT, |client, url| client.get(url).header("metadata", "true")).await?
        }
        AzureIdentity::Workload { client_id, tenant_id } => {
            if !tenant_id.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '-' | '.')) {
                return Err(wrong(WHAT, format!("'{tenant_id}' is no ID of a tenant")));
            }
            let token = read(&get("AZURE_FEDERATED_TOKEN_FILE", TOKEN_FILE)).await?;
            let url = format!("{}/{tenant_id}/oauth2/v2.0/token", get(AUTHORITY_HOST, AUTHORITY));
            let form = form(&[
                ("grant_type", "client_credentials"),
                ("client_id", client_id),
                ("scope", &format!("{audience}/.default")),
                ("client_assertion_type", "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"),
                ("client_assertion", &token),
            ]);
            ask(outbound, &url, WHAT, |client, url| {
                client.post(url).header("content-type", "application/x-www-form-urlencoded").body(form)
            })
            .await?
        }
    };
    let token: Token = serde_json::from_str(&body)
        .map_err(|error| wrong(WHAT, format!("what was answered cannot be read: {error}")))?;
    let seconds = match &token.expires_in {
        Value::String(text) => text.parse().unwrap_or(0),
        other => other.as_u64().unwrap_or(0),
    };
    Ok((Secret::new(token.access_token), Duration::from_secs(seconds)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tokens_go_to_azure_only() {
        assert_eq!(audience("https://quay.openai.azure.com").unwrap(), PUBLIC);
        assert_eq!(audience("https://quay.openai.azure.us/").unwrap(), "https://cognitiveservices.azure.us");
        assert_eq!(audience("http://127.0.0.1:9").unwrap(), PUBLIC);
        for no in [
            "https://evil.example",
            "http://quay.openai.azure.com",
            "https://openai.azure.com.evil.example",
            "",
        ] {
            assert_eq!(audience(no).unwrap_err().code, ModelErrorCode::ModelMisconfigured, "{no}");
        }
    }
}

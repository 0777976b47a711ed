//! How calls of an MCP server are authorised, and what is known about it (RFC 9728, RFC 8414).

use serde::{Deserialize, Serialize};

#[cfg(feature = "ssr")]
use super::schema::{Rule, rules};
use super::string_enum::string_enum;

/// How calls are authorised.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "ssr", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase", default)]
pub struct McpAuthorization {
    /// The Secret that holds the OAuth tokens, in the server's namespace.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub token_secret_ref: Option<TokenSecretReference>,
    /// Fetches tokens for this program itself, without a person (OAuth client credentials).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub client_credentials: Option<ClientCredentials>,
}

/// A Secret with OAuth tokens, and its keys.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ssr", derive(schemars::JsonSchema))]
#[cfg_attr(feature = "ssr", schemars(extend("required" = ["name"])))]
#[serde(rename_all = "camelCase", default)]
pub struct TokenSecretReference {
    /// The Secret's name.
    pub name: String,
    /// The key of the access token.
    #[cfg_attr(feature = "ssr", schemars(extend("x-default" = "access_token")))]
    pub access_token_key: String,
    /// The key of the refresh token.
    #[cfg_attr(feature = "ssr", schemars(extend("x-default" = "refresh_token")))]
    pub refresh_token_key: String,
    /// The key of the time at which the access token expires (RFC 3339).
    #[cfg_attr(feature = "ssr", schemars(extend("x-default" = "expires_at")))]
    pub expires_at_key: String,
    /// The key of the OAuth client's ID.
    #[serde(rename = "clientIDKey")]
    #[cfg_attr(feature = "ssr", schemars(extend("x-default" = "client_id")))]
    pub client_id_key: String,
    /// The key of the OAuth client's secret.
    #[cfg_attr(feature = "ssr", schemars(extend("x-default" = "client_secret")))]
    pub client_secret_key: String,
}

impl Default for TokenSecretReference {
    fn default() -> Self {
        Self {
            name: String::new(),
            access_token_key: "access_token".into(),
            refresh_token_key: "refresh_token".into(),
            expires_at_key: "expires_at".into(),
            client_id_key: "client_id".into(),
            client_secret_key: "client_secret".into(),
        }
    }
}

/// OAuth client credentials.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "ssr", derive(schemars::JsonSchema))]
#[cfg_attr(feature = "ssr", schemars(extend("required" = ["clientID", "clientAuthentication"])))]
#[serde(rename_all = "camelCase", default)]
pub struct ClientCredentials {
    /// The OAuth client's ID.
    #[serde(rename = "clientID")]
    pub client_id: String,
    /// The scopes to ask for. Default: those that the server names.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub scopes: Vec<String>,
    /// The resource to ask for (RFC 8707). Default: that which the server names.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub resource: String,
    /// The token endpoint, over https or on loopback. Default: that which the server's authorization server names.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub token_endpoint: String,
    /// How the client proves who it is: exactly one way.
    pub client_authentication: ClientAuthentication,
}

/// How an OAuth client proves who it is: exactly one of the members.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "ssr", derive(schemars::JsonSchema))]
#[cfg_attr(feature = "ssr", schemars(transform = rules(CLIENT_AUTHENTICATION_RULES)))]
#[serde(rename_all = "camelCase", default)]
pub struct ClientAuthentication {
    /// A JWT signed with a private key (RFC 7523).
    #[serde(rename = "privateKeyJWT", skip_serializing_if = "Option::is_none")]
    pub private_key_jwt: Option<PrivateKeyJwt>,
}

#[cfg(feature = "ssr")]
const CLIENT_AUTHENTICATION_RULES: &[Rule] =
    &[Rule::new("has(self.privateKeyJWT)", "clientAuthentication must set exactly one method")];

string_enum! {
    /// How a JWT is signed.
    #[derive(Default)]
    pub enum JwtAlgorithm {
        /// ECDSA on P-256 with SHA-256.
        #[default]
        Es256 = "ES256",
        /// ECDSA on P-384 with SHA-384.
        Es384 = "ES384",
        /// ECDSA on P-521 with SHA-512.
        Es512 = "ES512",
        /// RSA PKCS #1 with SHA-256.
        Rs256 = "RS256",
        /// RSA PKCS #1 with SHA-384.
        Rs384 = "RS384",
        /// RSA PKCS #1 with SHA-512.
        Rs512 = "RS512",
        /// RSA PSS with SHA-256.
        Ps256 = "PS256",
        /// RSA PSS with SHA-384.
        Ps384 = "PS384",
        /// RSA PSS with SHA-512.
        Ps512 = "PS512",
    }
}

/// A JWT signed with a private key.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "ssr", derive(schemars::JsonSchema))]
#[cfg_attr(feature = "ssr", schemars(extend("required" = ["secretKeyRef"])))]
#[serde(rename_all = "camelCase", default)]
pub struct PrivateKeyJwt {
    /// How the JWT is signed.
    #[cfg_attr(feature = "ssr", schemars(extend("x-default" = "ES256")))]
    pub algorithm: JwtAlgorithm,
    /// The key's ID ('kid'), if the authorization server knows several.
    #[serde(rename = "keyID", skip_serializing_if = "String::is_empty")]
    pub key_id: String,
    /// The Secret that holds the key.
    pub secret_key_ref: PrivateKeyReference,
}

/// A Secret with a private key in PEM form.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ssr", derive(schemars::JsonSchema))]
#[cfg_attr(feature = "ssr", schemars(extend("required" = ["name"])))]
#[serde(rename_all = "camelCase", default)]
pub struct PrivateKeyReference {
    /// The Secret's name, in the server's namespace.
    pub name: String,
    /// The key in the Secret.
    #[cfg_attr(feature = "ssr", schemars(extend("x-default" = "private.pem")))]
    pub key: String,
}

impl Default for PrivateKeyReference {
    fn default() -> Self {
        Self { name: String::new(), key: "private.pem".into() }
    }
}

string_enum! {
    /// Where authorization with an MCP server stands.
    pub enum McpAuthorizationState {
        /// The server asks for a token.
        Required = "Required",
        /// The server asks for a token and does not say where to get one.
        DiscoveryFailed = "DiscoveryFailed",
        /// A token works.
        Authorized = "Authorized",
    }
}

/// What is known about a server's authorization.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "ssr", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase", default)]
pub struct McpAuthorizationStatus {
    /// Where it stands: Required, DiscoveryFailed or Authorized.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub state: Option<McpAuthorizationState>,
    /// The protected resource's identifier.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub resource: String,
    /// Where the resource's metadata was read.
    #[serde(rename = "resourceMetadataURL", skip_serializing_if = "String::is_empty")]
    pub resource_metadata_url: String,
    /// The resource's name for people.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub resource_name: String,
    /// The servers that issue tokens for the resource.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub authorization_servers: Vec<String>,
    /// Where a client registers itself.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub registration_endpoint: String,
    /// Where a person is sent to authorise.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub authorization_endpoint: String,
    /// Where tokens are fetched.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub token_endpoint: String,
    /// The scopes that may be asked for.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub scopes_supported: Vec<String>,
    /// The grants that may be used.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub grant_types_supported: Vec<String>,
    /// The ways in which a client may prove who it is.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub token_endpoint_auth_methods_supported: Vec<String>,
    /// The algorithms with which a client's JWT may be signed.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub token_endpoint_auth_signing_alg_values_supported: Vec<String>,
    /// When the metadata was last read, as an RFC 3339 time.
    #[serde(skip_serializing_if = "String::is_empty")]
    #[cfg_attr(feature = "ssr", schemars(extend("format" = "date-time")))]
    pub last_discovered: String,
    /// When the token expires, as an RFC 3339 time.
    #[serde(skip_serializing_if = "String::is_empty")]
    #[cfg_attr(feature = "ssr", schemars(extend("format" = "date-time")))]
    pub expires_at: String,
}

//! AWS's chain: variables of the environment, the web identity of a service account (IRSA), the credentials of the
//! container (ECS, EKS pod identity). The machine's own role (EC2) is left out: in a cluster it is the node's, not ours.

use std::time::Duration;

use jiff::Timestamp;
use reqwest::Url;
use serde::Deserialize;

use super::AwsKeys;
use super::door::{ask, wrong};
use crate::engine::providers::{Environment, ModelError, Outbound};
use crate::engine::secret::Secret;

const WHAT: &str = "AWS credentials";
/// Where a path alone points to.
const CONTAINER: &str = "http://169.254.170.2";
/// How long keys without an end are kept.
const NO_END: Duration = Duration::from_secs(3600);

/// Keys in the environment itself.
pub(super) fn from_environment(environment: &Environment) -> Option<AwsKeys> {
    Some(AwsKeys {
        access_key_id: environment.get("AWS_ACCESS_KEY_ID")?,
        secret: Secret::new(environment.get("AWS_SECRET_ACCESS_KEY")?),
        session_token: environment.get("AWS_SESSION_TOKEN").map(Secret::new),
    })
}

/// Keys and how long they live.
pub(super) async fn obtain(
    outbound: &Outbound,
    environment: &Environment,
    region: &str,
) -> Result<(AwsKeys, Duration), ModelError> {
    let get = |name: &str| environment.get(name);
    if let (Some(file), Some(role)) = (get("AWS_WEB_IDENTITY_TOKEN_FILE"), get("AWS_ROLE_ARN")) {
        return web_identity(outbound, environment, region, &file, &role).await;
    }
    let relative = get("AWS_CONTAINER_CREDENTIALS_RELATIVE_URI").map(|path| format!("{CONTAINER}{path}"));
    if let Some(url) = relative.or_else(|| get("AWS_CONTAINER_CREDENTIALS_FULL_URI")) {
        return container(outbound, environment, &url).await;
    }
    Err(wrong(
        WHAT,
        "neither the Model nor the environment has any. Give spec.config.bedrock.apiKey, or accessKeyId and \
         secretAccessKey, or run with AWS_ACCESS_KEY_ID, a service account with a role, or container credentials"
            .into(),
    ))
}

async fn web_identity(
    outbound: &Outbound,
    environment: &Environment,
    region: &str,
    file: &str,
    role: &str,
) -> Result<(AwsKeys, Duration), ModelError> {
    let token = read(file).await?;
    let session = environment.get("AWS_ROLE_SESSION_NAME").unwrap_or_else(|| "arkdeck".into());
    let suffix = crate::engine::providers::endpoint::aws_suffix(region);
    let url =
        environment.get("AWS_ENDPOINT_URL_STS").unwrap_or_else(|| format!("https://sts.{region}.{suffix}/"));
    let form = form(&[
        ("Action", "AssumeRoleWithWebIdentity"),
        ("Version", "2011-06-15"),
        ("RoleArn", role),
        ("RoleSessionName", &session),
        ("WebIdentityToken", &token),
    ]);
    let body = ask(outbound, &url, WHAT, |client, url| {
        client.post(url).header("content-type", "application/x-www-form-urlencoded").body(form)
    })
    .await?;
    let field = |name: &str| {
        tag(&body, name).ok_or_else(|| wrong(WHAT, format!("the answer of {url} has no {name}")))
    };
    let keys = AwsKeys {
        access_key_id: field("AccessKeyId")?.to_owned(),
        secret: Secret::new(field("SecretAccessKey")?),
        session_token: Some(Secret::new(field("SessionToken")?)),
    };
    Ok((keys, life(field("Expiration")?)))
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct ContainerKeys {
    access_key_id: String,
    secret_access_key: String,
    token: Option<String>,
    #[serde(default)]
    expiration: String,
}

async fn container(
    outbound: &Outbound,
    environment: &Environment,
    url: &str,
) -> Result<(AwsKeys, Duration), ModelError> {
    let token = match environment.get("AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE") {
        Some(file) => Some(read(&file).await?),
        None => environment.get("AWS_CONTAINER_AUTHORIZATION_TOKEN"),
    };
    let body = ask(outbound, url, WHAT, |client, url| {
        let request = client.get(url);
        match token {
            Some(token) => request.header("authorization", token),
            None => request,
        }
    })
    .await?;
    let found: ContainerKeys = serde_json::from_str(&body)
        .map_err(|error| wrong(WHAT, format!("the answer of {url} cannot be read: {error}")))?;
    let keys = AwsKeys {
        access_key_id: found.access_key_id,
        secret: Secret::new(found.secret_access_key),
        session_token: found.token.map(Secret::new),
    };
    Ok((keys, life(&found.expiration)))
}

/// A token that the cluster renews in its file.
pub(super) async fn read(file: &str) -> Result<String, ModelError> {
    let text = tokio::fs::read_to_string(file).await;
    text.map(|text| text.trim().to_owned())
        .map_err(|error| wrong("a token", format!("the file {file} cannot be read: {error}")))
}

/// Pairs as a form has them.
pub(super) fn form(pairs: &[(&str, &str)]) -> String {
    // A URL's query has the same encoding; the URL itself is a constant and parses.
    let Ok(mut url) = Url::parse("http://form/") else { return String::new() };
    url.query_pairs_mut().extend_pairs(pairs);
    url.query().unwrap_or_default().to_owned()
}

fn life(expiration: &str) -> Duration {
    let Ok(end) = expiration.parse::<Timestamp>() else { return NO_END };
    Duration::try_from(end.duration_since(Timestamp::now())).unwrap_or(Duration::ZERO)
}

/// What stands between `<name>` and `</name>`: keys hold nothing that XML escapes.
pub(super) fn tag<'a>(xml: &'a str, name: &str) -> Option<&'a str> {
    let (_, rest) = xml.split_once(&format!("<{name}>"))?;
    rest.split_once(&format!("</{name}>")).map(|(value, _)| value.trim())
}

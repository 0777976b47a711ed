//! Models without a key: clouds that say who this program is, each played by a server on loopback that checks what it is
//! asked and counts.

use std::sync::{Arc, Mutex};

use arkdeck::engine::Settings;
use arkdeck::engine::providers::Environment;
use axum::Router;
use axum::extract::{Path, RawQuery, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use serde_json::{Value, json};

use crate::harness::{Deck, content, message, quick};
use crate::model_server::{Act, ModelServer};

/// What was asked, one line each.
type Asked = Arc<Mutex<Vec<String>>>;

struct Cloud {
    url: String,
    asked: Asked,
}

impl Cloud {
    async fn start() -> Self {
        let asked = Asked::default();
        let router = Router::new()
            .route("/metadata/identity/oauth2/token", get(managed))
            .route("/{tenant}/oauth2/v2.0/token", post(workload))
            .route("/sts", post(sts))
            .route("/credentials", get(container))
            .with_state(asked.clone());
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        tokio::spawn(async move { axum::serve(listener, router).await.unwrap() });
        Self { url, asked }
    }

    fn asked(&self) -> Vec<String> {
        self.asked.lock().unwrap().clone()
    }
}

async fn managed(State(asked): State<Asked>, headers: HeaderMap, RawQuery(query): RawQuery) -> Response {
    if headers.get("metadata").is_none_or(|value| value != "true") {
        return StatusCode::BAD_REQUEST.into_response();
    }
    asked.lock().unwrap().push(query.unwrap());
    axum::Json(json!({"access_token": "token-of-the-machine", "expires_in": "3599", "token_type": "Bearer"}))
        .into_response()
}

async fn workload(State(asked): State<Asked>, Path(tenant): Path<String>, body: String) -> Response {
    asked.lock().unwrap().push(format!("{tenant} {body}"));
    if tenant == "strange" {
        let said =
            json!({"error": "invalid_client", "error_description": "AADSTS700016: unknown application"});
        return (StatusCode::UNAUTHORIZED, axum::Json(said)).into_response();
    }
    // It ends within the margin: it is used once.
    axum::Json(json!({"access_token": "token-of-the-pod", "expires_in": 60})).into_response()
}

async fn sts(State(asked): State<Asked>, body: String) -> String {
    asked.lock().unwrap().push(body);
    "<AssumeRoleWithWebIdentityResponse xmlns=\"https://sts.amazonaws.com/doc/2011-06-15/\">\
         <AssumeRoleWithWebIdentityResult><Credentials><AccessKeyId>ASIAROLE</AccessKeyId>\
         <SecretAccessKey>secret-of-the-role</SecretAccessKey><SessionToken>session-of-the-role</SessionToken>\
         <Expiration>2999-01-01T00:00:00Z</Expiration></Credentials></AssumeRoleWithWebIdentityResult>\
         </AssumeRoleWithWebIdentityResponse>"
        .to_owned()
}

async fn container(State(asked): State<Asked>, headers: HeaderMap) -> Response {
    let token = headers.get("authorization").map(|value| value.to_str().unwrap().to_owned());
    asked.lock().unwrap().push(token.clone().unwrap_or_default());
    if token.as_deref() != Some("token-of-the-container") {
        return StatusCode::FORBIDDEN.into_response();
    }
    axum::Json(json!({"AccessKeyId": "ASIATASK", "SecretAccessKey": "secret-of-the-task", "Token": "session-of-the-task",
        "Expiration": "2999-01-01T00:00:00Z"}))
    .into_response()
}

/// Asks a model of this provider and configuration twice; the server that answered, the last message, and all that the
/// runs left behind.
async fn ask(environment: Environment, provider: &str, block: Value) -> (ModelServer, String, String) {
    let (dir, server) = (tempfile::tempdir().unwrap(), ModelServer::start().await);
    server.script("gull", [Act::Say("Low.")]);
    let deck = Deck::start(dir.path(), Settings { environment, ..quick() }).await;
    let mut block = block;
    if block.get("baseUrl").is_none() {
        block["baseUrl"] = json!({"value": server.base()});
    }
    deck.create(json!({
        "apiVersion": "ark.mckinsey.com/v1alpha1", "kind": "Model", "metadata": {"name": "gull"},
        "spec": {"provider": provider, "model": {"value": "gull"}, "pollInterval": "1h", "config": {provider: block}},
    }))
    .await;
    let (mut last, mut left) = (String::new(), String::new());
    for name in ["a", "b"] {
        deck.query(name, json!({"input": "How is the tide?", "target": {"type": "model", "name": "gull"}}))
            .await;
        let query = deck.ended(name).await;
        last = if message(&query).starts_with("Model") { message(&query) } else { content(&query) };
        left.push_str(&format!("{query:?} {:?}", deck.journal(name).await));
    }
    deck.stop().await;
    (server, last, left)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_managed_identity_gives_a_token_that_is_kept_and_written_nowhere() {
    let cloud = Cloud::start().await;
    let environment = Environment::of([("AZURE_POD_IDENTITY_AUTHORITY_HOST", cloud.url.clone())]);
    let auth = json!({"auth": {"managedIdentity": {"clientId": {"value": "client-7"}}}});
    let (server, said, left) = ask(environment, "azure", auth).await;
    assert_eq!(said, "Low.");
    assert_eq!(
        cloud.asked(),
        ["api-version=2018-02-01&resource=https%3A%2F%2Fcognitiveservices.azure.com&client_id=client-7"],
        "once, for the probe and both queries"
    );
    let (headers, _) = server.last("gull");
    assert_eq!(headers["authorization"], "Bearer token-of-the-machine");
    assert!(!headers.contains_key("api-key"));
    assert!(!left.contains("token-of-the-machine"));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_workload_identity_is_exchanged_and_refusals_are_told() {
    let cloud = Cloud::start().await;
    let file = tempfile::NamedTempFile::new().unwrap();
    std::fs::write(file.path(), "federated\n").unwrap();
    let path = file.path().to_str().unwrap().to_owned();
    let environment = || {
        Environment::of([
            ("AZURE_AUTHORITY_HOST", cloud.url.clone()),
            ("AZURE_FEDERATED_TOKEN_FILE", path.clone()),
        ])
    };
    let auth = |tenant: &str| json!({"auth": {"workloadIdentity": {"clientId": {"value": "client-7"}, "tenantId": {"value": tenant}}}});
    let (server, said, left) = ask(environment(), "azure", auth("tenant-1")).await;
    assert_eq!(said, "Low.");
    assert_eq!(server.last("gull").0["authorization"], "Bearer token-of-the-pod");
    let asked = cloud.asked();
    assert!(asked.len() >= 2, "it was about to end each time: {asked:?}");
    assert_eq!(
        asked[0],
        "tenant-1 grant_type=client_credentials&client_id=client-7\
         &scope=https%3A%2F%2Fcognitiveservices.azure.com%2F.default\
         &client_assertion_type=urn%3Aietf%3Aparams%3Aoauth%3Aclient-assertion-type%3Ajwt-bearer\
         &client_assertion=federated"
    );
    assert!(!left.contains("token-of-the-pod") && !left.contains("federated"));

    let (_, said, _) = ask(environment(), "azure", auth("strange")).await;
    assert!(said.starts_with("ModelUnauthorized: ") && said.contains("AADSTS700016"), "{said}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_token_of_azure_is_not_shown_to_strangers() {
    let cloud = Cloud::start().await;
    let environment = Environment::of([("AZURE_POD_IDENTITY_AUTHORITY_HOST", cloud.url.clone())]);
    let block = json!({"baseUrl": {"value": "https://evil.example"}, "auth": {"managedIdentity": {}}});
    let (_, said, _) = ask(environment, "azure", block).await;
    assert!(
        said.starts_with("ModelMisconfigured: ") && said.contains("https://evil.example is none of them"),
        "{said}"
    );
    assert!(cloud.asked().is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn the_metadata_service_is_named_by_the_environment_alone() {
    // Neither loopback nor a known address: not asked, whoever wrote it.
    let environment =
        Environment::of([("AZURE_POD_IDENTITY_AUTHORITY_HOST", "http://10.255.255.1".to_owned())]);
    let (_, said, _) = ask(environment, "azure", json!({"auth": {"managedIdentity": {}}})).await;
    assert!(said.contains("neither https nor a known metadata service"), "{said}");
    // A Model cannot reach it by its address.
    let block = json!({"baseUrl": {"value": "http://169.254.169.254"}, "auth": {"apiKey": {"value": "k"}}});
    let (_, said, _) = ask(Environment::of([]), "azure", block).await;
    assert!(said.starts_with("ModelAddressRefused: "), "{said}");
}

#[tokio::test(flavor = "multi_thread")]
async fn bedrock_is_signed_by_what_the_environment_offers() {
    let cloud = Cloud::start().await;
    let region = || json!({"region": {"value": "eu-west-1"}});
    let file = tempfile::NamedTempFile::new().unwrap();
    std::fs::write(file.path(), "federated\n").unwrap();
    let path = file.path().to_str().unwrap().to_owned();

    let keys = Environment::of([
        ("AWS_ACCESS_KEY_ID", "AKIAPLAIN".to_owned()),
        ("AWS_SECRET_ACCESS_KEY", "secret-of-the-environment".to_owned()),
    ]);
    let (server, said, left) = ask(keys, "bedrock", region()).await;
    assert_eq!(said, "Low.");
    let (headers, uri) = server.last("gull");
    let authorization = headers["authorization"].to_str().unwrap();
    assert!(authorization.starts_with("AWS4-HMAC-SHA256 Credential=AKIAPLAIN/"), "{authorization}");
    assert!(authorization.contains("/eu-west-1/bedrock/aws4_request"), "{authorization}");
    assert_eq!(uri.path(), "/model/gull/converse-stream");
    assert!(!left.contains("secret-of-the-environment"));

    let role = Environment::of([
        ("AWS_ROLE_ARN", "arn:aws:iam::1:role/pilot".to_owned()),
        ("AWS_WEB_IDENTITY_TOKEN_FILE", path),
        ("AWS_ENDPOINT_URL_STS", format!("{}/sts", cloud.url)),
    ]);
    let (server, said, left) = ask(role, "bedrock", region()).await;
    assert_eq!(said, "Low.");
    let (headers, _) = server.last("gull");
    assert_eq!(headers["x-amz-security-token"], "session-of-the-role");
    assert!(!left.contains("of-the-role"));
    assert_eq!(
        cloud.asked(),
        ["Action=AssumeRoleWithWebIdentity&Version=2011-06-15&RoleArn=arn%3Aaws%3Aiam%3A%3A1%3Arole%2Fpilot\
          &RoleSessionName=arkdeck&WebIdentityToken=federated"],
        "once"
    );

    let task = Environment::of([
        ("AWS_CONTAINER_CREDENTIALS_FULL_URI", format!("{}/credentials", cloud.url)),
        ("AWS_CONTAINER_AUTHORIZATION_TOKEN", "token-of-the-container".to_owned()),
    ]);
    let (server, said, _) = ask(task, "bedrock", region()).await;
    assert_eq!(said, "Low.");
    assert_eq!(server.last("gull").0["x-amz-security-token"], "session-of-the-task");

    let token = Environment::of([
        ("AWS_BEARER_TOKEN_BEDROCK", "key-of-bedrock".to_owned()),
        ("AWS_REGION", "eu-west-1".to_owned()),
    ]);
    let (server, said, left) = ask(token, "bedrock", json!({})).await;
    assert_eq!(said, "Low.");
    assert_eq!(server.last("gull").0["authorization"], "Bearer key-of-bedrock");
    assert!(!left.contains("key-of-bedrock"));

    let (_, said, _) = ask(Environment::of([]), "bedrock", region()).await;
    assert!(said.starts_with("ModelMisconfigured: Cannot obtain AWS credentials"), "{said}");
}

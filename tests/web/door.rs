//! What every request passes before anything is done.

use axum::body::Body;
use axum::http::{StatusCode, header};

use crate::harness::{Server, request};

#[tokio::test]
async fn a_page_has_a_policy_whose_nonce_its_scripts_carry() {
    let server = Server::start().await;
    let page = server.get("/ns/default/models").await;
    assert_eq!(page.status, StatusCode::OK, "{}", page.body);
    let policy = page.header("content-security-policy");
    let nonce = policy.split("'nonce-").nth(1).unwrap().split('\'').next().unwrap();
    assert!(
        policy.contains("script-src 'strict-dynamic'") && policy.contains("frame-ancestors 'none'"),
        "{policy}"
    );
    assert!(
        !policy.contains("script-src 'unsafe-inline'") && policy.contains("object-src 'none'"),
        "{policy}"
    );
    for script in page.body.split("<script").skip(1) {
        let tag = script.split('>').next().unwrap();
        assert!(tag.contains(&format!("nonce=\"{nonce}\"")), "a script without the nonce: <script{tag}>");
    }
    let other = server.get("/ns/default/models").await;
    assert!(!other.header("content-security-policy").contains(nonce), "each page has its own nonce");
    assert_eq!(page.header("x-content-type-options"), "nosniff");
    assert_eq!(page.header("referrer-policy"), "same-origin");
    assert_eq!(page.header("cache-control"), "no-store");
}

// The title is written when the page is rendered, on another thread than the page's own at times.
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn pages_are_whole_however_many_ask_at_once() {
    let server = Server::start().await;
    let all = futures::future::join_all((0..200).map(|_| server.get("/ns/default/models"))).await;
    for page in all {
        assert_eq!(page.status, StatusCode::OK, "{}", page.body);
        assert!(page.body.contains("<title>Models"), "{}", page.body);
    }
}

#[tokio::test]
async fn a_foreign_name_is_refused_whatever_it_asks() {
    let server = Server::start().await;
    for (method, path) in [("GET", "/ns/default"), ("GET", "/live?tab=x"), ("POST", "/api/namespaces/list")] {
        let request =
            axum::http::Request::builder().method(method).uri(path).header(header::HOST, "evil.example:3000");
        let answer = server.answer(request.body(Body::empty()).unwrap()).await;
        assert_eq!(answer.status, StatusCode::MISDIRECTED_REQUEST, "{method} {path}");
        assert!(answer.json()["message"].as_str().unwrap().contains("evil.example"));
    }
}

#[tokio::test]
async fn pages_of_other_sites_cannot_write_scripts_can() {
    let server = Server::start().await;
    let call = |name: &'static str, value: &'static str| {
        request("POST", "/api/namespaces/list")
            .header(header::CONTENT_TYPE, "application/json")
            .header(name, value)
            .body(Body::from("{}"))
            .unwrap()
    };
    for (name, value) in [("origin", "http://evil.example"), ("sec-fetch-site", "cross-site")] {
        let answer = server.answer(call(name, value)).await;
        assert_eq!(answer.status, StatusCode::FORBIDDEN, "{name}: {value}");
        assert_eq!(answer.json()["code"], "Forbidden");
    }
    for (name, value) in
        [("origin", "http://127.0.0.1:3000"), ("sec-fetch-site", "same-origin"), ("x-script", "1")]
    {
        let answer = server.answer(call(name, value)).await;
        assert_eq!(answer.status, StatusCode::OK, "{name}: {value}: {}", answer.body);
    }
}

#[tokio::test]
async fn the_session_cookie_is_out_of_reach_and_remembers_the_namespace() {
    let server = Server::start().await;
    let page = server.get("/ns/kube-system/models").await;
    let cookie = page.header("set-cookie").to_owned();
    assert!(cookie.contains("HttpOnly") && cookie.contains("SameSite=Strict"), "{cookie}");
    let cookie = cookie.split(';').next().unwrap();
    let start = request("GET", "/").header(header::COOKIE, cookie).body(Body::empty()).unwrap();
    assert_eq!(server.answer(start).await.header("location"), "/ns/kube-system");
    assert_eq!(server.get("/").await.header("location"), "/ns/default");
    let script = server.call("namespaces/list", serde_json::json!({})).await;
    assert_eq!(script.header("set-cookie"), "", "a script gets no session");
}

#[tokio::test]
async fn what_does_not_exist_is_said_in_the_form_that_was_asked_for() {
    let server = Server::start().await;
    let function = server.call("no/such", serde_json::json!({})).await;
    assert_eq!(function.status, StatusCode::NOT_FOUND);
    assert_eq!(function.json()["code"], "NotFound");
    let file = server.get("/pkg/none.js").await;
    assert_eq!(file.status, StatusCode::NOT_FOUND);
    let page = server.get("/nowhere").await;
    assert_eq!(page.status, StatusCode::NOT_FOUND);
    assert!(page.body.contains("<html"), "a page for people");
}

#[tokio::test]
async fn health_is_told_to_everybody() {
    let server = Server::start().await;
    for path in ["/healthz", "/readyz"] {
        let bare = axum::http::Request::builder().uri(path).body(Body::empty()).unwrap();
        let answer = server.answer(bare).await;
        assert_eq!((answer.status, answer.body.as_str()), (StatusCode::OK, "ok\n"), "{path}");
    }
}

#[tokio::test]
async fn a_body_beyond_the_limit_is_refused() {
    let server = Server::start().await;
    let huge = request("POST", "/api/objects/apply")
        .header(header::CONTENT_TYPE, "application/json")
        .header(header::CONTENT_LENGTH, (4 << 20).to_string())
        .body(Body::from("x".repeat(4 << 20)))
        .unwrap();
    assert_eq!(server.answer(huge).await.status, StatusCode::PAYLOAD_TOO_LARGE);
}

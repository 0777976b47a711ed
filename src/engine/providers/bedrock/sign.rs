//! AWS Signature Version 4: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv4-create-signed-request.html.
//!
//! Our own, because `aws-sigv4` brings a dozen crates for what is one function here; checked against AWS's published
//! example and against botocore (`tests/sdk/bedrock.json`).

use jiff::Timestamp;
use reqwest::Url;
use ring::{digest, hmac};

use crate::engine::providers::identity::AwsKeys;
use crate::engine::secret::Secret;

const ALGORITHM: &str = "AWS4-HMAC-SHA256";

/// What is signed.
pub(super) struct Signed<'a> {
    pub(super) method: &'a str,
    pub(super) url: &'a Url,
    pub(super) content_type: &'a str,
    pub(super) body: &'a [u8],
    pub(super) region: &'a str,
    pub(super) service: &'a str,
}

/// The headers that prove who asks: `x-amz-date`, `x-amz-security-token` for temporary keys, `authorization`.
pub(super) fn sign(request: &Signed<'_>, keys: &AwsKeys, at: Timestamp) -> Vec<(&'static str, Secret)> {
    let time = at.strftime("%Y%m%dT%H%M%SZ").to_string();
    let day = &time[..8];
    let mut headers = vec![("host", host(request.url)), ("x-amz-date", time.clone())];
    if !request.content_type.is_empty() {
        headers.push(("content-type", request.content_type.to_owned()));
    }
    if let Some(token) = &keys.session_token {
        headers.push(("x-amz-security-token", token.reveal().to_owned()));
    }
    headers.sort_unstable();
    let names: Vec<&str> = headers.iter().map(|(name, _)| *name).collect();
    let names = names.join(";");
    let canonical_headers: String =
        headers.iter().map(|(name, value)| format!("{name}:{}\n", value.trim())).collect();
    let canonical = format!(
        "{}\n{}\n{}\n{canonical_headers}\n{names}\n{}",
        request.method,
        canonical_path(request.url.path()),
        canonical_query(request.url),
        hash(request.body),
    );
    let scope = format!("{day}/{}/{}/aws4_request", request.region, request.service);
    let to_sign = format!("{ALGORITHM}\n{time}\n{scope}\n{}", hash(canonical.as_bytes()));
    let mut key = mac(format!("AWS4{}", keys.secret.reveal()).as_bytes(), day);
    for part in [request.region, request.service, "aws4_request"] {
        key = mac(key.as_ref(), part);
    }
    let signature = hex(mac(key.as_ref(), &to_sign).as_ref());
    let authorization = format!(
        "{ALGORITHM} Credential={}/{scope}, SignedHeaders={names}, Signature={signature}",
        keys.access_key_id
    );
    let mut proof = vec![("x-amz-date", Secret::new(time)), ("authorization", Secret::new(authorization))];
    proof.extend(keys.session_token.clone().map(|token| ("x-amz-security-token", token)));
    proof
}

fn host(url: &Url) -> String {
    let host = url.host_str().unwrap_or_default();
    url.port().map_or_else(|| host.to_owned(), |port| format!("{host}:{port}"))
}

/// Every service but S3 wants the path, as it is sent, encoded once more.
fn canonical_path(path: &str) -> String {
    path.split('/').map(encode).collect::<Vec<_>>().join("/")
}

fn canonical_query(url: &Url) -> String {
    let mut pairs: Vec<(String, String)> =
        url.query_pairs().map(|(name, value)| (encode(&name), encode(&value))).collect();
    pairs.sort_unstable();
    pairs.iter().map(|(name, value)| format!("{name}={value}")).collect::<Vec<_>>().join("&")
}

/// Percent-encodes all but RFC 3986's unreserved characters.
pub(super) fn encode(text: &str) -> String {
    let mut encoded = String::with_capacity(text.len());
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.' | b'_' | b'~') {
            encoded.push(char::from(byte));
        } else {
            encoded.push_str(&format!("%{byte:02X}"));
        }
    }
    encoded
}

fn mac(key: &[u8], text: &str) -> hmac::Tag {
    hmac::sign(&hmac::Key::new(hmac::HMAC_SHA256, key), text.as_bytes())
}

fn hash(bytes: &[u8]) -> String {
    hex(digest::digest(&digest::SHA256, bytes).as_ref())
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn signature(request: &Signed<'_>, token: Option<&str>) -> String {
        let keys = AwsKeys {
            access_key_id: "AKIDEXAMPLE".into(),
            secret: Secret::new("wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY"),
            session_token: token.map(Secret::new),
        };
        let proof = sign(request, &keys, "2015-08-30T12:36:00Z".parse().unwrap());
        let authorization =
            proof.iter().find(|(name, _)| *name == "authorization").unwrap().1.reveal().to_owned();
        authorization.rsplit_once("Signature=").unwrap().1.to_owned()
    }

    #[test]
    fn awss_own_examples() {
        // From AWS's test suite for SigV4: get-vanilla and get-vanilla-query-order-key-case.
        let url: Url = "https://example.amazonaws.com/".parse().unwrap();
        let mut request = Signed {
            method: "GET",
            url: &url,
            content_type: "",
            body: b"",
            region: "us-east-1",
            service: "service",
        };
        assert_eq!(
            signature(&request, None),
            "5fa00fa31553b73ebf1942676e86291e8372ff2a2260956d9b8aae1d763fbf31"
        );
        let url: Url = "https://example.amazonaws.com/?Param2=value2&Param1=value1".parse().unwrap();
        request.url = &url;
        assert_eq!(
            signature(&request, None),
            "b97d918cfa904a5beff61c982a1b6f458b799221646efd99d3219ec94cdf2500"
        );
    }

    /// Names of models hold what must be encoded.
    #[test]
    fn as_botocore_signs_a_call_of_bedrock() {
        let kept = include_str!("../../../../tests/sdk/bedrock_signatures.json");
        let kept: serde_json::Value = serde_json::from_str(kept).unwrap();
        let cases = kept["cases"].as_array().unwrap();
        assert!(cases.len() >= 3);
        for case in cases {
            let url: Url = case["url"].as_str().unwrap().parse().unwrap();
            let request = Signed {
                method: "POST",
                url: &url,
                content_type: "application/json",
                body: case["body"].as_str().unwrap().as_bytes(),
                region: case["region"].as_str().unwrap(),
                service: "bedrock",
            };
            assert_eq!(signature(&request, case["token"].as_str()), case["signature"], "{url}");
        }
    }
}

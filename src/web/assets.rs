//! Scripts, styles and fonts: from inside the binary (`embed-assets`) or from `target/site`.
//!
//! The tools name `pkg/` files by their content (`arkdeck.x3kQ.js`), so browsers may keep those for ever; the pages
//! learn the names from `hash.txt`, which Leptos reads from a path in its options. Embedded assets bring no such file
//! along, so it is written anew from the names of the files.

#[cfg(feature = "embed-assets")]
use std::borrow::Cow;
use std::path::{Path, PathBuf};

use axum::body::{Body, Bytes};
use axum::http::header::{self, HeaderMap, HeaderValue};
use axum::http::{Response, StatusCode, Uri};
use axum::response::IntoResponse;
use leptos::config::LeptosOptions;

/// Base name of script, style and WASM, as `package.metadata.leptos` says.
const OUTPUT_NAME: &str = "arkdeck";
/// Folder of built files within the site.
const PKG: &str = "pkg";
/// A year: the longest that browsers honour.
const FOR_EVER: &str = "public, max-age=31536000, immutable";
/// Files whose name stays when their content changes.
const ASK_EACH_TIME: &str = "no-cache";

#[cfg(feature = "embed-assets")]
#[derive(rust_embed::RustEmbed)]
#[folder = "$CARGO_MANIFEST_DIR/target/site"]
struct Embedded;

/// Where assets come from.
#[derive(Debug, Clone)]
pub struct Assets {
    root: PathBuf,
    hash_file: Option<PathBuf>,
}

impl Assets {
    /// Embedded assets where the binary has them, else the folder `LEPTOS_SITE_ROOT` (default `target/site`).
    ///
    /// `scratch` is a folder in which `hash.txt` may be written.
    pub fn find(scratch: &Path) -> std::io::Result<Self> {
        let root = std::env::var_os("LEPTOS_SITE_ROOT").map_or_else(|| "target/site".into(), PathBuf::from);
        let hash_file = match hashes(&names(&root)) {
            None => None,
            Some(text) => {
                let path = std::path::absolute(scratch)?.join("hash.txt");
                std::fs::write(&path, text)?;
                Some(path)
            }
        };
        Ok(Self { root, hash_file })
    }

    /// Options of Leptos, set here and not by the environment: the binary must work from any folder.
    pub fn leptos_options(&self) -> LeptosOptions {
        LeptosOptions::builder()
            .output_name(OUTPUT_NAME)
            .site_root(self.root.display().to_string())
            .site_pkg_dir(PKG)
            .hash_files(self.hash_file.is_some())
            .hash_file(
                self.hash_file
                    .as_ref()
                    .map_or_else(|| "hash.txt".into(), |path| path.display().to_string().into()),
            )
            .build()
    }

    /// The file at `uri`, in the smallest form that the browser takes; `None` when there is no such file.
    pub async fn serve(&self, uri: &Uri, headers: &HeaderMap) -> Option<Response<Body>> {
        let path = uri.path().trim_start_matches('/');
        if path.is_empty() || path.split('/').any(|part| part.starts_with('.')) || path.contains('\\') {
            return None;
        }
        let accepts =
            headers.get(header::ACCEPT_ENCODING).and_then(|value| value.to_str().ok()).unwrap_or_default();
        for (encoding, suffix) in [("br", ".br"), ("gzip", ".gz"), ("", "")] {
            if !encoding.is_empty() && !accepts.contains(encoding) {
                continue;
            }
            if let Some(file) = self.read(&format!("{path}{suffix}")).await {
                return Some(respond(path, encoding, file, headers));
            }
        }
        None
    }

    async fn read(&self, path: &str) -> Option<File> {
        #[cfg(feature = "embed-assets")]
        {
            use rust_embed::EmbeddedFile;
            let EmbeddedFile { data, metadata } = Embedded::get(path)?;
            let content = match data {
                Cow::Borrowed(bytes) => Bytes::from_static(bytes),
                Cow::Owned(bytes) => bytes.into(),
            };
            Some(File { content, digest: metadata.sha256_hash() })
        }
        #[cfg(not(feature = "embed-assets"))]
        {
            use sha2::{Digest, Sha256};
            let content = tokio::fs::read(self.root.join(path)).await.ok()?;
            Some(File { digest: Sha256::digest(&content).into(), content: content.into() })
        }
    }
}

/// What is sent, and its SHA-256.
struct File {
    content: Bytes,
    digest: [u8; 32],
}

fn respond(path: &str, encoding: &'static str, file: File, asked: &HeaderMap) -> Response<Body> {
    let File { content, digest } = file;
    let hashed = path.starts_with(PKG) && is_hashed(path);
    let tag = format!("\"{}-{encoding}\"", etag(&digest));
    let mut headers = HeaderMap::new();
    let mime = mime_guess::from_path(path).first_or_octet_stream();
    if let Ok(value) = HeaderValue::from_str(&content_type(mime.essence_str())) {
        headers.insert(header::CONTENT_TYPE, value);
    }
    let cache = if hashed { FOR_EVER } else { ASK_EACH_TIME };
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static(cache));
    headers.insert(header::VARY, HeaderValue::from_static("accept-encoding"));
    if let Ok(value) = HeaderValue::from_str(&tag) {
        headers.insert(header::ETAG, value);
    }
    if asked.get(header::IF_NONE_MATCH).is_some_and(|known| known.as_bytes() == tag.as_bytes()) {
        return (StatusCode::NOT_MODIFIED, headers).into_response();
    }
    if !encoding.is_empty() {
        headers.insert(header::CONTENT_ENCODING, HeaderValue::from_static(encoding));
    }
    (headers, content).into_response()
}

fn content_type(essence: &str) -> String {
    if essence.starts_with("text/") || essence == "image/svg+xml" {
        format!("{essence}; charset=utf-8")
    } else {
        essence.to_owned()
    }
}

/// First bytes of the digest: enough to tell two builds apart.
fn etag(digest: &[u8; 32]) -> String {
    digest.iter().take(8).map(|byte| format!("{byte:02x}")).collect()
}

/// `pkg/arkdeck.x3kQ.js` is named by its content, `pkg/arkdeck.js` is not.
fn is_hashed(path: &str) -> bool {
    let name = path.rsplit('/').next().unwrap_or_default();
    name.split('.').count() >= 3
}

/// File names of `pkg/`, newest last.
fn names(_root: &Path) -> Vec<String> {
    #[cfg(feature = "embed-assets")]
    {
        Embedded::iter().filter_map(|path| path.strip_prefix("pkg/").map(str::to_owned)).collect()
    }
    #[cfg(not(feature = "embed-assets"))]
    {
        let Ok(files) = std::fs::read_dir(_root.join(PKG)) else { return Vec::new() };
        let mut names: Vec<_> = files
            .flatten()
            .filter_map(|file| {
                Some((file.metadata().ok()?.modified().ok()?, file.file_name().into_string().ok()?))
            })
            .collect();
        names.sort();
        names.into_iter().map(|(_, name)| name).collect()
    }
}

/// The lines of `hash.txt` for these file names; `None` when they carry no hashes. A later name wins, because an
/// earlier build may have left its files.
fn hashes(names: &[String]) -> Option<String> {
    let mut lines = Vec::new();
    for extension in ["js", "wasm", "css"] {
        let found = names.iter().rev().find_map(|name| {
            let middle = name.strip_prefix(OUTPUT_NAME)?.strip_suffix(extension)?.strip_suffix('.')?;
            middle.strip_prefix('.').filter(|hash| !hash.is_empty() && !hash.contains('.'))
        });
        if let Some(hash) = found {
            lines.push(format!("{extension}: {hash}\n"));
        }
    }
    (!lines.is_empty()).then(|| lines.concat())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hash_lines_come_from_the_newest_names() {
        let names = [
            "arkdeck.OLD.js",
            "arkdeck.Qx3.js",
            "arkdeck.Zz9.wasm",
            "arkdeck.Zz9.wasm.br",
            "arkdeck.Aa1.css",
        ]
        .map(String::from);
        assert_eq!(hashes(&names).unwrap(), "js: Qx3\nwasm: Zz9\ncss: Aa1\n");
        assert_eq!(hashes(&["arkdeck.js".into(), "arkdeck.css".into()]), None);
    }

    #[tokio::test]
    async fn serves_the_smallest_form_and_never_leaves_the_folder() {
        let dir = tempfile::tempdir().unwrap();
        std::fs::create_dir(dir.path().join("pkg")).unwrap();
        std::fs::write(dir.path().join("pkg/arkdeck.Qx3.js"), "plain").unwrap();
        std::fs::write(dir.path().join("pkg/arkdeck.Qx3.js.br"), "brotli").unwrap();
        let assets = Assets { root: dir.path().into(), hash_file: None };
        let mut headers = HeaderMap::new();
        headers.insert(header::ACCEPT_ENCODING, HeaderValue::from_static("gzip, br"));
        let uri = Uri::from_static("/pkg/arkdeck.Qx3.js");
        if cfg!(feature = "embed-assets") {
            return;
        }
        let response = assets.serve(&uri, &headers).await.unwrap();
        assert_eq!(response.headers()[header::CONTENT_ENCODING], "br");
        assert_eq!(response.headers()[header::CACHE_CONTROL], FOR_EVER);
        assert!(assets.serve(&Uri::from_static("/../secret"), &headers).await.is_none());
    }
}

//! The rules of the house that a compiler does not check: which room may use which (docs/ARCHITECTURE.md), what may not
//! reach the browser, and which crates may not come in at all.

#![allow(clippy::unwrap_used)] // Helpers of tests count as tests.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

/// Every room with the rooms it may name. Dependencies point this way only.
const ROOMS: &[(&str, &[&str])] = &[
    ("resources", &[]),
    ("views", &["resources"]),
    ("app", &["api", "resources", "views"]),
    ("api", &["engine", "evaluation", "kubernetes", "resources", "store", "views"]),
    ("kubernetes", &["embedded", "resources", "views"]),
    ("controllers", &["engine", "evaluation", "kubernetes", "resources", "store"]),
    ("engine", &["resources", "store"]),
    ("evaluate", &["engine", "evaluation", "kubernetes", "resources"]),
    ("evaluation", &["engine", "resources", "store"]),
    ("embedded", &["store"]),
    ("gateway", &["engine", "kubernetes", "resources", "store", "views"]),
    (
        "web",
        &[
            "api",
            "app",
            "controllers",
            "embedded",
            "engine",
            "evaluate",
            "gateway",
            "kubernetes",
            "resources",
            "store",
            "views",
        ],
    ),
    ("store", &[]),
];

/// Crates of the server. One of them in the browser half costs hundreds of kilobytes, or does not compile at all.
const SERVER_ONLY: &[&str] = &[
    "axum",
    "hyper",
    "k8s-openapi",
    "kube",
    "mio",
    "reqwest",
    "rustls",
    "schemars",
    "socket2",
    "sqlx",
    "tokio",
];

/// A second TLS provider makes rustls panic at first use; ours is ring.
const BANNED: &[&str] = &["aws-lc-rs", "aws-lc-sys", "native-tls", "openssl-sys"];

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

fn rust_files(folder: &Path) -> Vec<PathBuf> {
    let mut files = Vec::new();
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            files.extend(rust_files(&path));
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            files.push(path);
        }
    }
    files.sort();
    files
}

/// The source without its comments, so that a sentence may name another room.
fn code(file: &Path) -> String {
    let text = fs::read_to_string(file).unwrap();
    text.lines().map(|line| line.split("//").next().unwrap_or_default()).collect::<Vec<_>>().join("\n")
}

/// First path segments that follow `crate::`, one for each member of `crate::{…}`.
fn rooms_named(code: &str) -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    for (at, _) in code.match_indices("crate::") {
        if code[..at].ends_with('$') {
            continue;
        }
        let rest = &code[at + "crate::".len()..];
        let mut depth = 0usize;
        let mut expects_segment = true;
        for (start, character) in rest.char_indices() {
            match character {
                '{' => depth += 1,
                '}' if depth > 1 => depth -= 1,
                ',' if depth == 1 => expects_segment = true,
                c if c.is_whitespace() && depth > 0 => {}
                c if c.is_alphanumeric() || c == '_' => {
                    if expects_segment {
                        let end = rest[start..].find(|c: char| !c.is_alphanumeric() && c != '_');
                        found.insert(rest[start..end.map_or(rest.len(), |end| start + end)].to_owned());
                        expects_segment = false;
                    }
                }
                ':' | ',' if depth > 0 => {}
                _ => break,
            }
            if depth == 0 && !expects_segment {
                break;
            }
        }
    }
    found
}

#[test]
fn the_reader_of_paths_reads_groups() {
    let code = "use crate::store::Store;\nuse crate::{ views::row::{Row, Cell}, api };\n$crate::engine::x;";
    let expected = ["api", "store", "views"].map(String::from);
    assert_eq!(rooms_named(code), BTreeSet::from(expected));
}

#[test]
fn rooms_use_only_what_they_may() {
    let mut trespasses = Vec::new();
    for folder in fs::read_dir(root().join("src")).unwrap().map(|entry| entry.unwrap().path()) {
        if !folder.is_dir() {
            continue;
        }
        let room = folder.file_name().unwrap().to_string_lossy().into_owned();
        let Some((_, allowed)) = ROOMS.iter().find(|(name, _)| *name == room) else {
            panic!("src/{room}/ is not in the table of tests/architecture.rs: add it, with what it may use");
        };
        for file in rust_files(&folder) {
            for named in rooms_named(&code(&file)) {
                let is_room = ROOMS.iter().any(|(name, _)| *name == named);
                if is_room && named != room && !allowed.contains(&named.as_str()) {
                    let file = file.strip_prefix(root()).unwrap().display();
                    trespasses.push(format!("{file} names crate::{named}; {room}/ may use only {allowed:?}"));
                }
            }
        }
    }
    assert!(trespasses.is_empty(), "\n{}", trespasses.join("\n"));
}

#[test]
fn the_embedded_api_knows_no_ark_kind() {
    for file in rust_files(&root().join("src/embedded")) {
        let code = code(&file);
        let product = code.split("#[cfg(test)]").next().unwrap_or_default();
        let in_tests = file.components().any(|part| part.as_os_str() == "tests")
            || file.file_stem().is_some_and(|stem| stem == "tests");
        assert!(
            in_tests || !product.contains("ark.mckinsey.com"),
            "{} names Ark's group: embedded/ serves whatever CRDs it is given",
            file.display()
        );
    }
}

#[test]
fn no_server_crate_reaches_the_browser() {
    let tree = Command::new(env!("CARGO"))
        .current_dir(root())
        .args(["tree", "--locked", "--edges", "normal", "--prefix", "none", "--format", "{p}"])
        .args(["--target", "wasm32-unknown-unknown", "--no-default-features", "--features", "hydrate"])
        .output()
        .unwrap();
    assert!(tree.status.success(), "{}", String::from_utf8_lossy(&tree.stderr));
    let names: BTreeSet<String> = String::from_utf8_lossy(&tree.stdout)
        .lines()
        .filter_map(|line| line.split_whitespace().next().map(str::to_owned))
        .collect();
    assert!(
        names.contains("leptos"),
        "the tree of the browser half is not what this test expects: {names:?}"
    );
    let found: Vec<_> = SERVER_ONLY.iter().filter(|name| names.contains(**name)).collect();
    assert!(found.is_empty(), "the browser half depends on {found:?}; `cargo tree -i` says through what");
}

#[test]
fn no_second_tls_provider_comes_in() {
    let lock = fs::read_to_string(root().join("Cargo.lock")).unwrap();
    for name in BANNED {
        let found = lock.contains(&format!("name = \"{name}\"\n"));
        assert!(
            !found,
            "{name} is in Cargo.lock; `cargo tree -i {name}` says who wants it (deny.toml says why not)"
        );
    }
}

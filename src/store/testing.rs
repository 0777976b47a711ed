//! For tests of whatever keeps something: the same cases on a file and on a server.

#[path = "../../tests/postgres_support/mod.rs"]
mod postgres;

use super::Store;

/// A database of one test.
pub(crate) struct Fresh {
    /// The database.
    pub(crate) store: Store,
    url: Option<String>,
    _dir: Option<tempfile::TempDir>,
}

impl Fresh {
    /// A file.
    pub(crate) async fn file() -> Self {
        let dir = tempfile::tempdir().unwrap();
        Self { store: Store::open(dir.path()).await.unwrap(), url: None, _dir: Some(dir) }
    }

    /// A database on a server.
    pub(crate) async fn server() -> Self {
        let url = postgres::database().await;
        Self { store: Store::connect(&url).await.unwrap(), url: Some(url), _dir: None }
    }

    /// Another process's handle to the same server.
    pub(crate) async fn again(&self) -> Store {
        Store::connect(self.url.as_deref().expect("a file has one process")).await.unwrap()
    }
}

/// Makes two tests of each function that takes a [`Fresh`]: `on_file::name` and `on_server::name`.
macro_rules! on_both {
    ($($name:ident),+ $(,)?) => {
        mod on_file {
            $(#[tokio::test]
            async fn $name() {
                super::$name(crate::store::testing::Fresh::file().await).await;
            })+
        }
        mod on_server {
            $(#[tokio::test]
            async fn $name() {
                super::$name(crate::store::testing::Fresh::server().await).await;
            })+
        }
    };
}
pub(crate) use on_both;

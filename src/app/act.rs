//! Actions that only a browser runs.

use std::future::Future;

use leptos::prelude::*;

/// An action whose work stays in the browser, where it may hold what cannot leave a thread.
///
/// On the server it does nothing and keeps nothing: a page is rendered on one thread and may be dropped on another,
/// where a value that is bound to its thread panics (`Dropped SendWrapper…`).
pub fn browser_action<I, O, F, Work>(run: F) -> Action<I, O>
where
    I: Send + Sync + 'static,
    O: Send + Sync + 'static,
    F: Fn(&I) -> Work + 'static,
    Work: Future<Output = O> + 'static,
{
    #[cfg(feature = "hydrate")]
    {
        Action::new_local(run)
    }
    #[cfg(not(feature = "hydrate"))]
    {
        drop(run);
        Action::new_local(|_: &I| std::future::pending::<O>())
    }
}

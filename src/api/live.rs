//! What a tab's live stream follows.

use leptos::prelude::*;

use crate::views::live::Subscription;
use crate::views::problem::Problem;

#[cfg(feature = "ssr")]
use super::serve;
use super::wire::Json;

/// Sets all that the tab follows; subscriptions it had and that are not named end. `tab` is the id the tab gave
/// when it opened `/live?tab=…`. Each subscription starts with what the page lacks. `NotFound` when the server
/// does not know the tab: then its stream is about to reconnect and will say `Hello`.
#[server(prefix = "/api", endpoint = "live/follow", input = Json, output = Json)]
pub async fn follow(tab: String, subscriptions: Vec<Subscription>) -> Result<(), Problem> {
    serve::live::follow(tab, subscriptions).await
}

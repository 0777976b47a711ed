//! Clients that act as a service account: what a run reads, it reads with the rights of its query's account (decision
//! 25), so that a person who may create queries reads nothing through them that the account may not read.

use std::collections::HashMap;

use kube::{Client, Config};
use parking_lot::Mutex;

/// Clients kept; each holds its own connections. Beyond that all are forgotten and made again as they are needed.
const MAX_CLIENTS: usize = 256;
/// Makes and keeps clients that act as service accounts.
pub struct Accounts {
    /// How the API is reached; `None` where everything is read with the process's own rights.
    config: Option<Config>,
    clients: Mutex<HashMap<String, Client>>,
}

impl Accounts {
    /// Everything is read with the process's own rights: on the embedded API, which refuses nobody, and by setting.
    pub fn of_the_process() -> Self {
        Self { config: None, clients: Mutex::default() }
    }

    /// Acts as accounts by impersonation, for which the process needs the right (`impersonate` on serviceaccounts).
    pub fn impersonated(config: Config) -> Self {
        Self { config: Some(config), clients: Mutex::default() }
    }

    /// The client that acts as service account `name` of `namespace`; `None` where the process reads with its own rights.
    pub fn client(&self, namespace: &str, name: &str) -> Result<Option<Client>, kube::Error> {
        let Some(config) = &self.config else { return Ok(None) };
        let username = format!("system:serviceaccount:{namespace}:{name}");
        if let Some(client) = self.clients.lock().get(&username) {
            return Ok(Some(client.clone()));
        }
        let mut config = config.clone();
        config.auth_info.impersonate = Some(username.clone());
        config.auth_info.impersonate_groups = None;
        let client = Client::try_from(config)?;
        let mut clients = self.clients.lock();
        if clients.len() >= MAX_CLIENTS {
            clients.clear();
        }
        clients.insert(username, client.clone());
        Ok(Some(client))
    }
}

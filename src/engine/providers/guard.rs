//! The guard of outbound calls: an address is judged behind DNS, just before it is connected to, whatever a name
//! promised before; and again on every redirect.

use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;

use parking_lot::RwLock;
use reqwest::dns::{Addrs, Name, Resolve, Resolving};

use super::reach::{AllowList, Reach, Region};

/// A name or address that may not be called.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{host}{} may not be called: it is {}", self.behind(), self.words())]
pub struct RefusedAddress {
    /// As it was asked for.
    pub host: String,
    /// What it is.
    pub address: IpAddr,
    /// Where that is.
    pub region: Region,
}

impl RefusedAddress {
    /// The address, where the host is a name.
    fn behind(&self) -> String {
        let bare = self.host.trim_matches(['[', ']']);
        if bare.parse::<IpAddr>().is_ok() { String::new() } else { format!(" ({})", self.address) }
    }

    fn words(&self) -> &'static str {
        match self.region {
            Region::Loopback => "this machine's own address (loopback), which calls do not reach here",
            Region::Private => "an address of a private network, which calls do not reach here",
            Region::Forbidden | Region::Public => "a link-local or metadata address, which calls never reach",
        }
    }

    /// What to do about it, as a sentence.
    pub fn advice(&self) -> String {
        match self.region {
            Region::Loopback | Region::Private => format!(
                "If it is meant, add '{}' to spec.outbound.allow of ArkConfig 'default'.",
                self.host.trim_matches(['[', ']'])
            ),
            Region::Forbidden | Region::Public => "Use another address.".into(),
        }
    }
}

/// Judges addresses; cheap to clone. Clones share what is allowed.
#[derive(Debug, Clone)]
pub(super) struct Guard {
    reach: Reach,
    allowed: Arc<RwLock<AllowList>>,
    /// Names of proxies: whoever set them for this process means them.
    proxies: Arc<[String]>,
}

impl Guard {
    pub(super) fn new(reach: Reach) -> Self {
        Self { reach, allowed: Arc::default(), proxies: proxies() }
    }

    /// What may be reached without being allowed.
    pub(super) fn reach(&self) -> Reach {
        self.reach
    }

    /// Takes a new list. Connections that are open and idle may be used a last time under the old one.
    pub(super) fn allow(&self, list: AllowList) {
        *self.allowed.write() = list;
    }

    fn judge(&self, host: &str, address: IpAddr) -> Result<(), RefusedAddress> {
        let region = Region::of(address);
        let reached = match region {
            Region::Public => true,
            Region::Forbidden => false,
            Region::Private => self.reach.private || self.allowed.read().has(host, address),
            Region::Loopback => self.reach.loopback || self.allowed.read().has(host, address),
        };
        if reached { Ok(()) } else { Err(RefusedAddress { host: host.to_owned(), address, region }) }
    }

    /// Whether `host` is a proxy of the environment.
    pub(super) fn is_proxy(&self, host: &str) -> bool {
        self.proxies.iter().any(|proxy| proxy == host)
    }

    /// Checks the host of a URL when it is an address; names are checked behind DNS.
    pub(super) fn check(&self, url: &reqwest::Url) -> Result<(), RefusedAddress> {
        let host = url.host_str().unwrap_or_default();
        match host.trim_matches(['[', ']']).parse::<IpAddr>() {
            Ok(address) => self.judge(host, address),
            Err(_) => Ok(()),
        }
    }
}

/// Hosts of the environment's proxies.
fn proxies() -> Arc<[String]> {
    let names = ["HTTPS_PROXY", "HTTP_PROXY", "ALL_PROXY"];
    let both = names.iter().flat_map(|name| [(*name).to_owned(), name.to_ascii_lowercase()]);
    let host = |name: String| {
        let value = std::env::var(name).ok()?;
        let url = if value.contains("://") { value } else { format!("http://{value}") };
        url.parse::<reqwest::Url>().ok()?.host_str().map(str::to_owned)
    };
    both.filter_map(host).collect()
}

/// The system's resolver with the guard behind it, so that what is checked is what is connected to.
#[derive(Debug, Clone)]
pub(super) struct GuardedResolver {
    pub(super) guard: Guard,
    /// The environment's proxies are looked up unjudged: whoever runs the process chose them. Only for clients that use them.
    pub(super) proxied: bool,
}

impl Resolve for GuardedResolver {
    fn resolve(&self, name: Name) -> Resolving {
        let (guard, proxied) = (self.guard.clone(), self.proxied);
        Box::pin(async move {
            let host = name.as_str();
            let found: Vec<SocketAddr> = tokio::net::lookup_host((host, 0)).await?.collect();
            if !proxied || !guard.is_proxy(host) {
                found.iter().try_for_each(|address| guard.judge(host, address.ip()))?;
            }
            Ok(Box::new(found.into_iter()) as Addrs)
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refused(guard: &Guard, url: &str) -> Option<String> {
        guard.check(&url.parse().unwrap()).err().map(|error| error.to_string())
    }

    #[test]
    fn metadata_is_never_reached_however_it_is_spelled_or_allowed() {
        let guard = Guard::new(Reach::ALL);
        guard.allow(AllowList::of(&["169.254.0.0/16".into(), "0.0.0.0/0".into()]));
        // The URL parser normalises the spellings that trick naive checks.
        for url in [
            "http://169.254.169.254/latest",
            "http://[::ffff:a9fe:a9fe]/",
            "http://2852039166/latest",
            "http://0xa9.0xfe.0xa9.0xfe/",
        ] {
            assert!(refused(&guard, url).is_some_and(|why| why.contains("never reach")), "{url}");
        }
        assert_eq!(refused(&guard, "http://10.0.0.1/"), None);
    }

    #[test]
    fn what_is_not_reached_is_said_and_can_be_allowed() {
        let guard = Guard::new(Reach { private: false, loopback: false });
        for (url, word) in [
            ("http://10.0.0.1/", "private"),
            ("http://[::1]:3000/", "loopback"),
            ("http://2130706433/", "loopback"),
        ] {
            assert!(refused(&guard, url).is_some_and(|why| why.contains(word)), "{url}");
        }
        assert_eq!(refused(&guard, "https://93.184.216.34/"), None);
        guard.allow(AllowList::of(&["10.0.0.0/24".into()]));
        assert_eq!(refused(&guard, "http://10.0.0.1/"), None);
        assert!(refused(&guard, "http://10.0.1.1/").is_some());
    }

    #[tokio::test]
    async fn names_are_judged_by_what_they_resolve_to() {
        let resolver =
            GuardedResolver { guard: Guard::new(Reach { private: true, loopback: false }), proxied: true };
        let resolve = || resolver.resolve("localhost".parse().unwrap());
        let error = resolve().await.err().unwrap();
        let refused = error.downcast_ref::<RefusedAddress>().unwrap();
        assert!(refused.to_string().starts_with("localhost ("), "{refused}");
        assert!(refused.advice().contains("'localhost'"));
        resolver.guard.allow(AllowList::of(&["localhost".into()]));
        assert!(resolve().await.is_ok());
    }
}

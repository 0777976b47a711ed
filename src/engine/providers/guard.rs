//! Addresses that no outbound call may reach, whatever a name resolves to: link-local, where clouds keep the keys of
//! machines, and what is no host at all. Loopback and private ranges are allowed: models run there.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};

use reqwest::dns::{Addrs, Name, Resolve, Resolving};

/// A name or address that may not be called.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{host} is {address}, an address that calls may not reach (link-local or metadata)")]
pub struct RefusedAddress {
    /// As it was asked for.
    pub host: String,
    /// What it is.
    pub address: IpAddr,
}

/// Metadata services outside the link-local ranges: Alibaba, Oracle, AWS over IPv6.
const METADATA_V4: [Ipv4Addr; 2] = [Ipv4Addr::new(100, 100, 100, 200), Ipv4Addr::new(192, 0, 0, 192)];
const METADATA_V6: Ipv6Addr = Ipv6Addr::new(0xfd00, 0x0ec2, 0, 0, 0, 0, 0, 0x0254);

/// Whether calls to `address` are refused.
pub fn refused(address: IpAddr) -> bool {
    match address {
        IpAddr::V4(v4) => {
            v4.is_link_local()
                || v4.is_unspecified()
                || v4.is_broadcast()
                || v4.is_multicast()
                || METADATA_V4.contains(&v4)
        }
        IpAddr::V6(v6) => match embedded_v4(v6) {
            Some(v4) => refused(v4.into()),
            None => {
                v6.is_unicast_link_local() || v6.is_unspecified() || v6.is_multicast() || v6 == METADATA_V6
            }
        },
    }
}

/// The IPv4 address inside an IPv6 one: mapped, or by NAT64.
fn embedded_v4(v6: Ipv6Addr) -> Option<Ipv4Addr> {
    let [a, b, c, d, e, f, high, low] = v6.segments();
    if [a, b, c, d, e, f] == [0x64, 0xff9b, 0, 0, 0, 0] {
        let ([w, x], [y, z]) = (high.to_be_bytes(), low.to_be_bytes());
        return Some(Ipv4Addr::new(w, x, y, z));
    }
    v6.to_ipv4_mapped()
}

/// Checks the host of a URL when it is an address; names are checked by [`GuardedResolver`] after they are resolved.
pub(super) fn check(url: &reqwest::Url) -> Result<(), RefusedAddress> {
    let host = url.host_str().unwrap_or_default();
    match host.trim_start_matches('[').trim_end_matches(']').parse::<IpAddr>() {
        Ok(address) if refused(address) => Err(RefusedAddress { host: host.to_owned(), address }),
        _ => Ok(()),
    }
}

/// The system's resolver with the guard behind it, so that what is checked is what is connected to.
#[derive(Debug, Clone, Copy)]
pub(super) struct GuardedResolver;

impl Resolve for GuardedResolver {
    fn resolve(&self, name: Name) -> Resolving {
        Box::pin(async move {
            let host = name.as_str().to_owned();
            let found: Vec<SocketAddr> = tokio::net::lookup_host((host.as_str(), 0)).await?.collect();
            if let Some(bad) = found.iter().find(|address| refused(address.ip())) {
                return Err(RefusedAddress { host, address: bad.ip() }.into());
            }
            Ok(Box::new(found.into_iter()) as Addrs)
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn link_local_and_metadata_in_every_spelling() {
        for bad in [
            "169.254.169.254",
            "::ffff:169.254.169.254",
            "64:ff9b::a9fe:a9fe",
            "fe80::1",
            "fd00:ec2::254",
            "0.0.0.0",
            "100.100.100.200",
        ] {
            assert!(refused(bad.parse().unwrap()), "{bad}");
        }
        for good in ["127.0.0.1", "::1", "10.1.2.3", "192.168.1.1", "93.184.216.34", "fd12::1"] {
            assert!(!refused(good.parse().unwrap()), "{good}");
        }
        assert!(check(&"http://[::ffff:a9fe:a9fe]/".parse().unwrap()).is_err());
        // The URL parser normalises the spellings that trick naive checks.
        assert!(check(&"http://2852039166/latest".parse().unwrap()).is_err());
        assert!(check(&"http://0xa9.0xfe.0xa9.0xfe/".parse().unwrap()).is_err());
    }
}

//! Which addresses calls may reach: settings of the process, and what ArkConfig allows in spite of them.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

/// What calls may reach besides public addresses. Link-local and metadata addresses are never reached.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Reach {
    /// Addresses of private networks: most clusters' Services and Pods, offices, VPNs.
    pub private: bool,
    /// This machine.
    pub loopback: bool,
}

impl Reach {
    /// Everything that may be reached at all.
    pub const ALL: Self = Self { private: true, loopback: true };

    /// In words, to end "Calls may reach … addresses" with.
    pub const fn words(self) -> &'static str {
        match (self.private, self.loopback) {
            (true, true) => "public, private and loopback",
            (true, false) => "public and private",
            (false, true) => "public and loopback",
            (false, false) => "public",
        }
    }
}

/// What an address is to calls.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Region {
    /// Anybody's.
    Public,
    /// A private network's, or one that no public host has.
    Private,
    /// This machine.
    Loopback,
    /// Link-local, a metadata service, or no host at all.
    Forbidden,
}

/// Metadata services outside the link-local ranges: Alibaba, Oracle, Azure's host.
const METADATA_V4: [Ipv4Addr; 3] =
    [Ipv4Addr::new(100, 100, 100, 200), Ipv4Addr::new(192, 0, 0, 192), Ipv4Addr::new(168, 63, 129, 16)];
/// The same over IPv6: AWS, for instances and for pods, and Google.
const METADATA_V6: [(Ipv6Addr, u8); 2] = [
    (Ipv6Addr::new(0xfd00, 0x0ec2, 0, 0, 0, 0, 0, 0), 32),
    (Ipv6Addr::new(0xfd20, 0x00ce, 0, 0, 0, 0, 0, 0), 32),
];

/// Ranges that IANA keeps from the public internet (RFC 6890), beside those that have a name of their own below.
const PRIVATE_V4: [(Ipv4Addr, u8); 9] = [
    (Ipv4Addr::new(0, 0, 0, 0), 8),
    (Ipv4Addr::new(10, 0, 0, 0), 8),
    (Ipv4Addr::new(100, 64, 0, 0), 10),
    (Ipv4Addr::new(172, 16, 0, 0), 12),
    (Ipv4Addr::new(192, 0, 0, 0), 24),
    (Ipv4Addr::new(192, 168, 0, 0), 16),
    (Ipv4Addr::new(198, 18, 0, 0), 15),
    (Ipv4Addr::new(198, 51, 100, 0), 24),
    (Ipv4Addr::new(240, 0, 0, 0), 4),
];
/// Unique local (RFC 4193) and the site-local addresses that it replaced.
const PRIVATE_V6: [(Ipv6Addr, u8); 2] =
    [(Ipv6Addr::new(0xfc00, 0, 0, 0, 0, 0, 0, 0), 7), (Ipv6Addr::new(0xfec0, 0, 0, 0, 0, 0, 0, 0), 10)];

impl Region {
    /// The region of `address`.
    pub fn of(address: IpAddr) -> Self {
        match address {
            IpAddr::V4(v4) => Self::of_v4(v4),
            IpAddr::V6(v6) => match embedded_v4(v6) {
                Some(v4) => Self::of_v4(v4),
                None => Self::of_v6(v6),
            },
        }
    }

    fn of_v4(v4: Ipv4Addr) -> Self {
        let nowhere = v4.is_unspecified() || v4.is_broadcast() || v4.is_multicast();
        if v4.is_link_local() || nowhere || METADATA_V4.contains(&v4) {
            Self::Forbidden
        } else if v4.is_loopback() {
            Self::Loopback
        } else if PRIVATE_V4.iter().any(|(net, prefix)| within(v4.into(), (*net).into(), *prefix)) {
            Self::Private
        } else {
            Self::Public
        }
    }

    fn of_v6(v6: Ipv6Addr) -> Self {
        let metadata = METADATA_V6.iter().any(|(net, prefix)| within(v6.into(), (*net).into(), *prefix));
        if v6.is_unicast_link_local() || v6.is_unspecified() || v6.is_multicast() || metadata {
            Self::Forbidden
        } else if v6.is_loopback() {
            Self::Loopback
        } else if PRIVATE_V6.iter().any(|(net, prefix)| within(v6.into(), (*net).into(), *prefix)) {
            Self::Private
        } else {
            Self::Public
        }
    }
}

/// The IPv4 address inside an IPv6 one: mapped, translated, by NAT64 or by 6to4.
fn embedded_v4(v6: Ipv6Addr) -> Option<Ipv4Addr> {
    let [a, b, c, d, e, f, g, h] = v6.segments();
    let v4 = |high: u16, low: u16| {
        let ([w, x], [y, z]) = (high.to_be_bytes(), low.to_be_bytes());
        Some(Ipv4Addr::new(w, x, y, z))
    };
    match [a, b, c, d, e, f] {
        [0x64, 0xff9b, 0 | 1, 0, 0, 0] | [0, 0, 0, 0, 0xffff, 0] => v4(g, h),
        [0x2002, high, low, ..] => v4(high, low),
        _ => v6.to_ipv4_mapped(),
    }
}

/// Whether the first `prefix` bits agree.
fn within(address: IpAddr, net: IpAddr, prefix: u8) -> bool {
    let (address, net, bits) = match (address, net) {
        (IpAddr::V4(a), IpAddr::V4(n)) => (u128::from(a.to_bits()), u128::from(n.to_bits()), 32),
        (IpAddr::V6(a), IpAddr::V6(n)) => (a.to_bits(), n.to_bits(), 128),
        _ => return false,
    };
    let free = u32::from(bits - prefix.min(bits));
    address.checked_shr(free).unwrap_or(0) == net.checked_shr(free).unwrap_or(0)
}

/// One line of ArkConfig's `spec.outbound.allow`.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Entry {
    /// This host.
    Host(String),
    /// Every host below a domain, which begins with a dot.
    Below(String),
    /// Addresses, whatever they are called.
    Net(IpAddr, u8),
}

/// What is reached in spite of [`Reach`].
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct AllowList(Vec<Entry>);

impl AllowList {
    /// Reads the lines; one that is neither host nor network allows nothing, and is logged.
    pub fn of(lines: &[String]) -> Self {
        let read = |line: &String| {
            let entry = Entry::of(line);
            if entry.is_none() {
                tracing::warn!(%line, "ArkConfig spec.outbound.allow has a line that is neither host nor network");
            }
            entry
        };
        Self(lines.iter().filter_map(read).collect())
    }

    /// Whether `host`, which is `address`, is among them.
    pub fn has(&self, host: &str, address: IpAddr) -> bool {
        let host = host.trim_end_matches('.').to_ascii_lowercase();
        let address = match address {
            IpAddr::V6(v6) => embedded_v4(v6).map_or(address, IpAddr::V4),
            IpAddr::V4(_) => address,
        };
        self.0.iter().any(|entry| match entry {
            Entry::Host(name) => *name == host,
            Entry::Below(domain) => host.ends_with(domain.as_str()),
            Entry::Net(net, prefix) => within(address, *net, *prefix),
        })
    }
}

impl Entry {
    fn of(line: &str) -> Option<Self> {
        let line = line.trim().trim_end_matches('.').to_ascii_lowercase();
        if let Some((net, prefix)) = line.split_once('/') {
            let (net, prefix): (IpAddr, u8) = (net.parse().ok()?, prefix.parse().ok()?);
            return (prefix <= if net.is_ipv4() { 32 } else { 128 }).then_some(Self::Net(net, prefix));
        }
        if let Ok(address) = line.parse::<IpAddr>() {
            return Some(Self::Net(address, 128));
        }
        let (below, name) = match line.strip_prefix("*.") {
            Some(name) => (true, name),
            None => (false, line.as_str()),
        };
        let label = |label: &str| {
            !label.is_empty() && label.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '-' | '_'))
        };
        if !name.split('.').all(label) {
            return None;
        }
        Some(if below { Self::Below(format!(".{name}")) } else { Self::Host(name.to_owned()) })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn region(text: &str) -> Region {
        Region::of(text.parse().unwrap())
    }

    #[test]
    fn every_spelling_of_a_region() {
        for (is, texts) in [
            (
                Region::Forbidden,
                "169.254.169.254 ::ffff:169.254.169.254 64:ff9b::a9fe:a9fe 2002:a9fe:a9fe::1 fe80::1 fd00:ec2::254 0.0.0.0 :: 255.255.255.255 224.0.0.1 100.100.100.200 192.0.0.192",
            ),
            (Region::Loopback, "127.0.0.1 127.8.8.8 ::1 ::ffff:127.0.0.1"),
            (
                Region::Private,
                "10.1.2.3 172.16.0.1 172.31.255.255 192.168.1.1 100.64.0.1 0.1.2.3 198.19.0.1 240.0.0.1 fd12::1 fec0::1 64:ff9b::a01:203 ::ffff:10.0.0.1",
            ),
            (
                Region::Public,
                "93.184.216.34 172.32.0.1 100.128.0.1 11.0.0.1 2606:4700::1111 192.0.1.1 ::ffff:8.8.8.8",
            ),
        ] {
            for text in texts.split(' ') {
                assert_eq!(region(text), is, "{text}");
            }
        }
    }

    #[test]
    fn hosts_domains_and_networks_are_allowed() {
        let lines = [
            "Models.Internal",
            "*.svc.cluster.local",
            "10.96.0.0/12",
            "fd12::/16",
            "192.168.7.7",
            "10.0.0.0/40",
            "a b",
        ];
        let list = AllowList::of(&lines.map(str::to_owned));
        assert_eq!(list.0.len(), 5, "{list:?}");
        let has = |host: &str, address: &str| list.has(host, address.parse().unwrap());
        for (host, address) in [
            ("models.internal", "10.0.0.1"),
            ("MODELS.internal.", "10.0.0.1"),
            ("gull.default.svc.cluster.local", "10.0.0.1"),
            ("10.97.3.4", "10.97.3.4"),
            ("[::ffff:10.97.3.4]", "::ffff:10.97.3.4"),
            ("any", "fd12:1::1"),
            ("any", "192.168.7.7"),
        ] {
            assert!(has(host, address), "{host} {address}");
        }
        for (host, address) in [
            ("svc.cluster.local", "10.0.0.1"),
            ("evilsvc.cluster.local", "10.0.0.1"),
            ("models.internal.evil.example", "10.0.0.1"),
            ("any", "10.112.0.1"),
            ("any", "192.168.7.8"),
            ("any", "fd13::1"),
        ] {
            assert!(!has(host, address), "{host} {address}");
        }
    }
}

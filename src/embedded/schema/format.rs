//! String formats, as far as kube-apiserver enforces them (`k8s.io/kube-openapi/pkg/validation/strfmt`). Formats
//! not named here are documentation only.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use base64::Engine;

/// A known `format`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Format {
    DateTime,
    Date,
    Duration,
    Byte,
    Uri,
    Email,
    Hostname,
    Ipv4,
    Ipv6,
    Cidr,
    Mac,
    Uuid,
    Int32,
}

impl Format {
    /// The format of this name; hyphens do not matter, as in kube-apiserver.
    pub(super) fn named(name: &str) -> Option<Self> {
        Some(match name {
            "date-time" | "datetime" => Self::DateTime,
            "date" => Self::Date,
            "duration" => Self::Duration,
            "byte" => Self::Byte,
            "uri" => Self::Uri,
            "email" => Self::Email,
            "hostname" => Self::Hostname,
            "ipv4" => Self::Ipv4,
            "ipv6" => Self::Ipv6,
            "cidr" => Self::Cidr,
            "mac" => Self::Mac,
            "uuid" => Self::Uuid,
            "int32" => Self::Int32,
            _ => return None,
        })
    }

    /// The name shown in errors.
    pub(super) fn as_str(self) -> &'static str {
        match self {
            Self::DateTime => "date-time",
            Self::Date => "date",
            Self::Duration => "duration",
            Self::Byte => "byte",
            Self::Uri => "uri",
            Self::Email => "email",
            Self::Hostname => "hostname",
            Self::Ipv4 => "ipv4",
            Self::Ipv6 => "ipv6",
            Self::Cidr => "cidr",
            Self::Mac => "mac",
            Self::Uuid => "uuid",
            Self::Int32 => "int32",
        }
    }

    /// Whether the text has the format.
    pub(super) fn accepts(self, text: &str) -> bool {
        match self {
            Self::DateTime => text.parse::<jiff::Timestamp>().is_ok(),
            Self::Date => text.len() == 10 && text.parse::<jiff::civil::Date>().is_ok(),
            Self::Duration => is_duration(text),
            Self::Byte => base64::engine::general_purpose::STANDARD.decode(text).is_ok(),
            Self::Uri => is_uri(text),
            Self::Email => text.split_once('@').is_some_and(|(user, host)| {
                !user.is_empty()
                    && !host.is_empty()
                    && !text.contains(char::is_whitespace)
                    && !host.contains('@')
            }),
            Self::Hostname => is_hostname(text),
            Self::Ipv4 => text.parse::<Ipv4Addr>().is_ok(),
            Self::Ipv6 => text.parse::<Ipv6Addr>().is_ok(),
            Self::Cidr => is_cidr(text),
            Self::Mac => is_mac(text),
            Self::Uuid => uuid::Uuid::try_parse(text).is_ok(),
            Self::Int32 => true,
        }
    }
}

/// Go's `time.ParseDuration`: `1h30m`, `-1.5s`, `0`.
fn is_duration(text: &str) -> bool {
    let mut rest = text.strip_prefix(['-', '+']).unwrap_or(text);
    if rest == "0" {
        return true;
    }
    while !rest.is_empty() {
        let digits = rest.find(|c: char| !c.is_ascii_digit() && c != '.').unwrap_or(rest.len());
        let (number, unit) = rest.split_at(digits);
        // Longer units first: "ms" begins like "m".
        let unit_end = ["ns", "us", "µs", "μs", "ms", "s", "m", "h"].iter().find(|u| unit.starts_with(**u));
        match unit_end {
            Some(found) if number.parse::<f64>().is_ok() => rest = &unit[found.len()..],
            _ => return false,
        }
    }
    !text.is_empty()
}

/// An absolute URI, or a path from the root, as Go's `url.ParseRequestURI` takes them.
fn is_uri(text: &str) -> bool {
    if text.is_empty() || text.contains(|c: char| c.is_control() || c == ' ') {
        return false;
    }
    text.starts_with('/')
        || text.split_once(':').is_some_and(|(scheme, rest)| {
            scheme.starts_with(|c: char| c.is_ascii_alphabetic())
                && scheme.chars().all(|c| c.is_ascii_alphanumeric() || "+-.".contains(c))
                && rest.starts_with('/')
        })
}

fn is_hostname(text: &str) -> bool {
    let text = text.strip_suffix('.').unwrap_or(text);
    text.len() <= 253
        && text.split('.').all(|label| {
            (1..=63).contains(&label.len())
                && label.chars().all(|c| c.is_alphanumeric() || c == '-')
                && !label.starts_with('-')
                && !label.ends_with('-')
        })
}

fn is_cidr(text: &str) -> bool {
    text.split_once('/').is_some_and(|(address, bits)| {
        let widest = match address.parse::<IpAddr>() {
            Ok(IpAddr::V4(_)) => 32,
            Ok(IpAddr::V6(_)) => 128,
            Err(_) => return false,
        };
        bits.parse::<u8>().is_ok_and(|bits| bits <= widest)
    })
}

fn is_mac(text: &str) -> bool {
    let separator = if text.contains('-') { '-' } else { ':' };
    let groups: Vec<&str> = text.split(separator).collect();
    matches!(groups.len(), 6 | 8 | 20)
        && groups.iter().all(|g| g.len() == 2 && g.bytes().all(|b| b.is_ascii_hexdigit()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_format() {
        for (format, good, bad) in [
            ("date-time", "2026-11-24T15:02:04Z", "yesterday"),
            ("datetime", "2026-11-24T15:02:04.5+01:00", "2026-11-24"),
            ("date", "2026-11-24", "2026-13-24"),
            ("duration", "1h30m", "1 fortnight"),
            ("duration", "-1.5s", "5"),
            ("duration", "0", ""),
            ("duration", "100ms", "ms"),
            ("byte", "aGk=", "!"),
            ("uri", "https://example.com/a?b#c", "example.com"),
            ("uri", "/path", "a b"),
            ("email", "a@b.c", "a"),
            ("hostname", "a-b.example.com", "-a"),
            ("ipv4", "10.0.0.1", "10.0.0.256"),
            ("ipv6", "::1", "10.0.0.1"),
            ("cidr", "10.0.0.0/8", "10.0.0.0/33"),
            ("cidr", "fd00::/64", "fd00::"),
            ("mac", "00:1b:44:11:3a:b7", "00:1b"),
            ("uuid", "6ba7b810-9dad-11d1-80b4-00c04fd430c8", "6ba7"),
        ] {
            let format = Format::named(format).unwrap();
            assert!(format.accepts(good), "{format:?} {good}");
            assert!(!format.accepts(bad), "{format:?} {bad}");
        }
        assert_eq!(Format::named("unheard-of"), None);
    }
}

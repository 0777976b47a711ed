//! Addresses of the Kubernetes API.

/// What an address means.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Where {
    /// `/`: the list of paths.
    Root,
    /// `/api`.
    Core,
    /// `/apis`.
    Groups,
    /// `/apis/{group}`.
    Group(String),
    /// `/api/v1` or `/apis/{group}/{version}`.
    GroupVersion(String, String),
    /// `/version`.
    Version,
    /// `/openapi/v3`.
    OpenApiIndex,
    /// `/openapi/v3/apis/{group}/{version}` or `/openapi/v3/api/v1`.
    OpenApi(String, String),
    /// `/healthz`, `/livez`, `/readyz`.
    Health,
    /// A resource.
    Resource(Target),
    /// None of these.
    Unknown,
}

/// An address below a group and version.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Target {
    /// API group; empty for core.
    pub group: String,
    /// Version.
    pub version: String,
    /// Namespace, where one is given.
    pub namespace: Option<String>,
    /// Resource in the plural.
    pub plural: String,
    /// Object, where one is given.
    pub name: Option<String>,
    /// `status`, …
    pub subresource: Option<String>,
    /// Whether it is the old `/watch/` form.
    pub watch: bool,
}

/// Reads a path. Percent-encoding is decoded segment by segment.
pub fn locate(path: &str) -> Where {
    let segments: Vec<String> = path.split('/').filter(|s| !s.is_empty()).map(decode).collect();
    let parts: Vec<&str> = segments.iter().map(String::as_str).collect();
    match parts.as_slice() {
        [] => Where::Root,
        ["healthz" | "livez" | "readyz", ..] => Where::Health,
        ["version"] => Where::Version,
        ["openapi", "v3"] => Where::OpenApiIndex,
        ["openapi", "v3", "api", version] => Where::OpenApi(String::new(), (*version).to_owned()),
        ["openapi", "v3", "apis", group, version] => {
            Where::OpenApi((*group).to_owned(), (*version).to_owned())
        }
        ["api"] => Where::Core,
        ["apis"] => Where::Groups,
        ["apis", group] => Where::Group((*group).to_owned()),
        ["api", version] => Where::GroupVersion(String::new(), (*version).to_owned()),
        ["apis", group, version] => Where::GroupVersion((*group).to_owned(), (*version).to_owned()),
        ["api", version, rest @ ..] => target("", version, rest),
        ["apis", group, version, rest @ ..] => target(group, version, rest),
        _ => Where::Unknown,
    }
}

fn target(group: &str, version: &str, rest: &[&str]) -> Where {
    let (watch, rest) = match rest {
        ["watch", rest @ ..] if !rest.is_empty() => (true, rest),
        rest => (false, rest),
    };
    let own = |s: &str| Some(s.to_owned());
    let (namespace, plural, name, subresource) = match rest {
        // `/namespaces/{name}` is the object; with anything but its own subresources behind, it is the scope.
        [plural] => (None, *plural, None, None),
        ["namespaces", name] => (None, "namespaces", own(name), None),
        ["namespaces", name, sub @ ("status" | "finalize")] => (None, "namespaces", own(name), own(sub)),
        ["namespaces", namespace, plural] => (own(namespace), *plural, None, None),
        ["namespaces", namespace, plural, name] => (own(namespace), *plural, own(name), None),
        ["namespaces", namespace, plural, name, sub] => (own(namespace), *plural, own(name), own(sub)),
        [plural, name] => (None, *plural, own(name), None),
        [plural, name, sub] => (None, *plural, own(name), own(sub)),
        _ => return Where::Unknown,
    };
    Where::Resource(Target {
        group: group.to_owned(),
        version: version.to_owned(),
        plural: plural.to_owned(),
        namespace,
        name,
        subresource,
        watch,
    })
}

/// Decodes `%xx`; what is not a valid escape stays as it is.
pub(super) fn decode(text: &str) -> String {
    let bytes = text.as_bytes();
    let mut out = Vec::with_capacity(bytes.len());
    let mut i = 0;
    while i < bytes.len() {
        let hex =
            bytes.get(i + 1..i + 3).filter(|_| bytes[i] == b'%').and_then(|h| std::str::from_utf8(h).ok());
        match hex.and_then(|h| u8::from_str_radix(h, 16).ok()) {
            Some(byte) => {
                out.push(byte);
                i += 3;
            }
            None => {
                out.push(bytes[i]);
                i += 1;
            }
        }
    }
    String::from_utf8_lossy(&out).into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_are_told_apart() {
        let resource = |path: &str| match locate(path) {
            Where::Resource(t) => t,
            other => panic!("{path} is {other:?}"),
        };
        let t = resource("/apis/example.com/v1/namespaces/ns/widgets/a%2Eb/status");
        assert_eq!((t.group.as_str(), t.plural.as_str()), ("example.com", "widgets"));
        assert_eq!((t.name.as_deref(), t.subresource.as_deref()), (Some("a.b"), Some("status")));
        let t = resource("/api/v1/namespaces/ns");
        assert_eq!((t.plural.as_str(), t.name.as_deref(), t.namespace), ("namespaces", Some("ns"), None));
        let t = resource("/api/v1/namespaces/ns/status");
        assert_eq!((t.plural.as_str(), t.subresource.as_deref()), ("namespaces", Some("status")));
        let t = resource("/api/v1/namespaces/ns/secrets");
        assert_eq!((t.plural.as_str(), t.namespace.as_deref()), ("secrets", Some("ns")));
        assert!(resource("/api/v1/watch/secrets").watch);
        assert_eq!(locate("/apis/x/v1"), Where::GroupVersion("x".into(), "v1".into()));
        assert_eq!(locate("/nothing"), Where::Unknown);
    }
}

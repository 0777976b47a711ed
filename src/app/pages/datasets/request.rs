//! What the address of a data set's page asks for.

use leptos_router::params::ParamsMap;

use crate::app::address;
use crate::views::datasets::DataSetRequest;

/// Reads a request from a query string.
pub fn read(namespace: &str, name: &str, query: &ParamsMap) -> DataSetRequest {
    let word = |name: &str| query.get(name).unwrap_or_default();
    DataSetRequest {
        namespace: namespace.to_owned(),
        name: name.to_owned(),
        version: word("v").parse().unwrap_or_default(),
        tag: word("tag"),
        search: word("q"),
        offset: 0,
    }
}

/// Writes a request as a query string; what is as usual is left out.
pub fn write(request: &DataSetRequest, item: &str) -> String {
    let version = if request.version == 0 { String::new() } else { request.version.to_string() };
    address::query([
        ("v", version),
        ("tag", request.tag.clone()),
        ("q", request.search.clone()),
        ("item", item.to_owned()),
    ])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_says_the_same_after_reading_and_writing() {
        let mut map = ParamsMap::new();
        for (name, value) in [("v", "6"), ("tag", "vip"), ("q", "late")] {
            map.insert(name, value.to_owned());
        }
        let request = read("support", "refunds", &map);
        assert_eq!(write(&request, "r-1"), "?v=6&tag=vip&q=late&item=r-1");
        assert_eq!(write(&read("support", "refunds", &ParamsMap::new()), ""), "");
    }
}

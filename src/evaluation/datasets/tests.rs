use futures::TryStreamExt;
use k8s_openapi::api::core::v1::ConfigMap;
use serde_json::json;

use super::*;
use crate::store::testing::{Fresh, on_both};

const CSV: &str = "id,input,expectedOutput,tags,port\nr-1,When is low water?,At noon.,tides; lisbon,Lisbon\n\
                   r-2,\"And high, today?\",\"At six,\nsharp.\",,\n";

fn read(text: &str) -> Result<Vec<Item>, String> {
    items(text, Format::of_text(text))
}

#[test]
fn every_format_says_the_same() {
    let expected = read(CSV).unwrap();
    assert_eq!(
        (expected.len(), expected[0].id.as_str(), expected[1].input.as_str()),
        (2, "r-1", "And high, today?")
    );
    assert_eq!(expected[0].tags, ["tides", "lisbon"]);
    assert_eq!(expected[0].metadata, [("port".to_owned(), json!("Lisbon"))].into());
    let yaml = "# Tides.\n- id: r-1\n  input: When is low water?\n  expectedOutput: At noon.\n  tags: [tides, lisbon]\n  port: Lisbon\n\
                - {id: r-2, input: 'And high, today?', expectedOutput: \"At six,\\nsharp.\"}\n";
    let named = format!("items:\n{yaml}");
    let jsonl = jsonl(&expected);
    let json = format!("[{}]", jsonl.trim_end().replace('\n', ",\n"));
    let inside = format!("{{\n\"examples\": {json}}}");
    let semicolons = CSV
        .replacen("id,input,expectedOutput,tags,port", "id;input;expectedOutput;tags;port", 1)
        .replace(
            "r-1,When is low water?,At noon.,tides; lisbon,",
            "r-1;When is low water?;At noon.;tides, lisbon;",
        )
        .replace(
            "r-2,\"And high, today?\",\"At six,\nsharp.\",,",
            "\u{72}-2;And high, today?;\"At six,\nsharp.\";;",
        );
    for text in [yaml, &named, &jsonl, &json, &inside, &semicolons, &format!("\u{feff}{CSV}")] {
        assert_eq!(read(text).unwrap_or_else(|why| panic!("{text}: {why}")), expected, "{text}");
    }
}

#[test]
fn an_item_without_an_id_has_its_name_or_one_of_its_input() {
    let text = "- {name: low, input: When?}\n- input: When is low water?\n- {id: 007, input: Who?}\n";
    let read = read(text).unwrap();
    let ids: Vec<&str> = read.iter().map(|item| item.id.as_str()).collect();
    assert_eq!((ids[0], ids[2]), ("low", "007"));
    assert_eq!(ids[1].len(), 12);
    assert_eq!(
        new_id(&Item { input: "When is low water?".into(), ..Item::default() }, &read),
        format!("{}-2", ids[1])
    );
    // JSON of other programs has numbers and nulls where texts are meant.
    let json = r#"{"id": 31, "name": null, "input": "1 + 1?", "expectedOutput": 2, "tags": "sums"}"#;
    let read = items(json, Format::of_text(json)).unwrap();
    assert_eq!(
        (read[0].id.as_str(), read[0].expected_output.as_str(), read[0].name.as_str()),
        ("31", "2", "")
    );
}

#[test]
fn what_is_wrong_is_told_with_its_line() {
    let long = format!("{{\"input\": \"{}\"}}", "x".repeat(MAX_ITEM_BYTES));
    for (text, expected) in [
        ("input,expectedOutput\na,b\nc\n", "line 3: it has 1 fields, and the heading has 2"),
        ("input\tanswer\na\tb\n\tc\n", "line 3: it has no input"),
        ("question,answer\na,b\n", "line 1: there is no column 'input'; there are question, answer"),
        ("id,input\nx,a\ny,b\nx,c\n", "line 4: the id 'x' is there already, at line 2"),
        ("{\"input\": \"a\"}\n\n{\"input\": \"a\"}\n", "line 3: it asks the same as line 1"),
        ("{\"input\": \"a\"}\n{\"input\": a}\n", "line 2, column 11: expected value"),
        ("{\"input\": \"a\"}\n[1]\n", "line 2: there must be an object with an 'input', and there is [1]"),
        ("{\"input\": {\"role\": \"user\"}}\n", "line 1: invalid type: map"),
        ("- input: a\n- name: b\n", "line 2: it has no input"),
        ("- input: [a\n", "line "),
        ("questions:\n- input: a\n", "there are questions"),
        ("- {input: a, id: \"b\\nc\"}", "line 1: its id"),
        ("input,expectedMinScore\na,0.5\nb,80\n", "line 3: its expectedMinScore is \"80\", and scores are"),
        ("- {input: a, metadata: {expectedMinScore: high}}", "line 1: its expectedMinScore is \"high\""),
        ("[]", "there is no item"),
        (" ", "there is no item"),
        (&long, "bytes, and one may have 262144"),
    ] {
        let why = read(text).unwrap_err();
        assert!(why.contains(expected), "{text:.60}: {why}");
    }
}

#[test]
fn what_is_written_is_read_as_the_same() {
    let mut all = read(CSV).unwrap();
    all[1].metadata.insert("expectedMinScore".into(), json!("0.8"));
    all[1].input = "- \"quoted\": 'yes'\n#no comment\n\n  007".into();
    all[0].expected_output = "true".into();
    all[0].source = "default/tide-1".into();
    for (format, before) in [
        (Format::Jsonl, ""),
        (Format::Json, ""),
        (Format::Yaml, "examples:\n- input: a\n"),
        (Format::Csv, CSV),
    ] {
        let text = write(&all, format, before).unwrap();
        assert_eq!(items(&text, format).unwrap(), all, "{text}");
        assert_eq!(text.starts_with("examples:"), format == Format::Yaml, "{text}");
    }
    let before = "# Ours.\n- input: a # the first\n";
    let more = [Item { id: "b".into(), input: "b?".into(), ..Item::default() }];
    let both = append(items(before, Format::Yaml).unwrap(), more.to_vec());
    let text = continued(before, &more, &both, Format::Yaml).unwrap();
    assert_eq!(text, format!("{before}- id: b\n  input: b?\n"));
}

fn item(id: &str, input: &str) -> Item {
    Item { id: id.into(), input: input.into(), ..Item::default() }
}

fn ids(items: &[Item]) -> Vec<&str> {
    items.iter().map(|item| item.id.as_str()).collect()
}

on_both!(
    versions_stay_as_they_were,
    a_config_map_is_a_version_when_it_says_something_new,
    a_change_and_a_delete_at_once_leave_all_or_nothing,
    bounds_hold_for_what_was_put_together,
    of_two_changes_at_once_one_is_told,
    old_versions_go_and_numbers_never_come_again,
);

async fn versions_stay_as_they_were(Fresh { store, .. }: Fresh) {
    let sets = DataSets::new(store);
    let mut all: Vec<Item> = (0..1200).map(|n| item(&format!("i{n}"), "first?")).collect();
    all[3].tags = vec!["odd".into()];
    assert_eq!(sets.put("port", "tides", 0, "uploaded", &all).await.unwrap(), 1);
    assert_eq!(sets.put("port", "tides", 1, "the same", &all).await.unwrap(), 1);
    let mut second = all.clone();
    second.remove(0);
    second[0].input = "second?".into();
    second.insert(1, item("between", "new?"));
    second.push(item("last", "new?"));
    assert_eq!(sets.put("port", "tides", 1, "mended", &second).await.unwrap(), 2);
    second.swap(1, 700);
    assert_eq!(sets.put("port", "tides", 2, "in another order", &second).await.unwrap(), 3);
    assert_eq!(sets.items("port", "tides", 1).await.unwrap(), all);
    assert_eq!(sets.items("port", "tides", 3).await.unwrap(), second);
    assert_eq!(ids(&sets.window("port", "tides", 2, 0, 3).await.unwrap()), ["i1", "between", "i2"]);
    assert_eq!(ids(&sets.window("port", "tides", 2, 1200, 9).await.unwrap()), ["last"]);
    let versions = sets.versions("port", "tides").await.unwrap();
    let told: Vec<_> =
        versions.iter().map(|one| (one.number, one.items, one.changes, one.note.as_str())).collect();
    let changes = |added, changed, removed| Changes { added, changed, removed };
    assert_eq!(
        told,
        [
            (3, 1201, changes(0, 0, 0), "in another order"),
            (2, 1201, changes(2, 1, 1), "mended"),
            (1, 1200, changes(1200, 0, 0), "uploaded")
        ]
    );
    assert_eq!(versions[2].tags, ["odd"]);
    assert!(matches!(sets.items("port", "tides", 4).await, Err(DataSetError::NoVersion { newest: 3, .. })));
    assert!(matches!(sets.items("port", "none", 1).await, Err(DataSetError::NotFound { .. })));
    let lines: Vec<String> = sets.lines("port", "tides", 3).await.unwrap().try_collect().await.unwrap();
    assert!(lines.len() > 1, "it is read in pieces");
    assert_eq!(items(&lines.concat(), Format::Jsonl).unwrap(), second);
    assert_eq!(sets.kept_here(Some("port")).await.unwrap().len(), 1);
    assert_eq!(sets.kept_here(Some("else")).await.unwrap().len(), 0);
}

fn config_map(version: &str, text: &str) -> ConfigMap {
    serde_json::from_value(json!({
        "metadata": {"name": "small", "namespace": "port", "uid": "u", "resourceVersion": version},
        "data": {"items.csv": text}
    }))
    .unwrap()
}

async fn a_config_map_is_a_version_when_it_says_something_new(Fresh { store, .. }: Fresh) {
    let sets = DataSets::new(store);
    assert_eq!(sets.look(&config_map("1", "id,input\na,A?\n"), "").await.unwrap(), 1);
    assert_eq!(sets.look(&config_map("1", "not read again"), "").await.unwrap(), 1);
    assert_eq!(sets.look(&config_map("2", "id,input\na,\"A?\"\n"), "").await.unwrap(), 1, "it says the same");
    assert_eq!(sets.look(&config_map("3", "id,input\na,A?\nb,B?\n"), "more").await.unwrap(), 2);
    let why = sets.look(&config_map("4", "id,input\na,\n"), "").await.unwrap_err().to_string();
    assert_eq!(why, "Data set 'small' cannot be read: key 'items.csv': line 2: it has no input.");
    assert_eq!(ids(&sets.items("port", "small", 2).await.unwrap()), ["a", "b"]);
    assert_eq!(sets.kept_here(None).await.unwrap(), []);
    assert_eq!(sets.look(&config_map("5", "id,input\na,A!\n"), "").await.unwrap(), 3);
    // Who read it earlier and was slow does not make the old text the newest.
    assert_eq!(sets.look(&config_map("3", "id,input\na,A?\nb,B?\n"), "").await.unwrap(), 3);
    assert_eq!(sets.versions("port", "small").await.unwrap().len(), 3);
    // The ConfigMap went, and nobody said so.
    assert_eq!(sets.put("port", "small", 0, "", &[item("a", "A!")]).await.unwrap(), 4);
    assert_eq!(sets.versions("port", "small").await.unwrap().len(), 1);
}

async fn a_change_and_a_delete_at_once_leave_all_or_nothing(Fresh { store, .. }: Fresh) {
    let sets = DataSets::new(store.clone());
    let all: Vec<Item> = (0..9).map(|n| item(&format!("i{n}"), "first?")).collect();
    let mut after = all.clone();
    after[0].input = "second?".into();
    for round in 0..8 {
        let name = format!("tides-{round}");
        sets.put("port", &name, 0, "", &all).await.unwrap();
        let (put, gone) = tokio::join!(sets.put("port", &name, 1, "", &after), sets.delete("port", &name));
        gone.unwrap();
        // Whoever came first: it was deleted as it was, or after the change.
        assert!(matches!(put, Ok(2) | Err(DataSetError::Conflict { .. })), "{put:?}");
        assert_eq!(sets.versions("port", &name).await.unwrap(), []);
        assert!(sets.put("port", &name, 0, "", &all).await.unwrap() > 1);
    }
    // What is decided by what was read before somebody else's write is not written.
    let known = keep::find(&store, "port", "tides-0").await.unwrap();
    sets.delete("port", "tides-0").await.unwrap();
    let draft = commit::Draft {
        namespace: "port",
        name: "tides-0",
        home: Home::Store,
        seen: "",
        note: "",
        items: &after,
    };
    assert!(matches!(commit::commit(&store, &known, &draft).await, Err(crate::store::StoreError::Unmet)));
    assert!(matches!(commit::delete(&store, &known).await, Err(crate::store::StoreError::Unmet)));
}

async fn bounds_hold_for_what_was_put_together(Fresh { store, .. }: Fresh) {
    let sets = DataSets::new(store);
    let long = item(&"x".repeat(MAX_ID_BYTES + 1), "A?");
    let tagged = Item { tags: vec!["t".into(); MAX_TAGS + 1], ..item("a", "A?") };
    let many: Vec<Item> = (0..=MAX_ITEMS).map(|n| item(&n.to_string(), "A?")).collect();
    for (items, expected) in
        [(vec![long], "its id has 257"), (vec![tagged], "33 tags"), (many, "50001 items")]
    {
        let why = sets.put("port", "tides", 0, "", &items).await.unwrap_err().to_string();
        assert!(why.contains(expected) && why.len() < 300, "{why}");
    }
    let made = new_id(&Item { name: "é".repeat(400), ..Item::default() }, &[]);
    assert!(made.len() < MAX_ID_BYTES && made.len() > 200, "{made}");
}

async fn of_two_changes_at_once_one_is_told(Fresh { store, .. }: Fresh) {
    let sets = DataSets::new(store);
    sets.put("port", "tides", 0, "", &[item("a", "A?")]).await.unwrap();
    let (b, c) = ([item("b", "B?")], [item("c", "C?")]);
    let (one, other) =
        tokio::join!(sets.put("port", "tides", 1, "", &b), sets.put("port", "tides", 1, "", &c));
    let told = [&one, &other]
        .into_iter()
        .filter(|done| matches!(done, Err(DataSetError::Conflict { newest: 2, .. })));
    assert_eq!((told.count(), one.is_ok() || other.is_ok()), (1, true), "{one:?} {other:?}");
    assert!(matches!(
        sets.put("port", "tides", 0, "", &b).await,
        Err(DataSetError::Conflict { newest: 2, .. })
    ));
}

async fn old_versions_go_and_numbers_never_come_again(Fresh { store, .. }: Fresh) {
    let sets = DataSets::new(store);
    for n in 0..KEPT_VERSIONS + 2 {
        sets.put("port", "tides", n, "", &[item("always", "A?"), item(&format!("i{n}"), "B?")])
            .await
            .unwrap();
    }
    let versions = sets.versions("port", "tides").await.unwrap();
    assert_eq!((versions.len(), versions.last().unwrap().number), (KEPT_VERSIONS as usize, 3));
    assert_eq!(ids(&sets.items("port", "tides", 3).await.unwrap()), ["always", "i2"]);
    sets.delete("port", "tides").await.unwrap();
    assert_eq!(sets.versions("port", "tides").await.unwrap(), []);
    assert_eq!(sets.put("port", "tides", 0, "", &[item("a", "A?")]).await.unwrap(), KEPT_VERSIONS + 3);
}

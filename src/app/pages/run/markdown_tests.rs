use super::*;

fn text(text: &str) -> Inline {
    Inline::Text(text.to_owned())
}

#[test]
fn blocks_are_told_apart() {
    let source = "# Tides\nHigh water\nat **noon**.\n\n- one\n  more\n- two\n\n3. three\n\n> said\n\n```rs\nlet a;\n```\n---\n";
    let expected = vec![
        Block::Heading(vec![text("Tides")]),
        Block::Paragraph(vec![text("High water\nat "), Inline::Strong("noon".into()), text(".")]),
        Block::List { ordered: false, start: 1, items: vec![vec![text("one\nmore")], vec![text("two")]] },
        Block::List { ordered: true, start: 3, items: vec![vec![text("three")]] },
        Block::Quote(vec![text("said")]),
        Block::Code("let a;".into()),
        Block::Rule,
    ];
    assert_eq!(blocks(source), expected);
}

#[test]
fn a_table_has_a_head_and_rows() {
    let table = blocks("| Port | Tide |\n| --- | ---: |\n| Brest | 12:40 |");
    let cell = |value: &str| vec![text(value)];
    let expected = Block::Table {
        head: vec![cell("Port"), cell("Tide")],
        rows: vec![vec![cell("Brest"), cell("12:40")]],
    };
    assert_eq!(table, [expected]);
}

#[test]
fn only_web_addresses_become_links() {
    let link = Inline::Link { text: "chart".into(), href: "https://example.org/a".into() };
    assert_eq!(inline("see [chart](https://example.org/a)"), [text("see "), link]);
    assert_eq!(inline("[x](javascript:alert(1))"), [text("[x](javascript:alert(1))")]);
}

#[test]
fn marks_that_enclose_nothing_are_text() {
    assert_eq!(inline("2 * 3 * 4 ** 5"), [text("2 * 3 * 4 ** 5")]);
    assert_eq!(
        inline("`a` and *b*"),
        [Inline::Code("a".into()), text(" and "), Inline::Emphasis("b".into())]
    );
    assert_eq!(inline("open `code"), [text("open `code")]);
}

#[test]
fn html_stays_text() {
    assert_eq!(blocks("<b>x</b>"), [Block::Paragraph(vec![text("<b>x</b>")])]);
}

#[test]
fn what_is_finished_does_not_change_while_the_text_grows() {
    let whole = "First *one*.\n\n- a\n- b\n\n```\ncode\n\nmore\n```\nLast line without an end";
    let mut seen: Vec<Block> = Vec::new();
    for end in (0..=whole.len()).filter(|end| whole.is_char_boundary(*end)) {
        let now = &whole[..end];
        let done = blocks(&now[..finished_len(now)]);
        assert_eq!(done[..seen.len()], seen[..], "at byte {end}");
        seen = done;
    }
    assert_eq!(seen.len(), 3);
    assert_eq!(&whole[finished_len(whole)..], "Last line without an end");
}

#[test]
fn any_text_is_taken() {
    for source in ["|", "|\n|-", "```", "1.", "*", "**", "[](", "\n\n", "#", "é`", ">", "- "] {
        blocks(source);
    }
}

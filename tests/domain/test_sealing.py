"""What is personal is found wherever a station or an operator writes it, and sealed to the byte."""

import json

import pytest
from hypothesis import assume, example, given
from hypothesis import strategies as st

from domain.ports import TokenKey
from domain.sealing import literals, writing
from domain.sealing.personal import find, tag_in
from domain.store.memory_keyring import new_key


def keys_of(found: writing.Found) -> dict[str, TokenKey]:
    return {span.tag: new_key(span.tag) for span in found.spans}


def stored(text: bytes, **about) -> tuple[bytes, dict[str, TokenKey]]:
    """A text as it is stored, and the keys by pseudonym."""
    found = writing.search(text, **about)
    if found is None:
        return text, {}
    keys = keys_of(found)
    return writing.sealed(found, keys), {key.pseudonym: key for key in keys.values()}


def tags(text: bytes, **about) -> list[str]:
    return [span.tag for span in find(text, **about)]


@pytest.mark.parametrize(
    ("text", "found"),
    [
        (b'[2,"1","Authorize",{"idTag":"ABC"}]', ["abc"]),
        (b'[2,"1","Authorize",{"idTag" :\n "ABC"}]', ["abc"]),
        (b'[2,"1","Authorize",{"idtag":"ABC","IDTAG":"abd"}]', ["abc", "abd"]),
        (b'[2,"1","Authorize",{"id\\u0054ag":"A\\u0042C"}]', ["abc"]),
        (b'[2,"1","Authorize",{"idTag":"ABC', ["abc"]),
        (b'[2,"1","Authorize",{"idTag":12345}]', ["12345"]),
        (b'{"idTag":["ABC"]}', ["abc"]),
        (b'{"idTag":[ 12345 ]}', ["12345"]),
        (b'{"idTag":"' + 600 * b"A" + b'"}', [500 * "a"]),
        (b'{"idTag":""}', []),
        (b'{"idTag":null,"parent":""}', []),
        (b'{"idTag":"A\\"B\\\\"}', ['a"b\\']),
        (b'[3,"1",{"idTagInfo":{"status":"Accepted","parentIdTag":"P"}}]', ["p"]),
        (b'{"id_tag":"ABC","parent":"P","stop_id_tag":"X"}', ["abc", "p", "x"]),
        (b'{"subject":"token:abc","seen":{"token:abd":3}}', ["abc", "abd"]),
        (b'{"detail":"id_tag: ABC, note: of somebody"}', ["abc"]),
        (b'{"detail":"900 Wh, reason Local, idTag ABC"}', ["abc"]),
        (b'{"detail":"900 Wh, reason Local, idTag -"}', []),
        (b'{"value":"OCMF|{\\"ID\\":\\"ABC\\",\\"id\\":\\"7\\"}|{}"}', ["abc"]),
        (b'{"ID":"7","vendorId":"ABC","note":"n","tags":"t"}', []),
    ],
)
def test_tags_are_found_where_they_are_written(text: bytes, found: list[str]):
    assert tags(text) == found


def test_notes_and_results_are_personal_where_a_token_is_spoken_of():
    text = b'{"note":"Mrs Smith","result":"ABC","by":"olga"}'
    assert tags(text) == []
    assert tags(text, owner="abc") == ["abc", "abc"]


def test_entries_of_local_lists_are_found():
    rows = json.dumps([["ABC", "Accepted", "", "P"], ['A"B', "", "", ""]])
    state = json.dumps({"call": "c", "entries": rows, "version": 3}).encode()
    assert tags(state, rows=True) == ["abc", "p", 'a"b']


def test_a_tag_in_a_string_of_a_string_is_found_at_any_depth():
    text = json.dumps({"idTag": 'A"\\B'})
    for _ in range(4):
        assert tags(text.encode()) == ['a"\\b']
        sealed, keys = stored(text.encode())
        assert literals.opened(sealed, keys) == text.encode()
        assert "anon-" in str(json.loads(literals.opened(sealed, {})))
        text = json.dumps({"payload": text})


def test_a_string_that_was_cut_off_ends_with_the_string_around_it():
    inner = json.dumps({"idTag": "ABCDEF"})[:14]
    text = json.dumps({"detail": inner, "by": "olga"}).encode()
    sealed, _ = stored(text)
    assert json.loads(literals.opened(sealed, {}))["by"] == "olga"
    assert tags(text) == ["abc"]


TAGS = st.text(min_size=1, max_size=20)
SEALED_NAMES = st.sampled_from(["idTag", "parentIdTag", "id_tag", "parent", "idToken"])
LEAVES = st.none() | st.booleans() | st.integers() | st.text(max_size=20)
DOCUMENTS = st.recursive(
    LEAVES | st.builds(lambda name, tag: {name: tag}, SEALED_NAMES, TAGS),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.text(max_size=8), inner, max_size=3)
        | inner.map(json.dumps)
    ),
    max_leaves=12,
)


@given(DOCUMENTS, st.booleans(), st.booleans())
@example({"a": "~1.anon-aaaaaaaaaaaa.AAAA", "b": "~1~ ~~2 ~12", "idTag": "~2.x"}, True, False)
def test_what_was_sealed_is_opened_to_the_byte(document, ascii_only: bool, spaced: bool):
    separators = None if spaced else (",", ":")
    text = json.dumps(document, ensure_ascii=ascii_only, separators=separators)
    raw = text.encode(errors="replace")
    sealed, keys = stored(raw)
    assert literals.opened(sealed, keys) == raw
    forgotten = json.loads(literals.opened(sealed, {}))
    assert type(forgotten) is type(document)
    assert not find_plain(sealed)


def find_plain(sealed: bytes) -> list[bytes]:
    """The personal parts that a stored text shows."""
    return [
        sealed[span.start : span.end]
        for span in find(sealed)
        if not sealed[span.start : span.end].startswith((b"~1.", b"~2.", b"~3."))
    ]


@given(st.binary(max_size=200), TAGS)
def test_no_bytes_whatever_cannot_be_put_back(noise: bytes, tag: str):
    assume("~" not in tag)
    raw = noise + b'"idTag":"' + tag.encode(errors="replace") + b'"' + noise
    sealed, keys = stored(raw)
    assert literals.opened(sealed, keys) == raw


@given(st.text(max_size=40))
def test_whatever_looks_like_a_literal_stays_what_it_was(text: str):
    raw = (
        text.replace("x", "~1.anon-aaaaaaaaaaaa." + 40 * "A")
        .replace("y", "~1")
        .encode(errors="replace")
    )
    sealed, keys = stored(raw)
    assert literals.opened(sealed, keys) == raw
    assert literals.opened(sealed, {}) == raw or keys


def test_a_disclosed_value_tells_nothing_of_the_others():
    raw = b'{"idTag":"ABC","stop_id_tag":"ABC","parent":"P"}'
    sealed, keys = stored(raw)
    first, second, third = literals.openings(sealed, keys)
    assert [literals.open_with(*each) for each in (first, second, third)] == [b"ABC", b"ABC", b"P"]
    assert first[1] != second[1]
    with pytest.raises(literals.Unopenable):
        literals.open_with(second[0], first[1])
    shown = literals.disclosed(sealed, {first[0]: first[1]})
    assert shown.startswith(b'{"idTag":"ABC","stop_id_tag":"anon-')
    assert literals.disclosed(sealed, dict((first, second, third))) == raw


def test_an_altered_literal_cannot_be_opened():
    sealed, keys = stored(b'{"idTag":"ABC"}')
    ((literal, key),) = literals.openings(sealed, keys)
    altered = literal[:-9] + (b"A" if literal[-9:-8] != b"A" else b"B") + literal[-8:]
    other = literal.replace(next(iter(keys)).encode(), new_key("x").pseudonym.encode())
    for wrong in (altered, other, literal[:-9], b"~1.nonsense", literal + b"."):
        with pytest.raises(literals.Unopenable):
            literals.open_with(wrong, key)


def test_two_spellings_of_a_tag_have_one_key():
    assert tag_in("AbC") == tag_in("aBc") == "abc"
    assert tags(b'{"idTag":"ABC","id_tag":"abc"}') == ["abc", "abc"]


@pytest.mark.parametrize(
    "text",
    [
        b'"idTag":"' + 1_000_000 * b"\\",
        b'"idTag":"' + 500_000 * b"\\" + b"x" + 500_000 * b"\\",
        b", idTag " + 80_000 * b" Wh, reason ",
        b", idTag " + 40_000 * b" Wh, reason x, idTag a" + b"\\",
        100_000 * b"id_tag: a" + b"\\",
        100_000 * b"id_tag: a" + b"\\\n",
    ],
)
def test_a_search_takes_time_in_proportion_to_the_text(text: bytes):
    """In proportion to its square, each of them would take minutes to hours."""
    sealed, keys = stored(text)
    assert literals.opened(sealed, keys) == text

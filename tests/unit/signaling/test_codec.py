"""Any text is one of our messages or a BadMessageError; the document's examples are real."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from signaling import protocol as p
from signaling.codec import BadMessageError, decode_client, decode_server, encode
from signaling.schema import schema, with_tables
from tests.fuzz import fuzz_messages

DOCUMENT = Path(__file__).parents[3] / "docs" / "protocol.md"
EXAMPLES = re.findall(r"```json\n(.*?)\n```", DOCUMENT.read_text(), re.DOTALL)


@pytest.mark.parametrize("example", EXAMPLES)
def test_examples_decode_and_encode_unchanged(example: str) -> None:
    try:
        message: p.ClientMessage | p.ServerMessage = decode_client(example)
    except BadMessageError:
        message = decode_server(example)
    assert encode(message) == example


def test_the_document_shows_messages_of_both_sides() -> None:
    kinds = {json.loads(example)["type"] for example in EXAMPLES}
    assert {"join", "resume", "join_standby", "offer", "answer", "slots", "flowing", "refused", "bye"} <= kinds
    assert {"waiting", "snapshot", "changes", "call_help", "say", "said", "standby"} <= kinds


def test_the_tables_are_up_to_date() -> None:
    assert with_tables(DOCUMENT.read_text()) == DOCUMENT.read_text()


def test_every_code_is_in_the_document() -> None:
    assert all(f"| `{code}` |" in DOCUMENT.read_text() for code in p.ErrorCode)


def test_a_missing_table_is_no_silent_matter() -> None:
    with pytest.raises(ValueError, match="first"):
        with_tables("nothing here")


def test_the_schema_names_what_the_page_imports() -> None:
    definitions = schema()["definitions"]
    assert {"ClientMessage", "ServerMessage", "Change", "Place", "SourceName", "RoleName", "ErrorCode"} <= set(
        definitions
    )
    assert definitions["Publish"]["properties"]["source"] == {"$ref": "#/definitions/SourceName"}
    assert definitions["Publish"]["additionalProperties"] is False


@pytest.mark.parametrize(
    ("text", "id"),
    [
        ("", None),
        ("null", None),
        ('{"type":"mute"}', None),
        ('{"type":"record","id":4}', 4),
        ('{"type":"publish","id":5,"source":"desktop"}', 5),
        ('{"type":"close_group","id":5,"minutes":3}', 5),
        ('{"type":"call_help","id":5,"kind":"no_answer"}', 5),
        ('{"type":"say","id":5,"to":"room","text":"' + "x" * 501 + '"}', 5),
        ('{"type":"mute","id":-1}', None),
        ('{"type":"mute","id":"7"}', None),
        ('{"type":"ok","id":7}', 7),  # a server's message is not the client's to send
        ('{"id":1,"x":' + "[" * 100_000, None),
        ('{"type":"join","id":3,"version":1,"token":"short","name":"Sam"}', 3),
    ],
)
def test_bad_messages_keep_the_id_if_it_can_be_read(text: str, id: int | None) -> None:
    with pytest.raises(BadMessageError) as caught:
        decode_client(text)
    assert caught.value.id == id


@given(st.one_of(st.text(), st.binary()))
def test_any_text_is_refused_or_a_message(text: str | bytes) -> None:
    fuzz_messages.check(text if isinstance(text, bytes) else text.encode(errors="surrogatepass"))


@given(st.sampled_from(fuzz_messages.SEEDS), st.data())
def test_truncated_and_changed_messages_too(seed: bytes, data: st.DataObject) -> None:
    position = data.draw(st.integers(0, len(seed)))
    fuzz_messages.check(seed[:position])
    fuzz_messages.check(seed[:position] + data.draw(st.binary(max_size=4)) + seed[position + 1 :])

"""The pictures in docs/lifecycles.md say what the tables say."""

from __future__ import annotations

from pathlib import Path

import pytest

from signaling.core.lifecycles import ALL, CALL
from signaling.diagrams import diagram, with_diagrams

DOCS = Path(__file__).parents[3] / "docs/lifecycles.md"


def test_the_page_is_up_to_date() -> None:
    text = DOCS.read_text()
    assert with_diagrams(text) == text, "run `make diagrams` and commit the result"
    for lifecycle in ALL:
        assert diagram(lifecycle) in text


def test_every_way_is_an_arrow() -> None:
    for lifecycle in ALL:
        drawn = diagram(lifecycle)
        for (state, _), to in lifecycle.table.items():
            assert f"{state.value if state else '[*]'} --> {to.value if to else '[*]'}: " in drawn


def test_a_picture_without_a_place_is_missed() -> None:
    with pytest.raises(ValueError, match=CALL.name):
        with_diagrams(DOCS.read_text().replace("lifecycle: call", "lifecycle: calls"))
